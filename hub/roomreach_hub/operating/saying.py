"""How do facts read that the records give? Word for word as the API says them."""

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

from roomreach.moments import moment
from roomreach.places import Installation
from roomreach_api.reading import Reading
from roomreach_api.visible import SeenAgent, SeenSite
from roomreach_store.importing import ImportReport
from roomreach_store.operating import AddedSite
from roomreach_store.records.jobs import Job
from roomreach_store.records.kept import Why
from roomreach_store.records.quarantine import Entry

Facts = dict[str, Any]


def time(at: datetime) -> str:
    """Say a moment: RFC 3339, UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def site(seen: SeenSite, rooms: int, agents: int) -> Facts:
    """Say a site."""
    return {
        "id": seen.id,
        "name": seen.shown_as,
        "confidential": seen.confidential,
        "trial": seen.trial,
        "authority": {"id": seen.authority.gss, "name": seen.authority.name} if seen.authority else None,
        "provider": {"id": seen.provider.id, "name": seen.provider.name} if seen.provider else None,
        "category": seen.category,
        "rooms": rooms,
        "agents": agents,
    }


def added(made: AddedSite) -> Facts:
    """Say what was put on record."""
    secret = made.site.confidential
    return {
        "id": made.site.id,
        "confidential": secret,
        "rooms": [{"id": room.id, "label": room.id if secret else room.label} for room in made.rooms],
    }


def agent(seen: SeenAgent, reading: Reading) -> Facts:
    """Say an agent."""
    said = reading.said.get(seen.id)
    return {
        "id": seen.id,
        "room": seen.room.id if seen.room else None,
        "site": seen.room.site.id if seen.room else None,
        "room_label": seen.room.shown_as if seen.room else None,
        "site_name": seen.room.site.shown_as if seen.room else None,
        "role": seen.role,
        "since": time(seen.since) if seen.since else None,
        "heard": said is not None and said.heard,
        "last_taken": time(said.taken_at) if said else None,
        "online": said.online.online if said else None,
        "why": said.online.reason if said else None,
        "unplaced": reading.waiting.get((seen.id, Why.UNPLACED), 0),
        "undated": reading.waiting.get((seen.id, Why.UNDATED), 0),
    }


def installed(made: Installation, at_site: str) -> Facts:
    """Say where an agent was put."""
    return {"agent": made.agent, "site": at_site, "room": made.room, "role": made.role}


def imported(report: ImportReport) -> Facts:
    """Say what became of a file."""
    counts = report.places
    return {
        "rows": report.rows,
        "added": report.added,
        "known": report.known,
        "refused": report.refused,
        "providers": counts.providers,
        "sites": counts.sites,
        "buildings": counts.buildings,
        "rooms": counts.rooms,
        "faults": [{"row": one.row, "column": one.column, "reason": one.reason} for one in report.faults],
    }


def entry(kept: Entry) -> Facts:
    """Say a message in quarantine, without its bytes."""
    return {
        "id": kept.id,
        "topic": kept.topic,
        "agent": kept.agent,
        "outbox": kept.outbox,
        "sequence": kept.sequence,
        "reason": kept.reason,
        "detail": kept.detail,
        "digest": kept.digest,
        "size": kept.size,
        "times": kept.times,
        "first_received": time(moment(kept.received_ms)),
        "last_received": time(moment(kept.last_ms)),
    }


def entry_with_bytes(kept: Entry) -> Facts:
    """Say a message in quarantine, with its bytes."""
    payload = kept.payload or b""
    return {
        **entry(kept),
        "payload_base64": b64encode(payload).decode(),
        "payload_text": payload.decode(errors="replace"),
    }


def job(asked: Job) -> Facts:
    """Say how a job stands."""
    return {
        "id": asked.id,
        "kind": asked.kind,
        "asked": time(moment(asked.asked_ms)),
        "agent": asked.agent,
        "entry": asked.entry,
        "outcome": asked.outcome,
        "detail": asked.detail,
    }
