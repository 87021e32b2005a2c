"""Who notices that this whole machine is gone? Somebody elsewhere, whom we tell each minute that we store.

Whatever goes wrong here is said once and changes nothing else: the collector runs on.
"""

import logging
import threading
import time
from collections.abc import Callable
from http.client import HTTPException
from typing import Self
from urllib.error import HTTPError
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
)

PATIENCE_S = 10.0

_log = logging.getLogger(__name__)


class Deadman:
    """Gets a URL every ``every_s`` seconds while ``faults`` says that there are none.

    The URL is a secret: whoever knows it can say that we are well. It is never logged.
    """

    def __init__(
        self,
        url: str,
        faults: Callable[[], list[str]],
        *,
        every_s: float = 60.0,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._url = url
        self._faults = faults
        self._every_s = every_s
        self._patience_s = patience_s
        self._stopping = threading.Event()
        self._failing = False
        # A daemon: an endpoint that hangs does not keep us from ending.
        self._thread = threading.Thread(target=self._run, name="deadman", daemon=True)
        # No handler of redirections, and none of anything but HTTP: the answer sends us nowhere else.
        self._opener = OpenerDirector()
        for handler in (ProxyHandler, HTTPHandler, HTTPSHandler, HTTPErrorProcessor, HTTPDefaultErrorHandler):
            self._opener.add_handler(handler())

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(1)

    def _run(self) -> None:
        # The first minute begins once we are ready, which a start usually is within seconds.
        while not self._stopping.is_set():
            began = time.monotonic()
            ready = not self._faults()
            if ready:
                self._tell()
            soon = self._every_s if ready else min(self._every_s, 1.0)
            self._stopping.wait(max(0.0, soon - (time.monotonic() - began)))

    def _tell(self) -> None:
        try:
            # The answer's words are nothing to us: closed unread.
            self._opener.open(self._url, timeout=self._patience_s).close()
        except HTTPError as exc:
            exc.close()
            self._failed(f"it answers {exc.code}")
        except (OSError, HTTPException, ValueError) as exc:
            self._failed(type(exc).__name__)
        else:
            if self._failing:
                self._failing = False
                _log.info("the dead-man's switch is told again")

    def _failed(self, why: str) -> None:
        if not self._failing:
            self._failing = True
            _log.warning("the dead-man's switch could not be told, so it may raise an alarm: %s", why)
