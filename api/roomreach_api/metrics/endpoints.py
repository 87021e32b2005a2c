"""Numbers for Prometheus."""

from typing import cast

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from roomreach_api.dependencies import Caller
from roomreach_api.metrics.service import gauges
from roomreach_api.problems import problems

router = APIRouter(tags=["operation"])


@router.get("/metrics", response_class=PlainTextResponse, responses=problems())
def metrics(request: Request, reading: Caller) -> Response:
    """Give this process's own counters and what the records say, as Prometheus reads them."""
    own = cast("CollectorRegistry | None", request.app.state.metrics)
    text = b"".join(generate_latest(registry) for registry in (own, gauges(reading)) if registry)
    return Response(text, media_type=CONTENT_TYPE_LATEST)
