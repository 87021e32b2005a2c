"""Which columns has the file? Read ``COLUMNS`` and know every one there is.

A reading takes the text of a cell, spaces tidied, and gives its value or raises ``ValueError`` with the
reason, which never repeats the text.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from roomreach.authorities import LONDON
from roomreach.errors import Malformed
from roomreach.identifiers import identifier
from roomreach.places import Category, Safeguarding

LONGEST_NAME = 200
LOWEST_FLOOR, HIGHEST_FLOOR = -9, 150
MOST_HOMES = 1_000

LOWEST_MBPS, HIGHEST_MBPS = 0.1, 100_000

_DECIMAL = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,3})?").fullmatch
_WHOLE = re.compile(r"-?[0-9]{1,6}").fullmatch
_GSS = {name.casefold(): gss for gss, name in LONDON.items()} | {gss.casefold(): gss for gss in LONDON}
_YES_NO = {"": False, "no": False, "false": False, "0": False, "yes": True, "true": True, "1": True}


@dataclass(frozen=True, slots=True)
class Column:
    """One column. A required one must be in the file, and with ``filled`` in every row of it."""

    read: Callable[[str], Any]
    required: bool = False
    filled: bool = False


def _name(text: str) -> str:
    if len(text) > LONGEST_NAME:
        raise ValueError(f"longer than {LONGEST_NAME} characters")
    if not text.isprintable():
        raise ValueError("holds a character that cannot be seen, such as a control character")
    return text


def _authority(text: str) -> str:
    gss = _GSS.get(text.casefold())
    if gss is None:
        raise ValueError("no London authority: its code, E09000001 to E09000033, or its name")
    return gss


def _category(text: str) -> Category:
    return Category(_word(text, {one.value for one in Category}))


def _safeguarding(text: str) -> Safeguarding | None:
    return Safeguarding(_word(text, {one.value for one in Safeguarding})) if text else None


def _word(text: str, words: set[str]) -> str:
    word = text.casefold().replace(" ", "_")
    if word not in words:
        raise ValueError(f"none of {', '.join(sorted(words))}")
    return word


def _yes_or_no(text: str) -> bool:
    answer = _YES_NO.get(text.casefold())
    if answer is None:
        raise ValueError("neither yes nor no")
    return answer


def _number(lowest: int, highest: int) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        if not text:
            return None
        if not _WHOLE(text) or not lowest <= int(text) <= highest:
            raise ValueError(f"no whole number from {lowest} to {highest}")
        return int(text)

    return read


def _speed(text: str) -> float | None:
    """Read Mbit/s. A comma is refused: whether it divides thousands or tenths is anybody's guess."""
    if not text:
        return None
    if not _DECIMAL(text) or not LOWEST_MBPS <= float(text) <= HIGHEST_MBPS:
        raise ValueError(f"no number of Mbit/s from {LOWEST_MBPS:g} to {HIGHEST_MBPS:,}, such as 67.5")
    return float(text)


def _yes_no_or_empty(text: str) -> bool | None:
    return _yes_or_no(text) if text else None


def _code(letter: str) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        try:
            return identifier(text, letter) if text else None
        except Malformed as exc:
            raise ValueError(f"no code of the form {letter}-…: leave it empty for a new one") from exc

    return read


COLUMNS: Mapping[str, Column] = {
    "provider": Column(_name, required=True, filled=True),
    "site": Column(_name, required=True, filled=True),
    "authority": Column(_authority, required=True, filled=True),
    "category": Column(_category, required=True, filled=True),
    "safeguarding": Column(_safeguarding, required=True),
    "withheld": Column(_yes_or_no),
    "building": Column(_name),
    "line_download_mbps": Column(_speed),
    "line_upload_mbps": Column(_speed),
    "line_metered": Column(_yes_no_or_empty),
    "room": Column(_name),
    "floor": Column(_number(LOWEST_FLOOR, HIGHEST_FLOOR)),
    "homes": Column(_number(0, MOST_HOMES)),
    "trial": Column(_yes_or_no),
    "provider_id": Column(_code("p")),
    "site_id": Column(_code("s")),
    "building_id": Column(_code("b")),
    "room_id": Column(_code("r")),
}
"""Every column, in the order of an exported file."""

OF_A_SITE = ("authority", "category", "safeguarding", "withheld", "trial")
"""What a row says of its site, beside its names and codes: every row of one site says the same."""

OF_A_LINE = {
    "line_download_mbps": "download_mbps",
    "line_upload_mbps": "upload_mbps",
    "line_metered": "metered",
}
"""What a row may say of its building's line, and what the language calls that."""

SECRECY = ("safeguarding", "withheld")
"""A fault in one of these holds back the whole site: a name let out by mistake cannot be called back."""


def tidy(text: str) -> str:
    """Give a text without spaces at its ends, and with one between its words."""
    return " ".join(text.split())


def alike(text: str) -> str:
    """Give what two spellings of one name have in common."""
    return tidy(text).casefold()
