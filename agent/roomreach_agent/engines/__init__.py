"""Engines: the ways an agent knows to measure throughput. Read ``ENGINES`` and know them all."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from roomreach.measurement import Reason
from roomreach.measurement.throughput import End, EngineName
from roomreach_agent.engines.engine import Ask, Engine
from roomreach_agent.engines.iperf3.engine import Iperf3
from roomreach_agent.engines.machine import Machine
from roomreach_agent.engines.own.engine import OwnEngine
from roomreach_agent.engines.own.live import LiveTransfers
from roomreach_agent.engines.own.server import Server
from roomreach_agent.engines.speedtest_cli.engine import SpeedtestCli, childrens_time
from roomreach_agent.failures import ProbeFailed
from roomreach_agent.files import secret_of
from roomreach_agent.shell import Shell


class Settings(Protocol):
    """What engines need of the agent's settings: the table ``[throughput]``."""

    @property
    def server(self) -> str:
        """Address of the speed server; empty where there is none."""
        ...

    @property
    def token_file(self) -> Path | None:
        """The file of the token by which that server knows its agents."""
        ...

    @property
    def reference(self) -> str:
        """Host, or host and port, of the building's reference agent; empty where there is none."""
        ...


class Tools(Protocol):
    """What engines measure with; the tools of probes are these too."""

    @property
    def root(self) -> Path:
        """The folder that holds ``proc`` and ``sys``."""
        ...

    @property
    def shell(self) -> Shell:
        """Whoever runs programs."""
        ...


def _own(settings: Settings, tools: Tools) -> Engine:
    def transfers(end: End) -> LiveTransfers:
        if end != "server" or not settings.server:
            raise ProbeFailed(Reason.NOT_CONFIGURED, "the settings name no speed server")
        token = secret_of(settings.token_file) if settings.token_file else ""
        return LiveTransfers(Server.at(settings.server, token))

    return OwnEngine(transfers, Machine(root=tools.root))


ENGINES: Mapping[EngineName, Callable[[Settings, Tools], Engine]] = {
    "own": _own,
    "speedtest_cli": lambda _settings, tools: SpeedtestCli(
        tools.shell, machine=Machine(root=tools.root, process_time=childrens_time)
    ),
    "iperf3": lambda settings, tools: Iperf3(tools.shell, settings.reference),
}

__all__ = ["ENGINES", "Ask", "Engine"]
