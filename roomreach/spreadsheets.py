"""How is a text written into a CSV file, so that no spreadsheet takes it for a formula?

https://owasp.org/www-community/attacks/CSV_Injection
"""

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")  # noqa: RUF001 - spreadsheets obey the wide ones too
_GUARDED = re.compile(r"'+[=+\-@\t\r＝＋－＠]")  # noqa: RUF001 - as above


def guarded(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would compute; any other text stays as it is."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Take the apostrophe off again: of every text, ``unguarded(guarded(text))`` is that text."""
    return text[1:] if _GUARDED.match(text) else text
