"""What did the server want when it was last heard? Kept beside the outbox, for a start without a broker."""

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

from roomreach.desired import Desired
from roomreach.errors import Malformed
from roomreach.wire import decode_desired, encode_desired

log = logging.getLogger(__name__)


class Wanted:
    """The last good message of the server's. Any thread may call any method; none raises.

    ``ignored`` counts what was older than what we know, or could not be read.
    """

    def __init__(self, path: Path, *, on_change: Callable[[], None] = lambda: None) -> None:
        self._path = path
        self.on_change = on_change
        self._lock = threading.Lock()
        self._current = self._kept()
        self.ignored = 0

    @property
    def current(self) -> Desired | None:
        """What is wanted; None while the server was never heard."""
        return self._current

    def hear(self, payload: bytes) -> bool:
        """Take what came from the broker, unless we know better; say whether it is what we go by now."""
        try:
            heard = decode_desired(payload)
        except Malformed as exc:
            return self._ignore(f"it cannot be read: {exc}")
        with self._lock:
            known = self._current
            if known is not None and heard.version < known.version:
                return self._ignore(f"its version is {heard.version}, and {known.version} is known")
            if heard == known:
                return True
            self._current = heard
            self._keep(heard)
        log.info("the server wants %d tests", len(heard.tests))
        self.on_change()
        return True

    def _ignore(self, why: str) -> bool:
        self.ignored += 1
        log.warning("what the server wants is ignored: %s", why)
        return False

    def _kept(self) -> Desired | None:
        try:
            return decode_desired(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, Malformed) as exc:
            # The broker has it still, and gives it to us as soon as we connect.
            log.warning("what the server wanted cannot be read from the disk: %s", type(exc).__name__)
            return None

    def _keep(self, desired: Desired) -> None:
        """Put it on the disk whole, or leave what was there: a power cut never leaves half of it."""
        new = self._path.with_name(f"{self._path.name}.new")
        try:
            with new.open("wb") as file:
                file.write(encode_desired(desired))
                file.flush()
                os.fsync(file.fileno())
            new.rename(self._path)
            _sync(self._path.parent)
        except OSError as exc:
            log.warning("what the server wants cannot be kept on the disk: %s", exc.strerror)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
