"""An agent from outside, made for measuring the engine: it keeps a ledger file, can wait, and counts what really happened."""

from pathlib import Path

AGENT = """
from agents.agent import Agent

agent = Agent(name="ledger", description="The ledger: write entries into it, read it, and wait a while.", package="ledger_tools",
              prompt="You are the ledger agent.")
"""
TOOLS = '''
import os
import time
from pathlib import Path
from typing import Annotated

from pydantic import Field

from tools.result import ToolResult
from tools.tool import Prepared, tool

BOOK = Path(os.environ["LEDGER"])
Text = Annotated[str, Field(description="What to write.")]
Seconds = Annotated[float, Field(description="How long.", ge=0)]


@tool(effect="write", examples=["write hello into the ledger", "add an entry to the ledger", "note x in the ledger"])
def write_entry(text: Text) -> ToolResult:
    """Write an entry into the ledger."""
    time.sleep(0.02)
    with BOOK.open("a") as book:
        book.write(text + "\\\\n")
    time.sleep(0.02)
    return ToolResult(content=f"Wrote {text} into the ledger.")


@write_entry.prepare
def _preview(text: Text) -> Prepared:
    return Prepared(f"Write `{text}` into the ledger.")


@tool(effect="read", examples=["read the ledger", "what is in the ledger", "show all entries"])
def read_entries() -> ToolResult:
    """Read the ledger."""
    return ToolResult(content=BOOK.read_text() if BOOK.exists() else "The ledger is empty.")


@tool(effect="read", examples=["wait two seconds", "pause for a moment", "sleep a while"])
def wait_a_while(seconds: Seconds, word: Text) -> ToolResult:
    """Wait some seconds, then say a word."""
    time.sleep(seconds)
    return ToolResult(content=f"Waited, {word}.")
'''


def install(folder: Path) -> Path:
    """Write the package, with the entry point by which it is found, into a folder for `sys.path`; the folder."""
    tools = folder / "ledger_tools"
    info = folder / "swarm_ledger-1.dist-info"
    for made in (tools, info):
        made.mkdir(parents=True, exist_ok=True)
    (folder / "ledger_agent.py").write_text(AGENT)
    (tools / "__init__.py").write_text("")
    (tools / "ledger.py").write_text(TOOLS.replace("\\\\n", "\\n"))
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: swarm-ledger\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[mlops_swarm.agents]\nledger = ledger_agent:agent\n")
    return folder
