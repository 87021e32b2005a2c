"""The agent's own health, on a recorded machine and on this one."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomreach.measurement import Health
from roomreach.shape import faults
from roomreach_agent import rounds
from roomreach_agent.probes.health import (
    HealthProbe,
    Sample,
    cpu_percent,
    cpu_times,
    own_cpu_percent,
    own_memory_mb,
    own_ticks,
    temperature,
    uptime_s,
)

OWN = "712 (a (strange) name) S 1 712 712 0 -1 4194560 900 0 3 0 {user} {system} 0 0 20 0 3 0 100 1 1 1\n"


def machine(folder: Path, *, busy: int = 100, idle: int = 900, user: int = 10, system: int = 5) -> Path:
    own = folder / "self"
    own.mkdir(parents=True, exist_ok=True)
    (folder / "stat").write_text(f"cpu  {busy} 0 0 {idle} 0 0 0 0 50 0\ncpu0 1 2 3 4\nctxt 99\n")
    (folder / "uptime").write_text("92841.17 310000.11\n")
    (own / "stat").write_text(OWN.format(user=user, system=system))
    (own / "status").write_text("Name:\tpython\nVmHWM:\t  30000 kB\nVmRSS:\t   24000 kB\nThreads:\t3\n")
    return folder


def zones(folder: Path, *celsius: str) -> Path:
    for number, said in enumerate(celsius):
        zone = folder / f"thermal_zone{number}"
        zone.mkdir(parents=True)
        (zone / "temp").write_text(said)
    return folder


def test_a_recorded_machine_is_read_whole(tmp_path: Path):
    proc = machine(tmp_path / "proc")
    probe = HealthProbe(
        outbox=tmp_path / "not" / "yet" / "outbox.db",
        clock_synchronised=lambda: True,
        proc=proc,
        thermal=zones(tmp_path / "thermal", "48312\n", "39000\n"),
        before=Sample(busy=0, total=0, own=0, at_s=0.0),
    )
    (found,) = rounds.take([probe])
    assert isinstance(found, Health)
    assert (found.cpu_percent, found.temperature_c, found.own_memory_mb) == (10.0, 48.3, 24.6)
    assert (found.uptime_s, found.clock_synchronised) == (92841, True)
    assert found.disk_free_mb > 0
    assert 0 <= found.disk_used_percent <= 100


def test_the_processor_is_judged_over_the_time_since_the_last_round(tmp_path: Path):
    proc = machine(tmp_path / "proc")
    probe = HealthProbe(outbox=tmp_path / "o", clock_synchronised=lambda: None, proc=proc, thermal=tmp_path)
    probe.measure()
    machine(proc, busy=175, idle=925)
    (found,) = probe.measure()
    assert found.cpu_percent == 75.0


def test_a_machine_that_tells_nothing_is_healthy_as_far_as_anybody_knows(tmp_path: Path):
    bare = tmp_path / "bare"
    probe = HealthProbe(outbox=tmp_path / "o", clock_synchronised=lambda: None, proc=bare, thermal=bare)
    (found,) = rounds.take([probe])
    assert found == Health(disk_free_mb=found.disk_free_mb, disk_used_percent=found.disk_used_percent)


def test_this_machine_tells_of_itself(tmp_path: Path):
    (found,) = rounds.take([HealthProbe(outbox=tmp_path / "o", clock_synchronised=lambda: False)])
    assert not faults(found)
    assert 5 < found.own_memory_mb < 1000
    assert found.uptime_s > 0
    assert found.own_cpu_percent is not None


def test_waiting_for_the_disk_is_idle_time_and_guests_are_counted_once():
    assert cpu_times("cpu  10 1 4 70 5 2 3 5 8 1\ncpu0 1\n") == (25, 100)


def test_a_program_whose_name_holds_brackets_is_read_all_the_same():
    assert own_ticks(OWN.format(user=21, system=4)) == 25


@pytest.mark.parametrize(("ticks", "percent"), [(0, 0.0), (1, 0.5), (200, 100.0), (800, 400.0)])
def test_the_agent_s_own_share_is_of_one_processor(ticks, percent):
    before, after = Sample(0, 0, 100, 10.0), Sample(0, 0, 100 + ticks, 12.0)
    assert own_cpu_percent(before, after, ticks_per_s=100) == percent


def test_counters_that_stand_still_or_run_backwards_make_no_percentage_out_of_bounds():
    assert cpu_percent(Sample(5, 10, 0, 0), Sample(5, 10, 0, 1)) is None
    assert cpu_percent(Sample(5, 10, 0, 0), Sample(4, 12, 0, 1)) == 0.0
    assert own_cpu_percent(Sample(0, 0, 1, 1.0), Sample(0, 0, 2, 1.0), 100) is None


def test_a_temperature_that_no_machine_has_is_left_out(tmp_path: Path):
    assert temperature(zones(tmp_path / "a", "-274000", "1999999", "", "warm")) is None
    assert temperature(zones(tmp_path / "b", "-274000", "51000")) == 51.0
    assert temperature(tmp_path / "none") is None


@given(st.text())
def test_any_text_gives_numbers_or_none(text):
    assert len(cpu_times(text)) == 2
    assert own_ticks(text) is None or isinstance(own_ticks(text), int)
    assert own_memory_mb(text) is None or own_memory_mb(text) >= 0
    assert uptime_s(text) is None or uptime_s(text) >= 0
