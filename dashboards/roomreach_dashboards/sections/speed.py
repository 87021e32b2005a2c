"""How fast is it, for residents, on the line, and over the Wi-Fi alone?"""

from functools import partial

from roomreach_dashboards import asking
from roomreach_dashboards.asking import one_site, only
from roomreach_dashboards.drawing import Panel, points, rows, unit

_FAILURES = 100

_RESIDENTS = only(one_site, target="server", role="room")
_LINE = only(one_site, target="server", role="reference")
_WIFI = only(one_site, target="reference")

_SPARSE = (
    "An agent tests some six times a day, never two of a site at once: choose a day or two. A test that did "
    "not settle counts with the mean of what it moved, which is at most the truth."
)

_rate = partial(Panel, unit=unit("throughput", "download_mbps"), lowest=0, draw=points)
_wait = partial(Panel, unit=unit("throughput", "idle_ms"), lowest=0, draw=points)

PANELS = (
    _rate(
        id=50,
        title="Download in the rooms",
        description=f"What a resident gets from our speed server, over the Wi-Fi and the line. {_SPARSE}",
        asks=(asking.over_time("throughput", "download_mbps", of=_RESIDENTS),),
    ),
    _rate(
        id=51,
        title="Upload in the rooms",
        description=f"What a resident can send to our speed server, over the Wi-Fi and the line. {_SPARSE}",
        asks=(asking.over_time("throughput", "upload_mbps", of=_RESIDENTS),),
    ),
    _rate(
        id=52,
        title="Download on the line",
        description="What the building's line carries, by the agent that is wired to the router: slow here "
        f"and the line is slow, whatever the Wi-Fi does. {_SPARSE}",
        asks=(asking.over_time("throughput", "download_mbps", of=_LINE),),
    ),
    _rate(
        id=53,
        title="Download over the Wi-Fi alone",
        description="What the Wi-Fi carries between a room and the building's wired agent, without the line: "
        f"slow here and fast on the line, and the Wi-Fi is slow. {_SPARSE}",
        asks=(asking.over_time("throughput", "download_mbps", of=_WIFI),),
    ),
    _wait(
        id=54,
        title="Round trip while the line is quiet",
        description="The median round trip to the speed server just before a test: the least a call waits. "
        f"{_SPARSE}",
        asks=(asking.over_time("throughput", "idle_ms", of=_RESIDENTS),),
    ),
    _wait(
        id=55,
        title="Round trip while the line is full",
        description="The median round trip during the download: far above the quiet one, and calls break off "
        f"whenever somebody downloads. {_SPARSE}",
        asks=(asking.over_time("throughput", "download_loaded_ms", of=_RESIDENTS),),
    ),
    Panel(
        id=56,
        title="Data that tests cost",
        description="What the tests of each room moved in each piece of the time chosen, both ways, by the "
        "count of the agent's kernel.",
        asks=(asking.over_time("throughput", "spent_bytes", aggregate="sum"),),
        unit=unit("throughput", "spent_bytes"),
        lowest=0,
        draw=points,
    ),
    Panel(
        id=57,
        title="Tests that failed, and why",
        description=f"The last {_FAILURES} tests whose other end said no, or nothing, newest first, with the "
        "reason. Tests that could not be made are no failures, and not listed.",
        asks=(asking.failures("throughput", called="reason", limit=_FAILURES),),
        unit="none",
        units={"Time": "dateTimeAsLocal"},
        draw=rows,
    ),
)
