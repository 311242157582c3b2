"""The bundled handbook as resources, and requests that are worth a prompt."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import mcp_types as types

PAGE = "swarm://handbook/"


@cache
def pages() -> dict[str, str]:
    """The handbook's pages by address."""
    folder = files("knowledge.handbook")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".md"))
    return {f"{PAGE}{name.removesuffix('.md')}": folder.joinpath(name).read_text(encoding="utf-8") for name in names}


def resources() -> list[types.Resource]:
    """The pages as a client lists them."""
    return [
        types.Resource(uri=uri, name=uri.removeprefix(PAGE), title=_title(text), mime_type="text/markdown") for uri, text in pages().items()
    ]


def read(uri: str) -> types.TextResourceContents | None:
    """A page; None where there is none."""
    text = pages().get(uri)
    return None if text is None else types.TextResourceContents(uri=uri, mime_type="text/markdown", text=text)


def _title(text: str) -> str:
    """A page's title, from its head."""
    head = (line.partition(":") for line in text.splitlines()[:5])
    return next((value.strip() for name, _, value in head if name == "title"), "")


_PROMPTS: dict[str, tuple[str, dict[str, str], str]] = {
    "diagnose_run": (
        "Find out why a run failed",
        {"run": "Name or id of the run; 'latest' is the newest."},
        "Find out why the run {run} failed. Use diagnose_run, then read the logs of the step it names. Say what happened, the cause "
        "with the line of the log that shows it, and what to change. Change nothing yet.",
    ),
    "compare_runs": (
        "Compare two runs",
        {"first": "Name or id of a run.", "second": "Name or id of another run."},
        "Compare the runs {first} and {second} with compare_runs: which parameters and metrics differ, which run is better and by "
        "how much. Take every figure from the result.",
    ),
    "profile_dataset": (
        "Get to know a dataset",
        {"bucket": "Name of the bucket.", "key": "Key of the table in it."},
        "Profile {key} in the bucket {bucket} with profile_dataset: rows, columns and types, missing values, duplicates, odd ranges. "
        "Then say in three sentences whether it can be trained on as it is, and what to mend first.",
    ),
}


def prompts() -> list[types.Prompt]:
    """The prompts as a client lists them."""
    return [
        types.Prompt(
            name=name,
            title=title,
            description=f"{title}.",
            arguments=[types.PromptArgument(name=n, description=text, required=True) for n, text in arguments.items()],
        )
        for name, (title, arguments, _) in _PROMPTS.items()
    ]


def prompt(name: str, given: Mapping[str, str]) -> types.GetPromptResult:
    """A prompt filled in.

    Raises:
        LookupError: there is no such prompt, or an argument is missing; the message says which.
    """
    if name not in _PROMPTS:
        raise LookupError(f"there is no prompt {name!r}; there are {', '.join(_PROMPTS)}.")
    title, arguments, text = _PROMPTS[name]
    missing = [argument for argument in arguments if not given.get(argument, "").strip()]
    if missing:
        raise LookupError(f"the prompt {name!r} needs {', '.join(missing)}.")
    said = types.TextContent(text=text.format_map(dict(given)))
    return types.GetPromptResult(description=title, messages=[types.PromptMessage(role="user", content=said)])
