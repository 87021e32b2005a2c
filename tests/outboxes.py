"""Outboxes for tests, on clocks that move only when told."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from examples import AGENT, MEASUREMENTS, TAKEN_MS
from roomreach.receipt import Receipt, ranges
from roomreach.report import Report
from roomreach.wire import decode_stored_report
from roomreach_agent.clock import SetClock
from roomreach_agent.gate import Gate
from roomreach_agent.outbox import Outbox, Outgoing
from roomreach_agent.settings import OutboxSettings

QUICK_DISK = Path("/dev/shm")  # noqa: S108 - a disk that need not be waited for, where there is one
BOOT = "0f7c5d1e-0000-4000-8000-000000000001"
NEXT_BOOT = "0f7c5d1e-0000-4000-8000-000000000002"
HOUR_S = 3600
DAY_S = 24 * HOUR_S


def a_clock(*, synchronised: bool = True, wall_ms: int = TAKEN_MS) -> SetClock:
    """A clock an hour after boot."""
    return SetClock(boot=BOOT, boot_ms=HOUR_S * 1000, wall_ms=wall_ms, synchronised=synchronised)


@contextmanager
def an_outbox(
    path: Path, clock: SetClock, *, gate: Gate | None = None, megabytes: float = 64, days: float = 30
) -> Iterator[Outbox]:
    outbox = Outbox(
        OutboxSettings(path=path, megabytes=megabytes, days=days),
        agent=AGENT,
        interval_s=60,
        clock=clock,
        gate=gate or Gate(),
    )
    try:
        yield outbox
    finally:
        outbox.close()


def put(outbox: Outbox, clock: SetClock, rounds: int = 1) -> Outgoing | None:
    """Keep rounds a minute apart; gives the last."""
    kept = None
    for _ in range(rounds):
        kept = outbox.put(MEASUREMENTS, clock.now())
        clock.advance(60)
    return kept


def waiting(outbox: Outbox) -> dict[int, bytes]:
    """Every report with final bytes, by its sequence."""
    found = {key.sequence: outbox.payload(key) for key in outbox.oldest(10**6)}
    return {sequence: payload for sequence, payload in found.items() if payload is not None}


def read(outbox: Outbox) -> list[Report]:
    return [decode_stored_report(payload) for payload in waiting(outbox).values()]


def stored(outbox: Outbox, *sequences: int) -> Receipt:
    return Receipt(at_ms=TAKEN_MS, outbox=outbox.id, stored=ranges(list(sequences)))
