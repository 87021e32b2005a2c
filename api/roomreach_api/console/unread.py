"""What is still shown when the series cannot be read? What is known of now: the records alone tell that."""

import logging
from collections.abc import Callable
from typing import TypeVar

from roomreach.errors import Misconfigured, Refused, Unavailable

JUST_NOW = "Figures cannot be read just now. Nothing is lost: try again in a minute."
TOO_MUCH = "More was measured here than one page can show."

_log = logging.getLogger(__name__)

_Past = TypeVar("_Past")


def unless_unread(read: Callable[[], _Past]) -> tuple[_Past | None, str]:
    """Read what was; where that cannot be, say why."""
    try:
        return read(), ""
    except (Unavailable, Misconfigured) as exc:
        _log.warning("figures not read: %s", exc)
        return None, JUST_NOW
    except Refused as exc:
        _log.warning("figures not shown: %s", exc)
        return None, TOO_MUCH
