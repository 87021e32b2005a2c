"""The command ``roomreach-agent``: measure for ever, measure once, test once, or say what to mend."""

import argparse
import json
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from roomreach.errors import Misconfigured, RoomreachError
from roomreach.measurement import Outcome
from roomreach.wire import measurement_document
from roomreach_agent import check, rounds, words
from roomreach_agent.check import ExitCode
from roomreach_agent.clock import SystemClock
from roomreach_agent.probes import Probe, Tools, chosen
from roomreach_agent.settings import Settings, effective, load
from roomreach_agent.shell import SystemShell

SETTINGS = Path("/etc/roomreach-agent/agent.toml")

_EXIT_CODES = """\
exit codes of check, and of every command that cannot start:
  0  all is well
  1  this machine must be mended: its disk, its radio, a missing program
  2  the settings must be mended
  3  the building, its line or the broker must be mended
  4  the agent itself has a fault: run it again with --verbose and tell us what it says
"""

_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says, and give the exit code."""
    options = _parser().parse_args(arguments)
    chatty = options.verbose or options.command == "run"
    # Once and check speak to a person, who is told what to mend; a trace is for whoever asks for one.
    logging.basicConfig(
        level=logging.INFO if chatty else logging.CRITICAL + 1,
        format="%(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    try:
        return _COMMANDS[options.command](load(options.settings), options)
    except RoomreachError as exc:
        sys.stderr.write(f"{exc}\n")
        misconfigured = isinstance(exc, Misconfigured)
        return ExitCode.MEND_THE_SETTINGS if misconfigured else ExitCode.MEND_THIS_MACHINE
    except KeyboardInterrupt:
        return _INTERRUPTED
    except Exception as exc:
        logging.getLogger(__name__).exception("the agent stopped")
        sys.stderr.write(f"The agent has a fault: {type(exc).__name__}. Run it again with --verbose.\n")
        return ExitCode.OUR_FAULT


def _run(settings: Settings, _options: argparse.Namespace) -> int:
    # Only this command needs the broker's library: once and check stay small.
    from roomreach_agent.run import run  # noqa: PLC0415

    run(settings)
    return ExitCode.ALL_WELL


def _once(settings: Settings, options: argparse.Namespace) -> int:
    measurements = rounds.take(_probes(settings))
    if options.json:
        _say(json.dumps([measurement_document(m) for m in measurements], indent=2, ensure_ascii=False))
    else:
        _say(*map(words.sentence, measurements))
    return ExitCode.ALL_WELL


def _speed(settings: Settings, _options: argparse.Namespace) -> int:
    # Only this command and run make tests: the others load no engine.
    from roomreach_agent.testing.now import test_now  # noqa: PLC0415

    measurements = test_now(settings, Tools(shell=SystemShell()), SystemClock())
    _say(*map(words.sentence, measurements))
    well = all(measurement.outcome is Outcome.OK for measurement in measurements)
    return ExitCode.ALL_WELL if well else ExitCode.MEND_THE_BUILDING


def _check(settings: Settings, _options: argparse.Namespace) -> int:
    _say(*(f"{key} = {_written(value)}" for key, value in effective(settings)), "")
    found = check.findings(settings, rounds.take(_probes(settings)), synchronised=_synchronised(settings)())
    _say(*(f"{finding.state.value:>5}  {finding.rung}: {finding.found}" for finding in found), "")
    cause = check.cause(found)
    if cause is None:
        _say("All is well.")
        return ExitCode.ALL_WELL
    _say(f"Cause: {cause.rung}: {cause.found}.", f"Do this: {cause.action}")
    return cause.code


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _written(value: object) -> str:
    match value:
        case tuple():
            return ", ".join(value)
        case bool():
            return "true" if value else "false"
        case _:
            return str(value or "(none)")


_COMMANDS: Mapping[str, Callable[[Settings, argparse.Namespace], int]] = {
    "run": _run,
    "once": _once,
    "check": _check,
    "speed": _speed,
}


def _probes(settings: Settings) -> tuple[Probe, ...]:
    return chosen(settings, Tools(shell=SystemShell(), clock_synchronised=_synchronised(settings)))


def _synchronised(settings: Settings) -> Callable[[], bool]:
    clock = SystemClock()
    return lambda: settings.clock_kept_by_host or clock.kernel_synchronised()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="roomreach-agent",
        description="Measures one room and reports until it is heard.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command, does in (
        ("run", "measure and report, round after round, until stopped"),
        ("once", "measure once and print it, in words"),
        ("check", "say what is wrong, one cause, and what to do about it"),
        ("speed", "test how much the line carries, now, within the day's allowance of data"),
    ):
        one = commands.add_parser(
            command,
            help=does,
            description=does,
            epilog=_EXIT_CODES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        one.add_argument(
            "--settings", type=Path, default=SETTINGS, metavar="FILE", help="default: %(default)s"
        )
        one.add_argument("--verbose", action="store_true", help="log to standard error")
        if command == "once":
            one.add_argument("--json", action="store_true", help="print the measurements as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
