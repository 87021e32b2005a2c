"""What did one agent report on a day? Its real probes are asked at each round, and encoded as it does."""

import socket
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from uuid import UUID

from roomreach import topics
from roomreach.desired import Slot
from roomreach.identifiers import AgentId, mint
from roomreach.measurement import Measurement
from roomreach.report import Report
from roomreach.wire import encode_report
from roomreach_agent import rounds
from roomreach_agent.engines.engine import Ask
from roomreach_agent.hosts import Address, Host
from roomreach_agent.probes import Probe, Tools, chosen
from roomreach_agent.probes.health import HealthProbe, Sample
from roomreach_agent.probes.latency import LatencyProbe
from roomreach_agent.settings import Settings
from roomreach_agent.testing.assembling import ways
from roomreach_agent.testing.one_test import price, to_ask
from roomreach_hub.buildings.box import Box
from roomreach_hub.buildings.history.calendar import CADENCE_S, Calendar, Round
from roomreach_hub.buildings.history.frames import Frame
from roomreach_hub.buildings.history.planned import Planned
from roomreach_hub.buildings.lodging import Lodging
from roomreach_hub.buildings.spans import Span

_HEALTH_EVERY = 24


class PastAgent:
    """One agent through the history, ``to_the_end`` or until it falls silent.

    Its outbox is another than the one it goes on with live.
    """

    def __init__(
        self,
        *,
        key: str,
        settings: Settings,
        lodging: Lodging,
        history: Span,
        planned: Planned,
        root: Path,
        chance: Random,
    ) -> None:
        self._key = key
        self._agent = settings.agent
        self._outbox = mint("o", _bytes(key, "outbox"))
        self._spot = lodging.spot
        self._calendar = Calendar(key, lodging, history)
        self._planned = planned
        self.to_the_end = lodging.silent_at_s is None or lodging.silent_at_s >= history.end_s
        self._chance = chance
        self._boots: dict[int, str] = {}
        self._at_s = 0.0
        box = Box(spot=lodging.spot, at_s=lambda: self._at_s, chance=chance)
        self._tools = replace(box.tools(root), clock_synchronised=lambda: True)
        self._ways = ways(settings, self._tools)
        self._probes = _quick(settings, self._tools)
        self._of_the_building = tuple(one for one in self._probes if not isinstance(one, HealthProbe))

    @property
    def agent(self) -> AgentId:
        """Which agent it is."""
        return self._agent

    def slots(self, begin_s: float, end_s: float) -> tuple[Slot, ...]:
        """Give its slots that begin from a moment up to another, in seconds since 1970, earliest first."""
        return self._planned.of(self._agent, begin_s, end_s)

    def reports(self, span: Span) -> Iterator[Frame]:
        """Give every report of a stretch of time."""
        # Any day can be made by itself: chance begins anew with each stretch.
        self._chance.seed(f"{self._key} {span.begin_s}")
        while self._tools.finished.take():
            pass  # what waited for a round after the stretch that was made before
        slots = deque(self.slots(self._calendar.before(span.begin_s), span.end_s))
        for due in self._calendar.in_(span):
            # What a test found rides in the next report.
            while slots and slots[0].start_ms < due.at_s * 1000:
                self._attend(slots.popleft())
            self._at_s = due.at_s
            yield self._report(due, rounds.take(self._asked(due)))

    def _attend(self, slot: Slot) -> None:
        """Test in a slot, one end after the other; nobody is there while the building has no power."""
        self._at_s = slot.start_ms / 1000
        if not self._spot.powered(self._at_s):
            return
        for end in (end for end in slot.targets if end in self._ways):
            passed = self._tools.meter.start(None)
            found = self._ways[end]().engine.test(Ask(target=end, most_bytes=to_ask(price(end, slot))))
            self._tools.finished.put(replace(found, spent_bytes=passed(), waited_s=0.0))
            self._at_s += found.lasted_s or 0.0

    def _asked(self, due: Round) -> tuple[Probe, ...]:
        """Give a round's probes: the machine's own health, whose files are slow to read, every six hours."""
        return self._probes if due.sequence % _HEALTH_EVERY == 1 else self._of_the_building

    def _report(self, due: Round, measurements: tuple[Measurement, ...]) -> Frame:
        taken_ms = int(due.at_s * 1000)
        report = Report(
            agent=self._agent,
            outbox=self._outbox,
            sequence=due.sequence,
            boot=self._boot(due.boot),
            boot_ms=int((due.at_s - due.booted_s) * 1000) + 20_000,
            taken_ms=taken_ms,
            synchronised=True,
            highest=due.sequence,
            dropped=0,
            interval_s=CADENCE_S,
            measurements=measurements,
        )
        return Frame(taken_ms, topics.report(report.key), encode_report(report))

    def _boot(self, number: int) -> str:
        if number not in self._boots:
            self._boots[number] = str(UUID(bytes=_bytes(self._key, number), version=4))
        return self._boots[number]


class _Known(Host):
    """A host whose address is its name: no thread need be begun, 190,000 times, to look it up."""

    def find(self, within_s: float) -> Address:  # noqa: ARG002 - it takes no time
        return Address(socket.AF_INET, (self.name, 0))


def _quick(settings: Settings, tools: Tools) -> tuple[Probe, ...]:
    """Give the real probes, which need wait for nothing: neither for a look-up nor for a first sample."""
    made: list[Probe] = []
    for probe in chosen(settings, tools):
        if isinstance(probe, LatencyProbe):
            made.append(
                replace(probe, anchors={name: _Known(host.name) for name, host in probe.anchors.items()})
            )
            continue
        if isinstance(probe, HealthProbe):
            probe.before = Sample(0, 0, None, time.monotonic())
        made.append(probe)
    return tuple(made)


def _bytes(*words: object) -> bytes:
    return Random(" ".join(map(str, words))).randbytes(16)  # noqa: S311 - made up, and no secret
