"""Eclipse Mosquitto: the broker of choice wherever it is installed, and the one in production."""

import os
import shutil
from pathlib import Path

from roomreach_hub.broker.kind import LARGEST_PAYLOAD_BYTES, Kind
from roomreach_hub.ports import LOOPBACK


def _command(configuration: Path) -> list[str] | None:
    # Debian keeps servers in sbin, which is not on everybody's path.
    program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin")
    return [program, "-c", str(configuration)] if program else None


def _configuration(port: int) -> str:
    return f"""\
# Written by roomreach at every start: changes made here are lost.
listener {port} {LOOPBACK}
# Nobody outside this machine can connect, and there is no enrolment yet to tell agents apart by.
allow_anonymous true
# Agents keep every report until the collector has answered, so the broker need remember nothing.
persistence false
message_size_limit {LARGEST_PAYLOAD_BYTES}
# What a stuck collector leaves waiting stays in memory, so it is bounded; agents send again what is dropped.
max_queued_messages 10000
max_queued_bytes 67108864
max_inflight_messages 100
# Where agents connect from is nobody's business.
connection_messages false
log_dest stderr
log_type error
log_type warning
"""


MOSQUITTO = Kind(
    title="Mosquitto",
    file="mosquitto.conf",
    protocols=frozenset({4, 5}),
    command=_command,
    configuration=_configuration,
)
