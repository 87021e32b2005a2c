"""How is a line tested with speedtest-cli? In a process of its own, and believed only after every guard."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Literal

from roomreach.measurement import Reason, Throughput
from roomreach.measurement.throughput import EngineName
from roomreach_agent.engines.direction import Failed
from roomreach_agent.engines.engine import Ask
from roomreach_agent.engines.machine import BUSY, NEAR_THE_PORT, Machine
from roomreach_agent.engines.speedtest_cli import witness
from roomreach_agent.engines.speedtest_cli.judging import believe
from roomreach_agent.engines.speedtest_cli.reading import Claims, answers_of, claims_of
from roomreach_agent.failures import ProbeFailed
from roomreach_agent.shell import Shell
from roomreach_agent.traffic import Carried, carried

LONGEST_S = 90.0
"""A test takes some 25 s; then everything it started is killed."""

# Its lists as the service has configured them for years: ten files four times over, and 51 uploads.
_LISTS_BYTES = 410_000_000 + 152_000_000
_DIRECTIONS, _DIRECTION_S = 2, 10
_ON_TOP = 1.1


def worst_bytes(port_mbps: int | None) -> int:
    """Say what a test may cost: its lists to their ends, or the port filled for as long as they may take.

    Headers, TLS and what is sent twice come on top. The program itself knows no limit.
    """
    if port_mbps is None:
        return int(_LISTS_BYTES * _ON_TOP)
    full_port = _DIRECTIONS * _DIRECTION_S * port_mbps * 1_000_000 // 8
    return int(min(_LISTS_BYTES, full_port) * _ON_TOP)


def childrens_time() -> float:
    """Give the processor time in s of the programs that this process started and that have ended."""
    times = os.times()
    return times.children_user + times.children_system


class SpeedtestCli:
    """speedtest-cli 2.1.3. It contacts a public service, which sees the line's address and keeps the result.

    A service that cannot be reached is a failed measurement, as a speed server's silence is: from this
    building no way led there. Whether the line, a filter or the service was at fault, the other measurements
    tell. Nothing it finds is ``confident``: it never says whether a rate had settled. Its round trip is left
    out: by its own word it is not reliable.
    """

    name: ClassVar[EngineName] = "speedtest_cli"
    publishes: ClassVar[bool] = True

    def __init__(
        self,
        shell: Shell,
        *,
        machine: Machine | None = None,
        interpreter: Path = Path(sys.executable),
        traffic: Callable[[], Carried] | None = None,
        within_s: float = LONGEST_S,
    ) -> None:
        self._shell = shell
        self._machine = machine or Machine(process_time=childrens_time)
        self._words = (
            str(interpreter),
            # Our own files must not stand in for modules of the standard library.
            "-P",
            witness.__file__,
            "--json",
            "--secure",
            "--no-pre-allocate",
        )
        self._traffic = traffic or (lambda: carried(self._machine.root))
        self._within_s = within_s

    def test(self, ask: Ask) -> Throughput:
        """Make one test; see ``Engine.test``."""
        if ask.target != "server":
            raise ProbeFailed(Reason.NOT_CONFIGURED, "speedtest-cli tests the line, not the building's Wi-Fi")
        port_mbps = self._machine.port_mbps()
        if (worst := worst_bytes(port_mbps)) > ask.most_bytes:
            may_cost = (
                f"speedtest-cli may cost {worst / 1e6:.0f} MB, and {ask.most_bytes / 1e6:.0f} MB are left"
            )
            raise ProbeFailed(Reason.BUDGET_SPENT, may_cost)
        before, began, worked_s = self._traffic(), self._machine.clock(), self._machine.process_time()
        finished = self._shell.run(*self._words, within_s=self._within_s)
        elapsed_s = self._machine.clock() - began
        worked_s = self._machine.process_time() - worked_s
        try:
            claims = claims_of(finished)
        except Failed as exc:
            return Throughput(target="server", engine=self.name, reason=exc.reason)
        believe(
            claims,
            downloads=answers_of(finished, "download"),
            uploads=answers_of(finished, "upload"),
            carried=self._traffic().since(before),
            elapsed_s=elapsed_s,
            port_mbps=port_mbps,
        )
        return Throughput(
            target="server",
            engine=self.name,
            download_mbps=round(claims.download / 1e6, 3),
            download_bytes=claims.received,
            upload_mbps=round(claims.upload / 1e6, 3),
            upload_bytes=claims.sent,
            confident=False,
            limited_by=_limit(claims, port_mbps, worked_s),
            lasted_s=round(elapsed_s, 3),
        )


def _limit(claims: Claims, port_mbps: int | None, worked_s: float) -> Literal["cpu", "port"] | None:
    transferring_s = claims.received * 8 / claims.download + claims.sent * 8 / claims.upload
    # Python runs one thread at a time, so one processor's worth is all that it can use.
    if worked_s >= BUSY * transferring_s:
        return "cpu"
    if port_mbps is not None and max(claims.download, claims.upload) >= NEAR_THE_PORT * port_mbps * 1e6:
        return "port"
    return None
