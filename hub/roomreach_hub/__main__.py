"""``roomreach``: the hub's command line."""

import logging
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from roomreach.errors import RoomreachError
from roomreach_hub import speaking
from roomreach_hub.broker import BROKERS
from roomreach_hub.choices import Choices
from roomreach_hub.doctor import CHECKS, Situation, examine
from roomreach_hub.doctor import telling as doctor_telling
from roomreach_hub.folder import Folder
from roomreach_hub.verbs import agents, dashboards, init, quarantine, sites, speed_server
from roomreach_hub.verbs.options import DEFAULT_FOLDER, AsJson, In

DEFAULT_PAGE_PORT = 8800

# `demo` and `up` import their own parts when they are called: loading the API takes longer than any other
# command does.

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Can residents get online? roomreach on this machine.\n\n"
    "Exit codes: 0 fine, 1 a problem was found, 2 something must be changed first, "
    "3 something cannot be reached.",
)
app.add_typer(sites.app, name="sites", rich_help_panel="Places")
app.add_typer(agents.app, name="agents", rich_help_panel="Places")
app.add_typer(quarantine.app, name="quarantine", rich_help_panel="Operations")
app.add_typer(dashboards.app, name="dashboards", rich_help_panel="Operations")

_PagePort = Annotated[
    int, typer.Option("--port", min=0, max=65_535, help="Port of the pages; 0: any that is free.")
]
_BrokerPort = Annotated[
    int | None,
    typer.Option(
        min=0, max=65_535, help="Port of the broker; 0: any. Default: 1883, or the next that is free."
    ),
]
_Broker = Annotated[
    str | None,
    typer.Option(metavar="|".join(BROKERS), help="Which broker. Default: the first that is installed."),
]


@app.command(rich_help_panel="Start here")
def demo(
    *,
    port: _PagePort = DEFAULT_PAGE_PORT,
    broker: _Broker = None,
    broker_port: _BrokerPort = None,
    pace: Annotated[
        float, typer.Option(hidden=True, min=0.1, max=50, help="So many times as fast, for tests.")
    ] = 1,
    days: Annotated[
        int, typer.Option(min=0, max=365, help="Days of made-up history; 0: a hostel alone, and no past.")
    ] = 28,
    seed: Annotated[int, typer.Option(help="Another number is another course of events.")] = 1,
) -> None:
    """Try roomreach with a made-up borough, in a temporary folder. Ctrl-C leaves nothing behind.

    Example: roomreach demo --port 8801
    """
    started = time.monotonic()
    from roomreach_hub.buildings.hostel import Script  # noqa: PLC0415 - see above
    from roomreach_hub.demo import demo as run_demo  # noqa: PLC0415

    choices = Choices(page_port=port, broker=broker, broker_port=broker_port)
    run_demo(choices, started, Script(seed=seed).sooner(pace), days)


@app.command(rich_help_panel="Start here")
def up(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder that holds everything; made if missing.")
    ],
    port: _PagePort = DEFAULT_PAGE_PORT,
    broker: _Broker = None,
    broker_port: _BrokerPort = None,
    speed_port: Annotated[
        int | None,
        typer.Option(min=0, max=65_535, help="Run a speed server too, on this port; 0: any that is free."),
    ] = None,
) -> None:
    """Run a hub in a folder: broker, collector, stores, API and pages, for this machine only.

    Example: roomreach up /srv/roomreach
    """
    from roomreach_hub.up import up as run_up  # noqa: PLC0415 - see above

    choices = Choices(page_port=port, broker=broker, broker_port=broker_port, speed_port=speed_port)
    run_up(folder, choices)


app.command(rich_help_panel="Start here")(init.init)
app.command("speed-server", rich_help_panel="Operations")(speed_server.speed_server)


@app.command(rich_help_panel="Operations")
def doctor(*, folder: In = DEFAULT_FOLDER, as_json: AsJson = False) -> None:
    """Say what is wrong: the first cause, and the one thing to do about it.

    Example: roomreach doctor --in /srv/roomreach
    """
    examination = examine(Situation(folder=Folder(folder), now=datetime.now(UTC)), CHECKS)
    doctor_telling.tell(examination, as_json=as_json)
    raise typer.Exit(speaking.PROBLEM if examination.cause else speaking.OK)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command, by default this process's own; explain in a sentence what it cannot do."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        app(arguments)
    except RoomreachError as exc:
        speaking.tell(str(exc))
        sys.exit(speaking.exit_code(exc))
    except OSError as exc:
        # A disk that fills up, a folder that vanishes: the world's doing, which a trace would not explain.
        speaking.tell(f"{exc.filename or 'This machine'}: {exc.strerror or exc}.")
        sys.exit(speaking.UNREACHABLE)


if __name__ == "__main__":
    main()
