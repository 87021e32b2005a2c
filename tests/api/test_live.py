"""Streams for open pages: one look at the records serves all of them, and they are no more than places."""

import asyncio
import json
import threading
import time

from loops import played
from roomreach_api.access import LocalOperator
from roomreach_api.console import live
from roomreach_api.console.live import Live
from roomreach_api.console.pages import Now

LISTENERS = 50


class Stores:
    """Counts how often it is looked at, and by how many at once."""

    def __init__(self) -> None:
        self.mark = 0
        self.looked = self.drawn = 0
        self.at_once = threading.Semaphore(1)

    def look(self) -> int:
        self.looked += 1
        return self.mark

    def draw(self, _scope: object) -> Now:
        assert self.at_once.acquire(blocking=False), "two draw at once"
        self.drawn += 1
        time.sleep(0.05)  # long enough for every listener to ask meanwhile
        now = Now(parts={"answer": str(self.mark), "rooms": "as ever"}, title="", sentence="")
        self.at_once.release()
        return now


def test_many_listeners_share_one_look_at_the_records_and_one_drawing() -> None:
    stores = Stores()
    pages = Live(stores.look, stores.draw)
    heard: list[list[dict[str, str]]] = []
    everybody = asyncio.Barrier(LISTENERS + 1)

    async def listen() -> None:
        heard.append(mine := [])
        with pages.seat():
            async for now in pages.pages(LocalOperator()):
                mine.append(json.loads(now)["parts"])
                await everybody.wait()

    async def scene() -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(LISTENERS):
                group.create_task(listen())
            await everybody.wait()
            assert pages.listeners == LISTENERS
            stores.mark = 1
            await everybody.wait()
            pages.close()

    began = time.monotonic()
    played(asyncio.wait_for(scene(), 20))
    assert heard == [[{"answer": "0", "rooms": "as ever"}, {"answer": "1"}]] * LISTENERS, "then what changed"
    assert stores.drawn == 2
    assert 2 <= stores.looked <= 1 + (time.monotonic() - began) / live.EVERY_S
    assert pages.listeners == 0


def test_who_missed_a_drawing_hears_every_part_again() -> None:
    stores = Stores()
    pages = Live(stores.look, stores.draw)

    heard: list[dict[str, str]] = []

    async def scene() -> None:
        with pages.seat():
            slow, quick = pages.pages(LocalOperator()), pages.pages(LocalOperator())
            heard.append(json.loads(await anext(slow))["parts"])
            await anext(quick)
            for stores.mark in (1, 2):
                await anext(quick)
            heard.append(json.loads(await anext(slow))["parts"])

    played(asyncio.wait_for(scene(), 20))
    assert heard == [{"answer": "0", "rooms": "as ever"}, {"answer": "2", "rooms": "as ever"}]


def test_where_every_place_is_taken_a_page_is_told_so_and_loses_nothing_else(hostel, caplog) -> None:
    endless = hostel.app.state.live
    pages = hostel.app.state.live = Live(endless._mark, endless._draw, at_most=1)
    pages.close()  # each stream ends after its first words: the test's client waits for ends
    with pages.seat():
        refused = hostel.client.get("/live")
        assert refused.text.startswith(
            "event: full\ndata: 1 pages are open already, so this one stands still: refresh it by hand.\n\n"
        )
        assert not [said for said in caplog.records if said.name.startswith("roomreach")], "no flood of logs"
        assert "can get online in 1 of 3 rooms" in hostel.page()
        assert pages.listeners == 1, "who was refused takes no place"
    answer = hostel.client.get("/live")
    assert answer.status_code == 200
    assert "can get online in 1 of 3 rooms" in answer.text
    assert pages.listeners == 0
