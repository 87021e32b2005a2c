"""How does a page become HTML? One environment that escapes everything and knows our words."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import TypeVar

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from roomreach.moments import moment
from roomreach.online import Online
from roomreach_api.console import facts, patterns, words
from roomreach_api.console.govuk import Macro, macros
from roomreach_api.console.home import Home
from roomreach_api.console.rooms import SPANS, RoomPage
from roomreach_api.console.sites import SitePage
from roomreach_api.console.speeds import directions
from roomreach_api.console.statistics import bands
from roomreach_api.console.troubles import Trouble
from roomreach_api.visible import SeenSite

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


_TITLE = "{} \N{EN DASH} Can residents get online? \N{EN DASH} roomreach"

PARTS = ("answer", "troubles", "estate", "rooms")
"""The parts of the home page that change: each is an element of that id, and a template of that name."""

_Word = TypeVar("_Word", bound=StrEnum)


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
    govuk = macros()
    tag = govuk["govukTag"]
    made.filters.update(
        when=words.when,
        ms_when=lambda ms: words.when(moment(ms)),
        since=words.since,
        named=_named,
        directions=directions,
        worst_hours=patterns.worst_hours,
        samples=patterns.samples,
        failed_share=patterns.share,
        hour_shade=patterns.shade,
        clock=patterns.clock,
    )
    made.globals.update(
        govuk,
        PARTS=PARTS,
        STYLED=styled(),
        CHARTED=built("uPlot.iife.min.js"),
        DAYS=patterns.DAYS,
        OFTEN=patterns.OFTEN,
        SPANS=SPANS,
        bands=bands,
        decibels=facts.decibels,
        megabits=facts.megabits,
        ONLINE=words.ONLINE,
        ROLES=words.ROLES,
        CATEGORIES=words.CATEGORIES,
        LABELS=facts.LABELS,
        # Each of these is made once: a page holds thousands.
        ANSWERS=_tags(tag, words.ONLINE, {Online.YES: "green", Online.NO: "red", Online.UNKNOWN: "grey"}),
        ONLINE_TAGS=_tags(
            tag, words.ROOM_ONLINE, {Online.YES: "green", Online.NO: "red", Online.UNKNOWN: "grey"}
        ),
        TROUBLES=_tags(
            tag,
            words.TROUBLES,
            {
                Trouble.OFFLINE: "red",
                Trouble.WEAK: "yellow",
                Trouble.SILENT: "grey",
                Trouble.BLIND: "grey",
            },
        ),
    )
    return made


def styled() -> bool:
    """Whether the style sheet was built; without it pages are complete, but plain, and say so."""
    return built("console.css")


def built(name: str) -> bool:
    """Whether a file was built."""
    return files("roomreach_api.console").joinpath("static", "built", name).is_file()


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """What an open page is told anew: the parts that change, by id, its title, and its sentence."""

    parts: Mapping[str, str]
    title: str
    sentence: str


def home_page(home: Home, notice: str | None) -> str:
    """Write the home page."""
    return environment().get_template("home.html").render(home=home, notice=notice)


def home_now(home: Home, notice: str | None) -> Now:
    """Write the parts of the home page that change."""
    parts = {
        name: environment().get_template(f"{name}.html").render(home=home, notice=notice) for name in PARTS
    }
    return Now(parts=parts, title=_TITLE.format(home.title), sentence=home.headline)


def site_page(page: SitePage) -> str:
    """Write a site's page."""
    return environment().get_template("site_page.html").render(page=page)


def room_page(page: RoomPage) -> str:
    """Write a room's page."""
    return environment().get_template("room_page.html").render(page=page)


def error_page(status: int, detail: str) -> str:
    """Write the page for a failure: what happened, and what to do."""
    title, advice = _plain(status)
    return environment().get_template("error.html").render(title=title, advice=advice, detail=detail)


def error_now(status: int, detail: str) -> Now:
    """Write a failure into a page that is open."""
    title, advice = _plain(status)
    html = environment().get_template("failure.html").render(title=title, advice=advice, detail=detail)
    return Now(parts={**dict.fromkeys(PARTS, ""), "answer": html}, title=_TITLE.format(title), sentence=title)


def _plain(status: int) -> tuple[str, str]:
    return _PLAIN.get(HTTPStatus(status), (HTTPStatus(status).phrase, "Start from the home page."))


def _named(site: SeenSite) -> str:
    return f"Confidential site {site.shown_as}" if site.confidential else site.shown_as


def _tags(tag: Macro, said: Mapping[_Word, str], colours: Mapping[_Word, str]) -> Mapping[_Word, Markup]:
    return {
        word: Markup(tag({"text": text, "classes": f"govuk-tag--{colours[word]}"}).strip())  # noqa: S704 - the macro escapes
        for word, text in said.items()
    }
