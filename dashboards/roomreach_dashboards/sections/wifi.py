"""How well does the Wi-Fi reach into each room?"""

from roomreach_dashboards import asking
from roomreach_dashboards.drawing import Panel, lines, unit

PANELS = (
    Panel(
        id=20,
        title="Wi-Fi signal by room",
        description="How loudly each room hears its access point, the mean of each window. -67 dBm or more "
        "carries calls and lessons; below -75 dBm expect drop-outs. Only agents on the Wi-Fi say this.",
        asks=(asking.over_time("link", "signal_dbm"),),
        unit=unit("link", "signal_dbm"),
        steps=((None, "red"), (-75, "orange"), (-67, "blue")),
        draw=lines,
    ),
    Panel(
        id=21,
        title="Weakest Wi-Fi signal by room",
        description="The weakest signal of each window: one bad moment is enough to lose a call, and a mean "
        "hides it.",
        asks=(asking.over_time("link", "signal_dbm", aggregate="min"),),
        unit=unit("link", "signal_dbm"),
        steps=((None, "red"), (-75, "orange"), (-67, "blue")),
        draw=lines,
    ),
)
