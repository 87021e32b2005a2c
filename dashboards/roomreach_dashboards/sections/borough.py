"""How do the sites of one borough compare, now, over all of the time chosen, and in its course?"""

from functools import partial

from roomreach_dashboards import asking
from roomreach_dashboards.asking import one_authority, only, over_all, over_time
from roomreach_dashboards.drawing import AGE, Panel, figure, lines, points, rows, states, unit

_RESIDENTS = only(one_authority, target="server", role="room")
_LINES = only(one_authority, target="server", role="reference")
_IN_ROOMS = only(one_authority, role="room")

_figure = partial(Panel, draw=figure, width=6, height=4)

NOW = (
    _figure(
        id=1,
        title="Data as of",
        description="How long ago the latest report of any site was taken. Nothing here: no report in the "
        "time chosen.",
        asks=(asking.latest("report", "sequence", of=one_authority),),
        unit=AGE,
    ),
    _figure(
        id=2,
        title="Sites heard",
        description="How many sites sent at least one report in the time chosen. Sites that were silent all "
        "the time are not counted: the register knows them, the series do not.",
        asks=(asking.heard("sites", by="site", of=one_authority),),
        unit="none",
    ),
    _figure(
        id=3,
        title="Rooms heard",
        description="How many rooms sent at least one report in the time chosen, wired agents' included.",
        asks=(asking.heard("rooms", by="room", of=one_authority),),
        unit="none",
    ),
    _figure(
        id=4,
        title="Reports received",
        description="How many reports arrived in the time chosen: how much all the rest stands on.",
        asks=(asking.reports(one_authority),),
        unit="short",
    ),
)

_by_site = partial(over_all, by=("site",))

SIDE_BY_SIDE = (
    Panel(
        id=10,
        title="Sites side by side",
        description="For each site over the time chosen: its reports, the mean signal in its rooms, the mean "
        "download in its rooms and on its line with how many tests each stands on, and the mean round trip "
        "outside. An empty cell: not measured. Click a column's head to see the worst first.",
        asks=(
            _by_site("report", "sequence", called="reports", aggregate="count", of=one_authority),
            _by_site("link", "signal_dbm", called="signal", of=_IN_ROOMS),
            _by_site("throughput", "download_mbps", called="rooms_download", of=_RESIDENTS),
            _by_site("throughput", "download_mbps", called="rooms_tests", aggregate="count", of=_RESIDENTS),
            _by_site("throughput", "download_mbps", called="line_download", of=_LINES),
            _by_site("throughput", "download_mbps", called="line_tests", aggregate="count", of=_LINES),
            _by_site("latency", "median_ms", called="round_trip", of=one_authority),
        ),
        unit="none",
        units={
            "signal": unit("link", "signal_dbm"),
            "rooms_download": unit("throughput", "download_mbps"),
            "line_download": unit("throughput", "download_mbps"),
            "round_trip": unit("latency", "median_ms"),
        },
        draw=rows,
        width=24,
        height=10,
    ),
)

_over_time = partial(Panel, by=("site",), draw=lines)

OVER_TIME = (
    Panel(
        id=20,
        title="Does the world outside answer?",
        description="For each site, whether hosts outside answered its agents. Yes: every question was "
        "answered; partly: some were; no: none was. Empty: nothing was heard, or nobody could ask.",
        asks=(asking.answered("latency", by="site", of=one_authority),),
        unit="percent",
        by=("site",),
        draw=states,
        width=24,
    ),
    _over_time(
        id=21,
        title="Wi-Fi signal by site",
        description="The mean signal of the rooms of each site. A mean hides a dead room: look at the site's "
        "own dashboard, or at roomreach's own pages, before saying that all is well.",
        asks=(over_time("link", "signal_dbm", by=("site",), of=_IN_ROOMS),),
        unit=unit("link", "signal_dbm"),
    ),
    _over_time(
        id=22,
        title="Round trip to the world outside by site",
        description="The mean of the median round trips of each site's agents: it rises in the evening where "
        "a line is too small for its building.",
        asks=(over_time("latency", "median_ms", by=("site",), of=one_authority),),
        unit=unit("latency", "median_ms"),
        lowest=0,
    ),
    _over_time(
        id=23,
        title="Download in the rooms by site",
        description="The mean download in the rooms of each site, test by test: some six a day in each room.",
        asks=(over_time("throughput", "download_mbps", by=("site",), of=_RESIDENTS),),
        unit=unit("throughput", "download_mbps"),
        lowest=0,
        draw=points,
    ),
    _over_time(
        id=24,
        title="Download on the line by site",
        description="What the line of each site carries, by the agents that are wired to a router: far above "
        "what its rooms get, and the Wi-Fi is to blame.",
        asks=(over_time("throughput", "download_mbps", by=("site",), of=_LINES),),
        unit=unit("throughput", "download_mbps"),
        lowest=0,
        draw=points,
    ),
)
