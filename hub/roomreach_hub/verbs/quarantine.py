"""``roomreach quarantine``: what was refused, and why."""

import json
import os
import time
from base64 import b64decode
from datetime import UTC, datetime
from typing import Annotated

import typer

from roomreach_hub import speaking
from roomreach_hub.folder import Folder, records_elsewhere
from roomreach_hub.operating import Facts, Operations, operations
from roomreach_hub.verbs.options import DEFAULT_FOLDER, AsJson, In

_GLANCE_S = 0.2
_HIGHEST = 2**53

app = typer.Typer(no_args_is_help=True, help="Messages that could not be stored.")


@app.command("list")
def list_(
    *,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many, newest first.")] = 20,
    folder: In = DEFAULT_FOLDER,
    as_json: AsJson = False,
) -> None:
    """List what was refused, newest first, with the reason.

    Example: roomreach quarantine list --limit 5
    """
    with operations(Folder(folder)) as operator:
        found = operator.quarantine(limit)
    entries = found["entries"]
    if as_json:
        speaking.document(
            {
                "total": found["rows"],
                "dropped": found["dropped"],
                "by_reason": found["by_reason"],
                "entries": [_facts(entry) for entry in entries],
            }
        )
        return
    if not entries:
        speaking.tell("Nothing is in quarantine.")
        return
    speaking.table(
        ("number", "last", "times", "bytes", "reason", "detail", "topic"),
        [
            [
                str(entry["id"]),
                _at(entry["last_received"]),
                str(entry["times"]),
                str(entry["size"]),
                entry["reason"],
                entry["detail"],
                entry["topic"],
            ]
            for entry in entries
        ],
    )
    speaking.tell(f"{len(entries)} of {found['rows']}. The bytes of one: roomreach quarantine show NUMBER")


@app.command()
def show(
    *,
    number: Annotated[int, typer.Argument(min=1, max=_HIGHEST, help="The entry's number, from the list.")],
    folder: In = DEFAULT_FOLDER,
    as_json: AsJson = False,
) -> None:
    """Show one message that was refused: why, and the first 32 KiB of its bytes.

    Example: roomreach quarantine show 12
    """
    with operations(Folder(folder)) as operator:
        entry = operator.quarantined(number)
    payload = b64decode(entry["payload_base64"]).decode(errors="backslashreplace")
    if as_json:
        speaking.document({**_facts(entry), "payload": payload})
        return
    speaking.pairs(
        {
            "reason": f"{entry['reason']}: {entry['detail']}",
            "topic": entry["topic"],
            "agent": entry["agent"] or "not known",
            "first": _at(entry["first_received"]),
            "last": f"{_at(entry['last_received'])}, {entry['times']} times in all",
            "size": f"{entry['size']} bytes, digest {entry['digest']}",
        }
    )
    speaking.fact(_indented(payload))


@app.command()
def replay(
    *,
    numbers: Annotated[
        list[int] | None, typer.Argument(min=1, max=_HIGHEST, help="The entries' numbers, from the list.")
    ] = None,
    reason: Annotated[
        str | None, typer.Option(help="All that were refused for this reason and kept whole.")
    ] = None,
    wait_s: Annotated[float, typer.Option("--wait", min=0, help="How long to wait for it, in seconds.")] = 30,
    folder: In = DEFAULT_FOLDER,
    as_json: AsJson = False,
) -> None:
    """Take messages in again: they are stored and leave the quarantine, or are refused again and stay.

    The collector does it. No agent is answered: it has had its answer.

    Example: roomreach quarantine replay 12 13
    """
    place = Folder(folder)
    with operations(place) as operator:
        asked = operator.replay(numbers or [], reason)["replays"]
        # In a deployment of several containers a collector runs beside this command.
        waited_for = place.running() or records_elsewhere(os.environ) is not None
        deadline = time.monotonic() + (wait_s if waited_for else 0)
        found = [{**one, **_ended(operator, one["job"], deadline)} for one in asked]
    if as_json:
        speaking.document({"replays": found})
    else:
        names = ("entry", "job", "outcome", "detail")
        speaking.table(names, [[str(one[name] or "") for name in names] for one in found])
        if any(one["outcome"] is None for one in found):
            speaking.tell("What has no outcome yet is done by the collector, when it runs.")
    raise typer.Exit(speaking.PROBLEM if any(one["outcome"] == "refused" for one in found) else speaking.OK)


def _ended(operator: Operations, job: int, deadline: float) -> dict[str, object]:
    facts = operator.job(job)
    while facts["outcome"] is None and time.monotonic() < deadline:
        time.sleep(_GLANCE_S)
        facts = operator.job(job)
    return {"outcome": facts["outcome"], "detail": facts["detail"]}


def _facts(entry: Facts) -> dict[str, object]:
    same = ("reason", "detail", "topic", "agent", "outbox", "sequence", "digest", "times")
    return {
        "number": entry["id"],
        **{name: entry[name] for name in same},
        "bytes": entry["size"],
        "first_at": entry["first_received"],
        "last_at": entry["last_received"],
    }


def _indented(payload: str) -> str:
    try:
        return json.dumps(json.loads(payload), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return payload


def _at(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
