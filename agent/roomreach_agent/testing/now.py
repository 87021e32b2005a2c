"""How fast is it just now? One test of each end that the settings name, asked for by a person."""

from roomreach.errors import Misconfigured, Unavailable
from roomreach.measurement import Measurement
from roomreach_agent.clock import Clock
from roomreach_agent.probes import Tools
from roomreach_agent.settings import Settings
from roomreach_agent.testing.assembling import account, heard, one_test
from roomreach_agent.testing.one_test import WIFI_BYTES

MOST_BYTES = 25_000_000
"""What it may cost the line: as much as a slot in the busy hour."""


def test_now(settings: Settings, tools: Tools, clock: Clock) -> tuple[Measurement, ...]:
    """Test at once, whoever else uses the line; what it costs is charged like any other test.

    Raises ``Misconfigured`` when there is nobody to test towards; ``Unavailable`` while nobody vouches for
    the clock by which it is charged, while the agent of this machine is testing, and while its account cannot
    be written.
    """
    if not (settings.clock_kept_by_host or clock.kernel_synchronised()):
        raise Unavailable(
            "Nobody vouches for this machine's clock yet, and what a test costs is written down by it: try "
            "again in a minute."
        )
    spending, wanted = account(settings), heard(settings)
    test = one_test(settings, tools, wanted=lambda: wanted.current, spending=spending, clock=clock)
    if not test.ways:
        raise Misconfigured("There is nobody to test towards: name a speed server in [throughput] server.")
    with spending.exclusive() as ours:
        if not ours:
            raise Unavailable("The agent of this machine is testing just now: try again in a minute.")
        return tuple(test.make(end, WIFI_BYTES if end == "reference" else MOST_BYTES) for end in test.ways)
