"""One borough: how do the sites in its area compare?"""

from grafana_foundation_sdk.models import dashboard as models

from roomreach_dashboards import asking
from roomreach_dashboards.assembling import Sections, begun, choice, finished
from roomreach_dashboards.sections import borough

UID = "roomreach-borough"

SECTIONS: Sections = {
    "Now": borough.NOW,
    "Side by side": borough.SIDE_BY_SIDE,
    "Over time": borough.OVER_TIME,
}


def dashboard() -> models.Dashboard:
    """Draw it."""
    made = begun(
        "roomreach: the sites of one borough",
        UID,
        "The sites that stand in the area of one authority, side by side, by site code. Choose at most two "
        "days: it reads every single measurement. A mean of few tests says little: their number stands "
        "beside it. Names of places are in roomreach's own pages, where access is decided.",
        since="now-24h",
    )
    return finished(made.with_variable(choice("authority", "Authority", asking.authorities())), SECTIONS)
