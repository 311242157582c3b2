"""What a server that speaks S3, or the way to it, can refuse: each as one error of the closed set."""

from collections.abc import Iterator
from contextlib import contextmanager

from tools.result import ErrorCode, ToolError

CODES = {
    "NoSuchBucket": ErrorCode.NOT_FOUND,
    "NoSuchKey": ErrorCode.NOT_FOUND,
    "NoSuchVersion": ErrorCode.NOT_FOUND,
    "BucketAlreadyExists": ErrorCode.CONFLICT,
    "BucketAlreadyOwnedByYou": ErrorCode.CONFLICT,
    "PreconditionFailed": ErrorCode.CONFLICT,
    "NoSuchUpload": ErrorCode.CONFLICT,
    "InvalidPart": ErrorCode.CONFLICT,
    "BucketNotEmpty": ErrorCode.CONFLICT,
    "InvalidBucketState": ErrorCode.CONFLICT,
    "VersionedBucketNotEmpty": ErrorCode.CONFLICT,
    "ObjectParentIsFile": ErrorCode.CONFLICT,
    "ExistingObjectIsDirectory": ErrorCode.CONFLICT,
    "XMinioParentIsObject": ErrorCode.CONFLICT,
    "XMinioObjectExistsAsDirectory": ErrorCode.CONFLICT,
    "InvalidBucketName": ErrorCode.INVALID_ARGUMENT,
    "InvalidArgument": ErrorCode.INVALID_ARGUMENT,
    "InvalidRequest": ErrorCode.INVALID_ARGUMENT,
    "BadRequest": ErrorCode.INVALID_ARGUMENT,
    "InvalidTag": ErrorCode.INVALID_ARGUMENT,
    "KeyTooLongError": ErrorCode.INVALID_ARGUMENT,
    "XMinioInvalidObjectName": ErrorCode.INVALID_ARGUMENT,
    "XMinioInvalidResourceName": ErrorCode.INVALID_ARGUMENT,
    "EntityTooLarge": ErrorCode.INVALID_ARGUMENT,
    "NotImplemented": ErrorCode.UNSUPPORTED,
    "MethodNotAllowed": ErrorCode.UNSUPPORTED,
    "AccessDenied": ErrorCode.PERMISSION_DENIED,
    "InvalidAccessKeyId": ErrorCode.PERMISSION_DENIED,
    "SignatureDoesNotMatch": ErrorCode.PERMISSION_DENIED,
    "ExpiredToken": ErrorCode.PERMISSION_DENIED,
    "RequestTimeTooSkewed": ErrorCode.PERMISSION_DENIED,
}
"""S3's error codes; all others are UNAVAILABLE."""
DISK_FULL = "The disk of the server is full: make room there, or delete objects."
HINTS = {
    "ExpiredToken": "The credentials have expired: get new ones for MINIO_ACCESS_KEY and MINIO_SECRET_KEY.",
    "RequestTimeTooSkewed": "The clocks of this machine and of the server differ by more than 15 minutes: set this machine's clock.",
    "PreconditionFailed": "It was written anew meanwhile; try again.",
    "NoSuchUpload": "Another upload to the same key came between; try again.",
    "InvalidPart": "Another upload to the same key came between; try again.",
    "ExistingObjectIsDirectory": "Other objects are kept below that name, or were until just now; then try again.",
    "SlowDown": "The server is busy; try again in a minute.",
    "SlowDownRead": "The server is busy; try again in a minute.",
    "SlowDownWrite": "The server is busy; try again in a minute.",
    "XMinioServerNotInitialized": "The server is just starting; try again in a moment.",
    "XMinioStorageFull": DISK_FULL,
    "InsufficientStorage": DISK_FULL,
    "InternalError": "The server's log says why; some servers answer so when their disk is full.",
}
NO_SPACE = "no space left on device"
"""What a server tells of a disk that filled up while it wrote; the code is then that of an internal error."""
NO_NAME = {"BadRequest", "InvalidArgument", "XMinioInvalidObjectName", "XMinioInvalidResourceName"}
"""Of these codes is an answer about a name that nothing can have."""
CHECK_KEYS = "Check MINIO_ACCESS_KEY and MINIO_SECRET_KEY."
CHECK_ENDPOINT = "Check MINIO_ENDPOINT, or run `swarm doctor`."


@contextmanager
def translated(doing: str, address: str) -> Iterator[None]:
    """Turn what the minio SDK and its connections raise into a `ToolError` that names what was tried and the server."""
    from xml.etree.ElementTree import ParseError

    import urllib3
    from minio.error import InvalidResponseError, S3Error, ServerError

    doing = _shown(doing)
    try:
        yield
    except S3Error as error:
        code = CODES.get(error.code, ErrorCode.UNAVAILABLE)
        said = (error.message or error.code).rstrip(".")
        usual = CHECK_KEYS if code is ErrorCode.PERMISSION_DENIED else ""
        hint = DISK_FULL if NO_SPACE in said else HINTS.get(error.code, usual)
        raise ToolError(code, f"could not {doing}: {said} ({address}). {hint}".rstrip()) from error
    except ServerError as error:
        message = f"could not {doing}: {address} answers with HTTP status {error.status_code}. Try again, or look at its log."
        raise ToolError(ErrorCode.UNAVAILABLE, message) from error
    except (InvalidResponseError, ParseError) as error:
        message = f"could not {doing}: {address} does not answer like an S3 server. {CHECK_ENDPOINT}"
        raise ToolError(ErrorCode.UNAVAILABLE, message) from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        message = f"could not {doing}: the object store at {address} {_broken(error)}. {CHECK_ENDPOINT}"
        raise ToolError(ErrorCode.UNAVAILABLE, message) from error
    except ValueError as error:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"could not {doing}: {_shown(str(error))}.") from error


def _shown(text: str) -> str:
    """Names may hold what no terminal can show."""
    return text.encode(errors="backslashreplace").decode()


def _broken(error: Exception) -> str:
    """How a connection failed, in words that go on after its address."""
    from urllib3 import exceptions

    cause = error.reason if isinstance(error, exceptions.MaxRetryError) and error.reason else error
    if isinstance(cause, exceptions.NameResolutionError):
        return "is not known by that name"
    if isinstance(cause, exceptions.NewConnectionError):
        return "does not answer: nothing listens there"
    if isinstance(cause, exceptions.SSLError):
        return "does not speak TLS as expected; MINIO_SECURE says whether it should"
    if isinstance(cause, exceptions.TimeoutError | TimeoutError):
        return "does not answer in time"
    return "does not answer: the connection broke off"
