"""How is the application put together? Everything it needs is handed in; nothing is read from outside."""

import logging
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles
from prometheus_client import CollectorRegistry
from starlette.middleware.gzip import GZipMiddleware

from roomreach_api import errors
from roomreach_api.agents.endpoints import router as agents
from roomreach_api.agents.installing import router as installing
from roomreach_api.agents.moving import router as moving
from roomreach_api.console.drawing import drawn
from roomreach_api.console.endpoints import router as console
from roomreach_api.console.live import Live
from roomreach_api.console.pages import styled
from roomreach_api.doorway import LOOPBACK, Doorway
from roomreach_api.health.endpoints import router as health
from roomreach_api.jobs.endpoints import router as jobs
from roomreach_api.latest.endpoints import router as latest
from roomreach_api.metrics.endpoints import router as metrics_
from roomreach_api.problems import definitions
from roomreach_api.quarantine.endpoints import router as quarantine
from roomreach_api.quarantine.replaying import router as replaying
from roomreach_api.reading import Stores
from roomreach_api.rooms.endpoints import router as rooms
from roomreach_api.series.endpoints import router as series_
from roomreach_api.sites.adding import router as adding
from roomreach_api.sites.endpoints import router as sites
from roomreach_api.sites.importing import router as importing
from roomreach_store.records import Records
from roomreach_store.series import SeriesStore

VERSION = "1.0.0"
"""The version of the API's description, which is not that of the program."""

_DESCRIPTION = """\
What residents of temporary accommodation can do online, room by room.

Whatever changes something takes the operator's secret. Times are UTC, as RFC 3339 writes them. `null` is
*not known*, never zero. Failures are problem documents (RFC 9457). A confidential site is shown by its code
alone.
"""


_ROUTERS = (
    *(importing, sites, adding),
    rooms,
    *(agents, installing, moving),
    latest,
    series_,
    *(quarantine, replaying),
    jobs,
)
"""Where two could answer the same path, the first does."""

_WORTH_PACKING = 2_000
_PACKED = 4
"""How hard, of 9: beyond it a page grows hardly smaller, and takes much longer."""

_log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)


def no_notice() -> str | None:
    """Have nothing to say."""
    return None


def create_app(
    records: Records,
    series: SeriesStore,
    *,
    now: Callable[[], datetime] = utc_now,
    metrics: CollectorRegistry | None = None,
    hosts: Collection[str] = LOOPBACK,
    operator_token: str | None = None,
    notice: Callable[[], str | None] = no_notice,
) -> FastAPI:
    """Make the application over open stores, which stay the caller's to close.

    ``metrics`` holds counters of this process, shown at /metrics. ``hosts`` are the names it answers to.
    Whoever changes anything must send ``operator_token``; without one, nobody can. ``notice`` gives a
    sentence that the home page shows for as long as it is given: it is asked every second, from any thread.
    """
    app = described()
    stores = Stores(records, series, now)
    app.state.stores = stores
    app.state.notice = notice
    app.state.live = Live(lambda: (stores.mark(), notice()), lambda scope: drawn(stores, scope, notice()))
    app.state.metrics = metrics
    app.state.operator_token = operator_token
    if not styled():
        _log.warning("the console's style sheet was not built: pages are plain until `make setup` builds it")
    app.mount("/static", StaticFiles(packages=[("roomreach_api.console", "static")]), name="static")
    errors.install(app)
    # Pages repeat themselves; streams are left as they are. Nothing secret stands beside what a caller chose.
    app.add_middleware(GZipMiddleware, minimum_size=_WORTH_PACKING, compresslevel=_PACKED)
    app.add_middleware(Doorway, hosts=hosts)
    return app


def described() -> FastAPI:
    """Make the application without its stores: enough to say what it offers."""
    app = _Described(
        title="roomreach",
        version=VERSION,
        description=_DESCRIPTION,
        openapi_url="/api/v1/openapi.json",
        # The viewers that come with FastAPI load their scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    api = APIRouter(prefix="/api/v1")
    for router in _ROUTERS:
        api.include_router(router)
    for router in (api, health, metrics_, console):
        app.include_router(router)
    return app


class _Described(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """Add the schemas of failures, which no endpoint returns."""
        document = super().openapi()
        document["components"]["schemas"].update(definitions())
        return document
