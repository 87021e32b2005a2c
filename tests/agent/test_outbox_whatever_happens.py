"""An outbox under any order of rounds, receipts, steps of the clock, new starts and reboots."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from examples import MEASUREMENTS, TAKEN_MS
from outboxes import DAY_S, HOUR_S, QUICK_DISK, a_clock, an_outbox, stored, waiting
from roomreach.receipt import Receipt, Refusal, Refusing
from roomreach.report import Report
from roomreach.wire import decode_stored_report, digest
from roomreach_agent.gate import Gate


class AnyOutbox(RuleBasedStateMachine):
    """Every byte ever seen outside is remembered here, as a collector would."""

    @initialize(synchronised=st.booleans(), wall_ms=st.sampled_from([0, TAKEN_MS, 4_102_444_800_000]))
    def begin(self, synchronised: bool, wall_ms: int) -> None:
        self.folder = tempfile.TemporaryDirectory(dir=QUICK_DISK if QUICK_DISK.is_dir() else None)
        self.clock = a_clock(synchronised=synchronised, wall_ms=wall_ms)
        self.boots = 1
        self.taken: dict[int, tuple[str, int]] = {}
        self.seen: dict[int, bytes] = {}
        self.reports: dict[int, Report] = {}
        self.open()

    def open(self) -> None:
        self.gate = Gate()
        self.context = an_outbox(Path(self.folder.name) / "outbox.db", self.clock, gate=self.gate)
        self.outbox = self.context.__enter__()

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.context.__exit__(None, None, None)
            self.folder.cleanup()

    @rule(late_s=st.sampled_from([0, 0, 20]))
    def a_round(self, late_s: int) -> None:
        begun = self.clock.now()
        self.clock.advance(late_s)
        self.outbox.put(MEASUREMENTS, begun)
        self.taken[len(self.taken) + 1] = (begun.boot, begun.boot_ms)

    @rule(seconds=st.sampled_from([0.001, 1, 60, HOUR_S, DAY_S]))
    def time_passes(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule(seconds=st.sampled_from([-DAY_S, -HOUR_S, -60, -0.001, 60, 400 * DAY_S]))
    def the_wall_clock_steps(self, seconds: float) -> None:
        self.clock.step(seconds)

    @rule(synchronised=st.booleans())
    def the_kernel_says(self, synchronised: bool) -> None:
        self.clock.synchronised = synchronised

    @rule(off_ms=st.sampled_from([0, 4_000, 3_600_000]))
    def a_greeting(self, off_ms: int) -> None:
        self.gate.heard(self.clock.now().wall_ms + off_ms, self.clock.now())

    @rule()
    def before_sending(self) -> None:
        self.outbox.issue()

    @rule(first=st.integers(1, 30), length=st.integers(0, 5))
    def a_receipt(self, first: int, length: int) -> None:
        self.outbox.accept(stored(self.outbox, *range(first, first + length + 1)))

    @rule(sequence=st.integers(1, 30), ours=st.booleans())
    def a_refusal(self, sequence: int, ours: bool) -> None:
        payload = self.seen.get(sequence, b"") if ours else b"other"
        refusing = Refusing(sequence, digest(payload), Refusal.OUT_OF_BOUNDS)
        self.outbox.accept(Receipt(at_ms=TAKEN_MS, outbox=self.outbox.id, refused=(refusing,)))

    @rule()
    def the_agent_starts_anew(self) -> None:
        self.context.__exit__(None, None, None)
        self.open()

    @rule(wall_ms=st.sampled_from([0, TAKEN_MS]))
    def the_machine_reboots(self, wall_ms: int) -> None:
        self.context.__exit__(None, None, None)
        self.boots += 1
        self.clock.reboot(boot=f"0f7c5d1e-0000-4000-8000-{self.boots:012}", wall_ms=wall_ms)
        self.open()

    @invariant()
    def bytes_never_change_and_no_time_is_given_twice(self) -> None:
        if not hasattr(self, "outbox"):
            return
        for sequence, payload in waiting(self.outbox).items():
            if sequence not in self.seen:
                self.seen[sequence] = payload
                self.reports[sequence] = decode_stored_report(payload)
            assert self.seen[sequence] == payload
        times = [report.taken_ms for report in self.reports.values()]
        assert len(times) == len(set(times))
        for sequence, report in self.reports.items():
            assert (report.boot, report.boot_ms) == self.taken[sequence]

    @invariant()
    def every_report_is_somewhere(self) -> None:
        if hasattr(self, "outbox"):
            counts = self.outbox.counts()
            assert counts.highest == len(self.taken)
            assert counts.waiting + counts.stored + counts.refused + counts.dropped == counts.highest


TestAnyOutbox = AnyOutbox.TestCase
TestAnyOutbox.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
