"""What does this file of settings say, and what is wrong with it? All of its faults, at once."""

import difflib
import ipaddress
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from roomreach.errors import Misconfigured
from roomreach.measurement import KINDS
from roomreach.measurement.latency import Anchor
from roomreach.shape import Field, fields_of
from roomreach_agent.hosts import Host
from roomreach_agent.settings.keys import SECTIONS, TOP, Settings, UplinkSettings
from roomreach_agent.settings.reference import meaning, reference, type_of

# The root, or labels of at most 63 letters, digits, hyphens and underlines, any of which may be random.
_QUESTION = re.compile(r"\.|(\{random\}|[\w-]{1,63})(\.(\{random\}|[\w-]{1,63}))*\.?", re.ASCII)


def load(path: Path) -> Settings:
    """Read the file; raise ``Misconfigured`` with every fault in it, or because it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        why = exc.strerror if isinstance(exc, OSError) else "it is not UTF-8 text"
        raise Misconfigured(f"The settings {path} cannot be read: {why}.") from exc
    try:
        return parse(text)
    except Misconfigured as exc:
        raise Misconfigured(f"{path}: {exc}") from exc


def parse(text: str) -> Settings:
    """Read settings from TOML; raise one ``Misconfigured`` that lists every fault with its key."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise Misconfigured(f"this is not TOML: {exc}.") from exc
    faults: list[str] = []
    tables = {name: document.pop(name, {}) for name in SECTIONS}
    top = _read(Settings, document, "", faults)
    read = {name: _read(shape, tables[name], name, faults) for name, shape in SECTIONS.items()}
    faults.extend(_contradictions(top, read))
    if faults:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise Misconfigured("\n  ".join([f"{count} in the settings:", *faults]))
    clock, latency = read.pop("clock"), read.pop("latency")
    return Settings(
        **top,
        **{name: SECTIONS[name](**values) for name, values in read.items()},
        latency={anchor: where for anchor, where in latency.items() if where},
        clock_kept_by_host=clock.get("kept_by") == "host",
    )


def _read(shape: type, table: object, section: str, faults: list[str]) -> dict[str, Any]:
    """Take what a table may hold, and add what is wrong with it to ``faults``."""
    if not isinstance(table, dict):
        faults.append(f"{section}: expected a table, [{section}]")
        return {}
    prefix = f"{section}." if section else ""
    known = {one.name: one for one in fields_of(shape) if section or one.name in TOP}
    faults.extend(_unknown(prefix + key) for key in table if key not in known)
    values: dict[str, Any] = {}
    for name, one in known.items():
        value = _converted(one, table.get(name))
        if name in table and (fault := _fault(one, value)):
            faults.append(f"{prefix}{name}: {fault}")
        elif name in table:
            values[name] = value
        elif one.required:
            faults.append(f"{prefix}{name}: missing; expected {meaning(shape, name)}")
    return values


def _converted(one: Field, value: object) -> object:
    """Give what TOML has no type for: paths, and lists that nobody changes."""
    if one.base is Path and isinstance(value, str) and value:
        return Path(value)
    if one.base is tuple and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    return value


def _fault(one: Field, value: object) -> str | None:
    if one.choices is None and not _fits(one.base, value):
        return f"is {value!r}, expected {type_of(one)}"
    fault = one.fault(value)
    return fault and fault.removeprefix(one.name).lstrip()


def _fits(base: type, value: object) -> bool:
    # A bool is an int to Python, and to nobody who writes settings.
    if isinstance(value, bool) or base is bool:
        return isinstance(value, bool) and base is bool
    return isinstance(value, int | float if base is float else base)


def _unknown(key: str) -> str:
    known = [setting.key for setting in reference()]
    alike = difflib.get_close_matches(key, known, n=1) or [
        other for other in known if other.rpartition(".")[2] == key.rpartition(".")[2]
    ]
    return f"{key}: unknown" + (f"; did you mean {alike[0]}?" if alike else "")


def _contradictions(top: Mapping[str, Any], read: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Say what no single key's bounds can: faults between keys, and inside addresses."""
    if not top.get("agent", "a-").startswith("a-"):
        yield f"agent: is {top['agent']!r}, expected an agent's identifier, which begins with a-"
    yield from _probe_faults(top.get("probes", ()))
    broker, names, latency, throughput = (
        read[table] for table in ("broker", "names", "latency", "throughput")
    )
    if ("certificate" in broker) != ("key" in broker):
        yield "broker.certificate, broker.key: one is of no use without the other"
    if "certificate" in broker and "ca" not in broker:
        yield "broker.ca: missing; without it the broker could not be verified, and it always is"
    patience = UplinkSettings(**read["uplink"])
    if patience.resend_at_most_s < patience.resend_after_s:
        yield "uplink.resend_at_most_s: is shorter than uplink.resend_after_s"
    for anchor in get_args(Anchor):
        yield from _host_faults(f"latency.{anchor}", latency.get(anchor, ""))
    if not _QUESTION.fullmatch(names.get("question", ".")):
        yield f"names.question: is {names['question']!r}, expected a name such as {{random}}.example.org"
    yield from _host_faults("names.other", names.get("other", ""), numeric=True)
    yield from _host_faults("throughput.reference", throughput.get("reference", ""))
    yield from _url_faults("throughput.server", throughput.get("server", ""))
    if throughput.get("confidential") and throughput.get("engine") == "speedtest_cli":
        yield "throughput.engine: publishes its results, which throughput.confidential forbids"
    if (
        throughput.get("server")
        and throughput.get("engine", "own") == "own"
        and "token_file" not in throughput
    ):
        yield "throughput.token_file: missing; the speed server serves nobody without a token"


def _probe_faults(probes: Iterable[str]) -> Iterator[str]:
    named = list(probes)
    for name in named:
        if name not in KINDS:
            alike = difflib.get_close_matches(name, KINDS, n=1)
            hint = f"did you mean {alike[0]}?" if alike else f"there are {', '.join(KINDS)}"
            yield f"probes: {name!r} is unknown; {hint}"
    if len(set(named)) < len(named):
        yield "probes: a name stands there twice"


def _url_faults(key: str, text: str) -> Iterator[str]:
    try:
        parts = urlsplit(text)
        sound = bool(parts.hostname) and parts.port != 0 and not (parts.username or parts.query)
    except ValueError:
        sound = False
    if text and not sound:
        yield f"{key}: is {text!r}, expected an address such as https://speed.example"


def _host_faults(key: str, text: str, *, numeric: bool = False) -> Iterator[str]:
    if not text:
        return
    try:
        host = Host.parse(text)
    except ValueError as exc:
        yield f"{key}: is {text!r}, {exc}"
        return
    try:
        if numeric:
            ipaddress.ip_address(host.name)
    except ValueError:
        yield f"{key}: is {text!r}, expected an address: a resolver cannot be found by its name"
