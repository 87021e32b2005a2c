"""What may a name be? The same as in the file that an import reads."""

from typing import Any

from roomreach.errors import Refused
from roomreach_store.importing.columns import COLUMNS, tidy


def read(column: str, text: str) -> Any:  # noqa: ANN401 - each column has a value of its own type
    """Read a text as the cell of a column, which must be filled; raises ``Refused`` with the reason."""
    try:
        if not (tidied := tidy(text)):
            raise ValueError("empty")
        return COLUMNS[column].read(tidied)
    except ValueError as exc:
        # The text is not repeated: it may be about a confidential site.
        raise Refused(f"The {column} cannot be that: {exc}.") from exc
