"""Moments: aware datetimes for people, UTC milliseconds for the wire and the stores."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def milliseconds(moment: datetime) -> int:
    """Give a moment as whole UTC milliseconds since 1970; a naive datetime raises ``ValueError``."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return (moment - _EPOCH) // _MILLISECOND


def moment(ms: int) -> datetime:
    """Give UTC milliseconds since 1970 as an aware datetime."""
    return _EPOCH + ms * _MILLISECOND
