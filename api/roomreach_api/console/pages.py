"""How does a page become HTML? One environment that escapes everything and knows our words."""

from functools import cache
from http import HTTPStatus

from jinja2 import Environment, PackageLoader, StrictUndefined

from roomreach_api.console import facts, words
from roomreach_api.console.home import Home

_PLAIN = {
    HTTPStatus.NOT_FOUND: ("Page not found", "Check the address, or start from the home page."),
    HTTPStatus.METHOD_NOT_ALLOWED: ("This page can only be read", "Start from the home page."),
    HTTPStatus.BAD_REQUEST: (
        "This address is not ours",
        "Open the page at the address that roomreach printed when it started.",
    ),
    HTTPStatus.UNPROCESSABLE_ENTITY: ("This cannot be shown", "Check the address."),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        "Sorry, roomreach cannot read its records just now",
        "Nothing is lost: agents keep what they measured until it is stored. Try again in a minute.",
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        "Sorry, there is a fault in roomreach",
        "It is not your doing. Try again. If it stays, whoever runs this roomreach finds why in its log.",
    ),
}


@cache
def environment() -> Environment:
    """Make the environment, once."""
    made = Environment(
        loader=PackageLoader("roomreach_api.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["when"] = words.when
    made.globals.update(
        ONLINE=words.ONLINE, ROLES=words.ROLES, CATEGORIES=words.CATEGORIES, LABELS=facts.LABELS
    )
    return made


def home_page(home: Home) -> str:
    """Write the home page."""
    return environment().get_template("home.html").render(home=home)


def error_page(status: int, detail: str) -> str:
    """Write the page for a failure: what happened, and what to do."""
    title, advice = _PLAIN.get(HTTPStatus(status), (HTTPStatus(status).phrase, "Start from the home page."))
    return environment().get_template("error.html").render(title=title, advice=advice, detail=detail)
