"""``roomreach quarantine``: what was refused, and why."""

import json
from datetime import UTC
from typing import Annotated

import typer

from roomreach.moments import moment
from roomreach_hub import speaking
from roomreach_hub.folder import Folder
from roomreach_hub.verbs.options import DEFAULT_FOLDER, AsJson, In
from roomreach_store.records import quarantine
from roomreach_store.records.quarantine import Entry

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
    with Folder(folder).records() as records, records.reading() as c:
        totals, entries = quarantine.totals(c), quarantine.entries(c, limit)
    if as_json:
        speaking.document(
            {
                "total": totals.rows,
                "dropped": totals.dropped,
                "by_reason": dict(totals.by_reason),
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
                str(entry.id),
                _at(entry.last_ms),
                str(entry.times),
                str(entry.size),
                entry.reason,
                entry.detail,
                entry.topic,
            ]
            for entry in entries
        ],
    )
    speaking.tell(f"{len(entries)} of {totals.rows}. The bytes of one: roomreach quarantine show NUMBER")


@app.command()
def show(
    *,
    number: Annotated[int, typer.Argument(help="The entry's number, from the list.")],
    folder: In = DEFAULT_FOLDER,
    as_json: AsJson = False,
) -> None:
    """Show one message that was refused: why, and the first 32 KiB of its bytes.

    Example: roomreach quarantine show 12
    """
    with Folder(folder).records() as records, records.reading() as c:
        entry = quarantine.entry(c, number)
    payload = (entry.payload or b"").decode(errors="backslashreplace")
    if as_json:
        speaking.document({**_facts(entry), "payload": payload})
        return
    speaking.pairs(
        {
            "reason": f"{entry.reason}: {entry.detail}",
            "topic": entry.topic,
            "agent": entry.agent or "not known",
            "first": _at(entry.received_ms),
            "last": f"{_at(entry.last_ms)}, {entry.times} times in all",
            "size": f"{entry.size} bytes, digest {entry.digest}",
        }
    )
    speaking.fact(_indented(payload))


def _facts(entry: Entry) -> dict[str, object]:
    return {
        "number": entry.id,
        "reason": entry.reason,
        "detail": entry.detail,
        "topic": entry.topic,
        "agent": entry.agent,
        "outbox": entry.outbox,
        "sequence": entry.sequence,
        "digest": entry.digest,
        "bytes": entry.size,
        "times": entry.times,
        "first_at": moment(entry.received_ms).isoformat(),
        "last_at": moment(entry.last_ms).isoformat(),
    }


def _indented(payload: str) -> str:
    try:
        return json.dumps(json.loads(payload), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return payload


def _at(ms: int) -> str:
    return f"{moment(ms).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
