"""Which broker does a machine get?"""

from dataclasses import replace

import pytest

from roomreach.errors import Misconfigured
from roomreach_hub.broker import BROKERS, choose
from roomreach_hub.broker.kind import Kind


def here(kind: Kind) -> Kind:
    return replace(kind, command=lambda configuration: ["broker", str(configuration)])


def missing(kind: Kind) -> Kind:
    return replace(kind, command=lambda _: None)


MOSQUITTO, EMBEDDED = BROKERS["mosquitto"], BROKERS["embedded"]


def test_mosquitto_is_preferred_wherever_it_is_installed() -> None:
    brokers = {"mosquitto": here(MOSQUITTO), "embedded": here(EMBEDDED)}
    assert choose(None, brokers) is brokers["mosquitto"]
    assert choose("embedded", brokers) is brokers["embedded"]


def test_without_mosquitto_the_embedded_broker_serves() -> None:
    brokers = {"mosquitto": missing(MOSQUITTO), "embedded": here(EMBEDDED)}
    assert choose(None, brokers) is brokers["embedded"]


def test_without_any_broker_it_is_said_what_to_install() -> None:
    brokers = {"mosquitto": missing(MOSQUITTO), "embedded": missing(EMBEDDED)}
    with pytest.raises(Misconfigured, match=r"no MQTT broker\. .*apt-get install mosquitto"):
        choose(None, brokers)
    with pytest.raises(Misconfigured, match=r"no embedded broker .*apt-get install mosquitto"):
        choose("embedded", brokers)


def test_a_broker_nobody_knows_is_refused_with_those_there_are() -> None:
    with pytest.raises(Misconfigured, match="no broker 'rabbit', only mosquitto and embedded"):
        choose("rabbit")


@pytest.mark.parametrize("kind", BROKERS.values(), ids=BROKERS)
def test_every_broker_is_told_to_listen_on_the_loopback_address(kind: Kind) -> None:
    text = kind.configuration(18830)
    assert "127.0.0.1" in text
    assert "0.0.0.0" not in text  # noqa: S104 - what must not be there
