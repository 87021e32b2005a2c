"""What is refused can be looked at, takes up no more room than it may, and stops nothing."""

from typing import Any

import pytest

from roomreach.errors import NotFound
from roomreach.identifiers import AgentId, OutboxId
from roomreach_store.records import Records, quarantine
from roomreach_store.records.quarantine import Entry, Quarantined


def message(number: int = 1, **changes: Any) -> Quarantined:
    values: dict[str, Any] = {
        "topic": "roomreach/v1/agents/a-first22/reports/o-first22/1",
        "agent": AgentId("a-first22"),
        "outbox": OutboxId("o-first22"),
        "sequence": 1,
        "reason": "malformed",
        "detail": "no JSON",
        "digest": f"digest {number}",
        "size": 5,
        "payload": b"%05d" % number,
        "received_ms": 1_000 + number,
    }
    return Quarantined(**values | changes)


def test_what_was_refused_can_be_listed_and_shown(records: Records) -> None:
    with records.transaction() as c:
        quarantine.keep(c, [message(1), message(2, agent=None, outbox=None, sequence=None)])
        newer, older = quarantine.entries(c, 10)
        assert older == Entry(
            id=older.id,
            topic="roomreach/v1/agents/a-first22/reports/o-first22/1",
            agent=AgentId("a-first22"),
            outbox=OutboxId("o-first22"),
            sequence=1,
            reason="malformed",
            detail="no JSON",
            digest="digest 1",
            size=5,
            received_ms=1_001,
            last_ms=1_001,
            times=1,
        )
        assert newer.agent is None
        assert quarantine.entry(c, older.id).payload == b"00001"
        assert quarantine.entries(c, 10, before_id=newer.id) == [older]
        assert quarantine.entries(c, 1) == [newer]


def test_an_entry_that_is_not_there_is_not_found(records: Records) -> None:
    with pytest.raises(NotFound, match="made room"), records.reading() as c:
        quarantine.entry(c, 7)


def test_the_same_message_is_one_entry_however_often_it_comes(records: Records) -> None:
    with records.transaction() as c:
        quarantine.keep(c, [message(received_ms=5), message(received_ms=6)])
        quarantine.keep(c, [message(received_ms=9), message(reason="too_large"), message(topic="elsewhere")])
        once, other, repeated = quarantine.entries(c, 10)
        assert (repeated.times, repeated.received_ms, repeated.last_ms) == (3, 5, 9)
        assert (once.times, other.times) == (1, 1)
        assert quarantine.totals(c).by_reason == {"malformed": 2, "too_large": 1}


def test_the_oldest_makes_room_and_is_counted(records: Records) -> None:
    with records.transaction() as c:
        for number in range(10):
            quarantine.keep(c, [message(number)], most_rows=4)
        assert [entry.digest for entry in quarantine.entries(c, 10)] == [f"digest {n}" for n in (9, 8, 7, 6)]
        totals = quarantine.totals(c)
        assert (totals.rows, totals.bytes, totals.dropped) == (4, 20, 6)


def test_its_bytes_are_bounded_too(records: Records) -> None:
    with records.transaction() as c:
        quarantine.keep(c, [message(n, payload=b"x" * 100) for n in range(10)], most_bytes=450)
        totals = quarantine.totals(c)
        assert (totals.rows, totals.bytes, totals.dropped) == (4, 400, 6)
        assert quarantine.entries(c, 1)[0].digest == "digest 9"


def test_an_empty_quarantine_has_totals(records: Records) -> None:
    with records.transaction() as c:
        quarantine.keep(c, [])
        assert quarantine.totals(c) == quarantine.Totals(rows=0, bytes=0, dropped=0, by_reason={})


def test_an_id_is_never_given_twice(records: Records) -> None:
    with records.transaction() as c:
        quarantine.keep(c, [message(1)])
        (first,) = quarantine.entries(c, 1)
        quarantine.keep(c, [message(2)], most_rows=0)
        quarantine.keep(c, [message(3)])
        (third,) = quarantine.entries(c, 9)
        assert third.id > first.id + 1


def test_hostile_text_and_sizes_are_kept_as_far_as_they_can_be(records: Records) -> None:
    with records.transaction() as c:
        hostile = message(
            topic="t" * 60_000,
            detail="half \ud83d a pair, and \0 nothing",
            payload=b"x" * 1_000_000,
            size=1_000_000,
        )
        quarantine.keep(c, [hostile])
        (entry,) = quarantine.entries(c, 1)
        assert entry.detail == "half \\ud83d a pair, and \\0 nothing"
        assert len(entry.topic) == 500
        assert entry.size == 1_000_000
        assert len(quarantine.entry(c, entry.id).payload or b"") == 32 * 1_024
