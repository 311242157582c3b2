"""Watching runs: the conversation that asked is told when they end."""

from datetime import UTC, datetime

from tools.kfp.client import Kfp
from tools.kfp.run_names import run as run_resolver
from tools.kfp.run_names import runs as run_lister
from tools.kinds import Run
from tools.markdown import when
from tools.result import Subject, ToolResult
from tools.tool import tool
from tools.watch.endings import ending
from tools.watch.watchlist import Watchlist

__all__ = ["cancel_watch", "list_watches", "run_lister", "run_resolver", "watch_run"]


@tool(
    effect="read",
    examples=[
        "tell me when {run} is done",
        "tell me when it is done",
        "let me know when {run} has finished",
        "notify me when it finishes",
        "watch {run}",
        "watch it for me",
        "ping me as soon as {run} ends",
        "keep an eye on {run} and tell me how it went",
        "message me once the training is over",
        "send me a note when the latest run is through",
        "keep watch over {run}",
        "give me notice when {run} is through",
        "let me know as soon as {run} ends",
        "write to me when {run} is ready",
        "inform me when {run} has finished",
        "ping me when it is done",
        "I want a message once {run} is over",
        "tell me when it has finished",
    ],
)
def watch_run(kfp: Kfp, watchlist: Watchlist, /, run: Run) -> ToolResult:
    """Watch a run and report here when it has ended: its state, the cause of a failure, the next step. Returns at once."""
    view = kfp.run(run)
    about = [Subject(kind="run", name=view.name), Subject(kind="pipeline", name=view.pipeline)]
    if view.done:
        over = ending(kfp, view.id, view.name)
        return ToolResult(content=f"It has ended already. {over.text if over else ''}".strip(), subjects=about)
    new = watchlist.add(view.id, view.name)
    lead = "I will tell you here" if new else "I am watching it already and will tell you here"
    return ToolResult(content=f"{lead} when run `{view.name}` has ended. It is {view.state} now.", subjects=about)


@tool(
    effect="read",
    examples=[
        "which runs are you watching",
        "list my watches",
        "what are you watching for me",
        "show the watches",
        "any watches on my runs",
        "what are you watching",
        "what are you observing for me",
        "which runs do you follow for me",
        "which runs do you watch",
        "what notifications did I ask for",
        "which alerts are open for me",
        "what am I being notified about",
        "what are you keeping an eye on for me",
    ],
)
def list_watches(watchlist: Watchlist, /) -> ToolResult:
    """List the runs that are being watched for this conversation."""
    watches = watchlist.watches()
    if not watches:
        return ToolResult.no_data("No run is being watched for this conversation.")
    names = ", ".join(f"`{w.name}` (since {when(datetime.fromtimestamp(w.since, UTC))})" for w in watches)
    return ToolResult(content=f"Watched: {names}.", subjects=[Subject(kind="run", name=w.name) for w in watches])


@tool(
    effect="read",
    examples=[
        "stop watching {run}",
        "cancel the watch on {run}",
        "you need not tell me about {run} any more",
        "do not watch it any longer",
        "unwatch {run}",
        "no more notice about {run} please",
        "no longer watch {run}",
        "do not watch {run} any longer",
        "no more messages about {run}",
        "do not tell me about {run} any more",
        "no more pings about {run}",
        "I no longer need to be notified about {run}",
        "forget the notification for {run}",
        "stop telling me about {run}",
        "you can stop watching {run}",
    ],
)
def cancel_watch(kfp: Kfp, watchlist: Watchlist, /, run: Run) -> ToolResult:
    """Stop watching a run. The run itself goes on."""
    view = kfp.run(run)
    about = [Subject(kind="run", name=view.name)]
    if not watchlist.remove(view.id):
        return ToolResult(status="no_data", content=f"Run `{view.name}` was not being watched.", subjects=about)
    return ToolResult(content=f"I am no longer watching run `{view.name}`; the run itself goes on.", subjects=about)
