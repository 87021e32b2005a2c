"""How long does the way out take, part by part?"""

from roomreach_dashboards import asking
from roomreach_dashboards.drawing import Panel, lines, unit

PANELS = (
    Panel(
        id=30,
        title="Time to the router and back",
        description="The median round trip to the building's router: long times here are the Wi-Fi's or the "
        "router's doing. A gap: nothing answered, or nothing was heard.",
        asks=(asking.over_time("gateway", "median_ms"),),
        unit=unit("gateway", "median_ms"),
        lowest=0,
        draw=lines,
    ),
    Panel(
        id=31,
        title="Time to the world outside and back",
        description="The median round trip to each host outside: long times here and not at the router are "
        "the line's doing. A gap: nothing answered, or nothing was heard.",
        asks=(asking.over_time("latency", "median_ms", by=("room", "target")),),
        unit=unit("latency", "median_ms"),
        by=("room", "target"),
        lowest=0,
        draw=lines,
    ),
    Panel(
        id=32,
        title="Time to look a name up",
        description="How long the building's resolver, and another where one is set, take to answer: every "
        "page waits for this first.",
        asks=(asking.over_time("names", "answer_ms", by=("room", "target")),),
        unit=unit("names", "answer_ms"),
        by=("room", "target"),
        lowest=0,
        draw=lines,
    ),
    Panel(
        id=33,
        title="Attempts lost on the way outside",
        description="Which share of attempts came back with nothing, by room and host. Calls suffer from 1 % "
        "on. All lost is 100 %; nothing heard is a gap.",
        asks=(asking.lost("latency", by=("room", "target")),),
        unit="percent",
        by=("room", "target"),
        lowest=0,
        highest=100,
        draw=lines,
    ),
)
