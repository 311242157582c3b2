"""What a turn that could not be finished tells the user: one sentence on what happened and what to do."""

import logging
import uuid

from swarm.errors import SwarmError

log = logging.getLogger(__name__)


ADVICE = "or set SWARM_MODEL=builtin to go on without a language model."


def explain(error: Exception) -> str:
    """An exception in words. The unexpected is logged under an id that the message carries."""
    if isinstance(error, SwarmError):
        return str(error)
    said = _of_model(error)
    if said is not None:
        log.warning("model call failed: %s", error)
        return f"{said[0]} {said[1]}, {ADVICE}"
    trace_id = uuid.uuid4().hex[:8]
    log.error("turn failed [%s]", trace_id, exc_info=error)
    return f"Something unexpected went wrong (INTERNAL); the log explains it under id {trace_id}. What was done before stands."


def cause(error: Exception) -> str:
    """What was wrong with a model, in one sentence without advice."""
    said = _of_model(error)
    return said[0] if said else "The language model's answer could not be read."


def _of_model(error: Exception) -> tuple[str, str] | None:
    """What happened at the model's endpoint and what to do about it; None for anything else."""
    request = getattr(error, "request", None)
    where = str(getattr(request, "url", "")) or "the configured endpoint"
    status = getattr(error, "status_code", None)
    if _is(error, "ModelTimeoutError", "APITimeoutError"):
        return f"The language model at {where} did not answer in time.", "Try again"
    if _is(error, "ModelConnectionError", "APIConnectionError"):
        return f"The language model at {where} cannot be reached.", "Check OPENAI_BASE_URL"
    if status in (401, 403):
        return f"The language model at {where} refused the key ({status}).", "Check OPENAI_API_KEY"
    if status == 404:
        return f"{where} does not know this model or address (404).", "Check SWARM_MODEL and OPENAI_BASE_URL"
    if status == 429:
        return f"The language model at {where} is over its rate limit or quota (429).", "Wait a little"
    if _is(error, "ContextOverflowError"):
        return f"The conversation has grown too long for the language model at {where}.", "Begin a new one"
    if status is not None:
        return f"The language model at {where} answered {status}.", "Try again"
    if _is(error, "ModelError", "OpenAIError"):
        return f"The language model could not be used: {error}.", "Check its settings"
    return None


def _is(error: Exception, *names: str) -> bool:
    """Whether an error is of one of these classes: LangChain's, or the client's own, whose package need not be imported for that."""
    return any(kind.__name__ in names for kind in type(error).__mro__)
