"""How are moments and spans written in an address?"""

import re
from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator

from roomreach.moments import moment
from roomreach.report import EARLIEST_MS, LATEST_MS

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_UNITS_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}

SPAN = "^[1-9][0-9]{0,4}[smhd]$"


def _read(text: object) -> datetime:
    if not (isinstance(text, str) and _RFC_3339.fullmatch(text)):
        raise ValueError(
            "a moment is written 2026-11-22T14:05:00Z, or with an offset in place of Z (write its + as %2B)"
        )
    read = datetime.fromisoformat(text.upper())
    if not moment(EARLIEST_MS) <= read < moment(LATEST_MS):
        raise ValueError("ask about a time from 2020 on and before 2100")
    return read


Moment = Annotated[datetime, BeforeValidator(_read)]
"""A moment as RFC 3339 writes it, with its offset: nobody has to guess a time zone."""


def span_ms(text: str) -> int:
    """Read a span such as 60s, 5m, 1h or 1d, in milliseconds."""
    return int(text[:-1]) * _UNITS_MS[text[-1]]
