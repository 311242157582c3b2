"""Calling a tool as an agent does: arguments checked, names resolved, effect previewed, then run."""

from pathlib import Path
from typing import Any

import pytest

from standalone.objects import FolderStore
from tools.call import Call, prepare, run
from tools.files import LocalFiles
from tools.kfp.client import Kfp
from tools.kfp.settings import KfpSettings
from tools.minio.store import ObjectStore
from tools.result import ErrorCode, ToolError, ToolResult
from tools.services import Services
from tools.tool import discover


def services(store: FolderStore | None = None, kfp: Kfp | None = None, files: Path | None = None) -> Services:
    given: dict[type, object] = {ObjectStore: store, Kfp: kfp or Kfp(_stopped), LocalFiles: LocalFiles([files]) if files else None}
    return Services({kind: lambda it=it: it for kind, it in given.items() if it is not None})


def _stopped() -> KfpSettings:
    raise ToolError(ErrorCode.UNAVAILABLE, "the pipeline server does not run.")


def prepared(package: str, tool: str, world: Services, **arguments: Any) -> Call | ToolResult:
    toolset = discover(f"tools.{package}")
    return prepare(toolset.tools[tool], arguments, world, toolset.resolvers)


def answer(package: str, tool: str, world: Services, **arguments: Any) -> ToolResult:
    call = prepared(package, tool, world, **arguments)
    return run(call, world) if isinstance(call, Call) else call


def refusal(*args: Any, **kwargs: Any) -> ToolError:
    """The ToolError that a call raises: `refusal(function, *its arguments)`."""
    with pytest.raises(ToolError) as caught:
        args[0](*args[1:], **kwargs)
    assert caught.value.message.strip()
    caught.value.message.encode()  # can be written to any file, socket or terminal
    return caught.value


def code_of(*args: Any, **kwargs: Any) -> ErrorCode:
    return refusal(*args, **kwargs).code
