"""Bytes to a report, every bound enforced: the one door through which an agent's words come in.

What a newer agent says and this collector does not know yet is set aside and counted: a kind of measurement,
or a word of a closed list (a target, a reason, a method). A measurement with such a word is set aside whole,
because half of it could say the opposite: without its reason, a failure reads as a success.
Everything else that is not as defined refuses the report.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from roomreach.errors import Malformed
from roomreach.measurement import KINDS, Measurement, NotMeasured
from roomreach.receipt import Refusal
from roomreach.report import LARGEST_BYTES, Report
from roomreach.shape import Field, fields_of
from roomreach.wire import VERSION
from roomreach_collector.structs import envelope_of, struct_of

# Only such words are set aside: their names are stored, so they must not be able to name a place.
_WORD = re.compile(r"[a-z][a-z0-9_]{0,31}").fullmatch

# The openings of msgspec's messages that repeat nothing of what was sent.
_QUOTES_NOTHING = ("Expected ", "Object missing ", "Number out of range")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A report, and the names of what a newer agent said in it that this collector does not know."""

    report: Report
    set_aside: tuple[str, ...] = ()


class NotAReport(Malformed):
    """Bytes that can never be stored as a report. The message quotes nothing of what was sent."""

    def __init__(self, refusal: Refusal, detail: str) -> None:
        super().__init__(detail)
        self.refusal = refusal


class Codec:
    """Decodes reports. Built once, from the language's dataclasses. Safe to use from several threads."""

    def __init__(self, kinds: Mapping[str, type[Measurement]] = KINDS) -> None:
        known: tuple[type[Measurement], ...] = (*kinds.values(), NotMeasured)
        self._kinds = {struct_of(kind): kind for kind in known}
        self._closed: dict[str, tuple[Field, ...]] = {
            kind.kind: tuple(field for field in fields_of(kind) if field.choices) for kind in known
        }
        self._decode = msgspec.json.Decoder(envelope_of(self._kinds)).decode

    def decode(self, payload: bytes) -> Decoded:
        """Read a report; raise ``NotAReport`` with the refusal its agent is to hear."""
        if len(payload) > LARGEST_BYTES:
            raise NotAReport(
                Refusal.TOO_LARGE, f"{len(payload)} bytes, and no report is above {LARGEST_BYTES}"
            )
        try:
            return Decoded(self._report(self._decode(payload)))
        except msgspec.ValidationError:
            return self._decode_slowly(payload)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
            raise _unreadable(exc) from exc

    def _decode_slowly(self, payload: bytes) -> Decoded:
        try:
            document = msgspec.json.decode(payload)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
            raise _unreadable(exc) from exc
        _check_version(document)
        set_aside = self._set_aside(document)
        try:
            envelope = self._decode(msgspec.json.encode(document))
        except msgspec.ValidationError as exc:
            raise NotAReport(Refusal.OUT_OF_BOUNDS, _explain(exc)) from exc
        return Decoded(self._report(envelope), set_aside)

    def _set_aside(self, document: dict[str, Any]) -> tuple[str, ...]:
        measurements = document.get("measurements")
        if not isinstance(measurements, list):
            return ()
        names = [self._unknown(measurement) for measurement in measurements]
        document["measurements"] = [m for m, name in zip(measurements, names, strict=True) if name is None]
        return tuple(dict.fromkeys(name for name in names if name is not None))

    def _unknown(self, measurement: object) -> str | None:
        if not isinstance(measurement, dict) or not _is_word(kind := measurement.get("kind")):
            return None
        if kind not in self._closed:
            return str(kind)
        for field in self._closed[kind]:
            word = measurement.get(field.name)
            if _is_word(word) and word not in (field.choices or ()):
                return f"{kind}.{word}"
        return None

    def _report(self, envelope: Any) -> Report:  # noqa: ANN401 - the type is made when the codec is
        kinds, convert = self._kinds, msgspec.convert
        fields = msgspec.structs.asdict(envelope)
        del fields["v"]
        try:
            # msgspec fills a frozen dataclass three times faster than the dataclass's own __init__ does.
            fields["measurements"] = tuple(
                [convert(m, kinds[type(m)], from_attributes=True) for m in envelope.measurements]
            )
            return Report(**fields)
        except ValueError as exc:  # a value's own check, from its __post_init__; or msgspec's of the same
            raise NotAReport(Refusal.MALFORMED, f"it contradicts itself: {exc}") from exc


def _is_word(value: object) -> bool:
    return isinstance(value, str) and _WORD(value) is not None


def _check_version(document: object) -> None:
    if not isinstance(document, dict):
        raise NotAReport(Refusal.MALFORMED, "this is JSON, and no object")
    version = document.get("v")
    if type(version) is not int:  # True is an int to Python, and no version
        raise NotAReport(Refusal.MALFORMED, "it does not say its version, v, as a whole number")
    if version != VERSION:
        raise NotAReport(Refusal.WRONG_VERSION, f"it is of another version than {VERSION}")


def _unreadable(exc: Exception) -> NotAReport:
    if isinstance(exc, RecursionError):
        return NotAReport(Refusal.MALFORMED, "this is JSON nested too deeply to be a report")
    if isinstance(exc, UnicodeDecodeError):
        return NotAReport(Refusal.MALFORMED, "its text is not UTF-8")
    return NotAReport(Refusal.MALFORMED, f"this is not JSON, or cut short: {_position(exc)}")


def _position(exc: Exception) -> str:
    found = re.search(r"\(byte \d+\)", str(exc))
    return f"unreadable at {found[0].strip('()')}" if found else "it ends too early"


def _explain(exc: msgspec.ValidationError) -> str:
    fault, _, path = str(exc).partition(" - at `$.")
    said = fault.replace("`", "") if fault.startswith(_QUOTES_NOTHING) else "Not a word of the closed list"
    return f"{path.rstrip('`') or 'the report'}: {said}"
