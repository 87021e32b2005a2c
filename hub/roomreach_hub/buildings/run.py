"""All agents of the buildings in one process, each with its own outbox, connection and threads."""

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from roomreach_agent.run import Agent
from roomreach_hub.buildings.box import Box
from roomreach_hub.buildings.equipment import chance_of, equip, settings
from roomreach_hub.buildings.lodging import Lodging
from roomreach_hub.buildings.orders import Orders
from roomreach_hub.buildings.standing import lodgings, wired
from roomreach_hub.signals import asked_to_stop

_TICK_S = 0.1
_START_WITHIN_S = 0.5

log = logging.getLogger(__name__)


def run(orders: Orders, folder: Path) -> None:
    """Let everybody measure and report until asked to stop, and whoever is to fall silent do so in time.

    ``folder`` holds, under each agent's code, its outbox and the files that its machine reads. Raises
    ``Misconfigured`` when another process uses it.
    """
    with asked_to_stop() as asked:
        working = _started(orders, folder)
        while not asked.to_stop:
            for agent, silent_at_s in list(working.items()):
                if silent_at_s is not None and time.time() >= silent_at_s:
                    agent.stop()
                    del working[agent]
            time.sleep(_TICK_S)
        _stop(working)


def _started(orders: Orders, folder: Path) -> dict[Agent, float | None]:
    """Start every agent that is not silent by now, and say when each is to fall silent."""
    working: dict[Agent, float | None] = {}
    try:
        everywhere = lodgings(orders)
        with_reference = wired(everywhere)
        for number, lodging in enumerate(everywhere):
            if lodging.silent_at_s is None or time.time() < lodging.silent_at_s:
                agent = _agent(
                    orders,
                    number,
                    lodging,
                    folder / orders.agents[number],
                    wired=(lodging.site, lodging.building) in with_reference,
                )
                working[agent] = lodging.silent_at_s
                agent.start()
    except BaseException:
        _stop(working)
        raise
    log.info("%d agents at work", len(working))
    return working


def _agent(orders: Orders, number: int, lodging: Lodging, folder: Path, *, wired: bool) -> Agent:
    chance = chance_of(orders, number)
    equip(folder, lodging, chance)
    box = Box(spot=lodging.spot, at_s=time.time, chance=chance)
    return Agent(
        settings(orders, orders.agents[number], lodging, folder / "outbox.db", wired=wired),
        box.tools(folder),
        start_within_s=_START_WITHIN_S,
    )


def _stop(working: dict[Agent, float | None]) -> None:
    # Side by side: one after the other they would outlast the leash's patience.
    with ThreadPoolExecutor(max_workers=max(1, len(working))) as pool:
        list(pool.map(Agent.stop, working))
