"""How fresh is everything, and who is heard?"""

from roomreach_dashboards import asking
from roomreach_dashboards.drawing import AGE, Panel, figure, rows, unit

PANELS = (
    Panel(
        id=1,
        title="Data as of",
        description="How long ago the latest report of this site was taken. Everything below is as old as "
        "this, or older. Nothing here: no report in the time chosen.",
        asks=(asking.latest("report", "sequence"),),
        unit=AGE,
        draw=figure,
        width=4,
        height=4,
    ),
    Panel(
        id=2,
        title="Rooms heard",
        description="How many rooms sent at least one report in the time chosen. Rooms without an agent, and "
        "rooms silent all the time, are not counted: the register knows them, the series do not.",
        asks=(asking.heard("rooms", by="room"),),
        unit="none",
        draw=figure,
        width=4,
        height=4,
    ),
    Panel(
        id=3,
        title="Reports received",
        description="How many reports arrived in the time chosen: how much all the rest stands on.",
        asks=(asking.reports(),),
        unit="short",
        draw=figure,
        width=4,
        height=4,
    ),
    Panel(
        id=4,
        title="Last report of each room",
        description="When each agent's latest report was taken, how long until the next was due, how many "
        "reports it had dropped for want of space, and what it could not measure, with the reason.",
        asks=(asking.latest("report", "sequence", "interval_s", "dropped", "lacked", by=("room", "agent")),),
        unit="none",
        units={
            "Time": AGE,
            "interval_s": unit("report", "interval_s"),
            "dropped": unit("report", "dropped"),
        },
        draw=rows,
        height=6,
    ),
)
