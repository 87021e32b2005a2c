"""What is a made-up agent given? Its settings, and a folder with the files that its machine reads."""

from pathlib import Path
from random import Random

from roomreach.identifiers import AgentId
from roomreach.places import Role
from roomreach_agent.settings import Broker, OutboxSettings, Settings, ThroughputSettings, Wifi
from roomreach_hub.buildings.box import BEYOND, RADIO, REFERENCE, WIRE, furnish
from roomreach_hub.buildings.lodging import Lodging
from roomreach_hub.buildings.orders import Orders

_COOLEST_C, _WARMEST_C = 44, 58
_PROBES = {
    Role.ROOM: ("link", "gateway", "latency", "names", "throughput", "health"),
    Role.REFERENCE: ("gateway", "latency", "names", "throughput", "health"),
}


def settings(
    orders: Orders, agent: AgentId, lodging: Lodging, outbox: Path, *, wired: bool = False
) -> Settings:
    """Give one agent's settings: those of a real box at such a place, but for the interval.

    ``wired`` says that its building has a reference agent, towards which those in rooms test too.
    """
    return Settings(
        agent=agent,
        interval_s=lodging.interval_s or orders.script.interval_s,
        probes=_PROBES[lodging.role],
        broker=Broker(host=orders.broker_host, port=orders.broker_port),
        wifi=Wifi(interface=RADIO),
        latency={"hub": BEYOND},
        throughput=ThroughputSettings(
            server=f"http://{BEYOND}", reference=REFERENCE if wired and lodging.role is Role.ROOM else ""
        ),
        outbox=OutboxSettings(path=outbox),
        clock_kept_by_host=True,
    )


def equip(root: Path, lodging: Lodging, chance: Random) -> None:
    """Fill the folder of one agent's machine."""
    interface = RADIO if lodging.role is Role.ROOM else WIRE
    furnish(root, celsius=chance.uniform(_COOLEST_C, _WARMEST_C), interface=interface)


def chance_of(orders: Orders, number: int) -> Random:
    """Give the course of events at one place."""
    return Random(f"{orders.script.seed} {number}")  # noqa: S311 - a course of events, and no secret
