"""Every way of asking us to stop is heard, and none ends us at once."""

import signal

import pytest

from roomreach_hub.signals import asked_to_stop


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_being_asked_to_stop_is_noted(how: signal.Signals) -> None:
    before = signal.getsignal(how)
    with asked_to_stop() as asked:
        assert not asked.to_stop
        signal.raise_signal(how)
        signal.raise_signal(how)
        assert asked.to_stop
    assert signal.getsignal(how) == before
