"""What is each message, and what is to become of it? Decisions only: nothing is stored or answered here."""

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

from roomreach import topics
from roomreach.identifiers import AgentId
from roomreach.places import Register
from roomreach.receipt import Refusal, Refusing
from roomreach.report import EARLIEST_MS, Key, Report
from roomreach.series import Point, points
from roomreach.wire import digest
from roomreach_collector.answers import Answers, Known
from roomreach_collector.codec import Codec, NotAReport
from roomreach_collector.faults import INTERNAL_ERROR, where
from roomreach_collector.post import Message
from roomreach_store.records.kept import Why
from roomreach_store.records.quarantine import KEPT_BYTES, Quarantined

FUTURE_MS = 5 * 60 * 1000
"""How far ahead of ours a synchronised clock may be."""
INVALID_TOPIC = "invalid_topic"
"""Why a message is in quarantine whose sender nobody can name, so that it gets no answer."""

_LARGEST_PRESENCE = 1024

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Accepted:
    """A report to be stored: as ``points``, or kept whole because of ``why``."""

    message: Message
    key: Key
    digest: str
    report: Report
    set_aside: tuple[str, ...]
    points: list[Point]
    why: Why | None = None

    def place(self, register: Register) -> None:
        """Make its points for where its agent stood, or say what it lacks."""
        self.why, self.points = None, []
        if not self.report.synchronised:
            self.why = Why.UNDATED
        elif (whereabouts := register.room_of(self.key.agent, self.report.taken_ms)) is None:
            self.why = Why.UNPLACED
        else:
            self.points = points(self.report, whereabouts, self.digest, self.set_aside)


@dataclass(slots=True)
class Rejected:
    """A report to be refused, and kept in quarantine."""

    message: Message
    key: Key
    refusing: Refusing

    def quarantined(self) -> Quarantined:
        """Say what is kept of it."""
        return quarantined(
            self.message, self.refusing.reason, self.refusing.detail, self.refusing.digest, self.key
        )


@dataclass(slots=True)
class Batch:
    """Messages, sorted by what is to become of them. One that is being stored already is in no list."""

    accepted: list[Accepted] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    repeated: list[Key] = field(default_factory=list)
    """Stored before, to be answered the same again."""
    astray: list[Quarantined] = field(default_factory=list)
    """To be kept in quarantine, and answered to nobody."""
    greeted: list[AgentId] = field(default_factory=list)
    faults: int = 0
    """How many were rejected for a mistake of ours."""


class Sorter:
    """Sorts messages. What was said before is in ``answers``, and so are the keys it claims."""

    def __init__(self, codec: Codec, answers: Answers) -> None:
        self._decode = codec.decode
        self._answers = answers

    def sort(self, messages: Iterable[Message], register: Register) -> Batch:
        """Sort messages. None can stop this: one that breaks us is rejected as our own fault."""
        batch = Batch()
        for message in messages:
            key = topics.key_of(message.topic)
            try:
                if key is None:
                    _sort_other(message, batch)
                else:
                    self._sort_report(message, key, register, batch)
            except Exception as exc:  # noqa: BLE001 - whatever an agent sends, the others are served
                _log.error("a message could not be judged, by a mistake of ours: %s", where(exc))
                batch.faults += 1
                self._reject_as_our_fault(message, key, batch)
        return batch

    def _sort_report(self, message: Message, key: Key, register: Register, batch: Batch) -> None:
        told = digest(message.payload)
        known = self._answers.recall(key, told)
        if known is Known.NOTHING:
            try:
                batch.accepted.append(self._accept(message, key, told, register))
            except NotAReport as exc:
                self._reject(message, key, Refusing(key.sequence, told, exc.refusal, str(exc)), batch)
        elif known is Known.STORED:
            batch.repeated.append(key)
        elif isinstance(known, Refusing):
            batch.rejected.append(Rejected(message, key, known))

    def _accept(self, message: Message, key: Key, told: str, register: Register) -> Accepted:
        decoded = self._decode(message.payload)
        report = decoded.report
        _check_time(report, message.received_ms)
        if report.key != key:
            raise NotAReport(Refusal.MISADDRESSED, "its topic names another report than its text does")
        if not self._answers.claim(key, told):
            raise NotAReport(Refusal.CONFLICT, "another report was received under the same key")
        accepted = Accepted(message, key, told, report, decoded.set_aside, [])
        accepted.place(register)
        return accepted

    def _reject(self, message: Message, key: Key, refusing: Refusing, batch: Batch) -> None:
        # Remembered at once: a moment later the same bytes may not be future-dated any more.
        self._answers.refused(key, refusing)
        batch.rejected.append(Rejected(message, key, refusing))

    def _reject_as_our_fault(self, message: Message, key: Key | None, batch: Batch) -> None:
        told = digest(message.payload)
        if key is None:
            batch.astray.append(quarantined(message, Refusal.NOT_STORABLE, INTERNAL_ERROR, told))
        else:
            refusing = Refusing(key.sequence, told, Refusal.NOT_STORABLE, INTERNAL_ERROR)
            self._reject(message, key, refusing, batch)


def quarantined(message: Message, reason: str, detail: str, told: str, key: Key | None = None) -> Quarantined:
    """Say what is kept of a message nobody can store."""
    return Quarantined(
        topic=message.topic,
        agent=key.agent if key else topics.greeting_of(message.topic),
        outbox=key.outbox if key else None,
        sequence=key.sequence if key else None,
        reason=reason,
        detail=detail,
        digest=told,
        size=len(message.payload),
        payload=message.payload[:KEPT_BYTES],
        received_ms=message.received_ms,
    )


def _check_time(report: Report, now_ms: int) -> None:
    if not report.synchronised:
        return  # nobody knows when it was taken, and its words about that are kept as they are
    ahead_ms = report.taken_ms - now_ms
    if ahead_ms > FUTURE_MS:
        raise NotAReport(
            Refusal.FUTURE_DATED,
            f"taken {ahead_ms // 1000} s ahead of the collector's clock, by a clock said to be right",
        )
    if report.taken_ms < EARLIEST_MS:
        raise NotAReport(Refusal.IMPOSSIBLE_TIME, "taken before 2020, by a clock said to be right")


def _sort_other(message: Message, batch: Batch) -> None:
    agent = topics.greeting_of(message.topic)
    if agent is None:
        batch.astray.append(
            quarantined(
                message, INVALID_TOPIC, "no report and no presence goes there", digest(message.payload)
            )
        )
    elif message.retained or not message.payload:
        return  # what the broker kept is no greeting, and nothing at all is how it is made to forget
    else:
        state = _state_of(message.payload)
        if state is None:
            batch.astray.append(
                quarantined(message, Refusal.MALFORMED, "this is no presence", digest(message.payload))
            )
        elif state == "online":
            batch.greeted.append(agent)


def _state_of(payload: bytes) -> str | None:
    if len(payload) > _LARGEST_PRESENCE:
        return None
    try:
        state = json.loads(payload)["state"]
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
    return state if isinstance(state, str) else None
