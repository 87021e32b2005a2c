"""The brokers that the hub can run on this machine."""

import os

import pytest

from roomreach.errors import Misconfigured
from roomreach_hub.broker import choose


def installed(name: str) -> str:
    """The broker's name; skips the test where it is missing, or fails it where none may be skipped."""
    try:
        choose(name)
    except Misconfigured as exc:
        if os.environ.get("ROOMREACH_REQUIRE") == "all":
            pytest.fail(str(exc))
        pytest.skip(str(exc))
    return name
