"""What the examples of the bundled agents teach, read from a file: to find it out takes longer than many a command.

`make planner-examples` writes the file anew. Whatever is not in it, such as the examples of an agent from elsewhere, is found out when
it is asked for; so is everything where the file is missing, damaged, or made by other rules than those of this package.
"""

import hashlib
import importlib.resources
import json
import logging
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from swarm.planner.examples import Examples
from swarm.planner.features import Embedding, Features, features

FILE = Path(str(importlib.resources.files("swarm.planner"))) / "examples.npz"
RULES = ("examples.py", "features.py", "language.py", "lexicon.py", "lexicon.toml", "linking.py", "shape.py", "timing.py")
"""What decides how examples are understood; with other ones the file counts as missing."""
_END = "\0"
log = logging.getLogger(__name__)

Taught = Mapping[str, Sequence[str]]
"""The examples of each tool."""


@dataclass(frozen=True)
class Lessons:
    """What is known of some texts, and of some sets of tools."""

    texts: Mapping[str, int]
    """For an example its row in `features`."""
    features: Features
    coefficients: Mapping[str, NDArray[np.float16]]
    """For a set of tools, by its digest, what was learnt from the examples."""

    def examples(self, taught: Taught, embedding: Embedding) -> Examples:
        """What a set of tools is taught, found out anew as far as it is not known."""
        said = [one for examples in taught.values() for one in examples]
        new = list(dict.fromkeys(one for one in said if one not in self.texts))
        known, rows = self.features, dict(self.texts)
        if new:
            known = known.beside(features(new, embedding))
            rows |= {one: len(self.texts) + number for number, one in enumerate(new)}
        own = known.of(np.array([rows[one] for one in said], dtype=np.int64))
        return Examples(taught, embedding, own, self.coefficients.get(digest(taught)))


def digest(taught: Taught) -> str:
    """A name for a set of tools with their examples."""
    return hashlib.sha256(json.dumps([[tool, list(said)] for tool, said in taught.items()]).encode()).hexdigest()


def rules(embedding: Embedding) -> str:
    """A name for how examples are understood."""
    folder = importlib.resources.files("swarm.planner")
    read = b"".join(folder.joinpath(name).read_bytes() for name in RULES)
    return hashlib.sha256(embedding.name.encode() + read).hexdigest()


@cache
def lessons(embedding: Embedding) -> Lessons:
    """The file of this package, read once in a process."""
    return read(FILE, embedding)


def read(file: Path, embedding: Embedding) -> Lessons:
    """What a file holds; nothing where it is no good."""
    try:
        with np.load(file) as stored:
            held = {name: stored[name] for name in stored.files}
        if _texts(held.pop("rules")) == [rules(embedding)]:
            texts, names = _texts(held.pop("texts")), _texts(held.pop("names"))
            starts, columns = held.pop("starts"), held.pop("columns")
            known = Features(names, starts, columns, held.pop("weights"), held.pop("vectors").astype(np.float32))
            return Lessons({text: row for row, text in enumerate(texts)}, known, held)
        log.info("%s was made by other rules; the examples are learnt anew", file)
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        log.warning("%s cannot be read, the examples are learnt anew: %s", file, error)
    return Lessons({}, features([], embedding), {})


def write(file: Path, sets: Iterable[Taught], embedding: Embedding) -> None:
    """Find out what the examples of these sets of tools teach, and store it."""
    sets = list(sets)
    texts = list(dict.fromkeys(one for taught in sets for said in taught.values() for one in said))
    found = features(texts, embedding)
    known = Lessons({text: row for row, text in enumerate(texts)}, found, {})
    coefficients = {digest(taught): known.examples(taught, embedding).coefficients.astype(np.float16) for taught in sets}
    held: dict[str, NDArray[np.generic]] = {
        "rules": _bytes([rules(embedding)]),
        "texts": _bytes(texts),
        "names": _bytes(found.names),
        "starts": found.starts.astype(np.int32),
        "columns": found.columns.astype(np.int32),
        "weights": found.weights.astype(np.float32),
        "vectors": found.vectors.astype(np.float16),
    }
    with file.open("wb") as opened:
        np.savez(opened, allow_pickle=False, **held, **coefficients)


def _bytes(texts: Sequence[str]) -> NDArray[np.uint8]:
    return np.frombuffer(_END.join(texts).encode(), np.uint8)


def _texts(stored: NDArray[np.uint8]) -> list[str]:
    return stored.tobytes().decode().split(_END)
