"""Bring a Grafana up to date with the dashboards that we ship: which of them are new, changed or the same?"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from roomreach.errors import Conflict
from roomreach_hub.grafana.files import FOLDER_TITLE, FOLDER_UID, MADE_BY_US, Model
from roomreach_hub.grafana.server import Found

_THEIRS = ("id", "version")
"""What Grafana writes into every dashboard itself."""


class What(StrEnum):
    """What becomes of a dashboard."""

    CREATE = "create"
    UPDATE = "update"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One dashboard, and what is to be done with it."""

    what: What
    model: Model
    folder: str


class Grafana(Protocol):
    """What pushing needs of a server."""

    def dashboard(self, uid: str) -> Found | None:
        """Read a dashboard, or None when there is none."""

    def has_folder(self, uid: str) -> bool:
        """Tell whether a folder exists."""

    def make_folder(self, uid: str, title: str) -> None:
        """Make a folder."""

    def save(self, model: Model, *, folder: str, message: str) -> None:
        """Save a dashboard, if it still has the version that the model says."""


def step(model: Model, found: Found | None) -> Step:
    """Decide about one dashboard.

    Raises ``Conflict`` for one that is not ours to write: made by somebody else, or kept by Grafana from
    files. One that somebody moved to another folder stays there.
    """
    if found is None:
        return Step(what=What.CREATE, model={**model, "id": None, "version": 0}, folder=FOLDER_UID)
    if MADE_BY_US not in (found.model.get("tags") or ()):
        raise Conflict(
            f"Grafana has a dashboard {model['uid']} that roomreach did not make (it lacks the tag "
            f"{MADE_BY_US}), so nothing was written: give that one another UID, or remove it."
        )
    if _bare(found.model) == _bare(model):
        return Step(what=What.NOTHING, model=model, folder=found.folder)
    if found.provisioned:
        raise Conflict(
            f"Grafana keeps the dashboard {model['uid']} from files, and would undo a push: bring the "
            "files up to date with roomreach dashboards export."
        )
    # With the version read, Grafana refuses the write if anybody saved it in between.
    updated = {**model, "id": found.model.get("id"), "version": found.version}
    return Step(what=What.UPDATE, model=updated, folder=found.folder)


def plan(models: Sequence[Model], grafana: Grafana) -> list[Step]:
    """Decide about every dashboard before any is written, so that a conflict leaves all as it was."""
    return [step(model, grafana.dashboard(model["uid"])) for model in models]


def push(steps: Sequence[Step], grafana: Grafana, *, message: str) -> None:
    """Do what was decided, making our folder first where a new dashboard needs it."""
    new = any(step.what is What.CREATE for step in steps)
    if new and not grafana.has_folder(FOLDER_UID):
        grafana.make_folder(FOLDER_UID, FOLDER_TITLE)
    for decided in steps:
        if decided.what is not What.NOTHING:
            grafana.save(decided.model, folder=decided.folder, message=message)


def _bare(model: Model) -> Model:
    return {key: value for key, value in model.items() if key not in _THEIRS}
