"""One test, from its price to its measurement: charge, test, count what it cost, say what it found."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from roomreach.desired import Desired, Share, Slot
from roomreach.errors import Unavailable
from roomreach.measurement import Measurement, NotMeasured, Reason, Throughput
from roomreach.measurement.throughput import End
from roomreach_agent.engines.engine import Ask, Engine
from roomreach_agent.failures import ProbeFailed
from roomreach_agent.hosts import Host
from roomreach_agent.testing.meter import Meter
from roomreach_agent.testing.spending import Spending

RESERVE = 0.05
"""What a test keeps back of its price: an engine stops when it sees its bytes spent, which is a bit late."""

LEAST_BYTES = 1_000_000
"""What the smallest test costs. One of less says too little."""

WIFI_BYTES = 14_000_000
"""What a test towards the reference agent may cost: nothing of the line, whatever the line's slot may cost.
Seven of them, and no more are made in 24 hours, are within the budget that an agent has by itself."""

log = logging.getLogger(__name__)


def price(target: End, slot: Slot) -> int:
    """Say what a test of one of a slot's ends may cost, bytes."""
    return WIFI_BYTES if target == "reference" else slot.most_bytes


def to_ask(most_bytes: int) -> int:
    """Say how many bytes an engine is asked for, so that the test costs no more than it may."""
    return int(most_bytes / (1 + RESERVE))


class Way(NamedTuple):
    """How one end is tested: by which engine, and to which host its packets go, None for any far away.

    ``whole_bytes`` is what a test may cost by an engine that nothing can stop halfway: all or none.
    """

    engine: Engine
    host: Host | None
    whole_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTest:
    """Makes tests, one at a time. ``ways`` are those the settings name; ``now_ms`` is UTC.

    ``wanted`` is the server's last word, None when there was none. A result leaves for others only where that
    word holds and allows it, and ``confidential`` in the settings does not forbid it.
    """

    ways: Mapping[End, Callable[[], Way]]
    wanted: Callable[[], Desired | None]
    confidential: bool
    spending: Spending
    meter: Meter
    now_ms: Callable[[], int]

    def make(
        self, target: End, most_bytes: int, *, waited_s: float | None = None, line_busy: bool | None = None
    ) -> Measurement:
        """Test one end, at a cost of ``most_bytes`` at most. Never raises: what cannot be made is said."""
        try:
            return self._made(target, most_bytes, waited_s=waited_s, line_busy=line_busy)
        except ProbeFailed as exc:
            return not_measured(target, exc.reason, exc.detail)
        except Unavailable as exc:
            log.error("no test, because what it costs cannot be written down: %s", exc)  # noqa: TRY400
            return not_measured(target, Reason.NOT_PERMITTED, "what it costs cannot be written down")
        except Exception as exc:
            log.exception("a test of throughput crashed")
            # The type's name only: what an exception says may hold addresses.
            return not_measured(target, Reason.PROBE_CRASHED, type(exc).__name__)

    def _made(
        self, target: End, most_bytes: int, *, waited_s: float | None, line_busy: bool | None
    ) -> Measurement:
        if target not in self.ways:
            raise ProbeFailed(Reason.NOT_CONFIGURED, "the settings name nobody to test towards")
        way = self.ways[target]()
        word, now_ms = self.wanted(), self.now_ms()
        if way.engine.publishes and (self.confidential or not _may_publish(word, now_ms)):
            raise ProbeFailed(Reason.NOT_ALLOWED_HERE, f"{way.engine.name} publishes its results")
        if way.whole_bytes and line_busy:
            raise ProbeFailed(Reason.LINE_BUSY, f"{way.engine.name} makes no small test")
        share = _share(word, target, now_ms)
        charge = self.spending.charge(
            target,
            way.whole_bytes or most_bytes,
            least=way.whole_bytes or LEAST_BYTES,
            now_ms=now_ms,
            share=share,
        )
        if charge is None:
            raise ProbeFailed(Reason.BUDGET_SPENT, self._not_paid(way, share))
        passed = self.meter.start(way.host)
        spent: int | None = None
        may_cost = way.whole_bytes or to_ask(charge.most_bytes)
        try:
            found = way.engine.test(Ask(target=target, most_bytes=may_cost))
        finally:
            spent = passed()
            self.spending.settle(charge, spent)
        if spent is not None and spent > charge.most_bytes:
            log.warning("a test cost %d bytes, %d more than it was given", spent, spent - charge.most_bytes)
        return replace(found, spent_bytes=spent, waited_s=waited_s, line_busy=line_busy)

    def whole(self, target: End) -> bool:
        """Tell whether a test of an end is all or none, and so made once a day."""
        try:
            return target in self.ways and self.ways[target]().whole_bytes is not None
        except ProbeFailed:
            return False

    def _not_paid(self, way: Way, share: Share | None) -> str:
        """Say why a test cannot be paid for: for now, or never."""
        needs = f"{way.engine.name} may cost {(way.whole_bytes or 0) / 1e6:.0f} MB"
        if share and (way.whole_bytes or 0) > share.most_bytes:
            return f"{needs}, and this agent's share of its site's day is {share.most_bytes / 1e6:.0f} MB"
        if (way.whole_bytes or 0) > self.spending.budget_bytes:
            return f"{needs}, and its settings allow {self.spending.budget_bytes / 1e6:.0f} MB in 24 hours"
        return "tests have cost what they may for today"


def _may_publish(word: Desired | None, now_ms: int) -> bool:
    """Tell whether the server allows it, by a word about today: the box may have been moved since another."""
    return word is not None and word.may_publish and word.share_at(now_ms) is not None


def _share(word: Desired | None, target: End, now_ms: int) -> Share | None:
    """Give what the server lets a test cost; None where nobody shares out, or nothing of the line is used."""
    if word is None or not word.shares or target != "server":
        return None
    share = word.share_at(now_ms)
    if share is None:
        raise ProbeFailed(
            Reason.BUDGET_SPENT, "the server was not heard since it shared out another day's bytes"
        )
    return share


def not_measured(target: End, reason: Reason, detail: str = "") -> NotMeasured:
    """Say that an end was not tested."""
    return NotMeasured(of=Throughput.kind, target=target, reason=reason, detail=detail)
