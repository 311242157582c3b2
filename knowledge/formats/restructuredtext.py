"""reStructuredText to Markdown, line for line, so that line numbers stay those of the file."""

import re

from knowledge.markdown import Page

_UNDERLINE = re.compile(r"^([=\-~^\"'`#*+.:_])\1{2,}\s*$")
_DIRECTIVE = re.compile(r"^(\s*)\.\. (?:\|[^|]+\| )?([\w:.-]+)::\s*(.*)$")
_CODE = frozenset({"code-block", "code", "sourcecode", "literalinclude", "parsed-literal", "prompt", "console"})
_DROPPED = frozenset(
    {"image", "figure", "toctree", "contents", "include", "raw", "index", "meta", "highlight", "module", "currentmodule", "replace"}
)
_ADMONITIONS = frozenset(
    {
        "note",
        "warning",
        "tip",
        "important",
        "caution",
        "danger",
        "hint",
        "attention",
        "seealso",
        "versionadded",
        "versionchanged",
        "deprecated",
    }
)
_INLINE = (
    (re.compile(r"(?<!`)``(?!`)(.+?)``"), r"`\1`"),
    (re.compile(r":[\w:+-]{1,60}:`~?([^`<]+?)\s*<[^`>]+>`"), r"\1"),
    (re.compile(r":[\w:+-]{1,60}:`~?!?([^`]+)`"), r"`\1`"),
    (re.compile(r"(?<!`)`([^`<]+?)\s*<[^`>]+>`__?"), r"\1"),
    (re.compile(r"(?<!`)`([^`]+)`__?(?!`)"), r"\1"),
)


def read(text: str) -> Page:
    """Titles become headings, literal blocks and code directives fenced code, admonitions bold leads; the rest stays."""
    lines = text.split("\n")
    made: list[str] = []
    levels: list[str] = []
    n = 0
    while n < len(lines):
        taken = _title(lines, n, levels) or _directive(lines, n) or _literal(lines, n) or [_inline(lines[n])]
        made += taken
        n += len(taken)
    del made[len(lines) :]
    return Page(None, "\n".join(made), outdated=False)


def _title(lines: list[str], n: int, levels: list[str]) -> list[str] | None:
    """A title at line `n`, with or without a line above it; levels count in the order in which their marks appear."""
    over = (
        bool(_UNDERLINE.match(lines[n])) and n + 2 < len(lines) and lines[n + 2].strip() == lines[n].strip() and bool(lines[n + 1].strip())
    )
    name = n + 1 if over else n
    if not over and (n + 1 >= len(lines) or not _UNDERLINE.match(lines[n + 1])):
        return None
    if not lines[name].strip() or lines[name].startswith(" " * 4) or _UNDERLINE.match(lines[name]):
        return None
    if len(lines[name + 1].strip()) < len(lines[name].strip()):
        return None
    mark = lines[name + 1].strip()[0] + ("^" if over else "")
    if mark not in levels:
        levels.append(mark)
    heading = f"{'#' * min(levels.index(mark) + 1, 6)} {_inline(lines[name].strip())}"
    return ["", heading, ""] if over else [heading, ""]


def _directive(lines: list[str], n: int) -> list[str] | None:
    """A directive or comment at line `n` with its indented content."""
    match = _DIRECTIVE.match(lines[n])
    if not match:
        return _comment(lines, n)
    indent, name, argument = match.groups()
    content = _indented(lines, n + 1, len(indent))
    options = next((k for k, line in enumerate(content) if not re.match(r"^\s*:[\w-]+:", line)), len(content))
    content = [""] * options + content[options:]
    if name in _DROPPED:
        return [""] * (1 + len(content))
    if name in _CODE:
        return _fenced(f"{indent}```{argument}", content)
    body = [_inline(line.removeprefix(indent + "   ")) for line in content]
    if name in _ADMONITIONS:
        return [f"{indent}**{name.capitalize()}:** {_inline(argument)}".rstrip(), *body]
    return [f"{indent}**{argument}**" if argument else "", *body]


def _comment(lines: list[str], n: int) -> list[str] | None:
    if not re.match(r"^\s*\.\.(\s|$)", lines[n]):
        return None
    indent = len(lines[n]) - len(lines[n].lstrip())
    return [""] * (1 + len(_indented(lines, n + 1, indent)))


def _literal(lines: list[str], n: int) -> list[str] | None:
    """A paragraph line that ends with `::` and the literal block below it."""
    if not lines[n].rstrip().endswith("::") or n + 2 >= len(lines) or lines[n + 1].strip():
        return None
    indent = len(lines[n]) - len(lines[n].lstrip())
    block = _indented(lines, n + 1, indent)
    if not any(line.strip() for line in block):
        return None
    return [_inline(lines[n].rstrip()[:-1]), *_fenced("```", block[1:])]


def _indented(lines: list[str], start: int, indent: int) -> list[str]:
    """Lines from `start` that are blank or deeper than `indent`."""
    end = start
    while end < len(lines) and (not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > indent):
        end += 1
    return lines[start:end]


def _fenced(opening: str, block: list[str]) -> list[str]:
    """A code block in as many lines as it had: the blank line after it holds the closing fence."""
    filled = len(block)
    while filled and not block[filled - 1].strip():
        filled -= 1
    return [opening, *block[:filled], "```", *block[filled + 1 :]]


def _inline(line: str) -> str:
    for pattern, new in _INLINE:
        line = pattern.sub(new, line)
    return line
