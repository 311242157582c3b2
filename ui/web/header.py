"""The top of the page: the name, who answers, and what is connected."""

from collections.abc import Sequence

from swarm.settings import BUILTIN, Settings
from ui.doctor import Finding
from ui.web import markup

BACKENDS = ("pipelines", "objects", "documents", "model")


def bar(settings: Settings, findings: Sequence[Finding]) -> str:
    """Name, brain, and a dot for each backend with its state or the reason of its failure."""
    found = {f.backend: f for f in findings}
    dots = "".join(_dot(name, found.get(name)) for name in BACKENDS)
    return f"<h1>mlops-swarm</h1><span class='brain'>{_brain(settings)}</span><ul class='dots' aria-label='Connections'>{dots}</ul>"


def _brain(settings: Settings) -> str:
    if settings.model == BUILTIN:
        return "<span>built-in planner, no language model</span>"
    return f"<span>answered by <b>{markup.text(settings.model.partition(':')[2])}</b></span>"


def _dot(name: str, finding: Finding | None) -> str:
    tone = "calm" if finding is None else "good" if finding.ok else "bad"
    said = "being tried" if finding is None else finding.message
    return (
        f"<li class='{tone}' tabindex='0'><span class='dot'></span><span class='name'>{name}</span>"
        f"<span class='reason' role='tooltip'>{markup.text(said, 400)}</span></li>"
    )


def welcome(settings: Settings) -> str:
    """What an empty conversation says."""
    hint = (
        "<p class='quiet'>The built-in planner understands requests like these. For free conversation connect a language model "
        "with <code>OPENAI_API_KEY</code> or <code>OPENAI_BASE_URL</code>.</p>"
        if settings.model == BUILTIN
        else ""
    )
    return (
        "<h2>What would you like to do?</h2>"
        "<p>Run pipelines, look at results and data, or ask how something works. Nothing is changed before you approve it.</p>" + hint
    )
