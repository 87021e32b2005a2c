"""Fixtures that many tests share: real servers, started once for a module and stopped after it.

A broker keeps what was retained, and a database what was written: modules must not find each other's.
"""

import os
from collections.abc import Callable, Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings

from postgres import PostgreSQL
from processes import descendants
from servers import InfluxDB, Mosquitto

# How long an example takes says more about what else this machine does than about us.
settings.register_profile("shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared machine")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where every test is required, one that was skipped has failed, whatever its reason."""
    report = yield
    if report.skipped and os.environ.get("ROOMREACH_REQUIRE") == "all":
        report.outcome = "failed"
        report.longrepr = f"skipped, where no test may be: {report.longrepr}"
    return report


@pytest.fixture(scope="module")
def mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path_factory.mktemp("mosquitto")) as server:
        yield server


@pytest.fixture(scope="module")
def influxdb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InfluxDB]:
    with InfluxDB(tmp_path_factory.mktemp("influxdb")) as server:
        yield server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    with PostgreSQL() as server:
        yield server


@pytest.fixture
def ours() -> Callable[[], list[int]]:
    """The processes started since the test began: servers that modules share are not its own."""
    others = set(descendants(os.getpid()))
    return lambda: [pid for pid in descendants(os.getpid()) if pid not in others]
