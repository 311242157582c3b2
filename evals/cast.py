"""Makes the picture of a session in the terminal: `python -m evals.cast [FILE]` plays the demo for real and writes it as SVG."""

import asyncio
import io
import sys
from pathlib import Path

from rich.console import Console

from swarm.settings import Settings
from ui.demo import play

FILE = Path(__file__).parents[1] / "docs" / "users" / "images" / "terminal.svg"


def main() -> int:
    """Play and write; the exit code."""
    console = Console(record=True, width=110, file=io.StringIO(), force_terminal=True)
    code = asyncio.run(play(Settings(), console))
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    console.save_svg(str(file), title="swarm demo")
    return code


if __name__ == "__main__":
    raise SystemExit(main())
