"""What may an operator decide? Every key: its type, bounds, default and meaning, defined here once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from roomreach.identifiers import PATTERN, AgentId
from roomreach.measurement import KINDS
from roomreach.shape import Between, Text


@dataclass(frozen=True, slots=True)
class Means:
    """What a setting decides, in words for whoever edits the file."""

    words: str


_Host = Text(longest=260)
_AnchorAt = Annotated[str, _Host, Means("host or host:port to time the way to; empty: not asked")]
_Seconds = Between(0.01, 86_400, "s")

EngineChoice = Literal["own", "speedtest_cli"]
"""The engines that test a line. Within a building it is always iperf3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """Where reports are sent. With ``ca`` the connection is TLS and the broker is verified, always."""

    host: Annotated[str, Text(longest=253, pattern=r"\S+"), Means("name or address of the MQTT broker")] = (
        "127.0.0.1"
    )
    port: Annotated[int, Between(1, 65_535, ""), Means("port of the MQTT broker")] = 1883
    ca: (
        Annotated[Path, Means("file of the authority that signed the broker's certificate: turns TLS on")]
        | None
    ) = None
    certificate: Annotated[Path, Means("file of this agent's own certificate")] | None = None
    key: Annotated[Path, Means("file of the private key of that certificate")] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wifi:
    """Which radio is measured."""

    interface: Annotated[str, Text(longest=15), Means("radio to measure; empty: the first there is")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """Whom to time the way out to. No public host is a default."""

    hub: _AnchorAt = ""
    anchor_1: _AnchorAt = ""
    anchor_2: _AnchorAt = ""
    anchor_3: _AnchorAt = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What is asked of the resolvers, and of which resolver besides the building's own."""

    question: Annotated[
        str,
        Text(longest=253),
        Means("name to look up; {random} is made anew each time, so that no cache knows it"),
    ] = "."
    other: Annotated[str, _Host, Means("address of a second resolver to ask; empty: none")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThroughputSettings:
    """How much of the line, and of the Wi-Fi, is measured, by which engine, and what that may cost."""

    engine: Annotated[
        EngineChoice,
        Means("program that tests the line: roomreach's own, or speedtest-cli, which publishes its results"),
    ] = "own"
    server: Annotated[
        str,
        Text(longest=300, pattern=r"(?:https?://\S+)?"),
        Means("address of roomreach's speed server, such as https://speed.example:8805; empty: not tested"),
    ] = ""
    token_file: Annotated[Path, Means("file that holds this agent's token for the speed server")] | None = (
        None
    )
    reference: Annotated[
        str,
        _Host,
        Means("host or host:port of the building's wired agent, where iperf3 listens; empty: none"),
    ] = ""
    budget_mb: Annotated[
        float,
        Between(0, 10**6, "MB"),
        Means("most that tests of the line, and those of the Wi-Fi, may each cost in any 24 hours"),
    ] = 100
    confidential: Annotated[
        bool,
        Means("true refuses engines that publish, even where the server has said that this site allows them"),
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxSettings:
    """Where reports wait until a collector has them, and how many may."""

    path: Annotated[Path, Means("file that holds the reports not yet answered")] = Path(
        "/var/lib/roomreach-agent/outbox.db"
    )
    megabytes: Annotated[
        float, Between(0.01, 10**6, "MB"), Means("most it may hold; the oldest go first")
    ] = 64
    days: Annotated[float, Between(0.01, 3_650, "days"), Means("longest a report may wait in it")] = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Who keeps this machine's clock right."""

    kept_by: Annotated[
        Literal["agent", "host"],
        Means("host on a virtual machine, whose clock is right although its kernel cannot say so"),
    ] = "agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class UplinkSettings:
    """How patiently unanswered reports are sent again."""

    resend_after_s: Annotated[
        float, _Seconds, Means("how long to wait for a receipt before sending again")
    ] = 30
    resend_at_most_s: Annotated[float, _Seconds, Means("longest such wait, however often it was doubled")] = (
        600
    )
    window: Annotated[int, Between(1, 10_000, "reports"), Means("most reports under way at once")] = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an operator decided. Made once, in ``__main__``, and handed down."""

    agent: Annotated[
        AgentId,
        Text(longest=26, pattern=PATTERN),
        Means("this agent's identifier, from `roomreach agents add`"),
    ]
    interval_s: Annotated[
        int, Between(1, 86_400, "s"), Means("time from one round of questions to the next")
    ] = 60
    probes: Annotated[tuple[str, ...], Means("questions to ask, in this order")] = tuple(KINDS)
    broker: Broker = field(default_factory=Broker)
    wifi: Wifi = field(default_factory=Wifi)
    latency: Mapping[str, str] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    throughput: ThroughputSettings = field(default_factory=ThroughputSettings)
    outbox: OutboxSettings = field(default_factory=OutboxSettings)
    clock_kept_by_host: bool = False
    uplink: UplinkSettings = field(default_factory=UplinkSettings)


SECTIONS: Mapping[str, type] = {
    "broker": Broker,
    "wifi": Wifi,
    "latency": Anchors,
    "names": Names,
    "throughput": ThroughputSettings,
    "outbox": OutboxSettings,
    "clock": Clock,
    "uplink": UplinkSettings,
}
"""The tables of the file, and the dataclass that says what each may hold."""

TOP = ("agent", "interval_s", "probes")
"""The keys that stand in no table."""
