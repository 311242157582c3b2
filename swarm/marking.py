"""Marking: what tools returned stands between tags when a model reads it, so that it cannot pass for anything else."""

import re
from collections.abc import Sequence

from langchain_core.messages import AnyMessage, ToolMessage

_TAG = re.compile(r"<(?=/?\s*data\b)", re.I)


def as_data(messages: Sequence[AnyMessage]) -> list[AnyMessage]:
    """The messages with every tool result marked as data; marks inside a result are made harmless."""
    return [_marked(m) if isinstance(m, ToolMessage) else m for m in messages]


def _marked(message: ToolMessage) -> ToolMessage:
    inner = _TAG.sub("<\u200b", message.text)  # a zero-width space: reads the same, is no tag
    return message.model_copy(update={"content": f"<data>\n{inner}\n</data>"})
