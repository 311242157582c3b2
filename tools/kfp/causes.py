"""Known causes of failed steps: what in a log or an error tells them, in one line, and what to do next."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tools.kfp.tracebacks import final_chain, said


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
    """What tells a cause: words of the platform that ran the step, classes of exceptions, words anywhere."""

    name: str
    advice: str
    platform: str = "(?!)"
    classes: str = ""
    words: str = "(?!)"

    def fits_class(self, exception: str) -> bool:
        """Whether an exception's line begins with one of the classes."""
        return exception.partition(":")[0].rpartition(".")[2].strip() in self.classes.split()


_SIGNS = (
    _Sign(
        "out of memory",
        "Give the step more memory (`task.set_memory_limit('8G')`), or let it work on less at a time: a smaller batch, fewer rows, chunks.",
        platform=r"OOMKilled|exit code:? 137|low on resource: memory|evicted.*memory",
        classes="MemoryError ArrayMemoryError OutOfMemoryError",
        words=r"Cannot allocate memory|Unable to allocate [\d.]+ .i?B|out of memory|std::bad_alloc|exceeded.* memory limit",
    ),
    _Sign(
        "timeout",
        "Find out what it waited for. If it only needs longer, raise the limit; otherwise check the service it calls.",
        platform=r"DeadlineExceeded|longer than the specified deadline|the time limit of a step|the deadline that its pipeline sets",
        classes="TimeoutError ReadTimeout ReadTimeoutError ConnectTimeout ConnectTimeoutError TimeoutExpired",
        words=r"timed out|DeadlineExceeded|deadline exceeded",
    ),
    _Sign(
        "image pull",
        "Check the name and tag of the base image, and that the cluster may pull it (imagePullSecrets).",
        platform=r"ImagePullBackOff|ErrImagePull|InvalidImageName|manifest (?:for .* )?(?:unknown|not found)|pull access denied"
        r"|pulling image",
    ),
    _Sign(
        "no room on the cluster",
        "The cluster has no node with what the step asks for: ask for less CPU, memory or fewer GPUs, or have nodes added.",
        platform=r"Unschedulable|nodes are available|Insufficient (?:cpu|memory|\S*gpu)|exceeded quota",
    ),
    _Sign(
        "missing configuration",
        "Create the secret, config map or volume that the message names in the namespace of the run, or correct its name.",
        platform=r"CreateContainerConfigError|(?:secret|configmap|persistentvolumeclaim) \S+ not found|FailedMount",
    ),
    _Sign(
        "disk full",
        "Free disk space, or write less: clean up temporary files, ask for more ephemeral storage.",
        platform=r"ephemeral[- ]storage|Evicted",
        words=r"No space left on device|disk quota exceeded",
    ),
    _Sign(
        "package installation",
        "Check names and versions in `packages_to_install`, and that the package index can be reached from where the step runs.",
        platform=r"could not be installed",
        words=r"No matching distribution found|Could not find a version that satisfies|ResolutionImpossible|Invalid requirement"
        r"|No solution found when resolving|Failed building wheel|subprocess-exited-with-error",
    ),
    _Sign(
        "missing module",
        "Add the package to the component's `packages_to_install` or its image; imports belong inside the component's function.",
        classes="ModuleNotFoundError ImportError",
        words=r"No module named|cannot import name",
    ),
    _Sign(
        "missing object",
        "Check bucket and key: look with “what is in the bucket …”; a step before may have written elsewhere.",
        classes="NoSuchKey NoSuchBucket",
        words=r"\bNoSuchKey\b|\bNoSuchBucket\b|The specified (?:key|bucket) does not exist|calling the HeadObject operation: Not Found",
    ),
    _Sign(
        "permission",
        "Check the credentials and the rights of the service account on what the message names.",
        classes="PermissionError NoCredentialsError",
        words=r"Access ?Denied|Permission denied|\b403\b.*Forbidden|\b401\b.*Unauthorized|InvalidAccessKeyId|SignatureDoesNotMatch"
        r"|Unable to locate credentials|is forbidden: User",
    ),
    _Sign(
        "missing file",
        "Check the path. A step sees only its inputs: files of other steps must be passed as artifacts.",
        classes="FileNotFoundError",
        words=r"No such file or directory|leads to nothing",
    ),
    _Sign(
        "connection",
        "Check that the address can be reached from where the step runs; steps of the local platform may have no network.",
        classes="ConnectionRefusedError ConnectionResetError ConnectionError ConnectError EndpointConnectionError gaierror",
        words=r"Connection ?(?:refused|reset|aborted)|Name or service not known|Temporary failure in name resolution|getaddrinfo failed"
        r"|Max retries exceeded|Network is unreachable|Could not connect to",
    ),
    _Sign(
        "missing column",
        "The data lack a name that the step expects: compare the columns of the input with the code or the argument that names them.",
        classes="KeyError ColumnNotFoundError",
        words=r"not in index|Usecols do not match|None of \[.*\] are in the \[columns\]|columns are missing",
    ),
    _Sign(
        "failed check",
        "A check in the step did not hold: look at the values in the log just before it.",
        classes="AssertionError",
    ),
    _Sign(
        "bad argument",
        "Check the run's arguments and the input data against what the step expects, then retry with the changed argument.",
        classes="ValueError TypeError InvalidParameterError ValidationError",
        words=r"invalid literal|could not convert|unexpected keyword argument",
    ),
    _Sign(
        "terminated",
        "Somebody or something stopped it; start it again if it was not meant.",
        platform=r"\bterminated\b|SIGTERM|exit code:? 143|\bcancell?ed\b",
    ),
    _Sign(
        "killed",
        "The process was killed from outside or crashed: look for memory limits and native libraries, then retry.",
        platform=r"signal SIG|exit code:? (?:-\d|13[2-9])|worker process of this run ended|was killed",
        words=r"Segmentation fault|core dumped|^Killed$",
    ),
)
_EXCEPTION = re.compile(r"(?<!\S)[\w.<>]*(?:Error|Exception)(?::.*|$)", re.M)
_OWN_MODULE = re.compile(r"^ephemeral_component\.(?:\w+\.<locals>\.)*")
_LOOK = "Look at the log around the error; the lines above it show what the step was doing."


def find_cause(message: str, log: str) -> Cause:
    """The cause that a step's error message and log tell.

    What the platform says weighs most, then the exception that ended the step and those that led to it, then the log's last lines.
    """
    lines = said(log)
    told = _told(message, lines)
    for sign in _SIGNS:
        if re.search(sign.platform, told, re.I):
            return Cause(sign.name, _short(told), sign.advice)
    exceptions = [traceback.first for traceback in reversed(final_chain(lines)) if traceback.first] or _EXCEPTION.findall(told)[-1:]
    final = exceptions[0] if exceptions else ""
    for text in exceptions:
        sign_ = _of_exception(text)
        if sign_ is not None:
            return Cause(sign_.name, _short(final if text == final else f"{final} (from {text})"), sign_.advice)
    if final:
        return Cause("user exception", _short(final), _LOOK)
    for text in (told, *reversed(lines[-40:])):
        for sign in _SIGNS:
            if re.search(sign.words, text, re.I):
                return Cause(sign.name, _short(text), sign.advice)
    last = lines[-1] if lines else "the step left no message"
    return Cause("exit code" if re.search(r"exit (?:code|status)", message, re.I) else "unknown", _short(message or last), _LOOK)


def _of_exception(text: str) -> _Sign | None:
    """By its class; where that says little, by the words of its message. `ValueError` and the like say little."""
    by_class = next((sign for sign in _SIGNS if sign.fits_class(text)), None)
    if by_class is not None and by_class.name != "bad argument":
        return by_class
    return next((sign for sign in _SIGNS if re.search(sign.words, text, re.I)), by_class)


def _told(message: str, lines: Sequence[str]) -> str:
    """What the platform itself says of a failure: its message without the log's last line, which it often repeats."""
    last = lines[-1].strip() if lines else ""
    return message.replace(last, "").strip(" :") if last and last in message else message


def _short(line: str) -> str:
    line = _OWN_MODULE.sub("", line)
    return line if len(line) <= 300 else line[:299] + "…"
