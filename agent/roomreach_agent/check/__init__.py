"""Is my box working, is my building fine, what do I fix? One cause and one action.

Every rung of the ladder is looked at, from this machine outwards. The first that is wrong is the cause,
because what stands above it cannot work without it.
"""

from collections.abc import Sequence
from itertools import chain

from roomreach.measurement import Measurement
from roomreach.report import question
from roomreach_agent.check import rungs
from roomreach_agent.check.finding import ExitCode, Finding, State
from roomreach_agent.settings import Settings


def findings(
    settings: Settings, measurements: Sequence[Measurement], *, synchronised: bool
) -> tuple[Finding, ...]:
    """Look at every rung, in the order of the ladder; ``measurements`` are those of one round."""
    asked = {question(measurement): measurement for measurement in measurements}
    return tuple(
        chain(
            rungs.outbox(settings),
            rungs.radio(settings, asked),
            rungs.router(asked),
            rungs.resolvers(asked),
            rungs.way_out(settings, asked),
            rungs.broker(settings.broker),
            rungs.speed_server(settings.throughput),
            rungs.clock(synchronised=synchronised),
        )
    )


def cause(found: Sequence[Finding]) -> Finding | None:
    """Give the first rung that is wrong; None when none is."""
    return next((finding for finding in found if finding.state is State.WRONG), None)


__all__ = ["ExitCode", "Finding", "State", "cause", "findings"]
