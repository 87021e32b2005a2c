"""Staying connected: one line after another, for as long as the agent runs."""

import logging
import threading
import time
from collections.abc import Callable

from roomreach.errors import Unavailable
from roomreach_agent.uplink.backoff import Backoff
from roomreach_agent.uplink.bell import Bell
from roomreach_agent.uplink.line import Acknowledged, Desires, Event, Heard, Line, Lost, Ready
from roomreach_agent.uplink.sender import Sender

_LASTING_S = 5.0

log = logging.getLogger(__name__)


class Uplink:
    """Sends reports in a thread of its own, from ``start`` to ``stop``.

    ``connect`` makes a line that is not open yet. ``start_within_s`` spreads agents that start together;
    ``ready_within_s`` is how long a broker may take from connecting to letting us hear receipts. ``wanted``
    takes what the server wants of us, and says whether that is what we go by now.
    """

    def __init__(
        self,
        connect: Callable[[], Line],
        sender: Sender,
        *,
        random: Callable[[], float],
        start_within_s: float = 2.0,
        ready_within_s: float = 20.0,
        wanted: Callable[[bytes], bool] = lambda _: True,
    ) -> None:
        self._connect, self._sender, self._wanted = connect, sender, wanted
        self._backoff = Backoff(1, 60, random)
        self._start_after_s = start_within_s * random()
        self._ready_within_s = ready_within_s
        self.tally = sender.tally
        self._bell = Bell()
        self._stopping = threading.Event()
        # A daemon: looking up a name may take longer than anybody waits for us to stop.
        self._thread = threading.Thread(target=self._run, name="uplink", daemon=True)
        self._ready = self._answered = self._refused = False
        self._ready_at_s = 0.0
        self._lost_at_s: float | None = None

    def start(self) -> None:
        """Begin connecting."""
        self._thread.start()

    def stop(self, within_s: float = 1.5) -> None:
        """Stop sending. Nothing is lost: what has no receipt stays in the outbox."""
        self._stopping.set()
        self._bell.ring()
        self._thread.join(within_s)
        if not self._thread.is_alive():
            self._bell.close()

    def wake(self) -> None:
        """Say that there is a new report in the outbox."""
        self._bell.ring()

    def _run(self) -> None:
        self._stopping.wait(self._start_after_s)
        while not self._stopping.is_set():
            line = self._connect()
            try:
                self._serve(line)
            except Unavailable as exc:
                self._say_lost(exc)
            except Exception:
                # Measuring goes on whatever it is, and the next line may do better.
                log.exception("the uplink failed in a way nobody foresaw")
            finally:
                line.close()
            self._stopping.wait(self._backoff.next_s())

    def _serve(self, line: Line) -> None:
        """Use a line until the agent stops, or it is lost: ``Unavailable``."""
        self._ready = self._answered = self._refused = False
        line.open()
        ready_by_s = time.monotonic() + self._ready_within_s
        while not self._stopping.is_set():
            while line.events:
                self._handle(line, line.events.popleft())
            if not self._ready and time.monotonic() > ready_by_s:
                raise Unavailable("it took the connection and then said nothing")
            rest_s = self._sender.step(line) if self._ready else 1.0
            if line.wait(rest_s, self._bell.descriptor):
                self._bell.clear()
                self._sender.look()

    def _handle(self, line: Line, event: Event) -> None:
        match event:
            case Ready(desired):
                self._ready, self._ready_at_s = True, time.monotonic()
                self._say_regained()
                if not desired:
                    log.warning("the broker does not let us hear what the server wants: no tests")
                self._sender.begin(line)
            case Heard():
                self._answered = self._sender.hear(event) or self._answered
            case Desires(payload):
                self.tally.ignored += not self._wanted(payload)
            case Acknowledged(_, refusal):
                self._sender.acknowledged()
                if refusal and not self._refused:
                    self._refused = True
                    log.warning("the broker passes no reports on just now: %s", refusal)
            case Lost(why, taken_over):
                # Only a line that was of use, and lasted, is worth replacing at once. Two agents that share a
                # name take it from each other for ever, and not every broker says so.
                lasted_s = time.monotonic() - self._ready_at_s
                if self._answered and not taken_over and lasted_s >= _LASTING_S:
                    self._backoff.reset()
                raise Unavailable(why)

    def _say_lost(self, exc: Unavailable) -> None:
        if self._lost_at_s is None:
            self._lost_at_s = time.monotonic()
            log.warning("no broker, reports wait in the outbox: %s", exc)

    def _say_regained(self) -> None:
        if self._lost_at_s is None:
            log.info("connected to the broker")
        else:
            log.warning("connected to the broker again, after %.0f s", time.monotonic() - self._lost_at_s)
            self._lost_at_s = None
