"""Completion: commands, and the names of what exists."""

from collections.abc import Callable, Iterable, Sequence

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document


class Names(Completer):
    """Completes the word before the cursor, a command at the beginning of a line or a name anywhere."""

    def __init__(self, commands: Sequence[str], names: Callable[[], Sequence[str]]) -> None:
        """`names` may block; it is asked in a thread."""
        self._commands = commands
        self._names = names

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """What may follow."""
        word = document.get_word_before_cursor(WORD=True)
        if not word:
            return
        offered = self._commands if word.startswith("/") and document.text_before_cursor == word else self._names()
        for name in offered:
            if name.lower().startswith(word.lower()):
                yield Completion(name, start_position=-len(word))
