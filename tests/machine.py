"""Which real servers does this machine have for the tests? ``python tests/machine.py`` installs what it may.

With ROOMREACH_REQUIRE=all a test that lacks its server fails instead of being skipped.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGES = {
    "mosquitto": "mosquitto",
    "mosquitto_sub": "mosquitto-clients",
    "influxd": "influxdb",
    "iw": "iw",
    "chromium": "chromium",
    "ip": "iproute2",
    "iperf3": "iperf3",
    "systemd-analyze": "systemd",
    "postgres": "postgresql",
}
"""Program a test needs, and the Debian package that brings it."""


def program(name: str) -> str | None:
    """Where a program is; Debian keeps servers where not everybody's path leads."""
    places = [os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"]
    places += sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)
    return shutil.which(name, path=":".join(places))


def require(name: str) -> str:
    """The program's path; skips the test where it is missing, or fails it where none may be skipped."""
    found = program(name)
    if found:
        return found
    lacking = f"{name} is not on this machine: sudo apt-get install {PACKAGES[name]}"
    if os.environ.get("ROOMREACH_REQUIRE") == "all":
        pytest.fail(lacking)
    pytest.skip(lacking)


def main() -> None:
    """Install what is missing where that is allowed, else say which tests will be skipped."""
    missing = {name: package for name, package in PACKAGES.items() if not program(name)}
    if not missing:
        return
    script = Path(__file__).parent.parent / ".ci" / "packages"
    subprocess.run([script, *missing.values()], check=False)
    still = [name for name in missing if not program(name)]
    if still:
        print(f"Tests that need {', '.join(still)} will be skipped.", file=sys.stderr)


if __name__ == "__main__":
    main()
