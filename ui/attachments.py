"""Files that somebody drops into a conversation: kept in the assistant's own folder, where its tools may read them."""

import re
import shutil
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path


class Attachments:
    """The files of all conversations, each conversation's in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, session: str, uploads: Sequence[str]) -> list[str]:
        """Take over uploaded files; the paths by which tools find them. A name that is taken gets a number."""
        kept = []
        for upload in map(Path, uploads):
            place = self._folder / f"chat-{sha256(session.encode()).hexdigest()[:6]}"
            place.mkdir(parents=True, exist_ok=True)
            target = _free(place / (re.sub(r"[^\w.()+ -]", "_", upload.name).strip() or "file"))
            shutil.move(upload, target)
            kept.append(str(target.relative_to(self._folder)))
        return kept


def _free(path: Path) -> Path:
    """The path, or the first with a number behind its name that nothing has."""
    number = 2
    candidate = path
    while candidate.exists():
        candidate = path.with_stem(f"{path.stem}-{number}")
        number += 1
    return candidate


def with_files(text: str, paths: Sequence[str]) -> str:
    """A message that names its files, in words that a model and the planner understand."""
    if not paths:
        return text
    named = ", ".join(f"`{path}`" for path in paths)
    return f"{text.strip()} (the local file{'s' if len(paths) > 1 else ''} {named})".strip()
