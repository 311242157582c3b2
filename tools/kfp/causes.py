"""Known causes of failed steps: what in a log or an error tells them, in one line, and what to do next."""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """Why a step failed.

    Attributes:
        name: the kind of cause, e.g. `out of memory`.
        error: the line of the log or message that tells it.
        advice: what to do next.
    """

    name: str
    error: str
    advice: str


@dataclass(frozen=True)
class _Sign:
    name: str
    pattern: re.Pattern[str]
    advice: str


def _sign(name: str, pattern: str, advice: str) -> _Sign:
    return _Sign(name, re.compile(pattern, re.I), advice)


_SIGNS = (
    _sign(
        "out of memory",
        r"OOMKilled|MemoryError|Cannot allocate memory|Unable to allocate [\d.]+ .iB|out of memory|exit code:? 137|memory limit",
        "Give the step more memory (`task.set_memory_limit('8G')`), or let it work on less at a time: a smaller batch, fewer rows, chunks.",
    ),
    _sign(
        "timeout",
        r"DeadlineExceeded|timed? ?out|TimeoutError|exceeded (?:its|the) (?:time limit|deadline)|time limit of",
        "Find out what it waited for. If it only needs longer, raise the limit; otherwise check the service it calls.",
    ),
    _sign(
        "image pull",
        r"ImagePullBackOff|ErrImagePull|InvalidImageName|manifest (?:for .* )?(?:unknown|not found)|pull access denied",
        "Check the name and tag of the base image, and that the cluster may pull it (imagePullSecrets).",
    ),
    _sign(
        "package installation",
        r"No matching distribution found|Could not find a version that satisfies|ResolutionImpossible|pip.*(?:failed|error)"
        r"|could not install|No solution found when resolving",
        "Check names and versions in `packages_to_install`, and that the package index can be reached from where the step runs.",
    ),
    _sign(
        "missing module",
        r"ModuleNotFoundError|ImportError|cannot import name",
        "Add the package to the component's `packages_to_install` or its image; imports belong inside the component's function.",
    ),
    _sign(
        "permission",
        r"AccessDenied|PermissionError|Permission denied|403 Forbidden|Forbidden|Unauthorized|InvalidAccessKeyId|SignatureDoesNotMatch",
        "Check the credentials and the rights of the service account on what the message names.",
    ),
    _sign(
        "missing object",
        r"NoSuchKey|NoSuchBucket|The specified (?:key|bucket) does not exist",
        "Check bucket and key: look with “what is in the bucket …”; a step before may have written elsewhere.",
    ),
    _sign(
        "missing file",
        r"FileNotFoundError|No such file or directory",
        "Check the path. A step sees only its inputs: files of other steps must be passed as artifacts.",
    ),
    _sign(
        "connection",
        r"Connection ?(?:refused|reset|aborted)|ConnectionError|Name or service not known"
        r"|Temporary failure in name resolution|getaddrinfo failed"
        r"|Max retries exceeded|Network is unreachable",
        "Check that the address can be reached from where the step runs; steps of the local platform may have no network.",
    ),
    _sign(
        "disk full",
        r"No space left on device|disk quota exceeded|Evicted.*ephemeral|exceeded.*ephemeral",
        "Free disk space, or write less: clean up temporary files, ask for more ephemeral storage.",
    ),
    _sign(
        "missing column",
        r"KeyError: .*|.*not in index|Usecols do not match|None of \[.*\] are in the \[columns\]",
        "The data lack a name that the step expects: compare the columns of the input with the code or the argument that names them.",
    ),
    _sign(
        "bad argument",
        r"ValueError|TypeError|InvalidParameterError|ValidationError|unexpected keyword argument|invalid literal|could not convert",
        "Check the run's arguments and the input data against what the step expects, then retry with the changed argument.",
    ),
    _sign(
        "failed check",
        r"AssertionError",
        "A check in the step did not hold: look at the values in the log just before it.",
    ),
    _sign(
        "terminated",
        r"terminated|SIGTERM|exit code:? 143|[Cc]ancell?ed",
        "Somebody or something stopped it; start it again if it was not meant.",
    ),
    _sign(
        "killed",
        r"exit code:? (?:-9|134|139)|Segmentation fault|SIGKILL|SIGSEGV|worker died|was killed",
        "The process was killed from outside or crashed: look for memory limits and native libraries, then retry.",
    ),
)
_EXCEPTION = re.compile(r"^(?:[\w.]+\.)?[A-Z]\w*(?:Error|Exception|Warning|Interrupt|Exit)\b.*")


def find_cause(message: str, log: str) -> Cause:
    """The cause that a step's error message and log tell; the last exception of the log weighs most, being what ended the step."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    final = next((line for line in reversed(lines) if _EXCEPTION.match(line)), "")
    for text in (final, message, *_ends(lines)):
        for sign in _SIGNS:
            if text and sign.pattern.search(text):
                return Cause(sign.name, _short(final or text), sign.advice)
    advice = "Look at the log around the error; the lines above it show what the step was doing."
    return Cause(
        "user exception" if final else "unknown", _short(final or message or (lines[-1] if lines else "the step left no message")), advice
    )


def _ends(lines: Sequence[str]) -> list[str]:
    """The last lines, nearest to the end first."""
    return list(reversed(lines[-40:]))


def relevant(log: str, limit: int = 15) -> list[str]:
    """The lines of a log that explain a failure: the last traceback with a little of what came before, else the end."""
    lines = [line.rstrip() for line in log.splitlines() if line.strip()]
    start = next((i for i in range(len(lines) - 1, -1, -1) if lines[i].lstrip().startswith("Traceback")), None)
    if start is None:
        return lines[-limit:]
    before, traceback = lines[max(0, start - 3) : start], lines[start:]
    room = limit - len(before)
    if len(traceback) > room:
        traceback = [traceback[0], "  ...", *traceback[-(room - 2) :]]
    return before + traceback


def _short(line: str) -> str:
    return line if len(line) <= 300 else line[:299] + "…"
