"""What holds the tree together: who may import whom, who reads the environment, what a tool and an agent must say of themselves."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from agents.agent import Agent
from agents.registry import find_agents
from tools.kinds import Kind
from tools.tool import Tool, Toolset

ROOT = Path(__file__).parents[2]
LAYERS = ["ui", "swarm", "agents", "tools", "knowledge"]
"""Each may import those after it."""
PACKAGES = [*LAYERS, "evals", "standalone"]
MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
HEAVY = ["langchain", "langchain_core", "langgraph", "kfp", "kfp_server_api", "pandas", "numpy", "gradio", "chromadb", "sklearn", "pyarrow"]
COMMANDS = {"ui/evaluation.py"}
"""Puts the evaluations, which stand beside the layers, under the command."""
STANDALONE_MAY_IMPORT = {"tools.minio.disk", "tools.minio.limits", "tools.minio.store", "tools.result"}
PASSES_THE_ENVIRONMENT_ON = {
    "standalone/engine/process.py": "starts the worker of a run with what it needs of it",
    "standalone/engine/forkserver.py": "makes that the environment of the forked worker",
    "standalone/engine/confinement.py": "gives steps a scrubbed copy",
    "tools/kfp/components/register.py": "runs as a step of a pipeline, which gets the keys of the object store so",
    "standalone/engine/environments.py": "lets pip see the proxies and indexes of the user",
}

AGENTS = list(find_agents().values())
TOOLS = [(agent, tool) for agent in AGENTS for tool in agent.toolset.tools.values()]
each_module = pytest.mark.parametrize("path", MODULES, ids=[str(path.relative_to(ROOT)) for path in MODULES])
each_tool = pytest.mark.parametrize(("agent", "tool"), TOOLS, ids=[tool.name for _, tool in TOOLS])
each_agent = pytest.mark.parametrize("agent", AGENTS, ids=[agent.name for agent in AGENTS])


@cache
def nodes(path: Path) -> list[ast.AST]:
    """The syntax tree of a file, all of it."""
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Every module that a file imports, inside functions too, as line and dotted name."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) + 1 - node.level]) if node.level else ""
            module = ".".join(part for part in (base, node.module or "") if part)
            yield from ((node.lineno, _module(module, alias.name)) for alias in node.names)


def _module(module: str, name: str) -> str:
    """`from a import b` imports the module a.b where there is one."""
    inner = ROOT.joinpath(*module.split("."), name)
    return f"{module}.{name}" if inner.with_suffix(".py").is_file() or inner.is_dir() else module


@each_module
def test_imports_point_one_way(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    wrong = []
    for line, module in imported(path):
        target = module.split(".")[0]
        if target not in PACKAGES or target == package or package == "evals":
            continue
        if package == "standalone":
            allowed = module in STANDALONE_MAY_IMPORT
        elif target == "standalone":
            allowed = False  # it is found through its entry point
        elif target == "evals":
            allowed = str(path.relative_to(ROOT)) in COMMANDS
        else:
            allowed = target in LAYERS[LAYERS.index(package) :]
        if not allowed:
            wrong.append(f"line {line}: {module}")
    assert not wrong, f"{package} must not import: {wrong}"


@each_module
def test_only_the_settings_read_the_environment(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    if name == "swarm/settings.py" or name in PASSES_THE_ENVIRONMENT_ON or name.startswith("evals/"):
        return  # evals start commands in environments of their own
    names = ("environ", "environb", "getenv", "getenvb")
    readers = [n.lineno for n in nodes(path) if isinstance(n, ast.Attribute) and n.attr in names and ast.unparse(n.value) == "os"]
    readers += [n.lineno for n in nodes(path) if isinstance(n, ast.ImportFrom) and n.module == "os" for a in n.names if a.name in names]
    readers += [line for line, module in imported(path) if module == "pydantic_settings"]
    assert not readers, "settings come from swarm/settings.py; give the value as an argument"


@each_module
def test_modules_and_functions_fit_in_a_head(path: Path) -> None:
    assert path.read_text(encoding="utf-8").count("\n") <= 400, "look for the second noun in this module"
    functions = [n for n in nodes(path) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = [f.name for f in functions if (f.end_lineno or 0) - f.lineno >= 60 and "samples" not in path.parts]
    assert not long, f"longer than a screen: {long}"


@pytest.mark.parametrize(
    "statement", ["import ui.cli", "import swarm", "from agents.registry import find_agents; [a.toolset for a in find_agents().values()]"]
)
def test_starting_imports_nothing_heavy(statement: str) -> None:
    script = f"import sys; {statement}; print(*(m for m in {HEAVY} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_agents_are_found_and_named_once() -> None:
    assert {"kfp", "minio", "rag"} <= set(find_agents())
    files = {path.stem for path in (ROOT / "agents").glob("*.py")} - {"__init__", "agent", "registry"}
    assert files <= set(find_agents()), "each file of agents/ holds an `agent` of the same name"


@each_agent
def test_an_agent_says_what_it_is_for(agent: Agent) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", agent.name)
    assert 20 <= len(agent.description) <= 200
    assert "\n" not in agent.description
    assert agent.prompt.strip()
    assert agent.toolset.tools


@each_agent
def test_every_tool_of_the_package_is_found(agent: Agent) -> None:
    """Counted in the sources: functions decorated with `@tool(...)`."""
    declared: list[str] = []
    for path in ROOT.joinpath(*agent.package.split(".")).glob("*.py"):
        for node in nodes(path):
            if isinstance(node, ast.FunctionDef):
                calls = [d for d in node.decorator_list if isinstance(d, ast.Call) and isinstance(d.func, ast.Name)]
                declared += [node.name for call in calls if call.func.id == "tool"]
    assert sorted(declared) == sorted(agent.toolset.tools)


def test_names_of_tools_are_unique_across_agents() -> None:
    names = [tool.name for _, tool in TOOLS]
    assert len(names) == len(set(names))


@each_tool
def test_a_tool_describes_itself(agent: Agent, tool: Tool) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)+", tool.name)
    assert tool.effect in ("read", "write", "destroy")
    assert 20 <= len(tool.summary) <= 400
    assert tool.summary.endswith(".")
    assert len(set(tool.examples)) >= 3
    undescribed = [name for name, spec in tool.parameters.model_json_schema()["properties"].items() if "description" not in str(spec)]
    assert not undescribed, "every argument is described, by its kind or by a Field of its own"


@each_tool
def test_a_tool_that_changes_something_shows_it_first(agent: Agent, tool: Tool) -> None:
    assert tool.effect == "read" or tool.preparation is not None


@each_tool
def test_examples_use_placeholders_of_known_kinds(agent: Agent, tool: Tool) -> None:
    values = {"parameter", "setting", "path", "name", "cron", "duration", "pattern", "prefix", "number"}
    known = {name for a in AGENTS for name in a.toolset.resolvers} | values
    used = {name for example in tool.examples for name in re.findall(r"\{(\w*)\}", example)}
    assert used <= known


@each_tool
def test_names_of_existing_things_can_be_resolved(agent: Agent, tool: Tool) -> None:
    toolset: Toolset = agent.toolset
    existing: set[str] = {kind.name for kind in tool.kinds.values() if isinstance(kind, Kind) and kind.exists}
    assert existing <= set(toolset.resolvers)
    assert existing <= set(toolset.listers)
