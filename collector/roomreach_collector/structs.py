"""How do the language's dataclasses and bounds become types that msgspec decodes and checks?

There is one definition of each measurement, its dataclass in the language: nothing about a kind is here.
"""

from collections.abc import Iterable
from dataclasses import MISSING, fields
from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal, get_type_hints

import msgspec

from roomreach.measurement import Measurement
from roomreach.report import Report
from roomreach.shape import Between, Field, Text, fields_of
from roomreach.wire import VERSION


def struct_of(kind: type[Measurement]) -> type[msgspec.Struct]:
    """Make the struct that decodes one kind of measurement, known on the wire by its ``kind``."""
    return msgspec.defstruct(
        kind.__name__, _definitions(kind), kw_only=True, gc=False, tag_field="kind", tag=kind.kind
    )


def envelope_of(structs: Iterable[type[msgspec.Struct]]) -> type[msgspec.Struct]:
    """Make the struct that decodes a whole report whose measurements are any of these."""
    union: Any = reduce(or_, structs)
    return msgspec.defstruct(
        "Envelope",
        [
            ("v", Literal[VERSION]),
            *(definition for definition in _definitions(Report) if definition[0] != "measurements"),
            ("measurements", tuple[union, ...]),
        ],
        kw_only=True,
        gc=False,
    )


def _definitions(kind: type) -> list[tuple[str, Any] | tuple[str, Any, Any]]:
    hints = get_type_hints(kind)
    defaults = {f.name: f.default for f in fields(kind) if f.default is not MISSING}
    return [
        (field.name, _type_of(field, hints[field.name]))
        if field.required
        else (field.name, _type_of(field, hints[field.name]), defaults[field.name])
        for field in fields_of(kind)
    ]


def _type_of(field: Field, hint: Any) -> Any:  # noqa: ANN401 - annotations have no common type
    if field.choices is not None or field.bound is None:
        return hint  # a Literal, an enumeration or a bool: msgspec reads it as it stands
    bounded: Any = Annotated[field.base, _meta(field.base, field.bound)]
    return bounded | None if field.optional else bounded


def _meta(base: type, bound: Between | Text) -> msgspec.Meta:
    if isinstance(bound, Between):
        return msgspec.Meta(ge=base(bound.low), le=base(bound.high))
    # msgspec searches, so the ends are named (`$` would let a line break through), as `Field.fault` reads it.
    pattern = None if bound.pattern == ".*" else rf"(?s)\A(?:{bound.pattern})\Z"
    return msgspec.Meta(max_length=bound.longest, pattern=pattern)
