"""How does a command speak to a person, and to a program?

Facts go to standard output, everything else to standard error. Whatever an agent or a stranger on the broker
chose the letters of is printed without its control characters: a terminal would obey them.
"""

import json
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from roomreach.errors import RoomreachError, Unavailable

OK = 0
PROBLEM = 1
MISUSE = 2
UNREACHABLE = 3

_ANY_WIDTH = 10_000


def exit_code(error: RoomreachError) -> int:
    """Tell what cannot be reached just now from what the operator must change."""
    return UNREACHABLE if isinstance(error, Unavailable) else MISUSE


def tell(text: str = "") -> None:
    """Say something to the person."""
    Console(stderr=True).print(Text(printable(text)), soft_wrap=True)


def fact(text: str) -> None:
    """Print a fact as it is, for a person or a pipe."""
    Console().print(Text(printable(text)), soft_wrap=True)


def document(facts: object) -> None:
    """Print facts for a program, as JSON."""
    print(json.dumps(facts, indent=2, ensure_ascii=False))  # noqa: T201 - this is what was asked for


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print facts for a person."""
    made = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        made.add_row(*(Text(printable(cell)) for cell in row))
    # In a pipe there is no width to fit into, and a line cut short is no fact.
    console = Console()
    if not console.is_terminal:
        console.width = _ANY_WIDTH
    console.print(made)


def pairs(facts: Mapping[str, str]) -> None:
    """Print names and what they stand for, one a line."""
    width = max(map(len, facts), default=0)
    for name, value in facts.items():
        tell(f"  {name:<{width}}  {value}")


def printable(text: str) -> str:
    """Write control characters, which could steer a terminal, as their numbers."""
    return "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in text)
