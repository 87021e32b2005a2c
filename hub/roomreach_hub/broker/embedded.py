"""rumqttd, out of the wheel ``iotcore``: the broker of machines on which nobody installed one.

Known of version 0.4.0: there are wheels for x86_64 only; a listener speaks MQTT 5 or 3.1.1, never both; a
publish above the limit ends the connection without an answer; it has no way to stop but to be ended.
"""

import importlib.util
import sys
from pathlib import Path

from roomreach_hub.broker.kind import LARGEST_PAYLOAD_BYTES, Kind
from roomreach_hub.ports import LOOPBACK

# What rumqttd calls its payload limit counts the whole packet: the topic and the properties too.
_LARGEST_PACKET_BYTES = LARGEST_PAYLOAD_BYTES + 64 * 1024


def _command(configuration: Path) -> list[str] | None:
    if importlib.util.find_spec("iotcore") is None:
        return None
    # Below CRITICAL it logs a line per packet. -I: no folder of the user's is imported instead.
    return [sys.executable, "-I", "-m", "iotcore", "--config", str(configuration), "--log-level", "CRITICAL"]


def _configuration(port: int) -> str:
    return f"""\
# Written by roomreach at every start: changes made here are lost.
id = 0

[router]
id = 0
max_connections = 2000
max_outgoing_packet_count = 200
# Messages wait in memory, in this many segments of this many bytes for each topic filter.
max_segment_size = 4194304
max_segment_count = 8

[v5.1]
name = "agents"
listen = "{LOOPBACK}:{port}"
next_connection_delay_ms = 1

[v5.1.connections]
connection_timeout_ms = 60000
max_payload_size = {_LARGEST_PACKET_BYTES}
max_inflight_count = 100
dynamic_filters = false
"""


EMBEDDED = Kind(
    title="embedded broker (rumqttd)",
    file="rumqttd.toml",
    protocols=frozenset({5}),
    command=_command,
    configuration=_configuration,
)
