"""What did the operator decide? Read once, in ``__main__``, and handed down."""

from roomreach_agent.settings.keys import (
    Broker,
    Names,
    OutboxSettings,
    Settings,
    ThroughputSettings,
    UplinkSettings,
    Wifi,
)
from roomreach_agent.settings.reading import load, parse
from roomreach_agent.settings.reference import Setting, effective, reference

__all__ = [
    "Broker",
    "Names",
    "OutboxSettings",
    "Setting",
    "Settings",
    "ThroughputSettings",
    "UplinkSettings",
    "Wifi",
    "effective",
    "load",
    "parse",
    "reference",
]
