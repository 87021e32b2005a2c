"""A whole sending half of an agent, for tests: outbox and uplink on a clock that moves only when told."""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from examples import MEASUREMENTS
from roomreach.identifiers import AgentId, mint
from roomreach.report import Key
from roomreach_agent.clock import SetClock
from roomreach_agent.gate import Gate
from roomreach_agent.outbox import Outbox
from roomreach_agent.run import connected
from roomreach_agent.settings import Broker, OutboxSettings, Settings, UplinkSettings
from roomreach_agent.uplink import Line, Uplink
from small_collector import now_ms

BOOT = "0f7c5d1e-0000-4000-8000-000000000001"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    agent: AgentId
    clock: SetClock
    outbox: Outbox
    uplink: Uplink

    def put(self, rounds: int = 1) -> list[Key]:
        """Keep rounds and say so; gives the keys of those that may go at once."""
        made = [self.outbox.put(MEASUREMENTS, self.clock.now()) for _ in range(rounds)]
        self.uplink.wake()
        return [outgoing.key for outgoing in made if outgoing]

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.uplink.wake()

    def drained(self) -> bool:
        return not self.outbox.counts().waiting

    def drained_by_and_by(self) -> bool:
        """Let time pass, for reports that were sent while nobody listened."""
        self.advance(5)
        return self.drained()


@contextmanager
def sending(
    broker: Broker | int,
    folder: Path,
    *,
    agent: AgentId | None = None,
    synchronised: bool = True,
    wall_off_s: float = 0,
    line: type[Line] = Line,
    resend_after_s: float = 30,
    window: int = 100,
    chance: Callable[[], float] = random.random,
    ready_within_s: float = 20,
) -> Iterator[Sending]:
    settings = Settings(
        agent=agent or AgentId(mint("a", os.urandom(16))),
        broker=Broker(port=broker) if isinstance(broker, int) else broker,
        outbox=OutboxSettings(path=folder / "outbox.db"),
        uplink=UplinkSettings(resend_after_s=resend_after_s, window=window),
    )
    clock = SetClock(
        boot=BOOT,
        boot_ms=3_600_000,
        wall_ms=now_ms() + round(wall_off_s * 1000),
        synchronised=synchronised,
    )
    gate = Gate()
    outbox = Outbox(settings.outbox, agent=settings.agent, interval_s=60, clock=clock, gate=gate)
    uplink = connected(settings, outbox, gate=gate, clock=clock, line=line, chance=chance, start_within_s=0)
    uplink._ready_within_s = ready_within_s
    uplink.start()
    try:
        yield Sending(agent=settings.agent, clock=clock, outbox=outbox, uplink=uplink)
    finally:
        uplink.stop()
        outbox.close()
