"""What does the server want of each agent, and which agents have not been told yet?

Only the server decides who tests when. It is all derived from the register and the day, so several collectors
say the same, one that was restarted says it again, and nothing of it need be kept. An agent is told when what
is wanted of it changes, because of the register or because a new day has come, and whenever it connects: the
broker that kept it for the agent may have been restarted.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice

from roomreach import slots, strata
from roomreach.desired import Desired
from roomreach.identifiers import AgentId, SiteId
from roomreach.places import Register
from roomreach_collector.post import Post
from roomreach_collector.register import CurrentRegister
from roomreach_collector.tally import Tally

MOST_AT_ONCE = 200
"""How many agents are told in one step: receipts wait meanwhile."""


class Wanting:
    """Tells agents, a few in each step. Used by one thread only."""

    def __init__(
        self,
        *,
        post: Post,
        register: CurrentRegister,
        tally: Tally,
        clock: Callable[[], int],
        most_at_once: int = MOST_AT_ONCE,
    ) -> None:
        self._post, self._register, self._tally, self._clock = post, register, tally, clock
        self._most_at_once = most_at_once
        self._planned: tuple[int | None, date] | None = None
        self._wanted: Mapping[AgentId, Desired] = {}
        self._untold: dict[AgentId, None] = {}

    @property
    def busy(self) -> bool:
        """Whether there is more to be said at once."""
        return bool(self._untold) and self._post.connected

    def greeted(self, agents: Sequence[AgentId]) -> None:
        """Hear that agents have connected: each is told at the next step, before all others."""
        if agents:
            self._untold = dict.fromkeys(agents) | self._untold

    def step(self) -> None:
        """Plan when there is anything new, then tell some agents. Raises as ``CurrentRegister.current``."""
        register = self._register.current()
        planned = self._register.version, strata.day_of(self._clock())
        if planned != self._planned:
            self._plan(register, planned[1])
            self._planned = planned
        for agent in list(islice(self._untold, self._most_at_once)):
            if agent in self._wanted and not self._tell(agent):
                return
            del self._untold[agent]

    def _plan(self, register: Register, today: date) -> None:
        issued_ms = strata.begins_ms(today)
        # Rises with the day and with the register, and is the same in every collector. Should the register
        # ever begin anew, the next day puts it right.
        version = issued_ms // 1000 + (self._register.version or 0)
        before, self._wanted = self._wanted, wanted(register, today, version=version, issued_ms=issued_ms)
        for agent, desired in self._wanted.items():
            known = before.get(agent)
            # What only bears another number is no news.
            if known is None or replace(known, version=version, issued_ms=issued_ms) != desired:
                self._untold[agent] = None

    def _tell(self, agent: AgentId) -> bool:
        told = self._post.publish_desired(agent, self._wanted[agent])
        self._tally.desired += told
        return told


def wanted(register: Register, today: date, *, version: int, issued_ms: int) -> Mapping[AgentId, Desired]:
    """Say what is wanted of every agent today and tomorrow; no test of one that stands nowhere."""
    dealt: dict[AgentId, list[slots.Dealt]] = defaultdict(list)
    sites: dict[AgentId, set[SiteId]] = defaultdict(set)
    allowances = slots.allowances(register)
    for site, everybody in slots.stays(register).items():
        for day in (today, today + timedelta(days=1)):
            for agent, theirs in slots.deal(site, day, everybody, allowances[site]).items():
                dealt[agent].append(theirs)
                sites[agent].add(site)
    return {
        agent: Desired(
            version=version,
            issued_ms=issued_ms,
            tests=tuple(
                sorted((slot for one in dealt[agent] for slot in one.slots), key=lambda slot: slot.start_ms)
            ),
            shares=tuple(sorted((one.share for one in dealt[agent]), key=lambda share: share.from_ms)),
            # Who moves in these days may be on either site already: both must allow it.
            may_publish=bool(sites[agent])
            and not any(register.sites[site].confidential for site in sites[agent]),
        )
        for agent in register.agents
    }
