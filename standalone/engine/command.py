"""The command of a Python component, taken apart: its source, its function, and the packages it wants."""

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kfp.pipeline_spec import pipeline_spec_pb2 as pb

_EXECUTOR = re.compile(r"python3 -m kfp\.(?:dsl|components)\.executor_main\b")
_PIP = "python3 -m pip install"
# By its name, as a package file, or from its source repository.
_SDK = re.compile(r"kfp(?![\w.-])|(?:.*/)?kfp-\d[^/]*\.(?:whl|tar\.gz|zip)$|.*\bkubeflow/pipelines\b.*#.*subdirectory=sdk/python\b")
_OPTIONS_WITH_VALUE = ("--index-url", "--extra-index-url", "--trusted-host", "-i", "--find-links", "-f")


_OLD_EXECUTOR = "kfp.v2.components.executor_main"


@dataclass(frozen=True)
class Command:
    """What a compiled Python component runs: `arguments` for `kfp.dsl.executor_main`, on the module that `source` becomes.

    `packages` are the requirements to install first and `pip_options` how, without the SDK itself, which the engine supplies.
    """

    source: str
    arguments: tuple[str, ...]
    packages: tuple[str, ...] = ()
    pip_options: tuple[str, ...] = ()


def parse(container: "pb.PipelineDeploymentConfig.PipelineContainerSpec") -> Command | None:
    """Take a container's command apart; None when it is not that of a Python component."""
    words = list(container.command)
    wrappers: list[str] = []
    while len(words) >= 3 and words[0] == "sh" and words[1] == "-c" and '"$0" "$@"' in words[2]:
        wrappers.append(words[2])
        words = words[3:]
    if len(words) != 4 or words[:2] != ["sh", "-ec"] or not _EXECUTOR.search(words[2]) or "ephemeral_component.py" not in words[2]:
        return None
    packages: list[str] = []
    options: list[str] = []
    for wrapper in wrappers:
        for install in wrapper.split(_PIP)[1:]:
            _read_install(install, packages, options)
    return Command(words[3], tuple(container.args), tuple(packages), tuple(options))


def is_old(container: "pb.PipelineDeploymentConfig.PipelineContainerSpec") -> bool:
    """Whether it is a Python component of the SDK 1.8, whose runtime is gone."""
    return any(_OLD_EXECUTOR in word for word in container.command)


def _read_install(text: str, packages: list[str], options: list[str]) -> None:
    """Read one `pip install` up to the operator or line end that closes it."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=True)
    lexer.whitespace = " \t"
    lexer.whitespace_split = True
    words = iter(lexer)
    for word in words:
        if word in ("&&", ";", "||", "|", "\n"):
            return
        if word in _OPTIONS_WITH_VALUE:
            options += [word, next(words)]
        elif not word.startswith("-") and not _SDK.match(word):
            packages.append(word)
