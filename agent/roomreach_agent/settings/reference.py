"""What does each key mean? The reference page and the hints for misspelt keys are made from this list."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import get_args, get_type_hints

from roomreach.shape import Between, Field, fields_of
from roomreach_agent.settings.keys import SECTIONS, TOP, Means, Settings


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the reference: a key, what may stand there, its default as TOML, and what it decides."""

    key: str
    type: str
    default: str
    meaning: str


def reference() -> tuple[Setting, ...]:
    """List every key there is, in the order of the file."""
    shapes = (("", Settings), *((f"{name}.", shape) for name, shape in SECTIONS.items()))
    return tuple(
        Setting(prefix + one.name, type_of(one), _default(shape, one), meaning(shape, one.name))
        for prefix, shape in shapes
        for one in fields_of(shape)
        if prefix or one.name in TOP
    )


def meaning(shape: type, name: str) -> str:
    """Say what a key decides. Raises ``LookupError`` for one that was given no meaning."""
    hint = get_type_hints(shape, include_extras=True)[name]
    for part in (hint, *get_args(hint)):
        for extra in getattr(part, "__metadata__", ()):
            if isinstance(extra, Means):
                return extra.words
    raise LookupError(f"{shape.__name__}.{name} does not say what it decides")


def type_of(one: Field) -> str:
    """Say in TOML's words what may stand at a key."""
    if one.choices:
        return " or ".join(f'"{choice}"' for choice in one.choices)
    words = {
        int: "whole number",
        float: "number",
        str: "text",
        tuple: "list of text",
        Path: "path",
        bool: "true or false",
    }
    if isinstance(one.bound, Between):
        low, high = f"{one.bound.low:g}", f"{one.bound.high:,.10g}"
        return f"{words[one.base]}, {low} to {high} {one.bound.unit}".rstrip()
    return words[one.base]


def _default(shape: type, one: Field) -> str:
    if one.required:
        return "none: required"
    value = next(f.default for f in fields(shape) if f.name == one.name)
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return "[" + ", ".join(f'"{item}"' for item in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str | Path) else str(value)


def effective(settings: Settings) -> Iterator[tuple[str, object]]:
    """Give every key with the value that holds, the defaults included. Of a secret, this is its file."""
    for key in (setting.key for setting in reference()):
        section, _, name = key.rpartition(".")
        if section == "latency":
            yield key, settings.latency.get(name, "")
        elif section == "clock":
            yield key, "host" if settings.clock_kept_by_host else "agent"
        else:
            yield key, getattr(getattr(settings, section) if section else settings, name)
