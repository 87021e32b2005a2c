"""``roomreach demo``: the whole of roomreach for an hour, with a made-up borough and its past.

One more agent measures this very machine: a test bench, outside all totals.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from roomreach.errors import Unavailable
from roomreach.identifiers import AgentId, ProviderId, SiteId
from roomreach.moments import milliseconds
from roomreach.places import Category, Provider, Register, Role, Safeguarding, Site
from roomreach_hub import asking, leftovers, speaking
from roomreach_hub.agent_settings import demonstration
from roomreach_hub.buildings import on_record
from roomreach_hub.buildings.borough.truth import truth, write
from roomreach_hub.buildings.history.making import DAY_S
from roomreach_hub.buildings.history.past import Past
from roomreach_hub.buildings.history.progress import Told
from roomreach_hub.buildings.hostel import Script
from roomreach_hub.buildings.lodging import Lodging
from roomreach_hub.buildings.orders import Orders
from roomreach_hub.buildings.spans import Span
from roomreach_hub.buildings.standing import made_up
from roomreach_hub.child import Child
from roomreach_hub.choices import Choices
from roomreach_hub.composition import Hub, running
from roomreach_hub.folder import Folder
from roomreach_hub.keeping import Keeper
from roomreach_hub.minting import new
from roomreach_hub.signals import Asked, asked_to_stop
from roomreach_hub.up import described
from roomreach_store import operating
from roomreach_store.operating import Install
from roomreach_store.records import latest, places

ROOM = "Here"
_WORD_EVERY_S = 30.0
# Nobody knows the borough of a demonstration: the first of the list stands for it.
_AUTHORITY = "E09000001"


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """The made-up places, each one's agent and site under their codes; ``history`` where they have one."""

    lodgings: Sequence[Lodging]
    agents: tuple[AgentId, ...]
    sites: tuple[SiteId, ...]
    history: Span | None

    def speaking(self, now_s: float) -> set[AgentId]:
        """Whose agents speak now; one may have fallen silent long ago."""
        both = zip(self.agents, self.lodgings, strict=True)
        return {agent for agent, one in both if one.silent_at_s is None or one.silent_at_s >= now_s}


def demo(choices: Choices, started: float, script: Script, days: int) -> None:
    """Run a hub, its made-up places and an agent in a temporary folder, gone when asked to stop.

    With ``days`` of history there is a borough, else the hostel alone. ``started`` is when the command was
    given, by the monotonic clock.
    """
    leftovers.remove(time.time())
    with (
        asked_to_stop() as asked,
        tempfile.TemporaryDirectory(prefix=leftovers.PREFIX, ignore_cleanup_errors=True) as temporary,
        ExitStack() as stack,
    ):
        folder = Path(temporary)
        past = Past(_orders(folder), days)
        hub = stack.enter_context(running(Folder(folder), choices, speaking.tell, past.notice))
        stack.callback(past.stop)
        speaking.tell(
            f"Starting a made-up {'borough' if days else 'hostel'} and an agent that measures this machine: "
            f"{hub.broker.title}."
        )
        here, town = _recorded(hub, script, days)
        for name, part in {
            "The agent": _box(hub, here, folder),
            "The buildings' process": _buildings(hub, town, script, folder),
        }.items():
            stack.callback(part.stop)
            part.start()
            hub.keepers.append(Keeper(name, part, speaking.tell))
        hub.watch(asked, until=Awaited(hub, town, speaking.tell).all_heard)
        if not asked.to_stop:
            _welcome(hub, "room" if days else "room of the hostel", time.monotonic() - started)
        if town.history and not asked.to_stop:
            with hub.records.reading() as c:
                register = places.register(c)
            write(folder, truth(town.lodgings, town.agents, register, script.seed, town.history))
            _make_history(hub, asked, past, register)
        hub.watch(asked)
        speaking.tell("Stopping; the temporary folder goes too.")


def _recorded(hub: Hub, script: Script, days: int) -> tuple[AgentId, Town]:
    """Put this machine and the made-up places on record: those have stood there since their history began."""
    now_s = time.time()
    history = Span(now_s - days * DAY_S, now_s) if days else None
    lodgings = made_up(script, now_s, history)
    since = datetime.fromtimestamp(history.begin_s if history else now_s, UTC)
    with hub.records.transaction() as c:
        here = _this_machine(c, datetime.fromtimestamp(now_s, UTC))
        agents = on_record.record(c, lodgings, host=_AUTHORITY, since=since)
        register = places.register(c)
    sites = tuple(register.site_of(register.installations[agent][0].room).id for agent in agents)
    return here, Town(lodgings=lodgings, agents=agents, sites=sites, history=history)


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
    operating.record(c, site, [ROOM], new)
    asked = Install(site=site.id, room=ROOM, role=_role(), since=since)
    return operating.install(c, asked, new, milliseconds(since)).agent


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


def _orders(folder: Path) -> Path:
    return folder / "buildings" / "orders.json"


def _buildings(hub: Hub, town: Town, script: Script, folder: Path) -> Child:
    orders = _orders(folder)
    orders.parent.mkdir()
    Orders(
        agents=town.agents,
        sites=town.sites,
        broker_port=hub.address.broker_port,
        began_s=time.monotonic(),
        script=script,
        history=town.history,
    ).write(orders)
    return Child([sys.executable, "-I", "-m", "roomreach_hub.buildings", orders], folder / "buildings.log")


def _make_history(hub: Hub, asked: Asked, past: Past, register: Register) -> None:
    """Make the past while the present goes on; what cannot be made is said, and the present stays."""
    began = time.monotonic()
    try:
        past.start(register, hub.records, hub.series)
        with Told(past, speaking.tell) as telling:
            hub.watch(asked, until=telling.over)
        if not asked.to_stop:
            past.check()
            speaking.tell(f"The history is complete after {time.monotonic() - began:.0f} s.")
    except Unavailable as exc:
        # What goes on would leave a past with holes, in which nobody could tell failure from absence.
        past.stop()
        speaking.tell(str(exc))


class Awaited:
    """Waits for everybody's first report, and says now and then that it does.

    Whoever has fallen silent meanwhile is waited for no longer.
    """

    def __init__(
        self,
        hub: Hub,
        town: Town,
        say: Callable[[str], None],
        clock: Callable[[], float] = time.time,
        every_s: float = _WORD_EVERY_S,
    ) -> None:
        self._hub, self._town, self._say = hub, town, say
        self._clock, self._every_s = clock, every_s
        self._told_s = clock()

    def all_heard(self) -> bool:
        """Whether there is nobody left to wait for, and the page answers."""
        now_s = self._clock()
        with self._hub.records.reading() as c:
            missing = self._town.speaking(now_s) - latest.latest(c).keys()
        if not missing:
            return asking.answers(self._hub.address.page_port, "/")
        if now_s - self._told_s >= self._every_s:
            self._told_s = now_s
            self._say(
                f"Still waiting for the first report of {len(missing)} of {len(self._town.agents)} agents."
            )
        return False


def _welcome(hub: Hub, rooms: str, seconds: float) -> None:
    speaking.tell(f"Every {rooms} is on the page after {seconds:.1f} s.")
    speaking.pairs(described(hub, "a temporary folder, removed at the end"))
    speaking.tell("Ctrl-C stops it.")
