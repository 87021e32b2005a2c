"""How do reports reach a collector? Sent over MQTT, and sent again until a receipt comes back."""

from roomreach_agent.uplink.line import Line
from roomreach_agent.uplink.sender import Sender, Tally
from roomreach_agent.uplink.uplink import Uplink

__all__ = ["Line", "Sender", "Tally", "Uplink"]
