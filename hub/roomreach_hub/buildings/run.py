"""All agents of the buildings in one process, each with its own outbox, connection and threads."""

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random

from roomreach.identifiers import AgentId
from roomreach_agent.run import Agent
from roomreach_agent.settings import Broker, OutboxSettings, Settings, Wifi
from roomreach_hub.buildings.box import BEYOND, RADIO, Box, furnish
from roomreach_hub.buildings.hostel import Lodging, lodgings
from roomreach_hub.buildings.orders import Orders
from roomreach_hub.ports import LOOPBACK
from roomreach_hub.signals import asked_to_stop

_TICK_S = 0.1
_START_WITHIN_S = 0.5
_COOLEST_C, _WARMEST_C = 44, 58

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """How many seconds have passed since a moment of the monotonic clock?"""

    began_s: float

    def __call__(self) -> float:
        """Read the clock."""
        return time.monotonic() - self.began_s


def run(orders: Orders, folder: Path) -> None:
    """Let everybody measure and report until asked to stop, and whoever is to fall silent do so in time.

    ``folder`` holds the outboxes, and the files that each machine reads. Raises ``Misconfigured`` when
    another process uses it.
    """
    at_s = At(began_s=orders.began_s)
    with asked_to_stop() as asked:
        working = _started(orders, folder, at_s)
        while not asked.to_stop:
            for agent, silent_at_s in list(working.items()):
                if silent_at_s is not None and at_s() >= silent_at_s:
                    agent.stop()
                    del working[agent]
            time.sleep(_TICK_S)
        _stop(working)


def _started(orders: Orders, folder: Path, at_s: At) -> dict[Agent, float | None]:
    """Start every agent that is not silent by now, and say when each is to fall silent."""
    working: dict[Agent, float | None] = {}
    try:
        for number, lodging in enumerate(lodgings(orders.script)):
            if lodging.silent_at_s is None or at_s() < lodging.silent_at_s:
                agent = _agent(orders, number, lodging, folder / str(number), at_s)
                working[agent] = lodging.silent_at_s
                agent.start()
    except BaseException:
        _stop(working)
        raise
    log.info("%d agents at work", len(working))
    return working


def _agent(orders: Orders, number: int, lodging: Lodging, folder: Path, at_s: At) -> Agent:
    chance = Random(f"{orders.script.seed} {number}")  # noqa: S311 - a course of events, and no secret
    furnish(folder, celsius=chance.uniform(_COOLEST_C, _WARMEST_C))
    box = Box(radio=lodging.radio, line=lodging.line, at_s=at_s, chance=chance)
    return Agent(
        settings(orders, orders.agents[number], folder / "outbox.db"),
        box.tools(folder),
        start_within_s=_START_WITHIN_S,
    )


def settings(orders: Orders, agent: AgentId, outbox: Path) -> Settings:
    """Give one agent's settings: those of a box in a room, but for the interval."""
    return Settings(
        agent=agent,
        interval_s=orders.script.interval_s,
        broker=Broker(host=LOOPBACK, port=orders.broker_port),
        wifi=Wifi(interface=RADIO),
        latency={"hub": BEYOND},
        outbox=OutboxSettings(path=outbox),
        clock_kept_by_host=True,
    )


def _stop(working: dict[Agent, float | None]) -> None:
    # Side by side: one after the other they would outlast the leash's patience.
    with ThreadPoolExecutor(max_workers=max(1, len(working))) as pool:
        list(pool.map(Agent.stop, working))
