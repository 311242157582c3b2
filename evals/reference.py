"""`make reference`: the pages about tools, settings and commands, made from the code that they describe."""

import ast
import inspect
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from typer.core import TyperGroup
from typer.main import get_command

from agents.agent import Agent
from agents.registry import find_agents
from knowledge.knowledge import HANDBOOK
from swarm.settings import Settings
from tools.tool import Tool

USERS = Path(__file__).parents[1] / "docs" / "users"
EFFECTS = {"read": "It only looks.", "write": "It waits for your approval.", "destroy": "It always waits for your approval."}
NAMES = {
    "pipeline": ("breast-cancer-svm", "iris-classification"),
    "parameter": ("C", "kernel"),
    "run": ("churn-7", "churn-6"),
    "experiment": ("tuning", "nightly"),
    "schedule": ("churn-nightly", "churn-weekly"),
    "bucket": ("datasets", "models"),
    "object": ("iris.csv", "wine.csv"),
    "document": ("guide.md", "setup.md"),
}
"""What stands for the first and the second name of a kind where examples are printed."""
PAGES = {
    "pipelines": ("Reference - the tools for pipelines, runs and schedules", ("kfp",)),
    "storage": ("Reference - the tools for buckets, objects and tables", ("minio",)),
    "knowledge": ("Reference - the tools for documents, memory and watched runs", ("rag", "memory", "watch")),
}
"""The pages about tools: title, and whose tools they list."""


def pages() -> dict[Path, str]:
    """Every page that is made, by its file."""
    made = {HANDBOOK / f"assistant-tools-{name}.md": _tools(title, names) for name, (title, names) in PAGES.items()}
    made[HANDBOOK / "assistant-settings.md"] = _settings()
    made[USERS / "what-to-say.md"] = _sayings()
    made[USERS / "commands.md"] = _commands()
    return made


def _tools(title: str, names: Sequence[str]) -> str:
    lines = [
        "---",
        f"title: {title}",
        "---",
        "",
        "Each tool with its effect and its arguments. You need no name of a tool: say what you want.",
        "",
    ]
    for name in names:
        for tool in find_agents()[name].toolset.tools.values():
            lines += _tool(tool)
    return "\n".join(lines).rstrip() + "\n"


def _tool(tool: Tool) -> Iterator[str]:
    yield from (f"## {tool.name}", "", f"{tool.summary} {EFFECTS[tool.effect]}", "")
    schema = tool.parameters.model_json_schema()
    for name, argument in schema.get("properties", {}).items():
        optional = "" if name in schema.get("required", ()) else ", optional" + _preset(argument)
        described = next((part["description"] for part in (argument, *argument.get("anyOf", ())) if "description" in part), "")
        yield f"- `{name}` ({_type(argument)}{optional}){': ' + described if described else ''}"
    if schema.get("properties"):
        yield ""


def _preset(argument: dict[str, Any]) -> str:
    return f", {argument['default']} without" if argument.get("default") not in (None, "", [], {}) else ""


def _type(argument: dict[str, Any]) -> str:
    """The kind of value, in words."""
    shapes = [shape for shape in argument.get("anyOf", [argument]) if shape.get("type") != "null"]
    words = {
        "string": "text",
        "integer": "whole number",
        "number": "number",
        "boolean": "yes or no",
        "array": "list",
        "object": "names with values",
    }
    return " or ".join(
        "|".join(map(str, shape["enum"])) if "enum" in shape else words.get(shape.get("type", ""), "value") for shape in shapes
    )


def _named(example: str) -> str:
    names = {kind: iter(known) for kind, known in NAMES.items()}
    return re.sub(r"\{(\w+)\}", lambda match: next(names[match[1]]), example)


def _sayings() -> str:
    lines = [
        "# What to say",
        "",
        "For each thing the assistant can do, a few ways to ask for it. Other words will do as well; names are examples.",
        "",
    ]
    for agent in find_agents().values():
        lines += [f"## {_heading(agent)}", "", "| to | say | effect |", "|---|---|---|"]
        for tool in agent.toolset.tools.values():
            said = " · ".join(_named(example).replace("|", "\\|") for example in tool.examples[:3])
            lines.append(f"| {_first_sentence(tool.summary)} | {said} | {tool.effect} |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _heading(agent: Agent) -> str:
    return re.split(r"[:;.(]", agent.description)[0].strip()


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.:]) ", text)[0].rstrip(".:").replace("|", "\\|")


SETTINGS_HEAD = """---
title: Settings of the assistant
---

All settings are environment variables. An empty one counts as not set. `swarm config` prints the values in effect with secrets masked,
`swarm config --json` the same for programs.

## Which settings and environment variables are there?

| Begins with | Sets |
|---|---|
"""


def _settings() -> str:
    sections = {name: type(section) for name, section in Settings.model_construct()}
    lines = [SETTINGS_HEAD.rstrip()]
    lines += [
        f"| `{name.upper()}_`, as in `{_variable(name, next(iter(kind.model_fields)))}` | {_about(kind)} |"
        for name, kind in sections.items()
    ]
    for name, kind in sections.items():
        lines += ["", f"## {name.upper()}: {_about(kind)}", "", "| Variable | Meaning | Default |", "|---|---|---|"]
        meanings = dict(_meanings(kind))
        for field, info in kind.model_fields.items():
            lines.append(f"| `{_variable(name, field)}` | {meanings[field]} | {_default(info)} |")
    return "\n".join(lines) + "\n"


def _variable(section: str, field: str) -> str:
    return f"{section}_{field}".upper()


def _about(section: type[BaseModel]) -> str:
    """What a section is about: the first clause of its docstring, without the prefix of its variables."""
    return re.sub(r" \(`\w+\*`\)", "", (inspect.getdoc(section) or "").split("\n")[0]).split(";")[0].split(". ")[0].rstrip(".")


def _meanings(section: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """The docstrings below the fields of a section.

    Raises:
        ValueError: a setting says nothing of itself.
    """
    body = ast.parse(inspect.getsource(section)).body[0]
    assert isinstance(body, ast.ClassDef)  # noqa: S101 - for the types
    told = {
        before.target.id: " ".join(str(after.value.value).split())
        for before, after in zip(body.body, body.body[1:], strict=False)
        if isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name)
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
    }
    silent = set(section.model_fields) - set(told)
    if silent:
        raise ValueError(f"{section.__name__}: write a docstring below {', '.join(sorted(silent))}")
    yield from ((name, told[name].replace("|", "\\|")) for name in section.model_fields)


def _default(info: FieldInfo) -> str:
    """The default as it would be set; those that depend on the machine are told by the meaning."""
    value = None if info.default_factory and info.default_factory not in (list, dict) else info.get_default(call_default_factory=True)
    if value in (None, "", [], {}) or isinstance(value, SecretStr):
        return "-"
    return f"`{str(value).lower() if isinstance(value, bool) else f'{value:g}' if isinstance(value, float) else value}`"


def _commands() -> str:
    from ui.cli import app

    lines = ["# Commands", "", "`swarm <command> --help` prints the same. Exit codes: 0 done, 1 failed, 2 wrong usage or settings.", ""]
    lines += _command(get_command(app), "swarm")
    return "\n".join(lines).rstrip() + "\n"


def _command(command: Any, path: str) -> Iterator[str]:
    parameters = [p for p in command.params if p.name != "help" and not p.hidden] if command.params else []
    shown = " ".join(_argument(p) for p in parameters if p.param_type_name == "argument")
    yield from (f"## `{path}{' ' + shown if shown else ''}`", "", " ".join((command.help or "").split()), "")
    for parameter in parameters:
        names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
        names = f"`{_argument(parameter)}`" if parameter.param_type_name == "argument" else names
        told = getattr(parameter, "help", None)
        yield f"- {names}{': ' + told if told else ''}"
    if parameters:
        yield ""
    if isinstance(command, TyperGroup):
        for name, inner in command.commands.items():
            yield from _command(inner, f"{path} {name}")


def _argument(parameter: Any) -> str:
    name = str(parameter.name).upper()
    return name if parameter.required else f"[{name}]"


def main() -> int:
    """Write all pages."""
    for file, text in pages().items():
        file.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{file.name}: {len(text.splitlines())} lines\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
