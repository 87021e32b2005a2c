"""What does an open page see now, whatever state the records are in?"""

from http import HTTPStatus

from roomreach.errors import Misconfigured, Unavailable
from roomreach_api.access import Scope
from roomreach_api.console.home import home
from roomreach_api.console.pages import Now, error_now, home_now
from roomreach_api.reading import Reading, Stores


def drawn(stores: Stores, scope: Scope, notice: str | None) -> Now:
    """Draw the home page's changing part; where it cannot be read, the failure in plain words."""
    try:
        return home_now(home(Reading(stores, scope)), notice)
    except (Unavailable, Misconfigured) as exc:
        return error_now(HTTPStatus.SERVICE_UNAVAILABLE, str(exc))
