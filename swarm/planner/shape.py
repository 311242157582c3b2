"""The shape of a step: what is asked for, whatever things are called here. Names and values become placeholders, as in examples."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from swarm.planner.language import words
from swarm.planner.lexicon import phrased
from swarm.planner.linking import FILE_LIKE, NAME_LIKE, Mention
from swarm.planner.timing import duration, repeated

PLACEHOLDER = re.compile(r"\{([\w|]+)\}")
ASSIGNMENT = re.compile(r"([A-Za-z][\w.-]*)\s*=\s*(\"[^\"]*\"|'[^']*'|\[[^\]]*\]|\{[^}]*\}|[^\s,;]*[^\s,;.!?)])")
WILD = re.compile(r"(?<!\S)[\"'`]?[\w./-]*[*?][\w.*?/-]*[\w*][\"'`]?(?!\S)|(?<!\S)\*\.\w+")
_ADDRESS = re.compile(r"\b(?:minio|s3|https?)://\S+")
_FOLDER = re.compile(r"(?<![\w/.-])[\w.-]+(?:/[\w.-]+)*/(?![\w/])")
_RUN = re.compile(
    r"(?:(?<=^)|(?<=\bto )|(?<=\bthen )|(?<=\band )|(?<=\bplease )|(?<=\byou )"
    r"|(?<=\bus )|(?<=, ))run(?=\s+(?!of\b|was\b|is\b|for\b)\S)",
    re.I,
)
"""The verb: the noun has an article, a name or nothing before it."""
_LATEST = re.compile(
    r"\b(?:the |my |our )?(?:very )?(?:latest|last|newest|most recent)(?: [\w-]+)? (?:run|job|execution|one|training|analysis)\b(?!s)", re.I
)


@dataclass(frozen=True)
class Shape:
    """A step in the form of an example: `delete {run} permanently`."""

    text: str

    @property
    def kinds(self) -> list[tuple[str, ...]]:
        """The placeholders in order, each as the kinds it can be."""
        return [tuple(m.group(1).split("|")) for m in PLACEHOLDER.finditer(self.text)]


def shape(text: str, found: Sequence[Mention] = ()) -> Shape:
    """The shape of a text in which these things were found; what is a placeholder already, as in an example, stays one."""
    spans = [(m.start, m.end, m.entry.kind) for m in found]
    return Shape(_values(_filled(text, spans)))


def without_placeholders(text: str) -> str:
    """What a person wrote: what only looks like a placeholder is none. Everything keeps its place."""
    return PLACEHOLDER.sub(r" \1 ", text)


def _file(name: str) -> str:
    """The placeholder of a file that is no object here; what is compiled or described in YAML says so."""
    if PLACEHOLDER.search(name):
        return name
    return "{path} yaml" if name.lower().endswith((".yaml", ".yml")) else "{path}"


def _filled(text: str, spans: Sequence[tuple[int, int, str]]) -> str:
    """The text with stretches replaced by placeholders; kinds that share a stretch share one."""
    parts: list[str] = []
    last = 0
    for start, end in sorted({(s, e) for s, e, _ in spans}):
        if start < last:
            continue
        kinds = "|".join(dict.fromkeys(kind for s, e, kind in spans if (s, e) == (start, end)))
        parts += [text[last:start], f"{{{kinds}}}"]
        last = end
    return "".join([*parts, text[last:]])


def _values(text: str) -> str:
    """Values as placeholders too."""
    text = re.sub(r"\{(\w+)\}\s*=\s*\S+", "{setting}", text)
    text = ASSIGNMENT.sub("{setting}", text)
    text = _ADDRESS.sub("{address}", text)
    text = WILD.sub("{pattern}", text)
    text = FILE_LIKE.sub(lambda m: _file(m.group()), text)
    text = _FOLDER.sub("{prefix}", text)
    when = repeated(text)
    if when:
        text = f"{text[: when.start]}{{cron}}{text[when.end :]}"
    lasts = duration(text)
    if lasts:
        text = f"{text[: lasts[1].start]}{{duration}}{text[lasts[1].end :]}"
    text = re.sub(r"\{run\} (?:of|for|from) (?:the )?\{pipeline\}(?: pipeline\b)?", "{run}", _LATEST.sub("{run}", text))
    text = NAME_LIKE.sub("{name}", text)
    text = re.sub(r"(?<![\w{])[-+]?\d[\d.:%]*\b", "{number}", text)
    return _RUN.sub("start", phrased(text))


def clauses(whole: Shape) -> list[Shape]:
    """The clauses of a long-winded step that hold all its placeholders: what stands around them says less."""
    parts = [Shape(part.strip()) for part in re.split(r"(?:[,.;!?]|\bso\b|\bbecause\b|\bthat\b)\s", whole.text) if len(words(part)) > 1]
    if len(parts) < 2:
        return []
    return [part for part in parts if len(part.kinds) == len(whole.kinds)]
