"""How fast is it just now? One test of each end that the settings name, asked for by a person."""

from roomreach.errors import Misconfigured, Unavailable
from roomreach.measurement import Measurement
from roomreach_agent.clock import Clock
from roomreach_agent.probes import Tools
from roomreach_agent.settings import Settings
from roomreach_agent.testing.assembling import account, one_test

MOST_BYTES = 14_000_000
"""What it may cost, each end its share: as much as a slot in the busy hour."""


def test_now(settings: Settings, tools: Tools, clock: Clock) -> tuple[Measurement, ...]:
    """Test at once, whoever else uses the line; what it costs is charged like any other test.

    Raises ``Misconfigured`` when there is nobody to test towards, and ``Unavailable`` while an agent of this
    machine is testing or the account of its tests cannot be written.
    """
    spending = account(settings)
    test = one_test(settings, tools, spending=spending, clock=clock)
    if not test.ways:
        raise Misconfigured("There is nobody to test towards: name a speed server in [throughput] server.")
    with spending.exclusive() as ours:
        if not ours:
            raise Unavailable("The agent of this machine is testing just now: try again in a minute.")
        return tuple(test.make(end, MOST_BYTES // len(test.ways)) for end in test.ways)
