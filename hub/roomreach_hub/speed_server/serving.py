"""How is the speed server run? Until it is told to stop, in this process."""

import socket
from contextlib import suppress

import uvicorn

from roomreach_hub.speed_server.app import create_app
from roomreach_hub.speed_server.pieces import PieceByPiece
from roomreach_hub.speed_server.share import FairShare
from roomreach_hub.speed_server.tests_under_way import Limits, UnderWay
from roomreach_hub.speed_server.tokens import Tokens

_GRACE_S = 1


def serve(listening: socket.socket, tokens: Tokens, limits: Limits) -> None:
    """Serve on a socket that listens, until a signal."""
    share = FairShare(None if limits.mbps is None else limits.mbps * 1e6 / 8)
    app = create_app(tokens, UnderWay(limits), share)
    config = uvicorn.Config(
        app,
        http=PieceByPiece,
        log_config=None,
        # Addresses of callers are nobody's business.
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        lifespan="off",
        timeout_graceful_shutdown=_GRACE_S,
    )
    # uvicorn raises the signal again once it has stopped.
    with listening, suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])
