"""The notebook: what one user asked to be remembered, across conversations. Where it is kept is not the tools' business."""

from typing import Protocol


class Notebook(Protocol):
    """The notes of the user whom the running call is for."""

    def notes(self) -> list[str]:
        """All notes, the oldest first."""

    def add(self, note: str) -> bool:
        """Keep a note; one about the same thing is replaced. Tells whether it was new.

        Raises:
            ToolError: INVALID_ARGUMENT, it holds a secret, or something the user has not said, or the notebook is full.
        """

    def remove(self, words: str) -> list[str]:
        """Remove the notes that have all these words; which ones."""
