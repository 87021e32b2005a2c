"""Which reports has no collector answered yet? They stay on this machine's disk until one has."""

from roomreach_agent.outbox.ledger import Answered, Counts, Outgoing, Taken
from roomreach_agent.outbox.outbox import MOST_IN_MEMORY, Outbox

__all__ = ["MOST_IN_MEMORY", "Answered", "Counts", "Outbox", "Outgoing", "Taken"]
