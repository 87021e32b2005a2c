"""The doctor's questions. Read ``CHECKS`` and know everything it can find, in the order of causes."""

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from roomreach.errors import NotFound, RoomreachError
from roomreach.headline import age
from roomreach.moments import milliseconds
from roomreach_hub import asking
from roomreach_hub.folder import Address, Folder
from roomreach_hub.heard import last_words
from roomreach_store.records import kept, places, quarantine
from roomreach_store.series.opening import open_series

LEAST_FREE_BYTES = 500_000_000
"""Below this a hub may fill its disk before anybody looks again."""
RECENT = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the doctor looks at, and when."""

    folder: Folder
    now: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, and the one thing to do about it: "" when all is well."""

    said: str
    action: str = ""


Check = Callable[[Situation], Finding]


def folder(situation: Situation) -> Finding:
    """Look for the folder, and whether it is ours to write in."""
    path = situation.folder.path
    if not path.is_dir():
        return Finding(f"there is no folder {path}", f"Make it: roomreach up {path}")
    if not os.access(path, os.W_OK | os.X_OK):
        return Finding(
            f"{path} cannot be written to", "Run as the user who owns it, or give this user the right."
        )
    return Finding(f"the folder {path} can be written to")


def disk(situation: Situation) -> Finding:
    """Look for room on its disk."""
    free = shutil.disk_usage(situation.folder.path).free
    if free < LEAST_FREE_BYTES:
        return Finding(
            f"only {free // 10**6} MB are free on its disk",
            f"Make room: {LEAST_FREE_BYTES // 10**6} MB at the least.",
        )
    return Finding(f"{free / 10**9:.1f} GB are free on its disk")


def records(situation: Situation) -> Finding:
    """Open the records."""
    if not situation.folder.records_file.exists():
        return Finding("nothing is on record", f"Start a hub here: roomreach up {situation.folder.path}")
    try:
        with situation.folder.records():
            return Finding("the records open")
    except RoomreachError as exc:
        return Finding(str(exc), "Mend what this says, then ask again.")


def hub(situation: Situation) -> Finding:
    """Look for a hub that runs here and answers."""
    address = _address(situation)
    if address is None:
        return Finding("no hub runs in this folder", f"Start it: roomreach up {situation.folder.path}")
    if not asking.answers(address.page_port, "/healthz"):
        return Finding(
            f"the hub, process {address.pid}, does not answer at {address.page}",
            f"Stop it and start it again: kill {address.pid}; roomreach up {situation.folder.path}",
        )
    return Finding(f"the hub answers at {address.page}")


def series(situation: Situation) -> Finding:
    """Open the series, or ask the hub that holds them: no second process may."""
    address = _address(situation)
    try:
        if address is None:
            store = open_series(situation.folder.series_url)
            store.close()
        elif not asking.answers(address.page_port, "/readyz"):
            return Finding(
                "the hub says that its stores are not ready",
                f"Read why at {address.page}/readyz, and mend that.",
            )
    except RoomreachError as exc:
        return Finding(str(exc), "Mend what this says, then ask again.")
    return Finding("measurements can be stored")


def broker(situation: Situation) -> Finding:
    """Connect to the broker."""
    address = _address(situation)
    if address is None or not asking.greets(address.broker_port):
        return Finding(
            "the broker does not take connections",
            f"Read {situation.folder.broker / 'broker.log'}; the hub keeps trying to start it.",
        )
    return Finding(f"the broker takes connections on port {address.broker_port}")


def agents(situation: Situation) -> Finding:
    """Look for an agent on record."""
    with situation.folder.records() as opened, opened.reading() as c:
        register = places.register(c)
    if not register.sites:
        return Finding("no site is on record", "Put one on record: roomreach sites add --help")
    if not register.agents:
        return Finding("no agent is on record", "Put one on record: roomreach agents add --help")
    return Finding(f"on record: {len(register.sites)} sites, {len(register.agents)} agents")


def heard(situation: Situation) -> Finding:
    """Look for an agent that is heard."""
    with situation.folder.records() as opened, opened.reading() as c:
        words = last_words(c)
        known = len(places.register(c).agents)
    if not words:
        return Finding(
            "no agent has ever been heard",
            "On the box: roomreach-agent check --settings agent.toml says which step fails.",
        )
    recent = sum(said.recent(situation.now) for said in words.values())
    if not recent:
        last = max(said.taken_at for said in words.values())
        return Finding(
            f"no agent has been heard for {age(situation.now - last)}, and the hub is well",
            "Look at one box: roomreach-agent check --settings agent.toml says which step fails.",
        )
    return Finding(f"{recent} of {known} agents heard just now")


def unplaced(situation: Situation) -> Finding:
    """Look for reports that wait for somebody to say where their agent stands."""
    with situation.folder.records() as opened, opened.reading() as c:
        waiting = {agent: n for (agent, why), n in kept.counts(c).items() if why is kept.Why.UNPLACED}
    if waiting:
        agent = max(waiting, key=lambda one: waiting[one])
        return Finding(
            f"{sum(waiting.values())} reports wait because nobody recorded where {agent} stood",
            f"roomreach agents add --agent {agent} --site s-… --room LABEL --since MOMENT",
        )
    return Finding("every report has its room")


def refused(situation: Situation) -> Finding:
    """Look for what was refused lately."""
    with situation.folder.records() as opened, opened.reading() as c:
        newest = quarantine.entries(c, limit=1)
    since = milliseconds(situation.now - RECENT)
    if newest and newest[0].last_ms >= since:
        return Finding(
            f"a message was refused in the last day: {newest[0].reason}",
            f"Look at it: roomreach quarantine show {newest[0].id} --in {situation.folder.path}",
        )
    return Finding("nothing was refused in the last day")


CHECKS: Mapping[str, Check] = {
    "folder": folder,
    "disk": disk,
    "records": records,
    "hub": hub,
    "series": series,
    "broker": broker,
    "agents": agents,
    "heard": heard,
    "unplaced": unplaced,
    "refused": refused,
}


def _address(situation: Situation) -> Address | None:
    try:
        return situation.folder.address()
    except NotFound:
        return None
