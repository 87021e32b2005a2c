"""The command ``roomreach-api``: serve the API and the console until stopped."""

import logging
import os
import sys
from contextlib import closing

import uvicorn

from roomreach.errors import Misconfigured, RoomreachError
from roomreach_api.app import create_app
from roomreach_api.settings import Settings
from roomreach_store.records import Records
from roomreach_store.series.opening import open_series

_MISCONFIGURED, _FAILED = 2, 1


def main() -> None:
    """Run; exits with 2 when an operator must change something, with 1 when a store cannot be opened."""
    logging.basicConfig(
        level=logging.INFO, stream=sys.stdout, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
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
        uvicorn.run(
            create_app(records, series),
            host=settings.host,
            port=settings.port,
            # Addresses of callers are nobody's business: no access log.
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
        )


if __name__ == "__main__":
    main()
