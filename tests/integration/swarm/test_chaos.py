"""The short version of `python -m evals.chaos_conversation`."""

import random
from pathlib import Path

from evals.chaos_conversation import torment


def test_kills_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    assert torment(tmp_path, 5, random.Random(4)).wrong == []
