"""``roomreach up``: one folder, one command, everything in it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from roomreach_collector.deadman import Deadman
from roomreach_collector.readiness import Readiness
from roomreach_collector.settings import deadman
from roomreach_hub import speaking
from roomreach_hub.choices import Choices
from roomreach_hub.composition import Hub, running
from roomreach_hub.folder import Folder
from roomreach_hub.signals import asked_to_stop
from roomreach_store.records import places


def up(path: Path, choices: Choices) -> None:
    """Run a hub in a folder until asked to stop."""
    folder = Folder(path)
    told = deadman(os.environ)
    with (
        asked_to_stop() as asked,
        running(folder, choices, speaking.tell) as hub,
        _watched(hub, *told),
    ):
        speaking.tell("roomreach runs.")
        speaking.pairs(described(hub, str(folder.path)))
        speaking.tell(_next(hub, folder))
        speaking.tell("Ctrl-C stops it.")
        hub.watch(asked)
        speaking.tell("Stopping.")


@contextmanager
def _watched(hub: Hub, url: str | None, every_s: float) -> Iterator[None]:
    """Tell somebody elsewhere that the hub is well, if anybody is to be told."""
    if url is None:
        yield
        return
    readiness = Readiness()
    readiness.started(hub.collector, hub.records, hub.series)
    with Deadman(url, readiness.faults, every_s=every_s):
        yield


def described(hub: Hub, kept_in: str) -> dict[str, str]:
    """Say what is where."""
    speed = {"speed tests": f"{hub.speed.url}, tokens in {hub.speed.tokens}"} if hub.speed else {}
    return {
        "page": hub.address.page,
        "broker": f"{hub.broker.title} on 127.0.0.1:{hub.address.broker_port}",
        **speed,
        "kept in": kept_in,
        "open to": "this machine only, until there are accounts and agents can be enrolled",
    }


def _next(hub: Hub, folder: Folder) -> str:
    with hub.records.reading() as c:
        register = places.register(c)
    if not register.sites:
        return f"Next, the first site: ROOMREACH_DIR={folder.path} roomreach sites add --help"
    if not register.agents:
        site = next(iter(register.sites))
        command = f"ROOMREACH_DIR={folder.path} roomreach agents add --site {site} --room LABEL"
        return f"Next, the first agent: {command}"
    return f"Open {hub.address.page}, or ask what is wrong: roomreach doctor --in {folder.path}"
