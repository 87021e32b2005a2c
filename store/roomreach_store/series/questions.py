"""Which questions have an answer? Checked alike for every store, before any database is asked."""

from roomreach.errors import Refused
from roomreach.identifiers import identifier
from roomreach.report import LATEST_MS
from roomreach.series import SERIES, Column
from roomreach_store.series import MOST_ROWS, Aggregate, Question, Window

_NUMBERS = {"int", "float"}
_OF_NUMBERS = {Aggregate.MEAN, Aggregate.MIN, Aggregate.MAX}


def columns_of(question: Question) -> tuple[Column, ...]:
    """Give the columns asked for, in that order; raise ``Refused`` for a question without an answer.

    What passes holds names from the table of series and well-formed identifiers only, so that it can be
    written into a query.
    """
    series = SERIES.get(question.series)
    if series is None:
        raise Refused(f"There is no series {question.series!r}: ask for one of {', '.join(SERIES)}.")
    known = {column.name: column for column in series.columns}
    unknown = [name for name in question.columns if name not in known]
    if unknown or not question.columns:
        raise Refused(
            f"The series {series.name} has no column {', '.join(map(repr, unknown)) or 'without a name'}: "
            f"ask for some of {', '.join(known)}."
        )
    if question.outcome is not None and "outcome" not in known:
        raise Refused(f"The series {series.name} has no column 'outcome': ask without one.")
    if question.target is not None and question.target not in series.targets:
        raise Refused(
            f"The series {series.name} has no target {question.target!r}: "
            f"ask for {' or '.join(series.targets) or 'every measurement, without one'}."
        )
    if question.site is not None:
        identifier(question.site, "s")
    if question.room is not None:
        identifier(question.room, "r")
    if question.agent is not None:
        identifier(question.agent, "a")
    columns = tuple(known[name] for name in question.columns)
    if question.window is not None:
        _check_window(question.window, columns)
    return columns


def check_rows(number: int) -> None:
    """Raise ``Refused`` when an answer holds more rows than any may."""
    if number > MOST_ROWS:
        raise Refused(
            f"The answer would hold more than {MOST_ROWS} rows: "
            "ask for a shorter time, for one agent, or for longer windows."
        )


def _check_window(window: Window, columns: tuple[Column, ...]) -> None:
    if not 1 <= window.every_ms <= LATEST_MS:
        raise Refused(f"A window of {window.every_ms} ms is no window: ask for 1 ms to {LATEST_MS} ms.")
    words = [column.name for column in columns if column.type not in _NUMBERS]
    if window.aggregate in _OF_NUMBERS and words:
        raise Refused(
            f"There is no {window.aggregate} of {', '.join(words)}, which holds no numbers: "
            "ask for its count or its last value."
        )
