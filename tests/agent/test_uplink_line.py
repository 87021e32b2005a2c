"""When the broker dies, says nothing, is not whom it should be, or is far away for long."""

import gc
import random
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from roomreach_agent.settings import Broker
from roomreach_agent.uplink import Line
from roomreach_agent.uplink.backoff import Backoff
from servers import Mosquitto, free_port, wait_until
from small_collector import SmallCollector
from uplinks import sending


def test_back_off_is_jitter_below_a_doubling_ceiling() -> None:
    backoff = Backoff(1, 60, lambda: 1.0)
    assert [backoff.next_s() for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    backoff.reset()
    assert backoff.next_s() == 1
    source = random.Random(1)
    waits = [Backoff(1, 60, source.random).next_s() for _ in range(1000)]
    assert 0 <= min(waits) < 0.1
    assert 0.9 < max(waits) <= 1


def test_a_killed_broker_is_found_again_said_once_each_way_and_nothing_is_lost(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    with Mosquitto(tmp_path / "broker") as broker, sending(broker.port, tmp_path) as agent:
        with SmallCollector(broker.port) as collector:
            agent.put(5)
            wait_until(lambda: len(collector.heard) == 5, "the first five stored")
        broker.kill()
        wait_until(lambda: "no broker" in caplog.text, "the loss being said")
        late = agent.put(5)
        time.sleep(2.5)  # several tries
        broker.start()
        with SmallCollector(broker.port) as collector:
            wait_until(agent.drained_by_and_by, "the rest stored")
            assert set(late) <= set(collector.heard)
    assert caplog.text.count("no broker") == 1
    assert caplog.text.count("connected to the broker again, after ") == 1


def test_what_was_under_way_when_the_line_broke_is_sent_again_at_once(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    with (
        SmallCollector(mosquitto.port, answering=False) as collector,
        sending(mosquitto.port, tmp_path) as agent,
    ):
        keys = agent.put(30)
        wait_until(lambda: len(collector.heard) == 30, "thirty heard")
        # Whoever bears the agent's name ends its connection.
        thief = Line(Broker(port=mosquitto.port), agent.agent, clock=agent.clock, window=1)
        thief.open()
        wait_until(lambda: all(len(collector.heard[key]) == 2 for key in keys), "thirty heard again")
        thief.close()
        assert all(first == second for first, second in collector.heard.values())
        assert agent.uplink.tally.resent == 30


def test_a_broker_that_takes_the_connection_and_says_nothing_is_given_up(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with sending(silent.getsockname()[1], tmp_path, ready_within_s=0.5) as agent:
            silent.settimeout(10)
            first, _ = silent.accept()
            second, _ = silent.accept()  # it hung up, and tries again
            agent.put()
            assert agent.outbox.counts().waiting == 1
            began = time.monotonic()
            agent.uplink.stop()
            assert time.monotonic() - began < 1
            first.close()
            second.close()


def test_two_agents_of_one_name_fight_ever_more_slowly(mosquitto: Mosquitto, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with (
        SmallCollector(mosquitto.port) as collector,
        sending(mosquitto.port, tmp_path, chance=lambda: 1.0) as agent,
        sending(mosquitto.port, tmp_path / "other", agent=agent.agent, chance=lambda: 1.0) as other,
    ):
        for _ in range(10):
            agent.put()
            other.put()
            time.sleep(0.5)
        online = [said for _, said in collector.presences if b"online" in said]
    # They take the name from each other at 0, 0, 1, 2 and 4 s; without back-off it would be every second.
    assert 3 <= len(online) <= 5


def test_whatever_fails_in_the_uplink_the_next_line_does_better(
    mosquitto: Mosquitto, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Fails(Line):
        failing = True

        def announce(self) -> None:
            if Fails.failing:
                Fails.failing = False
                raise RuntimeError("nobody foresaw this")
            super().announce()

    with SmallCollector(mosquitto.port), sending(mosquitto.port, tmp_path, line=Fails) as agent:
        agent.put(3)
        wait_until(agent.drained, "all stored")
    assert "nobody foresaw this" in caplog.text


# TLS


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority of our own, and what it signed: a broker's certificate for 127.0.0.1, and an agent's.

    From Python 3.13 on, a certificate without the identifiers and usages of RFC 5280 is not trusted.
    """
    folder = tmp_path_factory.mktemp("authority")

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    for name in ("ca", "stranger"):
        made = ("-keyout", f"{name}.key", "-out", f"{name}.crt", "-subj", f"/CN={name}")
        openssl("req", "-x509", *key, *made, "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    for name in ("broker", "agent"):
        (folder / f"{name}.ext").write_text(
            "subjectAltName=IP:127.0.0.1\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n"
        )
        openssl("req", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        signing = ("-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", f"{name}.ext")
        openssl("x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.crt", *signing)
    (folder / "broker.key").chmod(0o644)  # mosquitto gives up being root before it reads it
    folder.chmod(0o755)
    return folder


@pytest.fixture
def tls_broker(authority: Path, tmp_path: Path) -> Iterator[tuple[Mosquitto, int]]:
    """A broker with a plain port for the collector, and another where agents must show a certificate."""
    port = free_port()
    settings = "\n".join(
        (
            f"listener {port} 127.0.0.1",
            f"cafile {authority}/ca.crt",
            f"certfile {authority}/broker.crt",
            f"keyfile {authority}/broker.key",
            "require_certificate true",
        )
    )
    # Mosquitto reads its keys as a user of its own, who may not look into root's temporary folders.
    with Mosquitto(tmp_path / "tls", settings=f"{settings}\nuser root") as broker:
        yield broker, port


def test_an_agent_with_its_certificate_is_heard_over_tls(
    tls_broker: tuple[Mosquitto, int], authority: Path, tmp_path: Path
) -> None:
    broker, port = tls_broker
    secured = Broker(
        port=port,
        ca=authority / "ca.crt",
        certificate=authority / "agent.crt",
        key=authority / "agent.key",
    )
    with SmallCollector(broker.port) as collector, sending(secured, tmp_path) as agent:
        agent.put(200)
        wait_until(agent.drained, "all stored over TLS")
        assert len(collector.heard) == 200


# paho leaves the socket of a failed handshake to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ca": "stranger.crt"}, "certificate is not to be trusted"),
        ({"host": "localhost"}, "certificate is not to be trusted"),
        ({"ca": "nowhere.crt"}, "No such file"),
    ],
)
def test_a_broker_that_cannot_be_verified_is_never_spoken_to(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    changes: dict[str, str],
    said: str,
) -> None:
    broker, port = request.getfixturevalue("tls_broker")
    authority = request.getfixturevalue("authority")
    secured = Broker(
        host=changes.get("host", "127.0.0.1"),
        port=port,
        ca=authority / changes.get("ca", "ca.crt"),
        certificate=authority / "agent.crt",
        key=authority / "agent.key",
    )
    with SmallCollector(broker.port) as collector, sending(secured, tmp_path) as agent:
        agent.put()
        wait_until(lambda: said in caplog.text, "the cause being said")
        assert collector.presences == []
        assert agent.outbox.counts().waiting == 1
    assert "127.0.0.1" not in caplog.text
    assert "localhost" not in caplog.text
    gc.collect()
