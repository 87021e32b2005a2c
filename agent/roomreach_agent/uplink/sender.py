"""What is to be sent just now, and what was answered? One step at a time, over whatever line there is.

Under way are always the oldest reports, at most a window of them: those never sent over this line, and those
whose receipt is overdue.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from roomreach import topics
from roomreach.errors import Malformed
from roomreach.report import Key
from roomreach.wire import decode_receipt
from roomreach_agent.clock import Clock
from roomreach_agent.gate import Gate, Trust
from roomreach_agent.outbox import Outbox
from roomreach_agent.settings import UplinkSettings
from roomreach_agent.uplink.line import Heard, Line

_JITTER = 0.25
_LONGEST_REST_S = 5.0

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Tally:
    """What was done since the agent started. ``sent`` counts every sending, ``resent`` the repeats.

    ``ignored`` counts what the server wanted before, or in a way that cannot be read.
    """

    sent: int = 0
    resent: int = 0
    stored: int = 0
    refused: int = 0
    unreadable: int = 0
    ignored: int = 0


@dataclass(frozen=True, slots=True)
class _Sent:
    times: int
    overdue_s: float


class Sender:
    """Sends what is due over a line, and forgets what was answered. Used by one thread only."""

    def __init__(
        self,
        settings: UplinkSettings,
        outbox: Outbox,
        *,
        gate: Gate,
        clock: Clock,
        random: Callable[[], float],
    ) -> None:
        self.tally = Tally()
        self._settings, self._outbox, self._gate, self._clock = settings, outbox, gate, clock
        self._random = random
        self._sent: dict[Key, _Sent] = {}
        self._newest: Key | None = None
        self._full = False
        self._announce_s = 0.0
        self._look_s = 0.0

    def begin(self, line: Line) -> None:
        """Start over on a new line: whatever was under way on the last one is sent again."""
        self._sent.clear()
        line.announce()
        self._announce_s = self._now_s() + self._settings.resend_after_s
        self.look()

    def look(self) -> None:
        """Look into the outbox at the next step: something changed there, or may have."""
        self._look_s = 0.0

    def step(self, line: Line) -> float:
        """Do what is due; give how many seconds may pass until something is due again."""
        now_s = self._now_s()
        if now_s >= self._announce_s:
            self._announce_s = now_s + self._settings.resend_after_s
            if self._outbox.trust() is not Trust.DATE:
                # A collector's answer brings its time, which may open the gate.
                line.announce()
                self.look()
        if now_s >= self._look_s:
            self._outbox.issue()
            self._look_s = self._send_due(line, now_s)
        return min(max(min(self._look_s, self._announce_s) - now_s, 0.0), _LONGEST_REST_S)

    def hear(self, heard: Heard) -> bool:
        """Read a receipt; say whether it answered anything."""
        try:
            receipt = decode_receipt(heard.payload)
        except Malformed as exc:
            self.tally.unreadable += 1
            log.warning("a receipt is ignored: %s", exc)
            return False
        self._gate.heard(receipt.at_ms, heard.at)
        answered = self._outbox.accept(receipt)
        self.tally.stored += len(answered.stored)
        self.tally.refused += len(answered.refused)
        self.look()
        return bool(answered.stored or answered.refused)

    def acknowledged(self) -> None:
        """Go on sending, where only the broker's acknowledgements were missing."""
        if self._full:
            self.look()

    def _send_due(self, line: Line, now_s: float) -> float:
        keys = self._outbox.oldest(self._settings.window)
        self._sent = {key: self._sent[key] for key in keys if key in self._sent}
        for key in keys:
            sent = self._sent.get(key)
            if sent and sent.overdue_s > now_s:
                continue
            payload = self._outbox.payload(key)
            if payload is None:
                continue
            self._full = line.publish(topics.report(key), payload) is None
            if self._full:
                return now_s + _LONGEST_REST_S
            times = sent.times + 1 if sent else 1
            self._sent[key] = _Sent(times, now_s + self._patience_s(times))
            self._count(key)
        return min((sent.overdue_s for sent in self._sent.values()), default=now_s + _LONGEST_REST_S)

    def _count(self, key: Key) -> None:
        self.tally.sent += 1
        if self._newest and key.outbox == self._newest.outbox and key.sequence <= self._newest.sequence:
            self.tally.resent += 1
        else:
            self._newest = key

    def _patience_s(self, times: int) -> float:
        doubled = self._settings.resend_after_s * 2.0 ** min(times - 1, 30)
        return min(doubled, self._settings.resend_at_most_s) * (1 + _JITTER * self._random())

    def _now_s(self) -> float:
        return self._clock.now().boot_ms / 1000
