"""``roomreach demo``: the whole of roomreach for an hour, with one real agent measuring this machine."""

import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from roomreach.identifiers import AgentId, ProviderId, SiteId
from roomreach.places import Category, Provider, Role, Safeguarding, Site
from roomreach_hub import asking, speaking
from roomreach_hub.agent_settings import demonstration
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


def demo(choices: Choices, started: float) -> None:
    """Run a hub and an agent in a temporary folder, gone when asked to stop. ``started`` is monotonic."""
    with (
        asked_to_stop() as asked,
        tempfile.TemporaryDirectory(prefix="roomreach-demo-", ignore_cleanup_errors=True) as temporary,
        running(Folder(Path(temporary)), choices, speaking.tell) as hub,
    ):
        speaking.tell(f"Starting an agent that measures this machine, with {hub.broker.title}.")
        agent = _on_record(hub)
        box = _box(hub, agent, Path(temporary))
        hub.keepers.append(Keeper("The agent", box, speaking.tell))
        try:
            box.start()
            hub.watch(asked, until=lambda: _measured(hub, agent))
            if not asked.to_stop:
                _welcome(hub, time.monotonic() - started)
            hub.watch(asked)
            speaking.tell("Stopping; the temporary folder goes too.")
        finally:
            box.stop()


def _on_record(hub: Hub) -> AgentId:
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
    with hub.records.transaction() as c:
        places.add_provider(c, provider)
        sites.record(c, site, [ROOM])
        return agents.install(c, site.id, ROOM, role=_role(), since=datetime.now(UTC)).agent


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


def _measured(hub: Hub, agent: AgentId) -> bool:
    with hub.records.reading() as c:
        heard = agent in latest.latest(c)
    return heard and asking.answers(hub.address.page_port, "/")


def _welcome(hub: Hub, seconds: float) -> None:
    speaking.tell(f"The first measurement is on the page after {seconds:.1f} s.")
    speaking.pairs(described(hub, "a temporary folder, removed at the end"))
    speaking.tell("Ctrl-C stops it.")
