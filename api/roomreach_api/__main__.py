"""The command ``roomreach-api``: serve the API and the console until stopped."""

import os
import sys
from contextlib import closing, suppress

import uvicorn

from roomreach.errors import Misconfigured, RoomreachError
from roomreach_api import logs
from roomreach_api.app import create_app
from roomreach_api.doorway import LOOPBACK
from roomreach_api.serving import Server
from roomreach_api.settings import Settings
from roomreach_store.records import Records
from roomreach_store.series.opening import open_series

_MISCONFIGURED, _FAILED = 2, 1
_GRACE_S = 2


def main() -> None:
    """Run; exits with 2 when an operator must change something, with 1 when a store cannot be opened."""
    logs.configure(sys.stdout)
    try:
        serve(Settings.from_environment(os.environ))
    except RoomreachError as exc:
        sys.stderr.write(f"{exc}\n")
        sys.exit(_MISCONFIGURED if isinstance(exc, Misconfigured) else _FAILED)


def serve(settings: Settings) -> None:
    """Open the stores and answer until stopped."""
    with (
        closing(Records.open(settings.records)) as records,
        closing(open_series(settings.series, token=settings.series_token)) as series,
    ):
        app = create_app(
            records,
            series,
            hosts=LOOPBACK | settings.hosts,
            operator_token=settings.operator_token,
        )
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            # Addresses of callers are nobody's business: no access log.
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_GRACE_S,
        )
        server = Server(app, config)
        # uvicorn raises the signal again once it has stopped.
        with suppress(KeyboardInterrupt):
            server.run()
        if not server.started:
            sys.exit(_FAILED)


if __name__ == "__main__":
    main()
