"""How a watched run ended: state, cause and next step, in words for the person who asked."""

from dataclasses import dataclass

from tools.kfp import diagnosis
from tools.kfp.client import Kfp
from tools.markdown import duration
from tools.result import ErrorCode, Subject, ToolError


@dataclass(frozen=True)
class Ending:
    """What there is to say, and what it is about."""

    text: str
    about: list[Subject]


def ending(kfp: Kfp, run: str, name: str) -> Ending | None:
    """How the run of this id ended; None while it goes on.

    Raises:
        ToolError: the server does not answer.
    """
    try:
        view = kfp.run(run)
    except ToolError as error:
        if error.code is not ErrorCode.NOT_FOUND:
            raise
        return Ending(f"Run `{name}`, which I was watching, is gone: somebody deleted it.", [])
    if not view.done:
        return None
    about = [Subject(kind="run", name=view.name), Subject(kind="pipeline", name=view.pipeline)]
    if view.state == "failed" and not view.stopped:
        return Ending(diagnosis.diagnose_run(kfp, run=run).content, about)
    took = f" after {duration(view.seconds)}" if view.seconds else ""
    step = "Ask “show its metrics” to see how good it is." if view.state == "succeeded" else "Ask “retry it” to start it again."
    return Ending(f"Run `{view.name}` of pipeline `{view.pipeline}` {view.outcome}{took}. {step}", about)
