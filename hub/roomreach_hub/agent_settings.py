"""The settings file that an agent of this hub needs."""

import json
from pathlib import Path

from roomreach.identifiers import AgentId
from roomreach_hub.ports import LOOPBACK


def settings(agent: AgentId, *, broker_port: int, speed_port: int | None = None) -> str:
    """Write the settings of a new agent as TOML; with ``speed_port`` where the hub runs a speed server."""
    return f"""\
# Settings of one roomreach agent. What each means: roomreach-agent check --settings FILE
agent = "{agent}"
interval_s = 60

[broker]
# The hub's broker listens on its own machine only, until agents can be enrolled: a box elsewhere reaches it
# through an SSH tunnel (ssh -N -L {broker_port}:{LOOPBACK}:{broker_port} HUB).
host = "{LOOPBACK}"
port = {broker_port}

[latency]
# Hosts outside the building to time the way to. None is a default: name your own server here.
hub = ""
{"" if speed_port is None else _throughput(agent, speed_port)}"""


def _throughput(agent: AgentId, port: int) -> str:
    return f"""
[throughput]
# The hub's speed server, through the same tunnel (-L {port}:{LOOPBACK}:{port}). This agent's token stands in
# the hub's folder, in speed-tokens/{agent}: copy that file to the box, and have systemd hand it to the
# agent's unit (LoadCredential=speed.token:/etc/roomreach/speed.token).
server = "http://{LOOPBACK}:{port}"
token_file = "/etc/roomreach/speed.token"
"""


def demonstration(agent: AgentId, *, broker_port: int, page_port: int, outbox: Path) -> str:
    """Write the settings of the demo's agent, which measures this machine and asks nobody outside it."""
    return f"""\
agent = "{agent}"
# A round in which the router ignores us takes 6 s, and whoever is heard reports within two intervals.
interval_s = 10

[broker]
host = "{LOOPBACK}"
port = {broker_port}

[latency]
hub = "{LOOPBACK}:{page_port}"

[outbox]
path = {json.dumps(str(outbox))}

[clock]
# A virtual machine's kernel cannot say that its clock is right, although its host keeps it so.
kept_by = "host"
"""
