"""What an agent is: a name, one line for the router, a prompt, and the tools of one package."""

import importlib.resources
from dataclasses import dataclass
from functools import cached_property

from tools.tool import Toolset, discover


@dataclass(frozen=True)
class Agent:
    """A specialist the router can delegate to.

    Attributes:
        name: short and lower case; the router calls it `ask_<name>`.
        description: one line: what to delegate to it. All the router knows of it.
        package: the package whose modules hold its tools, such as `tools.kfp`.
        prompt: its system prompt.
    """

    name: str
    description: str
    package: str
    prompt: str

    @cached_property
    def toolset(self) -> Toolset:
        """Its tools, and how the names they take are resolved."""
        return discover(self.package)


def prompt_file(name: str, package: str = "agents") -> str:
    """The text of a prompt that lies beside its agent."""
    return importlib.resources.files(package).joinpath(name).read_text(encoding="utf-8")
