"""What is away is waited for, and said twice: once lost, once regained."""

import logging
import threading

import pytest

from roomreach.errors import Misconfigured, Refused, Unavailable
from roomreach_collector.patience import Patience, Stopped


class Failing:
    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)

    def __call__(self) -> str:
        if self.errors:
            raise self.errors.pop(0)
        return "done"


def patience(stopping: threading.Event | None = None, waits: list[str | None] | None = None) -> Patience:
    said = [] if waits is None else waits
    return Patience(stopping or threading.Event(), first_s=0.001, longest_s=0.004, waiting_for=said.append)


def test_what_comes_back_is_waited_for_and_said_once_each(caplog: pytest.LogCaptureFixture) -> None:
    waits: list[str | None] = []
    errors = [Unavailable("it sleeps"), Misconfigured("it is locked"), Unavailable("it sleeps")]
    with caplog.at_level(logging.INFO):
        assert patience(waits=waits).until_done("the store", Failing(*errors)) == "done"
    lost, regained = caplog.messages
    assert lost == "the store lost, waiting: it sleeps"
    assert regained.startswith("the store regained after")
    assert waits == ["the store", None]


def test_what_works_at_once_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        assert patience().until_done("the store", Failing()) == "done"
    assert not caplog.messages


def test_whoever_is_told_to_stop_waits_no_longer() -> None:
    stopping = threading.Event()
    stopping.set()
    with pytest.raises(Stopped):
        patience(stopping).until_done("the store", Failing(Unavailable("planted")))


def test_what_trying_again_does_not_help_is_not_waited_for() -> None:
    with pytest.raises(Refused):
        patience().until_done("the store", Failing(Refused("planted")))
    with pytest.raises(Misconfigured):
        patience().until_done("the store", Failing(Misconfigured("planted")), (Unavailable,))
