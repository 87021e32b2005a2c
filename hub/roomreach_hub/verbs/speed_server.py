"""``roomreach speed-server``: the end of throughput tests, in a process of its own."""

from pathlib import Path
from typing import Annotated

import typer

from roomreach_hub import speaking

_AS_SHIPPED_TESTS, _AS_SHIPPED_AGENT_TESTS = 100, 4
_AS_SHIPPED_TEST_MB, _AS_SHIPPED_DAY_MB = 500.0, 2_000.0


def speed_server(
    *,
    tokens: Annotated[
        Path,
        typer.Option(
            envvar="ROOMREACH_SPEED_TOKENS_FILE",
            show_envvar=True,
            metavar="PATH",
            help="A file of one token a line, or a folder of such. Read again when changed.",
        ),
    ],
    listen: Annotated[
        str,
        typer.Option(envvar="ROOMREACH_LISTEN", show_envvar=True, help="Where to listen; port 0: any free."),
    ] = "127.0.0.1:8805",
    internal_network: Annotated[
        str,
        typer.Option(
            envvar="ROOMREACH_INTERNAL_NETWORK",
            show_envvar=True,
            metavar="yes|no",
            help="yes: listen on any address, because nobody else can reach this network.",
        ),
    ] = "no",
    most_tests: Annotated[
        int,
        typer.Option(envvar="ROOMREACH_SPEED_TESTS", show_envvar=True, min=1, help="Tests at a time."),
    ] = _AS_SHIPPED_TESTS,
    most_agent_tests: Annotated[
        int,
        typer.Option(
            envvar="ROOMREACH_SPEED_AGENT_TESTS",
            show_envvar=True,
            min=1,
            help="Tests at a time for one token.",
        ),
    ] = _AS_SHIPPED_AGENT_TESTS,
    most_mbps: Annotated[
        float | None,
        typer.Option(
            envvar="ROOMREACH_SPEED_MBPS",
            show_envvar=True,
            min=0.1,
            help="Mbit/s for all tests together, shared equally. Default: as much as there is.",
        ),
    ] = None,
    most_test_mb: Annotated[
        float,
        typer.Option(envvar="ROOMREACH_SPEED_TEST_MB", show_envvar=True, min=0.1, help="MB for one test."),
    ] = _AS_SHIPPED_TEST_MB,
    most_day_mb: Annotated[
        float,
        typer.Option(
            envvar="ROOMREACH_SPEED_DAY_MB", show_envvar=True, min=0.1, help="MB for one token and UTC day."
        ),
    ] = _AS_SHIPPED_DAY_MB,
) -> None:
    """Serve throughput tests to agents, until stopped.

    Example: roomreach speed-server --tokens /etc/roomreach/speed.tokens --most-mbps 500
    """
    # Loading a web server takes longer than most commands do.
    from roomreach_hub.speed_server import listening  # noqa: PLC0415 - see above
    from roomreach_hub.speed_server.serving import serve  # noqa: PLC0415
    from roomreach_hub.speed_server.tests_under_way import Limits  # noqa: PLC0415
    from roomreach_hub.speed_server.tokens import TokensIn  # noqa: PLC0415

    host, port = listening.allowed(listen, internal=internal_network == "yes")
    limits = Limits(
        tests=most_tests,
        agent_tests=most_agent_tests,
        mbps=most_mbps,
        test_bytes=int(most_test_mb * 1e6),
        day_bytes=int(most_day_mb * 1e6),
    )
    # Before anybody can connect: who finds the port open finds a server that serves.
    known = TokensIn(tokens)
    with listening.listen(host, port) as taken:
        speaking.tell(f"The speed server listens on port {taken.getsockname()[1]}.")
        serve(taken, known, limits)
