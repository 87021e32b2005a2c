"""What does the server want of each agent, and which agents have not been told yet?

Only the server decides who tests when. It is all derived from the register and the day, so several collectors
say the same, one that was restarted says it again, and nothing of it need be kept. An agent is told when its
slots change, because of the register or because a new day has come, and whenever it connects: the broker that
kept it for the agent may have been restarted.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from itertools import islice

from roomreach import slots
from roomreach.desired import Desired, Slot
from roomreach.identifiers import AgentId
from roomreach.places import Register
from roomreach_collector.post import Post
from roomreach_collector.register import CurrentRegister
from roomreach_collector.tally import Tally

MOST_AT_ONCE = 200
"""How many agents are told in one step: receipts wait meanwhile."""

Tests = tuple[Slot, ...]


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
        self._version = self._issued_ms = 0
        self._wanted: Mapping[AgentId, Tests] = {}
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
        planned = self._register.version, slots.day_of(self._clock())
        if planned != self._planned:
            self._plan(register, planned[1])
            self._planned = planned
        for agent in list(islice(self._untold, self._most_at_once)):
            if agent in self._wanted and not self._tell(agent):
                return
            del self._untold[agent]

    def _plan(self, register: Register, today: date) -> None:
        self._issued_ms = slots.begins_ms(today)
        # Rises with the day and with the register, and is the same in every collector. Should the register
        # ever begin anew, the next day puts it right.
        self._version = self._issued_ms // 1000 + (self._register.version or 0)
        before, self._wanted = self._wanted, wanted(register, today)
        changed = (agent for agent, tests in self._wanted.items() if before.get(agent) != tests)
        self._untold |= dict.fromkeys(changed)

    def _tell(self, agent: AgentId) -> bool:
        desired = Desired(version=self._version, issued_ms=self._issued_ms, tests=self._wanted[agent])
        told = self._post.publish_desired(agent, desired)
        self._tally.desired += told
        return told


def wanted(register: Register, today: date) -> Mapping[AgentId, Tests]:
    """Give every agent on record its slots of today and tomorrow; none where it stands nowhere."""
    found: dict[AgentId, Tests] = dict.fromkeys(register.agents, ())
    allowances = slots.allowances(register)
    for site, everybody in slots.stays(register).items():
        for day in (today, today + timedelta(days=1)):
            for agent, theirs in slots.plan(site, day, everybody, allowances[site]).items():
                found[agent] = (*found.get(agent, ()), *theirs)
    return {agent: tuple(sorted(tests, key=lambda slot: slot.start_ms)) for agent, tests in found.items()}
