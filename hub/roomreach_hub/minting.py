"""New identifiers, from this machine's randomness."""

import secrets

from roomreach.identifiers import mint


def new(letter: str) -> str:
    """Make an identifier that nobody has: 47 random bits."""
    return mint(letter, secrets.token_bytes(16))
