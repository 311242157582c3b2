"""What S3 allows for names, tags and times. All stores hold to it, so that objects can move between them."""

import re

from tools.result import ErrorCode, ToolError

BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
IP_ADDRESS = re.compile(r"(\d+\.){3}\d+")
MAX_KEY_BYTES = 1024
MAX_TAGS, MAX_TAG_KEY, MAX_TAG_VALUE = 10, 128, 256
"""S3's limits for the tags of an object; the two lengths in characters."""
TAG_TEXT = re.compile(r"[\w +\-=.:/@]*")
MAX_DAYS = 36_500
MAX_SHARE_SECONDS = 7 * 24 * 3600
"""The longest life of a share link that S3 allows."""


def check_bucket_name(bucket: str) -> None:
    """S3's rules for new buckets.

    Raises:
        ToolError: INVALID_ARGUMENT saying which rule.
    """
    if not valid_bucket_name(bucket):
        rule = "3 to 63 of a-z, 0-9, '-' and single '.', beginning and ending with a letter or digit, and no IP address"
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"{bucket[:80]!r} cannot be the name of a bucket: {rule}.")


def valid_bucket_name(bucket: str) -> bool:
    """Whether a bucket can have this name at all."""
    return BUCKET_NAME.fullmatch(bucket) is not None and not re.search(r"\.[.-]|-\.", bucket) and not IP_ADDRESS.fullmatch(bucket)


def check_key(key: str, *, new: bool = True) -> None:
    """The rules for keys that hold on every store. Objects that are there already may break some that new ones keep.

    Raises:
        ToolError: INVALID_ARGUMENT saying which rule.
    """
    problem = key_problem(key) if new else text_problem(key)
    if problem:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"{key[:80]!r} cannot be a key: {problem}.")


def text_problem(key: str) -> str | None:
    """Why this text cannot be the key of any object."""
    try:
        size = len(key.encode())
    except UnicodeEncodeError:
        return "it is no valid Unicode text"
    if not 1 <= size <= MAX_KEY_BYTES:
        return f"a key has 1 to {MAX_KEY_BYTES:,} bytes, this one {size:,}"
    if any(ord(character) < 32 for character in key):
        return "it holds control characters"
    return None


def key_problem(key: str) -> str | None:
    """Which rule for new keys this one breaks."""
    problem = text_problem(key)
    if not problem and {"", ".", ".."} & set(key.split("/")):
        return "no leading, double or final '/', no '.' or '..' between them"
    return problem


def check_tags(tags: dict[str, str]) -> None:
    """S3's limits for tags.

    Raises:
        ToolError: INVALID_ARGUMENT saying which.
    """
    problem = f"an object has at most {MAX_TAGS} tags, not {len(tags)}" if len(tags) > MAX_TAGS else None
    for key, value in tags.items():
        if not 1 <= len(key) <= MAX_TAG_KEY:
            problem = f"the name of a tag has 1 to {MAX_TAG_KEY} characters, not {len(key)}"
        elif len(value) > MAX_TAG_VALUE:
            problem = f"the value of tag {key!r} has {len(value)} characters, at most {MAX_TAG_VALUE} are allowed"
        elif not TAG_TEXT.fullmatch(key) or not TAG_TEXT.fullmatch(value):
            problem = f"tag {key!r} may hold letters, digits, spaces and + - = . _ : / @ only"
    if problem:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"these tags cannot be set: {problem}.")


def check_days(days: int) -> None:
    """An object lives at least a day, at most what a date can hold.

    Raises:
        ToolError: INVALID_ARGUMENT.
    """
    if not 1 <= days <= MAX_DAYS:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"objects can expire after 1 to {MAX_DAYS:,} days, not {days:,}.")


def check_share(seconds: int) -> None:
    """S3's bounds for the life of a link.

    Raises:
        ToolError: INVALID_ARGUMENT.
    """
    if not 1 <= seconds <= MAX_SHARE_SECONDS:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"a link lives for 1 second to 7 days, not {seconds:,} seconds.")


def check_copy(source: tuple[str, str], target: tuple[str, str]) -> None:
    """A copy goes elsewhere, to a key that can be.

    Raises:
        ToolError: INVALID_ARGUMENT.
    """
    check_key(target[1])
    if source == target:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"`{source[0]}/{source[1][:80]}` cannot be copied onto itself. Choose another key.")
