"""Which panels has a dashboard?"""

from typing import Any


def panels_of(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    """Every panel that is no row, those in folded rows too."""
    every = [panel for top in dashboard["panels"] for panel in (top, *top.get("panels", ()))]
    return [panel for panel in every if panel["type"] != "row"]
