"""Whose silence is it? When nobody at all is heard, no single room is to blame."""

from dataclasses import dataclass
from datetime import datetime

from roomreach.headline import Silence, whose_silence
from roomreach.identifiers import SiteId
from roomreach_api.reading import Reading

_OUR_OWN = {Silence.OURS, Silence.EITHER}


@dataclass(frozen=True, slots=True)
class OurSilence:
    """Nobody is heard since a moment. ``ours`` is false where that may as well be the only site's doing."""

    since: datetime
    ours: bool


def our_silence(reading: Reading) -> OurSilence | None:
    """Say since when our own system may be silent; None while anybody is heard, and if nobody ever was."""
    silence = silence_of(reading)
    placed = [said for said in reading.said.values() if said.room]
    # Test benches speak only where there is nothing else.
    counted = [said for said in placed if said.room and not said.room.site.trial] or placed
    if silence not in _OUR_OWN or not counted:
        return None
    return OurSilence(max(said.taken_at for said in counted), ours=silence is Silence.OURS)


def silence_of(reading: Reading, site: SiteId | None = None) -> Silence:
    """Say whose silence it is when no room is heard: none of this site, or none at all."""
    here = elsewhere = False
    places: set[SiteId] = set()
    for said in reading.said.values():
        if said.room:
            places.add(said.room.site.id)
        if said.heard and said.room and (said.room.site.id == site if site else not said.room.site.trial):
            here = True
        elif said.heard:
            elsewhere = True
    return whose_silence(here=here, elsewhere=elsewhere, places=len(places))
