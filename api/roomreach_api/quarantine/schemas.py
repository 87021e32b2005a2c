"""How does the API say a message that was refused?"""

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from roomreach.moments import moment
from roomreach_api.schemas import AsOf, Model
from roomreach_store.records.quarantine import Entry


class EntryOut(Model):
    """One message that was refused, and why."""

    id: int = Field(description="Its number here; higher is newer.", examples=[17])
    topic: str = Field(description="Where it was published.")
    agent: str | None = Field(description="The agent its topic names, if any.", examples=["a-bcdfghjkmn"])
    outbox: str | None = Field(description="The outbox its topic names, if any.", examples=["o-bcdfghjkmn"])
    sequence: int | None = Field(description="The sequence its topic names, if any.", examples=[41])
    reason: str = Field(description="Why it was refused.", examples=["malformed"])
    detail: str = Field(description="The sentence that explains it.")
    digest: str = Field(description="The digest of all its bytes.", examples=["9a1b6c0d5e4f3a2b"])
    size: int = Field(description="How many bytes it had.", ge=0, examples=[512])
    times: int = Field(description="How often the same message came.", ge=1, examples=[1])
    first_received: datetime = Field(
        description="When it came first, UTC.", examples=["2026-11-22T14:05:00Z"]
    )
    last_received: datetime = Field(description="When it came last, UTC.", examples=["2026-11-22T14:05:00Z"])


class EntryWithBytes(EntryOut):
    """One message that was refused, with its bytes."""

    payload_base64: str = Field(description="Its first 32 KiB, in base64.", examples=["eyJ2IjoxfQ=="])
    payload_text: str = Field(
        description="The same as text, with � for whatever is none.", examples=['{"v":1}']
    )


class QuarantineOut(Model):
    """What is in quarantine, newest first, and how full it is."""

    as_of: AsOf
    rows: int = Field(description="How many messages are kept.", ge=0, examples=[3])
    bytes: int = Field(description="How many bytes they hold.", ge=0, examples=[1536])
    dropped: int = Field(description="How many were dropped to make room for newer ones.", ge=0, examples=[0])
    by_reason: dict[str, int] = Field(
        description="How many of those kept were refused for each reason.", examples=[{"malformed": 3}]
    )
    entries: list[EntryOut]


def say(entry: Entry) -> EntryOut:
    """Say a message without its bytes."""
    return EntryOut(**_fields(entry))


def say_with_bytes(entry: Entry) -> EntryWithBytes:
    """Say a message with its bytes."""
    payload = entry.payload or b""
    return EntryWithBytes(
        **_fields(entry),
        payload_base64=b64encode(payload).decode(),
        payload_text=payload.decode(errors="replace"),
    )


def _fields(entry: Entry) -> Mapping[str, Any]:
    return {
        "id": entry.id,
        "topic": entry.topic,
        "agent": entry.agent,
        "outbox": entry.outbox,
        "sequence": entry.sequence,
        "reason": entry.reason,
        "detail": entry.detail,
        "digest": entry.digest,
        "size": entry.size,
        "times": entry.times,
        "first_received": moment(entry.received_ms),
        "last_received": moment(entry.last_ms),
    }
