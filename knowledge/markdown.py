"""Markdown of documentation sites: cleaning, and the headings of a clean page.

Cleaning never adds or removes a line, so a line number of the clean text is a line number of the file.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

_FENCE = re.compile(r"^\s*(?:>\s*)?(`{3,}|~{3,})")
HEADING = re.compile(r"^\s{0,3}(#{1,6})\s+(.+?)\s*#*\s*$")
_UNDERLINE = re.compile(r"^([=-])\1{2,}\s*$")
_PLAIN = re.compile(r"^\s{0,3}[^\s|#>*+-].*$")
_SHORTCODE = re.compile(r"\{\{[<%]\s*(/?)\s*([\w/.-]+)(.*?)/?[%>]\}\}")
_ATTRIBUTE = re.compile(r'title\s*=\s*"([^"]*)"')
_OUTDATED = re.compile(r"old version|outdated|deprecated version", re.IGNORECASE)
_ADMONITION = re.compile(r'^(\s*)(?:!!!|\?\?\?\+?)\s+(\w+)(?:\s+"([^"]*)")?\s*$')
_CALLOUT = re.compile(r"^(\s*>\s*)\[!(\w+)\]\s*(.*)$")
_TAG = re.compile(
    r"</?(?:a|b|br|center|cite|code|colgroup|col|dd|details|div|dl|dt|em|figure|figcaption|font|hr|i|iframe|img|kbd|li|link|meta|ol|p|pre|"
    r"script|section|small|span|strong|style|sub|summary|sup|svg|table|tbody|td|th|thead|tr|u|ul|video)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_TAG_RULES = (
    (re.compile(r"<br\s*/?>", re.IGNORECASE), " "),
    (re.compile(r"</t[dh]\s*>", re.IGNORECASE), " | "),
    (re.compile(r"<li(?:\s[^<>]*)?>", re.IGNORECASE), "- "),
    (re.compile(r"</?code>", re.IGNORECASE), "`"),
    (re.compile(r"</h[1-6]\s*>", re.IGNORECASE), ""),
    *((re.compile(rf"<h{level}(?:\s[^<>]*)?>", re.IGNORECASE), f"{'#' * level} ") for level in range(1, 7)),
    (_TAG, ""),
)
_INLINE_CODE = re.compile(r"(`+[^`]+`+)")
_LINK_RULES = (
    (re.compile(r"\[!\[[^\]]*\]\([^)]*\)\]\([^)]*\)"), ""),
    (re.compile(r"!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])(?:\{[^}]*\})?"), ""),
    (re.compile(r"\[([^\[\]]+)\]\((?:[^()\s]|\([^()]*\))*(?:\s+\"[^\"]*\")?\)(?:\{:?[^}]*\})?"), r"\1"),
    (re.compile(r"\[([^\[\]]+)\]\[[^\]]*\]"), r"\1"),
    (re.compile(r"^\s{0,3}\[[^\]^]+\]:\s+\S+.*$"), ""),
    (re.compile(r"\s*\{#[\w:.-]+\}\s*$"), ""),
)


@dataclass(frozen=True)
class Page:
    """A cleaned page: its title if it names one, its text line for line, and whether a banner calls it out of date."""

    title: str | None
    text: str
    outdated: bool


def clean(raw: str) -> Page:
    """Remove what only a site generator reads: front matter, shortcodes, images, link targets, comments and HTML tags."""
    lines = raw.replace("\r\n", "\n").split("\n")
    title, description, body = _front_matter(lines)
    lines[:body] = [""] * body
    if description:
        lines[0] = description
    cleaned: list[str] = []
    outdated = skipping = False
    indent: str | None = None
    for fenced, line in fenced_lines(_without_comments("\n".join(lines)).split("\n")):
        opening = _SHORTCODE.search(line)
        if not fenced and opening and _OUTDATED.search(opening.group(3)):
            outdated = skipping = True
        if skipping:
            skipping = not (opening and opening.group(1))
            cleaned.append("")
            continue
        if fenced:
            cleaned.append(_SHORTCODE.sub(lambda m: f"<{m.group(2).rsplit('/', 1)[-1]}>", line))
            continue
        admonition = _ADMONITION.match(line)
        if admonition:
            indent = admonition.group(1) + "    "
            line = f"{admonition.group(1)}**{admonition.group(3) or admonition.group(2).capitalize()}:**"
        elif indent is not None and line.startswith(indent):
            line = line.removeprefix("    ")
        elif line.strip():
            indent = None
        underlined = _UNDERLINE.match(line)
        if underlined and cleaned and _PLAIN.match(cleaned[-1]) and not (len(cleaned) > 1 and cleaned[-2].strip()):
            cleaned[-1] = f"{'#' if underlined.group(1) == '=' else '##'} {cleaned[-1].strip()}"
            cleaned.append("")
            continue
        cleaned.append(_clean_line(line))
    return Page(title, "\n".join(cleaned), outdated)


@dataclass(frozen=True)
class Heading:
    """A heading and the lines of its section, sections below it included."""

    name: str
    lines: tuple[int, int]


def outline(text: str) -> list[Heading]:
    """Headings of a clean page in order."""
    found = [
        (n, len(match.group(1)), match.group(2).strip("* "))
        for n, (fenced, line) in enumerate(fenced_lines(text.split("\n")), 1)
        if not fenced and (match := HEADING.match(line))
    ]
    end = text.count("\n") + 1
    return [Heading(name, (n, next((m - 1 for m, other, _ in found if m > n and other <= level), end))) for n, level, name in found]


def _front_matter(lines: list[str]) -> tuple[str | None, str, int]:
    """Title, description and number of lines of a YAML (`---`) or TOML (`+++`) front matter; without one all are empty."""
    mark = lines[0].strip().lstrip("\ufeff")
    if mark not in ("---", "+++"):
        return None, "", 0
    end = next((n for n, line in enumerate(lines[1:], 1) if line.strip() == mark), None)
    if end is None:
        return None, "", 0
    block = "\n".join(lines[1:end])
    try:
        fields = yaml.safe_load(block) if mark == "---" else tomllib.loads(block)
    except (yaml.YAMLError, tomllib.TOMLDecodeError, RecursionError):
        return None, "", end + 1
    if not isinstance(fields, dict):
        return None, "", 0
    title, description = fields.get("title"), fields.get("description")
    summary = " ".join(description.split()) if isinstance(description, str) else ""
    return (str(title) if isinstance(title, str | int | float) else None), summary, end + 1


def _without_comments(text: str) -> str:
    """The text without HTML comments, their line breaks kept. One pass: a pattern would take quadratic time on unclosed comments."""
    last = text.rfind("-->")
    parts: list[str] = []
    done = 0
    while 0 <= (start := text.find("<!--", done)) < last - 3:
        end = text.find("-->", start + 4)
        parts += [text[done:start], "\n" * text.count("\n", start, end)]
        done = end + 3
    return "".join(parts) + text[done:]


def fenced_lines(lines: list[str]) -> Iterator[tuple[bool, str]]:
    """Each line with whether it belongs to a fenced code block, fences included."""
    fence: str | None = None
    for line in lines:
        match = _FENCE.match(line)
        if fence is None:
            fence = match.group(1) if match else None
            yield fence is not None, line
        else:
            yield True, line
            if match and match.group(1).startswith(fence) and not line.strip().strip("`~> "):
                fence = None


def _clean_line(line: str) -> str:
    line = _SHORTCODE.sub(lambda m: f"**{title[1]}:**" if (title := _ATTRIBUTE.search(m.group(3))) and title[1] else "", line)
    callout = _CALLOUT.match(line)
    if callout:
        line = f"{callout.group(1)}**{callout.group(2).capitalize()}:** {callout.group(3)}"
    if "[" in line or "{#" in line:
        for pattern, new in _LINK_RULES:
            line = pattern.sub(new, line)
    parts = _INLINE_CODE.split(line)
    return "".join(part if n % 2 else _strip_tags(part) for n, part in enumerate(parts)).rstrip()


def _strip_tags(text: str) -> str:
    if "<" not in text:
        return text
    for pattern, new in _TAG_RULES:
        text = pattern.sub(new, text)
    return text
