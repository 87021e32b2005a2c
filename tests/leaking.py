"""Which secrets does something hold, however it is written there?"""

import html
import json
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import unquote_plus


def leaks(surface: str | bytes, secrets: Iterable[str]) -> list[str]:
    """Give the secrets that whoever sees this could read, in any case, as JSON, HTML and addresses write."""
    text = surface.decode(errors="replace") if isinstance(surface, bytes) else surface
    readings = [_plain(one) for one in (text, html.unescape(text), unquote_plus(text), _unescaped(text))]
    return [secret for secret in secrets if any(_plain(secret) in reading for reading in readings)]


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _unescaped(text: str) -> str:
    with suppress(ValueError):
        return json.dumps(json.loads(text), ensure_ascii=False)
    return text
