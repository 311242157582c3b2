"""One conversation from message to reply: `from swarm import Assistant`."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from swarm.assistant import Assistant
    from swarm.reply import Reply
    from swarm.settings import Settings

__all__ = ["Assistant", "Reply", "Settings"]

_HOMES = {"Assistant": "swarm.assistant", "Reply": "swarm.reply", "Settings": "swarm.settings"}


def __getattr__(name: str) -> Any:
    """Import the public names when they are first used: `swarm.settings` alone must not cost a model runtime."""
    if name not in _HOMES:
        raise AttributeError(f"module 'swarm' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)
