"""The same test through TLS, which a proxy before the server speaks."""

import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn

from roomreach.measurement import Reason
from roomreach_agent.engines import Ask
from roomreach_agent.engines.own.engine import OwnEngine
from roomreach_agent.engines.own.live import LiveTransfers
from roomreach_agent.engines.own.server import Server
from roomreach_hub.speed_server.app import create_app
from roomreach_hub.speed_server.listening import listen
from roomreach_hub.speed_server.share import FairShare
from roomreach_hub.speed_server.tests_under_way import Limits, UnderWay
from roomreach_hub.speed_server.tokens import Tokens
from speed_servers import TOKEN


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost that nobody else signed, with its key in the same file."""
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-nodes", "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", file, "-out", file.with_suffix(".crt")),
        ],
        check=True,
        capture_output=True,
    )
    file.write_text(file.read_text() + file.with_suffix(".crt").read_text())
    return file


@contextmanager
def secured(certificate: Path) -> Iterator[str]:
    app = create_app(Tokens([TOKEN]), UnderWay(Limits()), FairShare(5_000_000))
    config = uvicorn.Config(app, log_level="error", ssl_certfile=certificate, lifespan="off")
    server = uvicorn.Server(config)
    with listen("127.0.0.1", 0) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"https://localhost:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def test_both_directions_are_measured_through_tls(certificate: Path) -> None:
    with secured(certificate) as url:
        server = Server.at(url, TOKEN)
        assert server.tls
        server.tls.load_verify_locations(certificate.with_suffix(".crt"))
        found = OwnEngine(lambda _: LiveTransfers(server)).test(Ask(target="server", most_bytes=6_000_000))
    assert found.reason is None
    # Both ends and their TLS share one thread's time here: how true a rate is, the testbed says.
    assert found.download_mbps
    assert found.upload_mbps
    assert (found.download_bytes or 0) > 100_000 < (found.upload_bytes or 0)


def test_a_certificate_that_nobody_vouches_for_has_intercepted_the_test(certificate: Path) -> None:
    with secured(certificate) as url:
        engine = OwnEngine(lambda _: LiveTransfers(Server.at(url, TOKEN)))
        assert engine.test(Ask(target="server", most_bytes=1_000_000)).reason is Reason.INTERCEPTED


def test_a_server_verifies_what_it_talks_to() -> None:
    tls = Server.at("https://localhost", TOKEN).tls
    assert tls
    assert tls.verify_mode is ssl.CERT_REQUIRED
    assert tls.check_hostname
