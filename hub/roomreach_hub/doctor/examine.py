"""The doctor's round: check after check in the order of causes, up to the first that finds a problem."""

from collections.abc import Mapping
from dataclasses import dataclass

from roomreach_hub.doctor.finding import Check, Finding, Situation


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What was found: what went well, the first thing that did not, and what was not asked then."""

    well: tuple[Finding, ...]
    cause: Finding | None
    unasked: tuple[str, ...]


def examine(situation: Situation, checks: Mapping[str, Check]) -> Examination:
    """Ask each check in turn; a later one presupposes the earlier ones."""
    names = list(checks)
    well: list[Finding] = []
    for done, name in enumerate(names, start=1):
        finding = checks[name](situation)
        if finding.action:
            return Examination(well=tuple(well), cause=finding, unasked=tuple(names[done:]))
        well.append(finding)
    return Examination(well=tuple(well), cause=None, unasked=())
