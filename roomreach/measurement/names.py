"""Can names be looked up, and how fast?"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from roomreach.measurement.base import Measurement
from roomreach.measurement.round_trips import Milliseconds
from roomreach.shape import Between

Resolver = Literal["site", "other"]
"""The resolver the building hands out, or another that the settings name: one failing alone is a cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names(Measurement):
    """One DNS question.

    ``rcode`` is the answer's response code (RFC 1035, 6895). 0 and 3 both show that the resolver works,
    because the question may be for a name that nobody owns.
    """

    kind: ClassVar[str] = "names"

    target: Resolver
    answer_ms: Milliseconds | None = None
    rcode: Annotated[int, Between(0, 4095, "")] | None = None
