"""Which tokens does the server know? Digests of them: a token itself is nowhere kept."""

import hashlib
import hmac
import logging
from collections.abc import Iterable
from pathlib import Path

from roomreach.errors import Misconfigured

log = logging.getLogger(__name__)

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
        """Read a file of one token a line, or a folder of such files.

        Raises ``Misconfigured`` when one is too short, or a file has none; a folder may wait for its first.
        """
        try:
            files = [file for file in path.iterdir() if file.name[0] != "."] if path.is_dir() else [path]
            texts = [file.read_text(encoding="utf-8") for file in files]
        except (OSError, UnicodeDecodeError) as exc:
            raise Misconfigured(f"The tokens in {path} cannot be read: {exc}") from exc
        lines = [line.strip() for text in texts for line in text.splitlines()]
        tokens = [line for line in lines if line and not line.startswith("#")]
        if (files and not tokens) or any(len(token) < SHORTEST or not token.isascii() for token in tokens):
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


class TokensIn(Tokens):
    """The tokens in a file or a folder, read again when it has changed: new ones count, others no more."""

    def __init__(self, path: Path) -> None:
        """Read them for the first time; raises as ``Tokens.read`` does."""
        self._path = path
        self._read_of = self._state()
        self._tokens = Tokens.read(path)

    def known(self, authorization: str) -> bytes | None:
        """See ``Tokens.known``."""
        state = self._state()
        if state != self._read_of:
            self._read_of = state
            try:
                self._tokens = Tokens.read(self._path)
            except Misconfigured as exc:
                log.warning("%s Until then the tokens known before count.", exc)
        return self._tokens.known(authorization)

    def _state(self) -> tuple[int, ...]:
        try:
            now = self._path.stat()
        except OSError:
            return ()
        return now.st_ino, now.st_mtime_ns, now.st_size
