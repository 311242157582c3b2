"""Points in time as the API writes them: RFC 3339 in UTC with microseconds, so that text order is time order."""

from datetime import UTC, datetime


def timestamp(moment: datetime) -> str:
    """The text of `moment`; a naive one counts as UTC.

    Raises:
        ValueError: the moment lies outside what UTC can express.
    """
    try:
        aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{moment.isoformat()} is out of range") from error
    return aware.strftime("%Y-%m-%dT%H:%M:%S.%fZ").zfill(27)


def now() -> str:
    """The current time as text."""
    return timestamp(datetime.now(UTC))


def moment(text: str) -> datetime:
    """The point in time that `text` (any RFC 3339 form; without an offset: UTC) means.

    Raises:
        ValueError: it is not one.
    """
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
