"""What to ask when something needed is missing or open."""

import re
from collections import Counter

from swarm.planner.catalogue import Known
from swarm.planner.context import Unclear
from swarm.planner.toolview import ToolView
from tools.names import listed


def question(tool: ToolView, argument: str, unclear: Unclear | None, catalogue: Known) -> str:
    """One short question for an argument, with the choices there are."""
    kind = tool.kinds.get(argument, argument)
    verb, _, thing = tool.name.partition("_")
    thing = thing.replace("_", " ")
    if kind == "new_name":
        return f"What should the new {thing} be called?"
    if kind == "cron":
        return "When should it run? For example “every Monday at 9:30”."
    noun = {"object": "file", "path": "local file", "pattern": "name or kind of file", "arguments": "parameter"}.get(
        kind, kind.replace("_", " ")
    )
    names = unclear.choices if unclear else [] if kind == "object" else [e.name for e in catalogue.entries(kind)]
    names = list(dict.fromkeys(names))
    choices = f" There {'is' if len(names) == 1 else 'are'}: {listed(names)}." if names else ""
    where = " Say its name and bucket." if kind == "object" and not names else ""
    asked = f"Which {noun} should I {verb}?" if thing == noun else f"Which {noun} do you mean, for “{verb} {thing}”?"
    return f"{asked}{choices}{where}"


def example(tool: ToolView, catalogue: Known) -> str:
    """An example to show, with names that exist; a placeholder without one stays in words."""
    if not tool.examples:
        return tool.name.replace("_", " ")
    taken: Counter[str] = Counter()

    def named(match: re.Match[str]) -> str:
        kind = match.group(1)
        taken[kind] += 1
        entries = catalogue.entries(kind)[taken[kind] - 1 :]
        return entries[0].name if entries else f"<{kind}>"

    return re.sub(r"\{(\w+)\}", named, tool.examples[0])
