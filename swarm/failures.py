"""What a turn that could not be finished tells the user: one sentence on what happened and what to do."""

import logging
import uuid

from swarm.errors import SwarmError

log = logging.getLogger(__name__)


def explain(error: Exception) -> str:
    """An exception in words. The unexpected is logged under an id that the message carries."""
    if isinstance(error, SwarmError):
        return str(error)
    said = _of_model(error)
    if said is not None:
        log.warning("model call failed: %s", error)
        return said
    trace_id = uuid.uuid4().hex[:8]
    log.error("turn failed [%s]", trace_id, exc_info=error)
    return f"Something unexpected went wrong (INTERNAL); the log explains it under id {trace_id}. What was done before stands."


def _of_model(error: Exception) -> str | None:
    """Failures of the model's endpoint, in words; None for anything else."""
    try:
        import openai
    except ImportError:
        return None
    request = getattr(error, "request", None)
    where = str(getattr(request, "url", "")) or "the configured endpoint"
    otherwise = "or set SWARM_MODEL=builtin to go on without a language model."
    if isinstance(error, openai.APITimeoutError):
        return f"The language model at {where} did not answer in time. Try again, {otherwise}"
    if isinstance(error, openai.APIConnectionError):
        return f"The language model at {where} cannot be reached. Check OPENAI_BASE_URL, {otherwise}"
    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        return f"The language model at {where} refused the key ({error.status_code}). Check OPENAI_API_KEY, {otherwise}"
    if isinstance(error, openai.NotFoundError):
        return f"{where} does not know this model or address (404). Check SWARM_MODEL and OPENAI_BASE_URL, {otherwise}"
    if isinstance(error, openai.RateLimitError):
        return f"The language model at {where} is over its rate limit or quota (429). Wait a little, {otherwise}"
    if isinstance(error, openai.APIStatusError):
        return f"The language model at {where} answered {error.status_code}. Try again, {otherwise}"
    if isinstance(error, openai.OpenAIError):
        return f"The language model could not be used: {error}. Check the OPENAI_* settings, {otherwise}"
    return None
