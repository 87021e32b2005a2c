"""Values to bytes and back: the only module of the language that knows JSON.

An agent writes reports, and reads receipts and what is desired; a collector writes those, and reads reports
with a decoder of its own that enforces every bound (``roomreach_collector.codec``).
"""

import hashlib
import json
from typing import Any, get_args

from roomreach.desired import Desired, Share, Slot
from roomreach.errors import Malformed, Refused
from roomreach.identifiers import OutboxId
from roomreach.measurement import KINDS, Measurement, Method, NotMeasured, Reason
from roomreach.measurement.throughput import End
from roomreach.receipt import Receipt, Refusal, Refusing
from roomreach.report import LARGEST_BYTES, Report
from roomreach.shape import fields_of

VERSION = 1
"""The wire's version, first field of every message. It rises only when an old reader would misread."""


def encode_report(report: Report) -> bytes:
    """Write a report. What is None is left out. Raises ``Refused`` above 32 KiB."""
    document: dict[str, Any] = {"v": VERSION}
    document.update((f.name, getattr(report, f.name)) for f in fields_of(Report) if f.name != "measurements")
    document["measurements"] = [measurement_document(m) for m in report.measurements]
    payload = _bytes(document)
    if len(payload) > LARGEST_BYTES:
        raise Refused(f"a report of {len(payload)} bytes is above the largest allowed, {LARGEST_BYTES}")
    return payload


def measurement_document(measurement: Measurement) -> dict[str, Any]:
    """Give a measurement as the JSON object that travels: its kind first, and nothing that is None."""
    document: dict[str, Any] = {"kind": measurement.kind}
    for field in fields_of(type(measurement)):
        value = getattr(measurement, field.name)
        if value is not None:
            document[field.name] = value
    return document


def decode_stored_report(payload: bytes) -> Report:
    """Read a report that a collector accepted before, for whoever shows it; no bound is checked again.

    Tolerant of newer agents: unknown fields are ignored, and measurements of an unknown kind or with an
    unknown reason are left out. Raises ``Malformed`` for anything that is no report of this version.
    """
    try:
        document = json.loads(payload)
        if document["v"] != VERSION:
            raise Malformed(f"a report of version {document['v']!r}, expected {VERSION}")
        read = [_measurement(item) for item in document["measurements"]]
        given = {f.name: document[f.name] for f in fields_of(Report) if f.name in document}
        given["measurements"] = tuple(measurement for measurement in read if measurement)
        return Report(**given)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as exc:
        raise Malformed(f"these {len(payload)} bytes are no report: {type(exc).__name__}") from exc


def encode_receipt(receipt: Receipt) -> bytes:
    """Write a receipt."""
    document: dict[str, Any] = {"v": VERSION, "at_ms": receipt.at_ms}
    if receipt.outbox is not None:
        document["outbox"] = receipt.outbox
    if receipt.stored:
        document["stored"] = receipt.stored
    if receipt.refused:
        document["refused"] = [
            {"sequence": r.sequence, "digest": r.digest, "reason": r.reason, "detail": r.detail}
            for r in receipt.refused
        ]
    return _bytes(document)


def decode_receipt(payload: bytes) -> Receipt:
    """Read a receipt; raise ``Malformed`` when it is none. Unknown fields are ignored.

    A reason this agent has never heard of comes from a newer collector: it is read as *not storable*.
    """
    try:
        document = json.loads(payload)
        if document["v"] != VERSION:
            raise Malformed(f"a receipt of version {document['v']!r}, expected {VERSION}")
        outbox = document.get("outbox")
        return Receipt(
            at_ms=int(document["at_ms"]),
            outbox=None if outbox is None else OutboxId(str(outbox)),
            stored=tuple((int(first), int(last)) for first, last in document.get("stored", ())),
            refused=tuple(_refusing(item) for item in document.get("refused", ())),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError) as exc:
        raise Malformed(f"these {len(payload)} bytes are no receipt: {type(exc).__name__}") from exc


def encode_desired(desired: Desired) -> bytes:
    """Write what the server wants of an agent."""
    return _bytes(
        {
            "v": VERSION,
            "version": desired.version,
            "issued_ms": desired.issued_ms,
            "tests": [
                {
                    "start_ms": slot.start_ms,
                    "latest_ms": slot.latest_ms,
                    "most_bytes": slot.most_bytes,
                    "targets": slot.targets,
                }
                for slot in desired.tests
            ],
            "shares": [
                {"from_ms": share.from_ms, "until_ms": share.until_ms, "most_bytes": share.most_bytes}
                for share in desired.shares
            ],
            "may_publish": desired.may_publish,
        }
    )


def decode_desired(payload: bytes) -> Desired:
    """Read what the server wants; raise ``Malformed`` when it is not that, as a whole.

    Unknown fields are ignored, and so are ends that this agent has never heard of: a newer server names them.
    """
    try:
        if len(payload) > LARGEST_BYTES:
            raise Malformed(f"{len(payload)} bytes are more than the largest allowed, {LARGEST_BYTES}")
        document = json.loads(payload)
        if document["v"] != VERSION:
            raise Malformed(f"what is desired is of version {document['v']!r}, expected {VERSION}")
        return Desired(
            version=_whole(document["version"]),
            issued_ms=_whole(document["issued_ms"]),
            tests=tuple(slot for item in document.get("tests", ()) if (slot := _slot(item)).targets),
            shares=tuple(map(_share, document.get("shares", ()))),
            may_publish=_yes_or_no(document.get("may_publish", False)),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError) as exc:
        raise Malformed(
            f"these {len(payload)} bytes say nothing that is desired: {type(exc).__name__}"
        ) from exc


def digest(payload: bytes) -> str:
    """Give the 16 hexadecimal digits by which two versions of one report are told apart."""
    return hashlib.blake2b(payload, digest_size=8).hexdigest()


_CLOSED_LISTS = {"reason": Reason, "method": Method}


def _measurement(document: dict[str, Any]) -> Measurement | None:
    kind = NotMeasured if document["kind"] == NotMeasured.kind else KINDS.get(document["kind"])
    if kind is None:
        return None
    given = {f.name: document[f.name] for f in fields_of(kind) if f.name in document}
    for name, words in _CLOSED_LISTS.items():
        if given.get(name) is not None:
            if given[name] not in frozenset(words):
                return None
            given[name] = words(given[name])
    return kind(**given)


def _slot(item: dict[str, Any]) -> Slot:
    slot = Slot(
        start_ms=_whole(item["start_ms"]),
        latest_ms=_whole(item["latest_ms"]),
        most_bytes=_whole(item["most_bytes"]),
        targets=tuple(end for end in get_args(End) if end in item["targets"]),
    )
    if slot.latest_ms < slot.start_ms:
        raise ValueError("a slot that ends before it begins")
    return slot


def _share(item: dict[str, Any]) -> Share:
    share = Share(
        from_ms=_whole(item["from_ms"]),
        until_ms=_whole(item["until_ms"]),
        most_bytes=_whole(item["most_bytes"]),
    )
    if share.until_ms < share.from_ms:
        raise ValueError("a share that ends before it begins")
    return share


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("neither yes nor no")
    return value


def _whole(value: object) -> int:
    """Take a whole number that every JSON reader can hold; a text or a fraction is a mistake."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 2**53:
        raise ValueError("no whole number from 0")
    return value


def _refusing(item: dict[str, Any]) -> Refusing:
    known = item["reason"] in frozenset(Refusal)
    return Refusing(
        sequence=int(item["sequence"]),
        digest=str(item["digest"]),
        reason=Refusal(item["reason"]) if known else Refusal.NOT_STORABLE,
        detail=str(item.get("detail", "")),
    )


def _bytes(document: dict[str, Any]) -> bytes:
    # JSON has no NaN: writing one would make bytes that no collector can read.
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
