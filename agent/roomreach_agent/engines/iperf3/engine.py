"""How is the Wi-Fi tested without the line? With iperf3, to the building's wired reference agent."""

import time
from collections.abc import Callable
from typing import ClassVar

from roomreach.measurement import Reason, Throughput
from roomreach.measurement.throughput import EngineName
from roomreach_agent.engines.direction import Direction, Failed
from roomreach_agent.engines.engine import Ask
from roomreach_agent.engines.iperf3.reading import Found, found
from roomreach_agent.failures import ProbeFailed
from roomreach_agent.hosts import Host
from roomreach_agent.shell import Shell

PORT = 5201
"""Where ``iperf3 --server`` listens when nobody says otherwise."""

LONGEST_S = 10.0
"""How long one direction may take."""

LEAST_BYTES = 500_000
"""Below this a test would say nothing. The smallest that agents make is allowed a little less than 1 MB."""

PAYLOAD_SHARE = 0.9
"""The rest of the bytes pays for headers, acknowledgements, and what had to be sent twice."""

# It sends whole blocks, 128 KiB each unless told otherwise: of a small test, a fifth too much.
_BLOCK_BYTES = 16_384
_INTERVAL_S = 0.25
_CONNECT_MS = 3_000
# An interrupted iperf3 still says what it had found; killed, it would not.
_SAYING_S = 5.0
# An upload is made so long that it ends by its bytes, as only then the far end says what arrived.
_UPLOAD_SHARE_OF_TIME = 0.8
# What timeout says of a program that may not be started, or is not there.
_NOT_STARTED = {126, 127}


class Iperf3:
    """iperf3 3.12 or newer, one connection: download, then upload. Nothing leaves the building.

    It does not look for the agent's own limits, so ``limited_by`` stays unsaid, and it gives no bounds.
    """

    name: ClassVar[EngineName] = "iperf3"
    publishes: ClassVar[bool] = False

    def __init__(
        self,
        shell: Shell,
        reference: str,
        *,
        longest_s: float = LONGEST_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._shell = shell
        self._reference = reference
        self._longest_s = longest_s
        self._clock = clock

    def test(self, ask: Ask) -> Throughput:
        """Make one test; see ``Engine.test``."""
        if ask.target != "reference" or not self._reference:
            raise ProbeFailed(Reason.NOT_CONFIGURED, "the settings name no reference agent to test towards")
        if ask.most_bytes < LEAST_BYTES:
            raise ProbeFailed(Reason.BUDGET_SPENT, f"{ask.most_bytes} bytes are too few for iperf3")
        each = int(ask.most_bytes * PAYLOAD_SHARE) // 2
        began = self._clock()
        try:
            down = self._one_way(Direction.DOWNLOAD, each)
            in_time = int(down.mbps * 1e6 / 8 * self._longest_s * _UPLOAD_SHARE_OF_TIME)
            up = self._one_way(Direction.UPLOAD, min(each, max(in_time, LEAST_BYTES // 4)))
        except Failed as exc:
            return Throughput(target="reference", engine=self.name, reason=exc.reason)
        return Throughput(
            target="reference",
            engine=self.name,
            download_mbps=down.mbps,
            download_stopped_by=down.stopped_by,
            download_bytes=down.arrived,
            upload_mbps=up.mbps,
            upload_stopped_by=up.stopped_by,
            upload_bytes=up.arrived,
            confident=down.settled and up.settled,
            lasted_s=round(self._clock() - began, 3),
        )

    def _one_way(self, direction: Direction, most_bytes: int) -> Found:
        host = Host.parse(self._reference)
        words = ["timeout", "--foreground", "--signal=INT", f"{self._longest_s:g}"]
        words += ["iperf3", "--client", host.name, "--port", str(host.port or PORT), "--json"]
        words += ["--bytes", str(most_bytes // _BLOCK_BYTES * _BLOCK_BYTES), "--length", str(_BLOCK_BYTES)]
        words += ["--interval", str(_INTERVAL_S)]
        words += ["--connect-timeout", str(_CONNECT_MS)]
        if direction is Direction.DOWNLOAD:
            words.append("--reverse")
        finished = self._shell.run(*words, within_s=self._longest_s + _SAYING_S)
        if finished.code in _NOT_STARTED:
            raise ProbeFailed(Reason.NO_PROGRAM, "the program iperf3 is not installed")
        return found(finished, direction)
