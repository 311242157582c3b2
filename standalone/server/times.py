"""Points in time as the API writes them: RFC 3339 in UTC with microseconds, so that text order is time order."""

from datetime import UTC, datetime


def in_utc(moment: datetime) -> datetime:
    """The same point in time in UTC; a naive one counts as UTC.

    Raises:
        ValueError: it lies outside what UTC can express.
    """
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{moment.isoformat()} is out of range") from error


def timestamp(moment: datetime) -> str:
    """The text of `moment`; raises ValueError as `in_utc`."""
    return in_utc(moment).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def now() -> str:
    """The current time as text."""
    return timestamp(datetime.now(UTC))


def moment(text: str) -> datetime:
    """The point in time, in UTC, that `text` (any RFC 3339 form) means.

    Raises:
        ValueError: it is not one.
    """
    return in_utc(datetime.fromisoformat(text))


FOREVER = timestamp(datetime.max.replace(tzinfo=UTC))
"""Later than every other time."""
