"""The kinds of measurement. Read ``KINDS`` and know everything an agent can say.

A new kind is one file beside this one and its line below: the wire, the collector's decoder, the table of
series and the stores take it from there.
"""

from collections.abc import Mapping

from roomreach.measurement.base import Measurement, NotMeasured, Outcome, Reason
from roomreach.measurement.gateway import Gateway
from roomreach.measurement.health import Health
from roomreach.measurement.latency import Latency
from roomreach.measurement.link import Link
from roomreach.measurement.names import Names
from roomreach.measurement.round_trips import Method, RoundTrips
from roomreach.measurement.throughput import Throughput

KINDS: Mapping[str, type[Measurement]] = {
    "link": Link,
    "gateway": Gateway,
    "latency": Latency,
    "names": Names,
    "throughput": Throughput,
    "health": Health,
}

__all__ = [
    "KINDS",
    "Gateway",
    "Health",
    "Latency",
    "Link",
    "Measurement",
    "Method",
    "Names",
    "NotMeasured",
    "Outcome",
    "Reason",
    "RoundTrips",
    "Throughput",
]
