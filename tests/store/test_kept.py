"""Reports without a place or a time are kept whole, once each, up to a bound."""

import pytest

from roomreach.errors import Unavailable
from roomreach.identifiers import AgentId, OutboxId
from roomreach.report import Key
from roomreach_store.records import Records, kept
from roomreach_store.records.kept import Kept, Why

FIRST, SECOND = AgentId("a-first22"), AgentId("a-second22")


def report(
    sequence: int,
    agent: AgentId = FIRST,
    outbox: str = "o-first22",
    why: Why = Why.UNPLACED,
    payload: bytes = b"{}",
) -> Kept:
    return Kept(
        why=why,
        key=Key(agent, OutboxId(outbox), sequence),
        taken_ms=sequence,
        received_ms=sequence + 1,
        digest="d",
        payload=payload,
    )


def test_a_report_kept_twice_is_kept_once_as_it_first_came(records: Records) -> None:
    first = report(1, payload=b"\x00bytes\xff")
    with records.transaction() as c:
        kept.keep(c, [first, first])
        kept.keep(c, [report(1, payload=b"other")])
        kept.keep(c, [])
        assert kept.unplaced(c, FIRST, None, 10) == [first]


def test_reports_are_counted_by_agent_and_by_what_they_lack(records: Records) -> None:
    with records.transaction() as c:
        kept.keep(c, [report(1), report(2), report(3, why=Why.UNDATED), report(1, SECOND, why=Why.UNDATED)])
        assert kept.counts(c) == {
            (FIRST, Why.UNPLACED): 2,
            (FIRST, Why.UNDATED): 1,
            (SECOND, Why.UNDATED): 1,
        }
        assert kept.agents_with_unplaced(c) == [FIRST]


def test_an_agents_unplaced_reports_are_read_in_pages(records: Records) -> None:
    everything = [report(n, outbox=outbox) for outbox in ("o-first22", "o-second22") for n in (1, 2, 10)]
    with records.transaction() as c:
        kept.keep(c, [*reversed(everything), report(4, SECOND), report(5, why=Why.UNDATED)])
        read: list[Kept] = []
        while page := kept.unplaced(c, FIRST, read[-1].key if read else None, 4):
            read += page
        assert read == everything


def test_what_is_placed_is_forgotten(records: Records) -> None:
    with records.transaction() as c:
        kept.keep(c, [report(1), report(2), report(2, SECOND)])
        kept.forget(c, [report(2).key, report(9).key])
        kept.forget(c, [])
        assert kept.counts(c) == {(FIRST, Why.UNPLACED): 1, (SECOND, Why.UNPLACED): 1}


def test_at_the_bound_agents_keep_theirs_and_nothing_is_half_kept(records: Records) -> None:
    with records.transaction() as c:
        kept.keep(c, [report(n) for n in (1, 2, 3)], most=3)
        with pytest.raises(Unavailable, match="record where these agents stand"):
            kept.keep(c, [report(3), report(4)], most=3)
        kept.keep(c, [report(1), report(2)], most=3)  # a repeat needs no room
    with records.reading() as c:
        assert [r.key.sequence for r in kept.unplaced(c, FIRST, None, 9)] == [1, 2, 3]
