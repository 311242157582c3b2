"""The steps of a run as a drawing: from left to right, each with its state."""

from collections.abc import Sequence
from dataclasses import dataclass

from tools.markdown import duration
from ui.web import cards
from ui.web.markup import text

WIDTH, HEIGHT, GAP_X, GAP_Y = 168, 46, 34, 12
"""Pixels of a node, and between nodes."""
SHRUNK = 0.7
"""How small a drawing may get to fit its place before it scrolls."""
LETTERS = 20
"""Letters of a name that fit into a node."""


@dataclass(frozen=True)
class Node:
    """A step, the steps it comes after, and how it is doing."""

    name: str
    after: Sequence[str]
    state: str = ""
    seconds: float | None = None


def drawing(nodes: Sequence[Node]) -> str:
    """An SVG of the nodes, which come in an order in which they could run; text of it for screen readers."""
    places = _places(nodes)
    width = max((x for x, _ in places.values()), default=0) + WIDTH + 2
    height = max((y for _, y in places.values()), default=0) + HEIGHT + 2
    arrows = "".join(_arrow(places[before], places[node.name]) for node in nodes for before in node.after if before in places)
    boxes = "".join(_box(node, *places[node.name]) for node in nodes)
    said = text("; ".join(f"{node.name}: {node.state or 'waiting'}" for node in nodes), 2000)
    return (
        f"<div class='graph' tabindex='0'><svg role='img' aria-label='{said}' width='{width}' height='{height}' "
        f"viewBox='-1 -1 {width} {height}' style='min-width: {round(width * SHRUNK)}px'>{arrows}{boxes}</svg></div>"
    )


def _places(nodes: Sequence[Node]) -> dict[str, tuple[int, int]]:
    """The upper left corner of each node: its column is the longest way to it."""
    columns: dict[str, int] = {}
    for node in nodes:
        columns[node.name] = 1 + max((columns[before] for before in node.after if before in columns), default=-1)
    rows: dict[int, int] = {}
    tallest = max((list(columns.values()).count(c) for c in set(columns.values())), default=1)
    places = {}
    for name, column in columns.items():
        row = rows.get(column, 0)
        rows[column] = row + 1
        lifted = (tallest - list(columns.values()).count(column)) * (HEIGHT + GAP_Y) // 2
        places[name] = (column * (WIDTH + GAP_X), row * (HEIGHT + GAP_Y) + lifted)
    return places


def _arrow(start: tuple[int, int], end: tuple[int, int]) -> str:
    x, y = start[0] + WIDTH, start[1] + HEIGHT // 2
    to_x, to_y = end[0], end[1] + HEIGHT // 2
    bend = x + GAP_X // 2
    return f"<path class='edge' d='M{x} {y} C{bend} {y} {to_x - GAP_X // 2} {to_y} {to_x} {to_y}'/>"


def _box(node: Node, x: int, y: int) -> str:
    name = node.name if len(node.name) <= LETTERS else node.name[: LETTERS - 1] + "…"
    state = " · ".join(part for part in (node.state or "waiting", duration(node.seconds)) if part)
    return (
        f"<g class='node {cards.tone(node.state)}' transform='translate({x} {y})'><title>{text(node.name)}: {text(state)}</title>"
        f"<rect width='{WIDTH}' height='{HEIGHT}' rx='9'/><circle cx='14' cy='16' r='4'/>"
        f"<text x='26' y='20' class='name'>{text(name)}</text><text x='26' y='36' class='state'>{text(state)}</text></g>"
    )
