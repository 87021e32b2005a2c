"""Does what the API answers agree with what was simulated? Found by looking at every room, then compared."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple
from urllib.parse import quote

Ask = Callable[[str], Any]
"""Gives the JSON at a path of the API."""

Truth = dict[str, Any]

FEWEST_IN_A_ROW = 6
"""So many failed rounds in a row are an outage; fewer may be bad luck."""


@dataclass(frozen=True, slots=True)
class Span:
    """Rounds in a row that failed, or were not heard: seconds since 1970."""

    begin_s: float
    end_s: float


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


class Answers:
    """What the API says of the history, and nothing else."""

    def __init__(self, ask: Ask, truth: Truth) -> None:
        self._ask = ask
        self.begin, self.end = truth["history"]["begin"], truth["history"]["end"]
        self.cadence_s = truth["cadence_s"]
        self.sites = [one["id"] for one in ask("/api/v1/sites")["sites"] if not one["trial"]]
        self.site_of = {one["id"]: one["site"] for one in ask("/api/v1/rooms")["rooms"]}
        self.latest = {one["agent"]: one for one in ask("/api/v1/latest")["latest"]}

    def rows(
        self, kind: str, *columns: str, site: str = "", room: str = ""
    ) -> Iterator[tuple[str, str, float, list[Any]]]:
        """Room, target, moment and values of every point of a site or a room."""
        where = f"site={site}" if site else f"room={room}"
        asked = "&".join(f"columns={column}" for column in columns)
        path = f"/api/v1/series/{kind}?{where}&{asked}&start={quote(self.begin)}&end={quote(self.end)}"
        answer = self._ask(path)
        for track in answer["tracks"]:
            for row in track["rows"]:
                yield track["room"], track["agent"], track["target"], seconds(row["at"]), row["values"]

    @cached_property
    def failed(self) -> dict[str, list[Span]]:
        """Every span of failed ways out, by agent."""
        return self._spans(lambda site: self.rows("latency", "outcome", site=site), _bad)

    @cached_property
    def unjoined(self) -> dict[str, list[Span]]:
        """Every span without a network, by agent."""
        return self._spans(lambda site: self.rows("link", "outcome", "reason", site=site), _unjoined)

    @cached_property
    def unheard(self) -> dict[str, list[Span]]:
        """Every gap between reports, by agent."""
        found: dict[str, list[Span]] = {}
        for site in self.sites:
            times: dict[str, list[float]] = {}
            for _, agent, _, at_s, _ in self.rows("report", "sequence", site=site):
                times.setdefault(agent, []).append(at_s)
            for agent, moments in times.items():
                found[agent] = [
                    Span(before, after)
                    for before, after in pairwise(moments)
                    if after - before > FEWEST_IN_A_ROW * self.cadence_s
                ]
        return found

    def _spans(self, ask: Callable[[str], Any], bad: Callable[[list[Any]], bool]) -> dict[str, list[Span]]:
        found: dict[str, list[Span]] = {}
        for site in self.sites:
            runs: dict[str, list[float]] = {}
            for _, agent, _, at_s, values in ask(site):
                run = runs.setdefault(agent, [])
                if bad(values):
                    run.append(at_s)
                else:
                    _close(found.setdefault(agent, []), run)
            for agent, run in runs.items():
                _close(found.setdefault(agent, []), run)
        return found


def _bad(values: list[Any]) -> bool:
    return values[0] == "failed"


def _unjoined(values: list[Any]) -> bool:
    return values == ["failed", "not_associated"]


def _close(found: list[Span], run: list[float]) -> None:
    if len(run) >= FEWEST_IN_A_ROW:
        found.append(Span(run[0], run[-1]))
    run.clear()


class Disagreement(NamedTuple):
    """An agent, and what is wrong about it."""

    agent: str
    what: str


def outages_that_disagree(answers: Answers, truth: Truth) -> list[Disagreement]:
    """Say which outage was not found where it was, and which was found where none was."""
    wrong: list[Disagreement] = []
    found = {"failed": answers.failed, "unjoined": answers.unjoined, "unheard": answers.unheard}
    for how, spans in found.items():
        left = [(agent, span) for agent, theirs in spans.items() for span in theirs]
        for agent, begin_s, end_s in _expected(truth)[how]:
            same = [
                (whose, span)
                for whose, span in left
                if whose == agent and _same(span, begin_s, end_s, answers.cadence_s)
            ]
            # What the history cuts short may hold too few rounds to be told from bad luck.
            if not same and end_s - begin_s > (FEWEST_IN_A_ROW + 1) * answers.cadence_s:
                wrong.append(Disagreement(agent, f"{how}: nothing from {begin_s} to {end_s}"))
            left = [one for one in left if one not in same]
        wrong += [Disagreement(agent, f"{how}: {span}, when nothing happened") for agent, span in left]
    return wrong


def _expected(truth: Truth) -> dict[str, list[tuple[str, float, float]]]:
    """Which agent is to show what, and from when until when."""
    seen_as = {"line": ("failed",), "access point": ("failed", "unjoined"), "power": ("unheard",)}
    expected: dict[str, list[tuple[str, float, float]]] = {"failed": [], "unjoined": [], "unheard": []}
    happened = [(how, one, one["agents"]) for one in truth["outages"] for how in seen_as[one["cause"]]]
    happened += [(how, truth["history"], truth["dead_agents"]) for how in seen_as["access point"]]
    happened += [
        ("failed", night, portal["agents"]) for portal in truth["portals"] for night in portal["nights"]
    ]
    for how, span, agents in happened:
        begin_s, end_s = seconds(span["begin"]), seconds(span["end"])
        expected[how] += [(agent, begin_s, end_s) for agent in agents]
    return expected


def _same(span: Span, begin_s: float, end_s: float, cadence_s: float) -> bool:
    return abs(span.begin_s - begin_s) <= cadence_s and abs(span.end_s - end_s) <= cadence_s


def missing_from(pages: Callable[[str], str], answers: Answers, outage: Truth) -> list[str]:
    """Say which rooms of an outage are on no row of their site's page that began and ended as it did."""
    rooms = [answers.latest[agent]["room"] for agent in outage["agents"]]
    (site,) = {answers.site_of[room] for room in rooms}
    ends = [seconds(outage[end]) for end in ("begin", "end")]
    told = set()
    for row in re.findall(r"<tr.*?</tr>", pages(f"/sites/{site}"), re.DOTALL):
        times = [seconds(at) for at in re.findall(r'datetime="([^"]*)"', row)]
        if len(times) == len(ends) and all(
            abs(at - end) <= answers.cadence_s for at, end in zip(times, ends, strict=True)
        ):
            told |= set(re.findall(r"/rooms/(r-\w+)", row))
    return sorted(set(rooms) - told)


def dead_rooms(answers: Answers) -> set[str]:
    """The rooms that never had a network."""
    joined, seen = set(), set()
    for site in answers.sites:
        for room, _, _, _, values in answers.rows("link", "outcome", "reason", site=site):
            seen.add(room)
            if not _unjoined(values):
                joined.add(room)
    return seen - joined


def silent_agents(answers: Answers) -> dict[str, float]:
    """The agents that are heard no more, and when they were last."""
    return {
        agent: seconds(one["taken"])
        for agent, one in answers.latest.items()
        if not one["heard"] and seconds(one["taken"]) < seconds(answers.end)
    }


def quietest(values: list[float]) -> float:
    """The twentieth part of them that is lowest, at its upper end: one night of a week is like another."""
    return sorted(values)[len(values) // 20]


def before_and_after(
    answers: Answers,
    rooms: list[str],
    at: str,
    kind: str,
    column: str,
    *,
    target: str | None = None,
    of_all: Callable[[list[float]], float] = median,
) -> tuple[float, float]:
    """Medians over the day before a moment and the day after it, of all these rooms; or ``of_all``."""
    at_s, day_s = seconds(at), 86_400
    before, after = [], []
    for room in rooms:
        for _, _, of, when_s, (value,) in answers.rows(kind, column, room=room):
            if value is None or of != target:
                continue
            if at_s - day_s <= when_s < at_s:
                before.append(value)
            elif at_s <= when_s < at_s + day_s:
                after.append(value)
    return of_all(before), of_all(after)
