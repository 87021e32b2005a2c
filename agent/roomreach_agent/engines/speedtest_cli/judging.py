"""Can speedtest-cli's result be believed? Every way in which it is known to be wrong, and its name.

It ends with exit code 0 and well-formed JSON whatever failed: downloads that were all refused are 0 Mbit/s,
uploads that were all refused count as sent, and a server without a latency file is half an hour away.
"""

from roomreach.measurement import Reason
from roomreach_agent.engines.speedtest_cli.reading import Answers, Claims
from roomreach_agent.failures import ProbeFailed
from roomreach_agent.traffic import Carried

WITHOUT_LATENCY_MS = 3_600.0
"""For every attempt that failed it puts 3600 s into its mean."""

FASTEST_MBPS = 10_000
"""Faster than any port of a Raspberry Pi, whose speed is not always known."""

SHORTEST_S = 1.0
"""What took less was not carried by a line but by buffers: its own lists last longer at 1000 Mbit/s."""

TOLERATED = 1.05
"""It counts what it handed to the kernel, of which some may not have left when time was up."""


def believe(
    claims: Claims,
    *,
    downloads: Answers,
    uploads: Answers,
    carried: Carried,
    elapsed_s: float,
    port_mbps: int | None,
) -> None:
    """Return when nothing speaks against a result; raise ``ProbeFailed`` with the reason otherwise."""
    if claims.ping_ms >= WITHOUT_LATENCY_MS:
        raise ProbeFailed(Reason.NO_LATENCY, "no server answered speedtest-cli when it timed the way to it")
    if downloads.refused or not (downloads.taken and claims.download and claims.received):
        raise ProbeFailed(Reason.DOWNLOAD_REFUSED, "the server refused downloads of speedtest-cli")
    # On a slow line time is up before any upload was answered, and none was refused.
    unheard = uploads.dropped and not uploads.taken
    if uploads.refused or unheard or not (claims.upload and claims.sent):
        raise ProbeFailed(Reason.UPLOAD_REFUSED, "the server refused uploads of speedtest-cli")
    fastest_mbps = port_mbps or FASTEST_MBPS
    if max(claims.download, claims.upload) > fastest_mbps * 1e6:
        raise _implausible(f"claims more than the {fastest_mbps} Mbit/s of this machine's port")
    down_s, up_s = claims.received * 8 / claims.download, claims.sent * 8 / claims.upload
    if min(down_s, up_s) < SHORTEST_S or down_s + up_s > elapsed_s:
        raise _implausible("claims rates and bytes that do not fit its time")
    if claims.received > carried.received * TOLERATED or claims.sent > carried.sent * TOLERATED:
        raise _implausible("claims more bytes than the kernel carried meanwhile")


def _implausible(claims: str) -> ProbeFailed:
    return ProbeFailed(Reason.IMPLAUSIBLE, f"speedtest-cli {claims}")
