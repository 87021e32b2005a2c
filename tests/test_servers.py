"""The servers themselves: a test that starts nothing would prove nothing."""

from pathlib import Path

from servers import InfluxDB, Mosquitto


def test_a_killed_server_comes_back_on_the_same_port(tmp_path: Path) -> None:
    for server in (Mosquitto(tmp_path / "m"), InfluxDB(tmp_path / "i")):
        with server:
            server.kill()
            assert not server.alive()
            server.start()
            assert server.alive()
