"""One site: what do its rooms tell, and which part of the way out fails?"""

from grafana_foundation_sdk.models import dashboard as models

from roomreach_dashboards import asking
from roomreach_dashboards.assembling import Sections, begun, choice, finished
from roomreach_dashboards.sections import agents, now, online, speed, times, wifi

UID = "roomreach-site"

SECTIONS: Sections = {
    "Now": now.PANELS,
    "Can residents get online?": online.PANELS,
    "Wi-Fi in the rooms": wifi.PANELS,
    "How long it takes": times.PANELS,
    "How fast is it?": speed.PANELS,
    "Are the agents well?": agents.PANELS,
}


def dashboard() -> models.Dashboard:
    """Draw it."""
    made = begun(
        "roomreach: one site",
        UID,
        "What the rooms of one site measured, by room code. Choose at most two days: it reads every "
        "single measurement. Names of places are in roomreach's own pages, where access is decided.",
        since="now-6h",
    )
    made = made.with_variable(choice("site", "Site", asking.sites())).with_variable(
        choice("room", "Room", asking.rooms())
        .multi(True)  # noqa: FBT003 - the SDK's own argument
        .include_all(True)  # noqa: FBT003 - the SDK's own argument
        .all_value(".*")
        .current(models.VariableOption(text=["All"], value=["$__all"]))
    )
    return finished(made, SECTIONS)
