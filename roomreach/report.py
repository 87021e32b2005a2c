"""A report: what one agent says once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NamedTuple

from roomreach.identifiers import AgentId, Identifier, OutboxId
from roomreach.measurement import Measurement, NotMeasured
from roomreach.moments import moment
from roomreach.shape import Between, Text

EARLIEST_MS = 1_577_836_800_000
"""2020-01-01: a synchronised clock cannot say less, a Pi that has lost its clock can."""
LATEST_MS = 4_102_444_800_000
"""2100-01-01."""
LARGEST_BYTES = 32 * 1024
"""No report is larger on the wire."""

Sequence = Annotated[int, Between(1, 2**53, "")]
Moment = Annotated[int, Between(0, LATEST_MS, "ms since 1970, UTC")]


class Key(NamedTuple):
    """What makes a report itself: its agent, the outbox file it came from, and its place in that file."""

    agent: AgentId
    outbox: OutboxId
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Identity, time, and what was measured. Its bytes never change once first published.

    ``taken_ms`` is the agent's wall clock and is trusted only when ``synchronised``; ``boot_ms`` counts
    milliseconds since the boot named by ``boot``. ``highest`` is the highest sequence the outbox had made
    and ``dropped`` how many reports it had dropped for space when the bytes were made, so that gaps are
    provable. ``interval_s`` is how long until the next report is due.
    """

    agent: Identifier
    outbox: Identifier
    sequence: Sequence
    boot: Annotated[str, Text(longest=36, pattern="[0-9a-f-]{8,36}")]
    boot_ms: Annotated[int, Between(0, 2**45, "ms since boot")]
    taken_ms: Moment
    synchronised: bool
    highest: Sequence
    dropped: Annotated[int, Between(0, 2**53, "reports")]
    interval_s: Annotated[int, Between(1, 86_400, "s")]
    measurements: tuple[Measurement, ...]

    def __post_init__(self) -> None:
        """Refuse what contradicts itself: two answers to one question, or a sequence not yet made."""
        if self.highest < self.sequence:
            raise ValueError(f"sequence {self.sequence} is above the highest made, {self.highest}")
        asked = [question(measurement) for measurement in self.measurements]
        if len(set(asked)) != len(asked):
            raise ValueError("two measurements answer the same question")

    @property
    def key(self) -> Key:
        """The name under which this report is answered."""
        return Key(AgentId(self.agent), OutboxId(self.outbox), self.sequence)

    @property
    def taken_at(self) -> datetime:
        """When it was taken, by the agent's clock."""
        return moment(self.taken_ms)


def question(measurement: Measurement) -> tuple[str, str | None]:
    """Name the question that a measurement answers: its kind, and its target where the kind has any."""
    kind = measurement.of if isinstance(measurement, NotMeasured) else measurement.kind
    return kind, getattr(measurement, "target", None)
