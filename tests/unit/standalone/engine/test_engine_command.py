"""Commands of Python components, from the SDK of today and of yesterday, taken apart."""

from types import SimpleNamespace

import pytest

from standalone.engine.command import Command, parse
from standalone.engine.confinement import parse_bytes, parse_cores
from standalone.engine.contract import EngineError

RUN = (
    'program_path=$(mktemp -d)\n\nprintf "%s" "$0" > "$program_path/ephemeral_component.py"\n'
    "_KFP_RUNTIME=true python3 -m kfp.dsl.executor_main"
    '   --component_module_path   "$program_path/ephemeral_component.py"   "$@"\n'
)
EXECUTOR = ["sh", "-ec", RUN, "SOURCE"]
OLD_EXECUTOR = ["sh", "-ec", RUN.replace("_KFP_RUNTIME=true ", "").replace("kfp.dsl", "kfp.components"), "SOURCE"]
PREFIX = (
    '\nif ! [ -x "$(command -v pip)" ]; then\n'
    "    python3 -m ensurepip || python3 -m ensurepip --user || apt-get install python3-pip\nfi\n\n"
    "PIP_DISABLE_PIP_VERSION_CHECK=1 "
)
PIP = "python3 -m pip install --quiet --no-warn-script-location "
ARGUMENTS = ("--executor_input", "{{$}}", "--function_to_execute", "f")


def parsed(command: list[str]) -> Command | None:
    return parse(SimpleNamespace(command=command, args=list(ARGUMENTS)))


def wrapped(*installs: str) -> list[str]:
    return ["sh", "-c", PREFIX + " && ".join(PIP + install for install in installs) + ' && "$0" "$@"\n', *EXECUTOR]


@pytest.mark.parametrize(
    ("command", "packages", "options"),
    [
        (EXECUTOR, (), ()),
        (OLD_EXECUTOR, (), ()),
        (wrapped("'kfp==2.0.1'"), (), ()),
        (wrapped("'kfp==2.17.0' '--no-deps'"), (), ()),
        (wrapped("'pandas>=2,<3' 'numpy'", "'kfp==2.17.0' '--no-deps'"), ("pandas>=2,<3", "numpy"), ()),
        (wrapped("'kfp[notebooks]==2.17.0' 'pandas[excel]'"), ("pandas[excel]",), ()),
        (wrapped("'kfp-kubernetes' 'kfp==2.17.0'"), ("kfp-kubernetes",), ()),
        (wrapped("'git+https://github.com/kubeflow/pipelines.git@master#subdirectory=sdk/python'"), (), ()),
        (wrapped("'git+https://github.com/kubeflow/pipelines@abc#egg=kfp&subdirectory=sdk/python' '--no-deps'"), (), ()),
        (wrapped("'/wheels/kfp-2.14.0-py3-none-any.whl' 'kfp-2.14.0.tar.gz'"), (), ()),
        (
            wrapped("'git+https://github.com/kubeflow/pipelines#subdirectory=kubernetes_platform/python'"),
            ("git+https://github.com/kubeflow/pipelines#subdirectory=kubernetes_platform/python",),
            (),
        ),
        (
            wrapped("--index-url https://a.example/simple --trusted-host https://a.example/simple 'x; python_version>\"3\"'"),
            ('x; python_version>"3"',),
            ("--index-url", "https://a.example/simple", "--trusted-host", "https://a.example/simple"),
        ),
        (wrapped("'thing @ git+https://example.org/thing@main'"), ("thing @ git+https://example.org/thing@main",), ()),
    ],
)
def test_python_components(command: list[str], packages: tuple[str, ...], options: tuple[str, ...]) -> None:
    assert parsed(command) == Command("SOURCE", ARGUMENTS, packages, options)


@pytest.mark.parametrize(
    "command", [[], ["echo", "x"], ["python3", "-m", "kfp.dsl.executor_main"], ["sh", "-ec", "echo $0", "SOURCE"], [*EXECUTOR, "more"]]
)
def test_anything_else_is_not_one(command: list[str]) -> None:
    assert parsed(command) is None


@pytest.mark.parametrize(
    ("text", "expected"), [("512Mi", 512 * 2**20), ("2G", 2 * 10**9), ("1.5Gi", 3 * 2**29), ("1000", 1000), ("64k", 64000), ("1e9", 10**9)]
)
def test_amounts_of_memory(text: str, expected: int) -> None:
    assert parse_bytes(text) == expected


def test_an_unreadable_amount_is_refused() -> None:
    with pytest.raises(EngineError, match="'much' is not an amount of memory"):
        parse_bytes("much")


@pytest.mark.parametrize(("text", "expected"), [("1", 1), ("500m", 1), ("1001m", 2), ("2.5", 3), (" 4 ", 4)])
def test_amounts_of_processor(text: str, expected: int) -> None:
    assert parse_cores(text) == expected


@pytest.mark.parametrize("text", ["0", "many", "-1", "0m", "1Gi", ""])
def test_no_amount_of_processor(text: str) -> None:
    with pytest.raises(EngineError, match="not an amount of processor"):
        parse_cores(text)
