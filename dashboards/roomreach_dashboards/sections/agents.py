"""Are the agents well enough to be believed?"""

from roomreach_dashboards import asking
from roomreach_dashboards.drawing import AGE, Panel, lines, rows, unit

PANELS = (
    Panel(
        id=40,
        title="Reports received by agent",
        description="How many reports of each agent arrived in each window. Zero is silence: of power, the "
        "line or the agent.",
        asks=(asking.over_time("report", "sequence", by=("room", "agent"), aggregate="count", silence="0"),),
        unit="short",
        by=("room", "agent"),
        lowest=0,
        draw=lines,
    ),
    Panel(
        id=41,
        title="Temperature of the agents",
        description="Each agent's processor. From 80 °C on a Raspberry Pi slows itself down, and its "
        "measurements with it.",
        asks=(asking.over_time("health", "temperature_c", by=("room", "agent")),),
        unit=unit("health", "temperature_c"),
        by=("room", "agent"),
        steps=((None, "blue"), (80, "red")),
        draw=lines,
    ),
    Panel(
        id=42,
        title="The agents' own state",
        description="The latest each agent said of itself: for how long it has run, how busy it is and how "
        "much of that is roomreach's doing, its card, and whether its clock is right.",
        asks=(
            asking.latest(
                "health",
                "uptime_s",
                "cpu_percent",
                "own_cpu_percent",
                "own_memory_mb",
                "temperature_c",
                "disk_used_percent",
                "clock_synchronised",
                by=("room", "agent"),
            ),
        ),
        unit="none",
        units={
            "Time": AGE,
            **{
                name: unit("health", name)
                for name in (
                    "uptime_s",
                    "cpu_percent",
                    "own_cpu_percent",
                    "own_memory_mb",
                    "temperature_c",
                    "disk_used_percent",
                )
            },
        },
        draw=rows,
        width=24,
    ),
)
