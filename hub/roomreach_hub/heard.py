"""What did each agent say last, and is that recent enough to speak for now?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from roomreach.headline import PATIENCE
from roomreach.identifiers import AgentId
from roomreach.online import Judgement, judge
from roomreach.wire import decode_stored_report
from roomreach_store.records import latest


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An agent's latest report, judged."""

    taken_at: datetime
    interval: timedelta
    judgement: Judgement

    def recent(self, now: datetime) -> bool:
        """Whether it was taken within two of its own intervals."""
        return now - self.taken_at <= PATIENCE * self.interval


def last_words(c: Connection) -> dict[AgentId, Said]:
    """Read and judge the latest report of every agent that was ever heard."""
    found = {}
    for agent, one in latest.latest(c).items():
        report = decode_stored_report(one.payload)
        found[agent] = Said(
            taken_at=report.taken_at,
            interval=timedelta(seconds=report.interval_s),
            judgement=judge(report.measurements),
        )
    return found
