"""One test, from its price to its measurement: charge, test, count what it cost, say what it found."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

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

log = logging.getLogger(__name__)


class Way(NamedTuple):
    """How one end is tested: by which engine, and to which host its packets go, None for any far away."""

    engine: Engine
    host: Host | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTest:
    """Makes tests, one at a time. ``ways`` are those the settings name; ``now_ms`` is UTC."""

    ways: Mapping[End, Callable[[], Way]]
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
        if self.confidential and way.engine.publishes:
            raise ProbeFailed(Reason.NOT_ALLOWED_HERE, f"{way.engine.name} publishes its results")
        charge = self.spending.charge(target, most_bytes, least=LEAST_BYTES, now_ms=self.now_ms())
        if charge is None:
            raise ProbeFailed(Reason.BUDGET_SPENT, "tests have cost what they may in 24 hours")
        passed = self.meter.start(way.host)
        spent: int | None = None
        try:
            found = way.engine.test(Ask(target=target, most_bytes=int(charge.most_bytes / (1 + RESERVE))))
        finally:
            spent = passed()
            self.spending.settle(charge, spent)
        if spent is not None and spent > charge.most_bytes:
            log.warning("a test cost %d bytes, %d more than it was given", spent, spent - charge.most_bytes)
        return replace(found, spent_bytes=spent, waited_s=waited_s, line_busy=line_busy)


def not_measured(target: End, reason: Reason, detail: str = "") -> NotMeasured:
    """Say that an end was not tested."""
    return NotMeasured(of=Throughput.kind, target=target, reason=reason, detail=detail)
