"""A secret is read where it lies, or where systemd hands it to the unit that may not."""

from pathlib import Path

from roomreach_agent.files import secret_of

ROOT = Path(__file__).parents[2]


def test_a_secret_that_systemd_hands_over_comes_before_the_file_that_the_settings_name(
    tmp_path: Path,
) -> None:
    named, handed = tmp_path / "speed.token", tmp_path / "credentials"
    assert secret_of(named, {}) == ""
    named.write_text("by hand\n")
    assert secret_of(named, {}) == "by hand"
    assert secret_of(named, {"CREDENTIALS_DIRECTORY": str(handed)}) == "by hand"
    handed.mkdir()
    (handed / "speed.token").write_text("by the unit\n")
    assert secret_of(named, {"CREDENTIALS_DIRECTORY": str(handed)}) == "by the unit"


def test_settings_example_and_how_tos_name_one_file_for_the_token() -> None:
    for file in (
        "hub/roomreach_hub/agent_settings.py",
        "agent/roomreach_agent/agent.example.toml",
        "docs/how-to/connect-a-pi.md",
        "docs/how-to/deploy-with-compose.md",
        "docs/how-to/run-a-speed-server.md",
    ):
        assert "/etc/roomreach/speed.token" in (ROOT / file).read_text(), file


def test_the_tunnel_of_the_how_to_forwards_and_permits_the_broker_and_the_speed_server() -> None:
    how_to = (ROOT / "docs/how-to/connect-a-pi.md").read_text()
    for port in (1883, 8805):
        assert f'permitopen="127.0.0.1:{port}"' in how_to
        assert f"-L 127.0.0.1:{port}:127.0.0.1:{port}" in how_to
