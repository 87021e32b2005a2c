"""Which fields has a kind of measurement: of what type, in what unit, within what bounds?

A measurement's dataclass is the one definition of it. The agent checks its bounds before sending,
the collector builds its decoder from them, and the table of series takes its columns from here.
"""

import math
import re
from collections.abc import Hashable
from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin, get_type_hints


@dataclass(frozen=True, slots=True)
class Between:
    """A number's inclusive bounds, and its unit."""

    low: float
    high: float
    unit: str


@dataclass(frozen=True, slots=True)
class Text:
    """A string's greatest length, and the pattern it matches from start to end."""

    longest: int
    pattern: str = ".*"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: ``base`` is ``int``, ``float``, ``bool`` or ``str``; ``choices`` is a closed list."""

    name: str
    base: type
    optional: bool
    required: bool
    bound: Between | Text | None = None
    choices: tuple[str, ...] | None = None

    @property
    def unit(self) -> str:
        """The unit of a number, "" where there is none."""
        return self.bound.unit if isinstance(self.bound, Between) else ""

    def fault(self, value: object) -> str | None:
        """Say why this value may not stand here, or None when it may."""
        if value is None:
            return None if self.optional else f"{self.name} is missing"
        if self.choices is not None:
            if value in self.choices:
                return None
            return f"{self.name} is {value!r}, expected one of {', '.join(self.choices)}"
        return self._type_fault(value) or self._bound_fault(value)

    def _type_fault(self, value: object) -> str | None:
        # A bool is an int to Python, and to nobody else.
        fits = isinstance(value, int | float) if self.base is float else isinstance(value, self.base)
        if not fits or (isinstance(value, bool) and self.base is not bool):
            return f"{self.name} is {value!r}, expected {self.base.__name__}"
        return None

    def _bound_fault(self, value: Any) -> str | None:  # noqa: ANN401 - its type was checked before
        match self.bound:
            case Between(low, high, unit) if not (math.isfinite(value) and low <= value <= high):
                return f"{self.name} is {value!r}, expected {low:g} to {high:g} {unit}".rstrip()
            case Text(longest, _) if len(value) > longest:
                return f"{self.name} has {len(value)} characters, expected at most {longest}"
            case Text(_, pattern) if not re.fullmatch(pattern, value, re.DOTALL):
                return f"{self.name} is {value!r}, expected the form {pattern}"
            case _:
                return None


def fields_of(kind: type) -> tuple[Field, ...]:
    """List a dataclass's fields in the order they are written, inherited ones first."""
    return _fields_of(cast("Hashable", kind))


@cache
def _fields_of(kind: Any) -> tuple[Field, ...]:  # noqa: ANN401 - a class, which mypy holds to be unhashable
    hints = get_type_hints(kind, include_extras=True)
    return tuple(
        _field(
            f.name,
            hints[f.name],
            required=f.default is MISSING and f.default_factory is MISSING,
        )
        for f in fields(kind)
    )


def faults(value: object) -> list[str]:
    """Say, in a sentence each, every bound that a dataclass instance breaks."""
    found = (field.fault(getattr(value, field.name)) for field in fields_of(type(value)))
    return [fault for fault in found if fault]


def _field(name: str, hint: Any, *, required: bool) -> Field:  # noqa: ANN401 - annotations have no common type
    optional = False
    bound: Between | Text | None = None
    if get_origin(hint) in {Union, UnionType}:
        members = [member for member in get_args(hint) if member is not NoneType]
        optional = len(members) < len(get_args(hint))
        (hint,) = members
    if get_origin(hint) is Annotated:
        bound = next((extra for extra in hint.__metadata__ if isinstance(extra, Between | Text)), None)
        hint = hint.__origin__
    hint = getattr(hint, "__supertype__", hint)  # a NewType is what it is made of
    choices: tuple[str, ...] | None = None
    if get_origin(hint) is Literal:
        hint, choices = str, get_args(hint)
    elif isinstance(hint, type) and issubclass(hint, StrEnum):
        hint, choices = str, tuple(member.value for member in hint)
    base = get_origin(hint) or hint
    return Field(name=name, base=base, optional=optional, required=required, bound=bound, choices=choices)
