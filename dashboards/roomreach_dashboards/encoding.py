"""How is a dashboard written down, so that the same dashboard is always the same bytes?"""

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard


def text(dashboard: Dashboard) -> str:
    """Write Grafana's classic JSON: from version 10 on every Grafana reads it."""
    return JSONEncoder(indent=2, sort_keys=True, ensure_ascii=False).encode(dashboard) + "\n"
