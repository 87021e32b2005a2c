"""Hypothesis strategies for everything an agent can say, generated from the language's own definitions."""

import re
from typing import Any, get_type_hints

from hypothesis import strategies as st

from roomreach.measurement import KINDS, Measurement, NotMeasured
from roomreach.report import Key, Report, question
from roomreach.shape import Between, Field, Text, fields_of
from roomreach.wire import encode_report


def identifiers(letter: str) -> st.SearchStrategy[str]:
    """Identifiers of one kind of thing: agents are ``a``, outboxes ``o``, rooms ``r`` and so on."""
    rest = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=6, max_size=24)
    return rest.map(lambda text: f"{letter}-{text}")


def keys() -> st.SearchStrategy[Key]:
    return st.builds(Key, identifiers("a"), identifiers("o"), st.integers(1, 2**53))


def values(kind: type, field: Field) -> st.SearchStrategy[Any]:
    """Every value that this field of this dataclass may have."""
    if field.choices is not None or field.bound is None:
        return st.from_type(get_type_hints(kind)[field.name])
    match field.bound:
        case Between(low, high) if field.base is int:
            allowed: st.SearchStrategy[Any] = st.integers(int(low), int(high))
        case Between(low, high):
            allowed = st.floats(low, high)
        case Text(longest, ".*"):
            allowed = st.text(max_size=longest)
        case Text(longest, pattern):
            allowed = st.from_regex(re.compile(pattern, re.DOTALL), fullmatch=True).filter(
                lambda text: len(text) <= longest
            )
    return st.none() | allowed if field.optional else allowed


def of_kind(kind: type[Measurement]) -> st.SearchStrategy[Measurement]:
    """Every measurement of one kind."""
    return st.fixed_dictionaries({field.name: values(kind, field) for field in fields_of(kind)}).map(
        lambda chosen: kind(**_consistent(chosen))
    )


def measurements() -> st.SearchStrategy[Measurement]:
    return st.one_of(*(of_kind(kind) for kind in (*KINDS.values(), NotMeasured)))


@st.composite
def reports(draw: st.DrawFn, **fixed: Any) -> Report:
    """Every report; ``fixed`` names fields with one value, or with a strategy of their own."""
    chosen: dict[str, Any] = {
        field.name: draw(values(Report, field)) for field in fields_of(Report) if field.name != "measurements"
    }
    chosen["measurements"] = tuple(draw(st.lists(measurements(), max_size=4, unique_by=question)))
    chosen["agent"], chosen["outbox"] = draw(identifiers("a")), draw(identifiers("o"))
    for name, value in fixed.items():
        chosen[name] = draw(value) if isinstance(value, st.SearchStrategy) else value
    chosen["highest"] = max(chosen["highest"], chosen["sequence"])
    return Report(**chosen)


def payloads() -> st.SearchStrategy[bytes]:
    """The bytes of every report."""
    return reports().map(encode_report)


@st.composite
def damaged(draw: st.DrawFn, whole: st.SearchStrategy[bytes] | None = None) -> bytes:
    """A report's bytes after a fault: cut short, with bytes changed, repeated or put in."""
    payload = bytearray(draw(payloads() if whole is None else whole))
    at = draw(st.integers(0, len(payload) - 1))
    match draw(st.sampled_from(("cut", "change", "insert", "repeat"))):
        case "cut":
            del payload[at:]
        case "change":
            payload[at] = draw(st.integers(0, 255))
        case "insert":
            payload[at:at] = draw(st.binary(min_size=1, max_size=16))
        case _:
            payload += payload[at:]
    return bytes(payload)


def _consistent(chosen: dict[str, Any]) -> dict[str, Any]:
    # No host answers more often than it was asked.
    if "received" in chosen:
        chosen["received"] = min(chosen["received"], chosen["sent"])
    return chosen
