"""What an operator does to the records: the same whether a running hub is asked, or its folder is opened."""

from roomreach_store.operating.agents import Install, Move, Moved, install, move
from roomreach_store.operating.replaying import MOST_REPLAYED, replay
from roomreach_store.operating.sites import MOST_ROOMS, AddedSite, NewSite, add_site, import_sites, record

__all__ = [
    "MOST_REPLAYED",
    "MOST_ROOMS",
    "AddedSite",
    "Install",
    "Move",
    "Moved",
    "NewSite",
    "add_site",
    "import_sites",
    "install",
    "move",
    "record",
    "replay",
]
