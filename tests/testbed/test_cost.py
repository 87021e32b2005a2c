"""What our test costs beside speedtest-cli, on the same line and in the same run."""

import importlib.util
import os
from pathlib import Path

import pytest

import testbed_link
from testbed_cost import Cost, ours, speedtest_cli
from testbed_link import linked
from testbed_shapes import drawn


@pytest.fixture(autouse=True)
def _namespaces() -> None:
    testbed_link.require()
    if importlib.util.find_spec("speedtest") is None:
        lacking = "speedtest-cli is not installed"
        if os.environ.get("ROOMREACH_REQUIRE") == "all":
            pytest.fail(lacking)
        pytest.skip(lacking)


def shown(name: str, cost: Cost) -> None:
    print(
        f"{name}: {cost.download_mbps:.1f} / {cost.upload_mbps:.1f} Mbit/s, "
        f"{cost.megabytes:.1f} MB, {cost.seconds:.1f} s"
    )


@pytest.mark.long
def test_our_test_moves_a_third_of_what_speedtest_cli_moves_at_most(tmp_path: Path) -> None:
    with linked(drawn(10, 30)) as link:
        print(f"\n{link.shape}")
        mine, theirs = ours(link, tmp_path), speedtest_cli(link)
    shown("ours", mine)
    shown("speedtest-cli", theirs)
    assert mine.megabytes * 3 <= theirs.megabytes
