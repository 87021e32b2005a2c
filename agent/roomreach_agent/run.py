"""The agent at work: measure, test, keep, send, round after round, until it is asked to stop."""

import logging
import math
import os
import random
import signal
import threading
from collections.abc import Callable
from dataclasses import replace

from roomreach.measurement import Measurement
from roomreach_agent import rounds
from roomreach_agent.clock import Clock, SystemClock
from roomreach_agent.gate import Gate, Trust
from roomreach_agent.outbox import Outbox
from roomreach_agent.probes import Tools, chosen
from roomreach_agent.settings import Settings
from roomreach_agent.shell import SystemShell
from roomreach_agent.testing.assembling import heard, tester
from roomreach_agent.uplink import Line, Sender, Uplink

log = logging.getLogger(__name__)


def run(settings: Settings) -> None:
    """Measure and report until SIGTERM or SIGINT; then stop within 2 s, whatever a probe is doing.

    Called in the main thread. Raises ``Misconfigured`` when another agent has the outbox.
    """
    agent = Agent(settings, Tools(shell=SystemShell()))
    agent.start()
    try:
        wait_for_signal()
    finally:
        agent.stop()


class Agent:
    """One agent in threads of its own, from ``start`` to ``stop``.

    Raises ``Misconfigured`` when another agent has the outbox. ``start_within_s`` spreads the first
    connections of agents that start together.
    """

    def __init__(self, settings: Settings, tools: Tools, *, start_within_s: float = 2.0) -> None:
        self._clock = clock = SystemClock()
        self._finished = tools.finished
        gate = Gate(kept_by_host=settings.clock_kept_by_host)
        self._outbox = outbox = Outbox(
            settings.outbox, agent=settings.agent, interval_s=settings.interval_s, clock=clock, gate=gate
        )
        wanted = heard(settings)
        self._uplink = connected(
            settings, outbox, gate=gate, clock=clock, start_within_s=start_within_s, wanted=wanted.hear
        )

        def trusted() -> bool:
            return outbox.trust() is Trust.DATE

        probes = chosen(settings, replace(tools, clock_synchronised=trusted))
        # Who is not to report throughput does not test it either.
        reported = "throughput" in settings.probes
        self._tester = (
            tester(settings, tools, wanted=wanted, clock=clock, trusted=trusted) if reported else None
        )
        self._stopping = threading.Event()

        def take() -> tuple[Measurement, ...]:
            measurements = rounds.take(probes)
            if self._tester:
                self._tester.saw(measurements)
            return measurements

        # A daemon: a probe may wait for its host longer than anybody waits for us to stop.
        self._measuring = threading.Thread(
            target=keep_measuring,
            args=(take, outbox, self._uplink.wake, settings.interval_s),
            kwargs={"clock": clock, "stopping": self._stopping},
            name="rounds",
            daemon=True,
        )

    def start(self) -> None:
        """Begin to measure and to report."""
        self._uplink.start()
        self._measuring.start()
        if self._tester:
            self._tester.start()

    def stop(self) -> None:
        """Stop within 2 s, whatever a probe is doing. What has no receipt stays in the outbox."""
        self._stopping.set()
        if self._tester:
            self._tester.stop(0.2)
        self._measuring.join(0.2)
        # No round will take what tests have found since the last, and it was paid for.
        while found := self._finished.take():
            self._outbox.put(found, self._clock.now())
        self._uplink.stop(1.2)
        self._outbox.close()


def connected(
    settings: Settings,
    outbox: Outbox,
    *,
    gate: Gate,
    clock: Clock,
    line: type[Line] = Line,
    chance: Callable[[], float] = random.random,
    start_within_s: float = 2.0,
    wanted: Callable[[bytes], bool] = lambda _: True,
) -> Uplink:
    """Make an uplink for this outbox, not started yet.

    ``chance`` gives 0 to 1, for the jitter of a wait; ``wanted`` hears what the server wants of this agent.
    """
    sender = Sender(settings.uplink, outbox, gate=gate, clock=clock, random=chance)
    return Uplink(
        lambda: line(settings.broker, settings.agent, clock=clock, window=settings.uplink.window),
        sender,
        random=chance,
        start_within_s=start_within_s,
        wanted=wanted,
    )


def keep_measuring(
    take: Callable[[], tuple[Measurement, ...]],
    outbox: Outbox,
    wake: Callable[[], None],
    every_s: float,
    *,
    clock: Clock,
    stopping: threading.Event,
) -> None:
    """Take a round at once and then every ``every_s``, keep each, and say so; until ``stopping``."""
    due_s = _since_boot_s(clock)
    while not stopping.is_set():
        begun = clock.now()
        try:
            measurements = take()
        except Exception:
            # Rounds turn every failure into a measurement; if one does not, the next round may.
            log.exception("a round failed in a way nobody foresaw")
        else:
            outbox.put(measurements, begun)
            wake()
        due_s = following(due_s, every_s, _since_boot_s(clock))
        stopping.wait(due_s - _since_boot_s(clock))


def following(due_s: float, every_s: float, now_s: float) -> float:
    """Give the next moment of the schedule that is still to come: rounds missed in suspension stay missed."""
    missed = max(math.floor((now_s - due_s) / every_s), 0)
    return due_s + (missed + 1) * every_s


def wait_for_signal() -> None:
    """Wait until SIGTERM or SIGINT asks to stop."""
    # The handler only writes to a descriptor: it may interrupt the main thread inside any lock.
    bell = os.eventfd(0, os.EFD_CLOEXEC)
    before = {
        number: signal.signal(number, lambda *_: os.eventfd_write(bell, 1))
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        os.read(bell, 8)  # begins again after a signal, as os.eventfd_read does not
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(bell)


def _since_boot_s(clock: Clock) -> float:
    return clock.now().boot_ms / 1000
