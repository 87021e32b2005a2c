"""When is it this agent's turn to test? It waits for its slots, and for a quiet line within them.

1. No test before the clock can be trusted: at another time the site is somebody else's.
2. In a slot, ask whether the line is busy. If it is, try again a little later; after three times a small test
   says how little a busy line leaves. A line that is busy every evening is a finding.
3. A slot is dealt with once: that is on the disk before the test begins, so a kill never repeats it.
4. A slot that passed while nobody could test is said, and not made up for.
5. An engine that nothing can stop halfway tests once a day, in the dearest slot, which is the busy hour's.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from itertools import chain

from roomreach.desired import Desired, Slot
from roomreach.errors import RoomreachError
from roomreach.measurement import Measurement, Reason
from roomreach.measurement.throughput import End
from roomreach_agent.clock import Clock
from roomreach_agent.testing.finished import Finished
from roomreach_agent.testing.one_test import LEAST_BYTES, OneTest, not_measured, price
from roomreach_agent.testing.quiet import Quiet
from roomreach_agent.testing.spending import Spending
from roomreach_agent.testing.wanted import Wanted

MOST_SKIPS = 3
SECOND_WITHIN_MS = 30_000
"""The second end of a slot is tested right after the first, or not at all: the next slot is another's."""

_LOOK_S = 30.0
_TRUST_S = 5.0

log = logging.getLogger(__name__)


class Tester:
    """Tests in a thread of its own, from ``start`` to ``stop``; ``turn`` is for whoever brings a thread."""

    def __init__(
        self,
        test: OneTest,
        *,
        wanted: Wanted,
        quiet: Quiet,
        spending: Spending,
        finished: Finished,
        clock: Clock,
        trusted: Callable[[], bool],
    ) -> None:
        self._test, self._wanted, self._quiet, self._spending = test, wanted, quiet, spending
        self._finished, self._clock, self._trusted = finished, clock, trusted
        self._skips = self._again_ms = 0
        self._until_ms: int | None = None
        self._trouble = ""
        self._stopping = threading.Event()
        self._bell = threading.Event()
        wanted.on_change = self._bell.set
        # A daemon: a test may take longer than anybody waits for us to stop. It stays charged.
        self._thread = threading.Thread(target=self._run, name="tests", daemon=True)

    def start(self) -> None:
        """Begin to wait for slots."""
        self._thread.start()

    def stop(self, within_s: float = 0.3) -> None:
        """Stop. A test under way is abandoned, and said at the next start."""
        self._stopping.set()
        self._bell.set()
        self._thread.join(within_s)

    def saw(self, measurements: Iterable[Measurement]) -> None:
        """Learn from a round how long the way out takes."""
        if self._trusted():
            self._quiet.saw(measurements)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                rest_s = self.turn()
            except RoomreachError as exc:
                if str(exc) != self._trouble:
                    log.warning("no tests just now: %s", exc)
                self._trouble = str(exc)
                rest_s = _LOOK_S
            except Exception:
                log.exception("waiting for slots failed in a way nobody foresaw")
                rest_s = _LOOK_S
            self._bell.wait(rest_s)
            self._bell.clear()

    def turn(self) -> float:
        """Do what is due; give how many seconds may pass until something may be due again.

        Raises ``Unavailable`` while the disk cannot be written.
        """
        if not self._trusted():
            return _TRUST_S
        now_ms = self._clock.now().wall_ms
        if self._until_ms is None:
            until_ms = self._spending.dealt_until_ms(now_ms)
            self._say_interrupted()
            self._until_ms = until_ms
        desired = self._wanted.current
        slots = [slot for slot in desired.tests if slot.start_ms > self._until_ms] if desired else []
        over = [slot for slot in slots if slot.latest_ms < now_ms]
        if over:
            self._deal(max(slot.start_ms for slot in over))
            self._say_missed(over)
        slots = [slot for slot in slots if slot.latest_ms >= now_ms]
        due = min(slots, key=lambda slot: slot.start_ms, default=None)
        if due is None:
            return _LOOK_S
        if now_ms < due.start_ms:
            return min(_LOOK_S, (due.start_ms - now_ms) / 1000)
        return self._attend(due)

    def _attend(self, slot: Slot) -> float:
        """Test in a slot that has begun, or give how many seconds later to try again."""
        early_ms = self._again_ms - self._clock.now().wall_ms
        if self._skips and 0 < early_ms <= slot.latest_ms - slot.start_ms:
            return early_ms / 1000  # woken by something else
        busy = self._quiet.busy()
        now_ms = self._clock.now().wall_ms
        if busy and self._skips < MOST_SKIPS:
            self._skips += 1
            window_ms = slot.latest_ms - slot.start_ms
            self._again_ms = max(slot.start_ms + self._skips * window_ms // (MOST_SKIPS + 1), now_ms + 1_000)
            if self._again_ms <= slot.latest_ms:
                return (self._again_ms - now_ms) / 1000
        elif now_ms <= slot.latest_ms:
            with self._spending.exclusive() as ours:
                self._deal(slot.start_ms)
                self._skips = 0
                for measurement in self._tests(slot, line_busy=busy) if ours else self._taken(slot):
                    self._finished.put(measurement)
            return 0.0
        # Its time is over, and it was busy whenever we looked; or asking took the rest of it.
        self._deal(slot.start_ms)
        self._say_missed([slot])
        return 0.0

    def _deal(self, until_ms: int) -> None:
        self._spending.deal(until_ms)
        self._until_ms = until_ms

    def _tests(self, slot: Slot, *, line_busy: bool | None) -> Iterable[Measurement]:
        for number, end in enumerate(self._ends(slot)):
            now_ms = self._clock.now().wall_ms
            if number and now_ms > slot.latest_ms + SECOND_WITHIN_MS:
                yield not_measured(end, Reason.TIMED_OUT, "the test before it took the time")
                continue
            waited_s = round(max(now_ms - slot.start_ms, 0) / 1000, 1)
            most_bytes = LEAST_BYTES if line_busy else price(end, slot)
            yield self._test.make(end, most_bytes, waited_s=waited_s, line_busy=line_busy)

    def _taken(self, slot: Slot) -> Iterable[Measurement]:
        return [not_measured(end, Reason.LINE_BUSY, "this machine is testing") for end in self._ends(slot)]

    def _ends(self, slot: Slot) -> tuple[End, ...]:
        """Give those of a slot's ends that the settings name; where they name none the first, to be said."""
        named = tuple(end for end in slot.targets if end in self._test.ways) or slot.targets[:1]
        dearest = _dearest_of_its_day(slot, self._wanted.current)
        return tuple(end for end in named if dearest or not self._test.whole(end))

    def _say_missed(self, over: list[Slot]) -> None:
        reason, detail = Reason.TIMED_OUT, f"slots passed without a test: {len(over)}"
        if self._skips:
            reason, detail = Reason.LINE_BUSY, "it was busy for the whole of the slot"
        self._skips = 0
        for end in dict.fromkeys(chain.from_iterable(map(self._ends, over))):
            log.info("no test towards the %s: %s", end, detail)
            self._finished.put(not_measured(end, reason, detail))

    def _say_interrupted(self) -> None:
        with self._spending.exclusive() as ours:
            for target in dict.fromkeys(self._spending.interrupted() if ours else ()):
                end: End = "reference" if target == "reference" else "server"
                detail = "the agent was stopped in the middle of a test"
                self._finished.put(not_measured(end, Reason.PROBE_CRASHED, detail))


def _dearest_of_its_day(slot: Slot, desired: Desired | None) -> bool:
    """Tell whether a slot pays for more than any before it, and no less than any after it, on its day."""
    share = desired and desired.share_at(slot.start_ms)
    if not desired or not share:
        return True
    day = (one for one in desired.tests if share.from_ms <= one.start_ms < share.until_ms)
    return slot == max(day, key=lambda one: one.most_bytes, default=slot)
