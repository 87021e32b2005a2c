"""Where things travel on the broker. Topics carry opaque identifiers only, never a place."""

import re

from roomreach.identifiers import PATTERN, AgentId, OutboxId
from roomreach.report import Key

_ROOT = "roomreach/v1/agents"

ALL_REPORTS = f"$share/collectors/{_ROOT}/+/reports/#"
"""What collectors subscribe to: several of them share the reports between them."""
# A share name of its own: rumqttd counts what it has delivered by share name, not by share name and filter,
# so that under one name every presence would swallow a report.
ALL_PRESENCES = f"$share/greeters/{_ROOT}/+/presence"
"""What collectors subscribe to as well, to greet who connects."""

# Sequences are written one way only, so that a key has one topic.
_REPORT = re.compile(rf"{_ROOT}/(a-[a-z0-9]+)/reports/(o-[a-z0-9]+)/([1-9][0-9]{{0,15}})")
_PRESENCE = re.compile(rf"{_ROOT}/(a-[a-z0-9]+)/presence")
_IDENTIFIER = re.compile(PATTERN)


def report(key: Key) -> str:
    """Name the topic of one report."""
    return f"{_ROOT}/{key.agent}/reports/{key.outbox}/{key.sequence}"


def receipts(agent: AgentId) -> str:
    """Name the topic on which an agent hears what became of its reports."""
    return f"{_ROOT}/{agent}/receipts"


def desired(agent: AgentId) -> str:
    """Name the topic on which an agent finds what the server wants of it: retained, so at any time."""
    return f"{_ROOT}/{agent}/desired"


def presence(agent: AgentId) -> str:
    """Name the topic on which an agent says that it has connected, or its last will that it is gone."""
    return f"{_ROOT}/{agent}/presence"


def key_of(topic: str) -> Key | None:
    """Read a report's key from its topic; None when the topic is not a report's."""
    found = _REPORT.fullmatch(topic)
    if not found or not (_IDENTIFIER.fullmatch(found[1]) and _IDENTIFIER.fullmatch(found[2])):
        return None
    sequence = int(found[3])
    return Key(AgentId(found[1]), OutboxId(found[2]), sequence) if sequence <= 2**53 else None


def greeting_of(topic: str) -> AgentId | None:
    """Read whose presence a topic announces; None when it announces nobody's."""
    found = _PRESENCE.fullmatch(topic)
    return AgentId(found[1]) if found and _IDENTIFIER.fullmatch(found[1]) else None
