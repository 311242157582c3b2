"""Python tracebacks in a log: what ended a step, and the few lines of it that concern the step's own code."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 200
"""Characters of one shown line."""
_MARGIN = re.compile(r"^(?:\s*[|+] ?)+")
"""What a group of exceptions puts before the lines of each."""
_FRAME = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+)(?:, in (?P<function>.+))?')
_MARKS = re.compile(r"[\s~^]*")
_CHAINED = ("The above exception was the direct cause", "During handling of the above exception")
_RUNNER = re.compile(r"<frozen |/kfp/(?:dsl|components)/|runpy\.py$")
_LIBRARY = re.compile(r"site-packages/|dist-packages/|/lib/python[\d.]+/|^<")
_TRAILING = 25
"""Lines that may follow the traceback that ended a step, such as those of a launcher; with more, it was an earlier, handled one."""


@dataclass(frozen=True)
class Frame:
    """One call on the stack with its source line, where there is one."""

    file: str
    line: str
    function: str
    source: str

    @property
    def own(self) -> bool:
        """Whether it is the step's own code rather than a library's."""
        return not (_RUNNER.search(self.file) or _LIBRARY.search(self.file))

    @property
    def lines(self) -> list[str]:
        """As Python writes it, the path cut to what tells."""
        inside = re.split(r"(?:site|dist)-packages/|/lib/python[\d.]+/", self.file)[-1]
        place = f'  File "{"/".join(inside.split("/")[-3 if inside != self.file else -1 :])}", line {self.line}'
        return [f"{place}, in {self.function}" if self.function else place, *([f"    {self.source}"] if self.source else [])]


@dataclass(frozen=True)
class Traceback:
    """One exception: where it was raised, and what it said."""

    start: int
    end: int
    """Lines of the log, without its empty ones, from the first to the one after the last."""
    frames: tuple[Frame, ...]
    error: tuple[str, ...]
    chained: bool
    """Whether it was raised because of, or while handling, the one before it."""

    @property
    def first(self) -> str:
        """The exception's class and the first line of its message."""
        return self.error[0] if self.error else ""


def said(log: str) -> list[str]:
    """The lines of a log that are not empty."""
    return [line.rstrip() for line in log.splitlines() if line.strip()]


def final_chain(lines: Sequence[str]) -> list[Traceback]:
    """The traceback that ended the log, preceded by those it was chained to; empty where none did."""
    found: list[Traceback] = []
    for number, line in enumerate(lines):
        if "Traceback (most recent call last)" in line and (not found or number >= found[-1].end):
            chained = bool(found) and found[-1].end == number - 1 and any(words in lines[number - 1] for words in _CHAINED)
            read = _read(lines, number, chained)
            found += [read] if read.error else []
    if not found or len(lines) - found[-1].end > _TRAILING:
        return []
    first = len(found) - 1
    while found[first].chained:
        first -= 1
    return found[first:]


def _read(lines: Sequence[str], start: int, chained: bool) -> Traceback:
    frames: list[Frame] = []
    number = start + 1
    while number < len(lines) and (matched := _FRAME.match(_plain(lines[number]))):
        number += 1
        source = ""
        if number < len(lines) and _plain(lines[number]).startswith("    ") and not _FRAME.match(_plain(lines[number])):
            source = _plain(lines[number]).strip()
            number += 1
        while number < len(lines) and (_MARKS.fullmatch(_plain(lines[number])) or "[Previous line repeated" in lines[number]):
            number += 1
        frames.append(Frame(matched["file"], matched["line"], matched["function"] or "", source))
    error: list[str] = []
    while number < len(lines) and (not error or _belongs(lines[number])):
        error.append(_plain(lines[number]).strip())
        number += 1
    return Traceback(start, number, tuple(frames), tuple(error), chained)


def _plain(line: str) -> str:
    return _MARGIN.sub("  ", line) if line.lstrip()[:1] in ("|", "+") else line


def _belongs(line: str) -> bool:
    """Whether a line continues the message of the exception before it: those are indented, or written as lists."""
    return line[:1] in (" ", "\t") and "Traceback" not in line


def relevant(log: str, limit: int = 15) -> list[str]:
    """The lines of a log that explain a failure: its own frames and errors of the traceback that ended it, else its end."""
    lines = said(log)
    chain = final_chain(lines)
    if not chain:
        return [_cut(line) for line in lines[-limit:]]
    last = _shown(chain[-1], frames=3, words=4)
    room = limit - len(last)
    earlier = [[*_shown(one, frames=1, words=1), "…which led to:"] for one in chain[:-1]]
    kept: list[str] = []
    for block in reversed(earlier):
        if len(kept) + len(block) <= room:
            kept = block + kept
    before = lines[max(0, chain[0].start - 3) : chain[0].start]
    room -= len(kept)
    return [_cut(line) for line in [*(before[-room:] if room > 0 else []), *kept, *last]]


def _shown(traceback: Traceback, frames: int, words: int) -> list[str]:
    """The innermost frames of the step's own code, the place in a library where it ended, and what was said."""
    own = [frame for frame in traceback.frames if frame.own][-frames:]
    deepest = [f for f in traceback.frames[-1:] if not f.own and not _RUNNER.search(f.file)]
    placed = [line for frame in [*own, *deepest] for line in frame.lines]
    return [*(["Traceback (most recent call last):"] if placed else []), *placed, *traceback.error[:words]]


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"
