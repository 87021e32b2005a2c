"""``python -m roomreach_hub.buildings.service``: the made-up hostel in a deployment of containers.

It puts itself on record once, and keeps in its folder which agents are its own.
"""

import json
import logging
import os
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from roomreach.errors import Malformed, Misconfigured, RoomreachError
from roomreach.identifiers import AgentId, identifier
from roomreach_collector import logs
from roomreach_hub import speaking
from roomreach_hub.buildings import on_record
from roomreach_hub.buildings.hostel import Script, lodgings
from roomreach_hub.buildings.lodging import Lodging
from roomreach_hub.buildings.orders import Orders
from roomreach_hub.buildings.run import run
from roomreach_hub.buildings.settings import Settings
from roomreach_store.records import Records, places

AGENTS = "agents.json"
# It stands in no borough: the first of the list stands for it.
_AUTHORITY = "E09000001"

log = logging.getLogger(__name__)


def main() -> None:
    """Run the hostel until told to stop; say in a sentence what cannot be done."""
    logs.configure(sys.stderr)
    try:
        serve(Settings.from_environment(os.environ), Script())
    except RoomreachError as exc:
        speaking.tell(str(exc))
        sys.exit(speaking.exit_code(exc))
    except OSError as exc:
        # The folder is not ours, or its disk is full: what a trace would not explain.
        speaking.tell(f"{exc.filename or 'This machine'}: {exc.strerror or exc}.")
        sys.exit(speaking.UNREACHABLE)


def serve(settings: Settings, script: Script) -> None:
    """Put the hostel on record unless it is, and live its day from the beginning.

    Raises ``Unavailable`` where the records do not answer, ``Misconfigured`` where another hostel has the
    folder.
    """
    settings.state.mkdir(parents=True, exist_ok=True)
    with closing(Records.open(settings.records)) as records:
        agents = recorded(records, lodgings(script), settings.state / AGENTS)
    run(orders(settings, agents, script, began_s=time.monotonic()), settings.state)


def orders(settings: Settings, agents: tuple[AgentId, ...], script: Script, *, began_s: float) -> Orders:
    """Give the orders of a day that begins now."""
    return Orders(
        agents=agents,
        broker_host=settings.broker_host,
        broker_port=settings.broker_port,
        began_s=began_s,
        script=script,
    )


def recorded(records: Records, rooms: Sequence[Lodging], file: Path) -> tuple[AgentId, ...]:
    """Give each room's agent: those that the file remembers, or where they are not on record, new ones."""
    with records.transaction() as c:
        kept = _kept(file)
        if len(kept) == len(rooms) and places.register(c).agents.keys() >= set(kept):
            return kept
        made = on_record.record(c, rooms, host=_AUTHORITY, since=datetime.now(UTC))
        # Before the records hold them: agents that only the file knows are replaced at the next start, while
        # those that only the records knew would get a second hostel beside them.
        fresh = file.with_suffix(".new")
        fresh.write_text(json.dumps(made, indent=2) + "\n")
        fresh.replace(file)
    log.info("the hostel is put on record")
    return made


def _kept(file: Path) -> tuple[AgentId, ...]:
    try:
        return tuple(AgentId(identifier(text, "a")) for text in json.loads(file.read_text()))
    except FileNotFoundError:
        return ()
    except (ValueError, TypeError, Malformed) as exc:
        raise Misconfigured(
            f"{file} does not name the hostel's agents: {exc}. "
            "Put it back, or remove it to have another hostel put on record."
        ) from exc


if __name__ == "__main__":
    main()
