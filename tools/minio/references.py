"""Which runs and schedules know an object: who wrote it, who read it, and whose arguments name it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from tools.kfp.client import Kfp
from tools.kfp.model import Lineage
from tools.minio.addresses import bulleted
from tools.result import ToolError

LATEST = 100
"""Runs and schedules, the newest, whose arguments are looked at."""
AT_ONCE, MOST_LETTERS = 50, 8000
"""Addresses that one request asks for, and their length together."""
NAMED = 6
"""Runs or schedules that are named, the others are counted."""
MOST_KEYS = 1000
"""Keys whose lineage is asked for."""


def addresses_of(bucket: str, key: str) -> list[str]:
    """What artifacts that are this object, or a folder around it, are recorded under."""
    parts = key.split("/")
    places = ["/".join(parts[:n]) for n in range(len(parts), 0, -1)]
    return [f"{scheme}://{bucket}/{place}" for place in places for scheme in ("minio", "s3")]


def lineage_of(kfp: Kfp, bucket: str, keys: Sequence[str]) -> list[Lineage]:
    """What is recorded of these objects and of the folders around them.

    Raises:
        ToolError: UNAVAILABLE, or UNSUPPORTED on a cluster, which does not tell.
    """
    wanted = list(dict.fromkeys(a for key in keys[:MOST_KEYS] for a in addresses_of(bucket, key)))
    return [found for some in _batches(wanted) for found in kfp.lineage(some)]


def _batches(addresses: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for place in addresses:
        if batch and (len(batch) == AT_ONCE or sum(map(len, batch)) + len(place) > MOST_LETTERS):
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def references(kfp: Kfp, bucket: str, keys: Sequence[str]) -> str:
    """For a preview: the runs and schedules that refer to these objects, as a paragraph of Markdown; empty when none does."""
    return _paragraph(kfp, lambda arguments: any(_names(arguments, bucket, key) for key in keys), bucket, keys)


def references_to_bucket(kfp: Kfp, bucket: str) -> str:
    """The same for everything in a bucket: arguments that name it or an object in it."""
    return _paragraph(kfp, lambda arguments: _mentions(arguments, bucket), bucket, [])


def _paragraph(kfp: Kfp, concerned: Callable[[dict[str, Any]], bool], bucket: str, keys: Sequence[str]) -> str:
    lines: list[str] = []
    unknown = ""
    try:
        lines += _listed("read by", (f"`{r.run}` ({r.step})" for found in lineage_of(kfp, bucket, keys) for r in found.readers))
    except ToolError as error:
        unknown = f"\n\nWhich runs read {'them' if len(keys) > 1 else 'it'} is not known: {error.message}"
    try:
        lines += _listed(
            "in the arguments of run", (f"`{r.name}` ({r.state})" for r in kfp.runs(limit=LATEST)[0] if concerned(r.arguments))
        )
        schedules = [s for s in kfp.schedules(limit=LATEST)[0] if concerned(s.arguments)]
        lines += _listed("in the arguments of schedule", (f"`{s.name}` ({'on' if s.enabled else 'paused'})" for s in schedules))
    except ToolError as error:
        unknown = f"\n\nWhich runs and schedules refer to {'them' if len(keys) > 1 else 'it'} is not known: {error.message}"
    told = f"\n\n**Still referred to:**\n\n{bulleted(lines)}" if lines else ""
    return told + unknown


def _listed(what: str, names: Iterable[str]) -> list[str]:
    every = list(dict.fromkeys(names))
    if not every:
        return []
    rest = f" and {len(every) - NAMED} more" if len(every) > NAMED else ""
    return [f"{what} {', '.join(every[:NAMED])}{rest}"]


def _texts(value: Any) -> Iterator[str]:
    """All text inside an argument's value."""
    if isinstance(value, str):
        yield value.strip()
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _place(text: str) -> str:
    """`bucket/key` of an address."""
    return text.partition("://")[2] if "://" in text else text


def _names(arguments: dict[str, Any], bucket: str, key: str) -> bool:
    """Whether arguments name an object: its address, a folder's around it, or bucket and key side by side."""
    texts = list(_texts(arguments))
    own = f"{bucket}/{key}"
    places = [_place(text) for text in texts]
    folders = [p.rstrip("/") + "/" for p in places if p.startswith(f"{bucket}/")]
    return own in places or any(own.startswith(folder) for folder in folders) or (bucket in texts and key in texts)


def _mentions(arguments: dict[str, Any], bucket: str) -> bool:
    places = [_place(text) for text in _texts(arguments)]
    return any(place == bucket or place.startswith(f"{bucket}/") for place in places)
