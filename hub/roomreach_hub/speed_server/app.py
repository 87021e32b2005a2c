"""How does the speed server answer an agent? See ``roomreach_agent.engines.own.protocol``."""

import asyncio
import os
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from time import monotonic_ns

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from roomreach.errors import NotFound, Refused, Unavailable
from roomreach_agent.engines.own.protocol import MARK, RECORD, TICK_S, VERSION
from roomreach_hub.speed_server.pieces import PIECE_BYTES
from roomreach_hub.speed_server.share import FairShare
from roomreach_hub.speed_server.tests_under_way import Test, UnderWay
from roomreach_hub.speed_server.tokens import Tokens

_LONGEST_S = 30
_RECORDS = int(_LONGEST_S / TICK_S)
_REPEATED_BYTES = 1_048_576
_OURS = {MARK: VERSION, "cache-control": "no-store"}


class Answers:
    """The answers to each request of the protocol."""

    def __init__(self, tokens: Tokens, under_way: UnderWay, share: FairShare) -> None:
        self._tokens = tokens
        self._under_way = under_way
        self._share = share
        # Random, and repeated after a megabyte, so that nothing on the way can make it smaller.
        self._payload = os.urandom(_REPEATED_BYTES + PIECE_BYTES)
        self._next = 0

    async def healthz(self, _request: Request) -> Response:
        """Say that it runs, to anybody."""
        return PlainTextResponse("ok\n", headers=_OURS)

    async def begin(self, request: Request) -> Response:
        """Begin a test."""
        with _told():
            test = self._under_way.begin(self._agent(request))
        return PlainTextResponse(test.name, HTTPStatus.CREATED, _OURS)

    async def echo(self, request: Request) -> Response:
        """Answer at once."""
        with self._part(request):
            return Response(status_code=HTTPStatus.NO_CONTENT, headers=_OURS)

    async def download(self, request: Request) -> Response:
        """Send so many bytes, and no more."""
        _without_a_body(request)
        with self._part(request) as test, _told():
            count = _whole(request.query_params.get("bytes", ""))
            self._under_way.promise(test, count)
        return StreamingResponse(
            self._bytes(request, count),
            media_type="application/octet-stream",
            headers={"content-length": str(count), **_OURS},
        )

    async def upload(self, request: Request) -> Response:
        """Take a body, and count it as it arrives."""
        with self._part(request) as test:
            # A body in pieces would be as long as it likes.
            chunked = "transfer-encoding" in request.headers
            count = _whole("" if chunked else request.headers.get("content-length", ""))
            with _told():
                self._under_way.promise(test, count)
            arrived = 0
            ending = asyncio.timeout(_LONGEST_S)
            try:
                async with ending:
                    test.uploads.add(ending)
                    async for chunk in request.stream():
                        arrived += len(chunk)
                        test.arrived += len(chunk)
                        await self._share.take(test.agent, len(chunk))
            except (ClientDisconnect, TimeoutError):
                pass
            finally:
                test.uploads.discard(ending)
                self._under_way.give_back(test, count - arrived)
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=_OURS)

    async def moved(self, request: Request) -> Response:
        """Tell how many bytes the test has moved, or may still move."""
        with self._part(request) as test:
            return PlainTextResponse(str(test.promised), headers=_OURS)

    async def arrived(self, request: Request) -> Response:
        """Tell, tick by tick, how much of the uploads has arrived."""
        _without_a_body(request)
        with self._part(request) as test:
            before = test.arrived
        return StreamingResponse(
            self._records(request, before),
            media_type="application/octet-stream",
            headers={"content-length": str(_RECORDS * RECORD.size), **_OURS},
        )

    async def _bytes(self, request: Request, count: int) -> AsyncGenerator[bytes]:
        left = count
        with self._part(request) as test:
            try:
                while left:
                    chunk = self._piece(left)
                    await self._share.take(test.agent, len(chunk))
                    left -= len(chunk)
                    yield chunk
                    # Where the kernel takes everything, nothing waits, and nobody hears that the agent left.
                    await asyncio.sleep(0)
            finally:
                self._under_way.give_back(test, left)

    def _piece(self, most: int) -> bytes:
        begin = self._next
        self._next = (begin + PIECE_BYTES) % _REPEATED_BYTES
        return self._payload[begin : begin + min(most, PIECE_BYTES)]

    async def _records(self, request: Request, before: int) -> AsyncGenerator[bytes]:
        with self._part(request) as test:
            try:
                for _ in range(_RECORDS):
                    yield RECORD.pack(monotonic_ns() // 1000, test.arrived - before)
                    await asyncio.sleep(TICK_S)
            finally:
                # A connection that waits for its share is not read, so nobody would notice that it was cut.
                self._under_way.end(test)

    def _agent(self, request: Request) -> bytes:
        agent = self._tokens.known(request.headers.get("authorization", ""))
        if agent is None:
            raise HTTPException(HTTPStatus.UNAUTHORIZED, "Whose test is it? The token is unknown.")
        return agent

    @contextmanager
    def _part(self, request: Request) -> Iterator[Test]:
        with _told(), self._under_way.taking_part(request.path_params["name"], self._agent(request)) as test:
            yield test


def create_app(tokens: Tokens, under_way: UnderWay, share: FairShare) -> Starlette:
    """Make the application."""
    answers = Answers(tokens, under_way, share)
    one = "/v1/tests/{name}"
    return Starlette(
        routes=[
            Route("/healthz", answers.healthz),
            Route("/v1/tests", answers.begin, methods=["POST"]),
            Route(f"{one}/echo", answers.echo),
            Route(f"{one}/download", answers.download),
            Route(f"{one}/upload", answers.upload, methods=["POST"]),
            Route(f"{one}/moved", answers.moved),
            Route(f"{one}/arrived", answers.arrived),
        ],
        exception_handlers={HTTPException: _explained},
    )


async def _explained(_request: Request, exc: Exception) -> Response:
    if not isinstance(exc, HTTPException):
        raise exc
    return PlainTextResponse(f"{exc.detail}\n", exc.status_code, {**_OURS, **(exc.headers or {})})


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except Unavailable as exc:
        retry = {"retry-after": "30"}
        raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, str(exc), retry) from exc
    except NotFound as exc:
        raise HTTPException(HTTPStatus.NOT_FOUND, str(exc)) from exc
    except Refused as exc:
        raise HTTPException(HTTPStatus.TOO_MANY_REQUESTS, str(exc)) from exc


_MOST_DIGITS = 15


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS):
        raise HTTPException(HTTPStatus.BAD_REQUEST, "How many bytes? Say a whole number.")
    return int(text)


def _without_a_body(request: Request) -> None:
    """Refuse what would be read beside a long answer, shared with nobody."""
    if request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "This question has no body.")
