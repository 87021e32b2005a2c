"""Who may knock, and what does every answer carry? The host check and the security headers."""

from collections.abc import Collection
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from roomreach_api.errors import answer

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""The names this machine has for itself. A web page elsewhere that points its own name at this machine
(DNS rebinding) sends another one."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_UNCHANGING = "/static/"


class Doorway:
    """Refuse requests meant for another host, and give every answer its headers."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what was meant for us."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                # What is shown is true for a moment only, and for nobody's shared cache.
                is_static = scope["path"].startswith(_UNCHANGING)
                headers["Cache-Control"] = "no-cache" if is_static else "no-store"
            await send(message)

        if _host(Headers(scope=scope).get("host")) in self.hosts:
            await self.app(scope, receive, with_headers)
        else:
            names = ", ".join(sorted(self.hosts))
            detail = f"This server answers only when it is called by one of its names: {names}."
            await answer(scope["path"], HTTPStatus.BAD_REQUEST, detail)(scope, receive, with_headers)


def _host(header: str | None) -> str:
    # Drops the port; an IPv6 address keeps its brackets, and colons inside them are no port.
    host = (header or "").strip().lower()
    return host[: host.find("]") + 1] if host.startswith("[") else host.partition(":")[0]
