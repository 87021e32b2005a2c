"""Which tokens does the server know? Digests of them: a token itself is nowhere kept."""

import hashlib
import hmac
from collections.abc import Iterable
from pathlib import Path

from roomreach.errors import Misconfigured

SHORTEST = 16
"""Characters. A shorter one could be guessed."""


def digest(token: str) -> bytes:
    """Give what a token is known by."""
    return hashlib.sha256(token.encode()).digest()


class Tokens:
    """The tokens of the agents that may test: one each, or one that several share, and its bytes with it."""

    def __init__(self, tokens: Iterable[str]) -> None:
        self._known = tuple({digest(token) for token in tokens})

    @classmethod
    def read(cls, path: Path) -> "Tokens":
        """Read a file of one token a line; raises ``Misconfigured`` when it has none, or one too short."""
        try:
            lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
        except (OSError, UnicodeDecodeError) as exc:
            raise Misconfigured(f"The tokens in {path} cannot be read: {exc}") from exc
        tokens = [line for line in lines if line and not line.startswith("#")]
        if not tokens or any(len(token) < SHORTEST or not token.isascii() for token in tokens):
            raise Misconfigured(
                f"{path} holds no token, or one that is too simple: expected one a line, each of {SHORTEST} "
                "plain characters or more. Make one: openssl rand -hex 32"
            )
        return cls(tokens)

    def known(self, authorization: str) -> bytes | None:
        """Give the digest of the token in an Authorization header, if it is one of ours; else None."""
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer":
            return None
        asked = digest(token.strip())
        # Every one of them is compared, so that how long this takes tells nothing.
        found = [one for one in self._known if hmac.compare_digest(one, asked)]
        return found[0] if found else None
