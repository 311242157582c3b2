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
        offered: its tools, where they come from elsewhere than from a package: then they are an outside server's.
    """

    name: str
    description: str
    package: str
    prompt: str
    offered: Toolset | None = None

    @cached_property
    def toolset(self) -> Toolset:
        """Its tools, and how the names they take are resolved."""
        return self.offered or discover(self.package)

    @property
    def outside(self) -> bool:
        """Whether its tools are those of an outside server."""
        return self.offered is not None


def prompt_file(name: str, package: str = "agents") -> str:
    """The text of a prompt that lies beside its agent."""
    return importlib.resources.files(package).joinpath(name).read_text(encoding="utf-8")
