"""``roomreach demo``: the whole of roomreach for an hour, with a simulated hostel.

One more agent measures this very machine: a test bench, outside all totals.
"""

import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from roomreach.identifiers import AgentId, ProviderId, SiteId
from roomreach.places import Category, Provider, Role, Safeguarding, Site
from roomreach_hub import asking, speaking
from roomreach_hub.agent_settings import demonstration
from roomreach_hub.buildings import on_record
from roomreach_hub.buildings.hostel import Script, lodgings
from roomreach_hub.buildings.orders import Orders
from roomreach_hub.child import Child
from roomreach_hub.choices import Choices
from roomreach_hub.composition import Hub, running
from roomreach_hub.folder import Folder
from roomreach_hub.keeping import Keeper
from roomreach_hub.minting import new
from roomreach_hub.signals import asked_to_stop
from roomreach_hub.up import described
from roomreach_hub.verbs import agents, sites
from roomreach_store.records import latest, places

ROOM = "Here"
# Nobody knows the borough of a demonstration: the first of the list stands for it.
_AUTHORITY = "E09000001"


def demo(choices: Choices, started: float, script: Script) -> None:
    """Run a hub, its hostel and an agent in a temporary folder, gone when asked to stop.

    ``started`` is when the command was given, by the monotonic clock.
    """
    with (
        asked_to_stop() as asked,
        tempfile.TemporaryDirectory(prefix="roomreach-demo-", ignore_cleanup_errors=True) as temporary,
        running(Folder(Path(temporary)), choices, speaking.tell) as hub,
    ):
        speaking.tell(
            f"Starting a made-up hostel and an agent that measures this machine: {hub.broker.title}."
        )
        since = datetime.now(UTC)
        with hub.records.transaction() as c:
            here = _this_machine(c, since)
            boxes = on_record.record(c, lodgings(script), host=_AUTHORITY, since=since)
        with ExitStack() as stack:
            for name, part in {
                "The agent": _box(hub, here, Path(temporary)),
                "The hostel": _hostel(hub, boxes, script, Path(temporary)),
            }.items():
                stack.callback(part.stop)
                part.start()
                hub.keepers.append(Keeper(name, part, speaking.tell))
            hub.watch(asked, until=lambda: _heard(hub, boxes))
            if not asked.to_stop:
                _welcome(hub, time.monotonic() - started)
            hub.watch(asked)
            speaking.tell("Stopping; the temporary folder goes too.")


def _this_machine(c: Connection, since: datetime) -> AgentId:
    provider = Provider(id=ProviderId(new("p")), name="Demonstration")
    site = Site(
        id=SiteId(new("s")),
        provider=provider.id,
        host=_AUTHORITY,
        name="This machine",
        category=Category.OTHER,
        safeguarding=Safeguarding.NONE,
        trial=True,
    )
    places.add_provider(c, provider)
    sites.record(c, site, [ROOM])
    return agents.install(c, site.id, ROOM, role=_role(), since=since).agent


def _role() -> Role:
    has_radio = any(Path("/sys/class/net").glob("*/wireless"))
    return Role.ROOM if has_radio else Role.REFERENCE


def _box(hub: Hub, agent: AgentId, folder: Path) -> Child:
    settings = folder / "agent.toml"
    settings.write_text(
        demonstration(
            agent,
            broker_port=hub.address.broker_port,
            page_port=hub.address.page_port,
            outbox=folder / "outbox.db",
        )
    )
    return Child(
        [sys.executable, "-I", "-m", "roomreach_agent", "run", "--settings", settings], folder / "agent.log"
    )


def _hostel(hub: Hub, boxes: tuple[AgentId, ...], script: Script, folder: Path) -> Child:
    orders = folder / "hostel" / "orders.json"
    orders.parent.mkdir()
    Orders(
        agents=boxes,
        broker_port=hub.address.broker_port,
        began_s=time.monotonic(),
        script=script,
    ).write(orders)
    return Child([sys.executable, "-I", "-m", "roomreach_hub.buildings", orders], folder / "hostel.log")


def _heard(hub: Hub, boxes: tuple[AgentId, ...]) -> bool:
    with hub.records.reading() as c:
        heard = latest.latest(c).keys() >= set(boxes)
    return heard and asking.answers(hub.address.page_port, "/")


def _welcome(hub: Hub, seconds: float) -> None:
    speaking.tell(f"Every room of the hostel is on the page after {seconds:.1f} s.")
    speaking.pairs(described(hub, "a temporary folder, removed at the end"))
    speaking.tell("Ctrl-C stops it.")
