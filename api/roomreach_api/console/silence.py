"""Is it our own system that is silent? When nobody at all is heard, no single room is to blame."""

from datetime import datetime

from roomreach_api.reading import Reading


def silent_since(reading: Reading) -> datetime | None:
    """Say when anybody was last heard, where nobody is now; None while anybody is, and if nobody ever was."""
    placed = [said for said in reading.said.values() if said.room]
    # As the home page does: test benches speak only where there is nothing else.
    counted = [said for said in placed if said.room and not said.room.site.trial] or placed
    if any(said.heard for said in counted):
        return None
    return max((said.taken_at for said in counted), default=None)
