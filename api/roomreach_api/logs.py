"""What does a line of this program's log look like? JSON for machines, plain words on a terminal.

Whoever reads logs may see no more than an operator would: an exception is told by its type and the lines it
passed through, never by its message, which may quote what a person entered or an agent sent.
"""

import json
import logging
import sys
import threading
from datetime import UTC, datetime
from traceback import extract_tb
from typing import TextIO

_USUAL = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "color_message"}


class Lines(logging.Formatter):
    """One line of JSON for each event: its moment in UTC, level, source, event, and any field given along."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        document = {
            "at": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "source": record.name,
            "event": record.getMessage(),
            **_fields(record),
        }
        return json.dumps(document, default=str)


class Words(logging.Formatter):
    """The same for a person."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        at = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%SZ")
        fields = "".join(f" {name}={value}" for name, value in _fields(record).items())
        return f"{at} {record.levelname.lower()} {record.getMessage()}{fields}"


def configure(stream: TextIO) -> None:
    """Send every log of this process to a stream, and what nobody caught with it."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Words() if stream.isatty() else Lines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.captureWarnings(capture=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    uncaught = logging.getLogger(__name__)

    def in_main(_kind: type[BaseException], exc: BaseException, _trace: object) -> None:
        uncaught.critical("the program ends by a mistake of ours", exc_info=exc)

    def in_thread(told: threading.ExceptHookArgs) -> None:
        uncaught.critical("a thread ends by a mistake of ours", exc_info=told.exc_value)

    sys.excepthook = in_main
    threading.excepthook = in_thread


def _fields(record: logging.LogRecord) -> dict[str, object]:
    given: dict[str, object] = {name: value for name, value in record.__dict__.items() if name not in _USUAL}
    raised = record.exc_info[1] if record.exc_info else None
    if raised is not None:
        given["raised"] = type(raised).__name__
        passed = extract_tb(raised.__traceback__)
        given["through"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in passed]
    return given
