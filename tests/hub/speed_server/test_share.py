"""Who gets the next bytes, when all together may only move so many a second."""

import asyncio
from collections import Counter
from collections.abc import Mapping

import pytest

from loops import played_at_once
from roomreach_hub.speed_server.share import FairShare

RATE = 2_000_000.0


def limited() -> FairShare:
    return FairShare(RATE, asyncio.get_running_loop().time)


def had_after(
    lasts_s: float, pieces: Mapping[str, int], pauses_s: Mapping[str, float] | None = None
) -> Counter[str]:
    """How many bytes each got that wanted pieces of its own size as fast as it could."""
    had: Counter[str] = Counter()
    pauses = pauses_s or {}

    async def want(share: FairShare, who: str) -> None:
        while True:
            await share.take(who, pieces[who])
            had[who] += pieces[who]
            await asyncio.sleep(pauses.get(who, 0))

    async def all_of_them() -> None:
        share = limited()
        wanting = [asyncio.create_task(want(share, who)) for who in pieces]
        await asyncio.sleep(lasts_s)
        for one in wanting:
            one.cancel()
        await asyncio.gather(*wanting, return_exceptions=True)

    played_at_once(all_of_them())
    return had


@pytest.mark.parametrize(
    "pieces",
    [[16_384] * 2, [4_000, 16_384], [5_000, 8_000, 20_000, 30_000], [*range(1_000, 30_000, 1_500)]],
    ids=["two alike", "two unlike", "four", "twenty"],
)
def test_everybody_gets_as_much_whatever_pieces_they_want_it_in(pieces: list[int]) -> None:
    had = had_after(10, {f"agent {n}": piece for n, piece in enumerate(pieces)})
    assert max(had.values()) - min(had.values()) <= 0.05 * max(had.values())
    assert sum(had.values()) == pytest.approx(RATE * 10, rel=0.03)


def test_who_wants_little_gets_it_and_the_others_share_the_rest() -> None:
    had = had_after(1, {"slow": 10_000, "one": 10_000, "other": 10_000}, {"slow": 0.1})
    assert had["slow"] == pytest.approx(100_000, rel=0.3)
    assert had["one"] == pytest.approx(had["other"], rel=0.05)
    assert sum(had.values()) == pytest.approx(RATE, rel=0.05)


def test_who_was_away_has_no_claim_to_what_it_did_not_use() -> None:
    async def scene() -> tuple[int, int]:
        share, had = limited(), Counter[str]()

        async def want(who: str) -> None:
            while True:
                await share.take(who, 5_000)
                had[who] += 5_000

        early = asyncio.create_task(want("early"))
        await asyncio.sleep(0.5)
        before = had["early"]
        late = asyncio.create_task(want("late"))
        await asyncio.sleep(0.5)
        early.cancel()
        late.cancel()
        return had["early"] - before, had["late"]

    early, late = played_at_once(scene())
    assert early == pytest.approx(late, rel=0.2)


def test_who_went_away_while_waiting_takes_nothing_with_it() -> None:
    async def scene() -> int:
        share = limited()
        leaving = [asyncio.create_task(share.take("leaving", 100_000)) for _ in range(50)]
        await asyncio.sleep(0.01)
        for one in leaving:
            one.cancel()
        got = 0
        ends_at = asyncio.get_running_loop().time() + 0.5
        while asyncio.get_running_loop().time() < ends_at:
            await share.take("staying", 10_000)
            got += 10_000
        return got

    assert played_at_once(scene()) >= RATE * 0.5 * 0.9


def test_without_a_limit_nobody_waits() -> None:
    async def scene() -> None:
        await asyncio.wait_for(FairShare(None).take("anybody", 10**12), 0.1)

    played_at_once(scene())
