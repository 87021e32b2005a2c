"""Identifiers say nothing about a place, and are safe wherever they are written."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomreach.errors import Malformed
from roomreach.identifiers import PATTERN, identifier, mint


@given(st.sampled_from("psbrao"), st.binary(min_size=16, max_size=16))
def test_a_minted_identifier_is_an_identifier(letter: str, randomness: bytes) -> None:
    minted = mint(letter, randomness)
    assert re.fullmatch(PATTERN, minted)
    assert identifier(minted, letter) == minted


def test_other_randomness_makes_another_identifier() -> None:
    assert len({mint("a", number.to_bytes(16, "big")) for number in range(10_000)}) == 10_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a-",
        "a-12345",
        "A-123456",
        "a-123456/x",
        "a-12345#",
        "a-+++++++",
        "s-123456",
        "a-123456\n",
        "a" * 40,
    ],
)
def test_what_could_break_a_topic_or_a_tag_is_no_agent(text: str) -> None:
    with pytest.raises(Malformed):
        identifier(text, "a")
