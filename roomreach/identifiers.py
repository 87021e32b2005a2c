"""Identifiers: opaque, short, safe in a topic, a tag and an address; they say nothing about a place."""

import re
from typing import Annotated, NewType

from roomreach.errors import Malformed
from roomreach.shape import Text

ProviderId = NewType("ProviderId", str)
SiteId = NewType("SiteId", str)
BuildingId = NewType("BuildingId", str)
RoomId = NewType("RoomId", str)
AgentId = NewType("AgentId", str)
OutboxId = NewType("OutboxId", str)

PATTERN = "[a-z]-[a-z0-9]{6,24}"
"""A letter that says what it names (p, s, b, r, a, o), a hyphen, 6 to 24 letters and digits."""

Identifier = Annotated[str, Text(longest=26, pattern=PATTERN)]

# Without vowels no identifier spells a word; without 0, 1, l and o none is misread down a telephone.
_ALPHABET = "23456789bcdfghjkmnpqrstvwxz"

_MATCHES = re.compile(PATTERN).fullmatch


def mint(letter: str, randomness: bytes) -> str:
    """Make an identifier from at least 16 random bytes: 10 characters, 47 bits.

    The caller brings the randomness, because the language does no I/O.
    """
    number = int.from_bytes(randomness, "big")
    characters = []
    for _ in range(10):
        number, index = divmod(number, len(_ALPHABET))
        characters.append(_ALPHABET[index])
    return f"{letter}-{''.join(characters)}"


def identifier(text: str, letter: str) -> str:
    """Give the text back if it is an identifier of this letter; raise ``Malformed`` if it is not."""
    if not _MATCHES(text) or text[0] != letter:
        raise Malformed(f"{text!r} is no identifier of the form {letter}-…: 6 to 24 small letters and digits")
    return text
