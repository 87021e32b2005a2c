"""Can residents get online, and which part of the way out fails?"""

from roomreach_dashboards import asking
from roomreach_dashboards.drawing import Panel, rows, states

_FAILURES = 200

_STATE = (
    "yes: every question was answered; partly: some were; no: none was. Where a row is empty nothing was "
    "heard, or the agent could not ask: that is never a yes. Each piece is one window of time; over more "
    "than a few hours a window holds several reports, and a short silence may not show."
)

PANELS = (
    Panel(
        id=10,
        title="Does the world outside answer?",
        description="For each room, whether hosts outside the building answered. Residents can get online "
        f"when this and the next chart say so. {_STATE}",
        asks=(asking.answered("latency"),),
        unit="percent",
        draw=states,
        width=24,
    ),
    Panel(
        id=11,
        title="Can names be looked up?",
        description="For each room, whether the resolvers asked gave an answer: without one no page opens, "
        f"though the line works. {_STATE}",
        asks=(asking.answered("names"),),
        unit="percent",
        draw=states,
        width=24,
    ),
    Panel(
        id=12,
        title="Does the router answer?",
        description="For each room, whether the building's own router answered. A router that ignores pings "
        f"is no fault while the world outside answers. {_STATE}",
        asks=(asking.answered("gateway"),),
        unit="percent",
        draw=states,
        width=24,
    ),
    Panel(
        id=13,
        title="What failed, and why",
        description=f"The last {_FAILURES} failed attempts of each kind, newest first, with the reason under "
        "the part of the way that failed.",
        asks=tuple(
            asking.failures(rung, called=called, limit=_FAILURES)
            for rung, called in (("latency", "outside"), ("names", "names"), ("gateway", "router"))
        ),
        unit="none",
        units={"Time": "dateTimeAsLocal"},
        draw=rows,
        width=24,
    ),
)
