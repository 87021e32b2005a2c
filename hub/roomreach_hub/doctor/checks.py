"""The doctor's questions. Read ``CHECKS`` and know everything it can find, in the order of causes."""

import errno
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

from roomreach.errors import RoomreachError
from roomreach.headline import age
from roomreach.moments import milliseconds
from roomreach_hub import ports
from roomreach_hub.doctor import files, running
from roomreach_hub.doctor.finding import Check, Finding, Situation
from roomreach_hub.heard import last_words
from roomreach_store.records import kept, places, quarantine
from roomreach_store.records.migrating import Newer
from roomreach_store.series.opening import open_series

LEAST_FREE_BYTES = 500_000_000
"""Below this a hub may fill its disk before anybody looks again."""
RECENT = timedelta(days=1)
_LOOKED_AT = 100
# Mosquitto grants a subscription to what its access list then withholds.
WITHHELD = "If none fails there, look whether the broker's access list lets the collector read reports."
_PROBE_BYTES = 100_000


def folder(situation: Situation) -> Finding:
    """Look for the folder, and whether it is ours to write in."""
    path = situation.folder.path
    if path.exists() and not path.is_dir():
        return Finding(f"{path} is a file, not a folder", "Move it away, or name another folder.")
    if not path.is_dir():
        return Finding(f"there is no folder {path}", f"Make it: roomreach up {path}")
    try:
        with tempfile.TemporaryFile(dir=path) as probe:
            probe.write(bytes(_PROBE_BYTES))
    except OSError as exc:
        if exc.errno in {errno.ENOSPC, errno.EDQUOT}:
            return disk(situation)
        return Finding(
            f"{path} cannot be written to: {(exc.strerror or str(exc)).lower()}",
            f"Let this user write there: ls -ld {path} and findmnt -T {path} say who may.",
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
    """Read the records' file whole, and open them."""
    file, path = situation.folder.records_file, situation.folder.path
    if not file.exists():
        return Finding("nothing is on record", f"Start a hub here: roomreach up {path}")
    if files.damaged(file):
        return Finding(
            f"the records in {file} are damaged", f"Stop the hub, and put a backup in the place of {file}."
        )
    try:
        with situation.folder.records():
            return Finding("the records open")
    except Newer:
        return Finding(
            "a newer roomreach has written the records", "Install that version again, or restore a backup."
        )
    except RoomreachError as exc:
        return Finding(str(exc), "Mend what this says, then ask again.")


def series(situation: Situation) -> Finding:
    """Open the series, unless a hub holds them: no second process may."""
    file = situation.folder.series_file
    if situation.folder.running() or not file.exists():
        return Finding("the series are the hub's to open")
    try:
        open_series(situation.folder.series_url).close()
    except RoomreachError as exc:
        holder = files.holder(str(exc))
        if holder is not None:
            return Finding(
                f"another process, {holder}, holds the series in {file}", f"Stop that process: kill {holder}"
            )
        return Finding(
            f"the series in {file} cannot be opened, so they are damaged or of a newer version",
            f"Put a backup in the place of {file}; or move it away, and begin with empty series.",
        )
    return Finding("the series open")


def port(situation: Situation) -> Finding:
    """Look whether a hub that is to be started will find its broker's port free."""
    kept = situation.folder.broker_port
    if situation.folder.running() or kept is None or ports.free(kept):
        return Finding("the broker's port is its own")
    return Finding(
        f"another program has port {kept}, to which the agents report, so no hub can start",
        running.find(kept),
    )


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
        known = places.register(c).agents
        # Whoever is not on record says nothing of those who are.
        words = {agent: said for agent, said in last_words(c).items() if agent in known}
    if not words:
        return Finding(
            "no agent on record has ever been heard",
            f"On the box: roomreach-agent check --settings agent.toml says which step fails. {WITHHELD}",
        )
    recent = sum(said.recent(situation.now) for said in words.values())
    if not recent:
        last = max(said.taken_at for said in words.values())
        return Finding(
            f"no agent has been heard for {age(situation.now - last)}, and the hub is well",
            f"Look at one box: roomreach-agent check --settings agent.toml says which step fails. {WITHHELD}",
        )
    return Finding(f"{recent} of {len(known)} agents heard just now")


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
    """Look for what was refused lately, and for what reason most of it."""
    since = milliseconds(situation.now - RECENT)
    with situation.folder.records() as opened, opened.reading() as c:
        recent = [entry for entry in quarantine.entries(c, limit=_LOOKED_AT) if entry.last_ms >= since]
    if not recent:
        return Finding("nothing was refused in the last day")
    reason, number = Counter(entry.reason for entry in recent).most_common(1)[0]
    newest = next(entry for entry in recent if entry.reason == reason)
    count = f"{len(recent)}{'' if len(recent) < _LOOKED_AT else ' or more'}"
    return Finding(
        f"the quarantine grew by {count} in the last day, {number} of them for: {reason}",
        f"Look at the newest: roomreach quarantine show {newest.id} --in {situation.folder.path}",
    )


CHECKS: Mapping[str, Check] = {
    "folder": folder,
    "disk": disk,
    "records": records,
    "series": series,
    "port": port,
    "hub": running.hub,
    "stores": running.stores,
    "broker": running.broker,
    "collector": running.collector,
    "agents": agents,
    "heard": heard,
    "unplaced": unplaced,
    "refused": refused,
}
