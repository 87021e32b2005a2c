"""``roomreach dashboards``: our dashboards, into a folder or into a running Grafana."""

from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from roomreach.errors import Misconfigured
from roomreach_hub import speaking
from roomreach_hub.grafana.exporting import export as export_files
from roomreach_hub.grafana.files import Reaching, exported, models
from roomreach_hub.verbs.options import AsJson

app = typer.Typer(no_args_is_help=True, help="Charts of what was measured, for Grafana.")

_AS_SHIPPED = Reaching()


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to; made if missing.")],
    *,
    influxdb: Annotated[
        str, typer.Option(help="InfluxDB's address, as Grafana reaches it.")
    ] = _AS_SHIPPED.influxdb,
    database: Annotated[str, typer.Option(help="Its bucket or database.")] = _AS_SHIPPED.database,
    token_file: Annotated[
        str, typer.Option(help="Where Grafana finds a token that may read it.")
    ] = _AS_SHIPPED.token_file,
    dashboards: Annotated[
        str | None, typer.Option(help="Where Grafana finds DIR/json. Default: there.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the dashboards, and the provisioning by which Grafana loads them when it starts.

    Example: roomreach dashboards export /srv/grafana --influxdb http://127.0.0.1:8086
    """
    files = exported(
        Reaching(
            influxdb=influxdb,
            database=database,
            token_file=token_file,
            dashboards=dashboards or str(folder.resolve() / "json"),
        )
    )
    changed = export_files(files, folder)
    if as_json:
        speaking.document({"files": changed})
        return
    for name, written in changed.items():
        speaking.fact(f"{'written  ' if written else 'unchanged'}  {folder / name}")
    speaking.tell(f"Next: start Grafana with GF_PATHS_PROVISIONING={folder.resolve() / 'provisioning'}")


@app.command()
def push(
    *,
    url: Annotated[str, typer.Option(help="Grafana's address, with its path if it has one.")],
    token_file: Annotated[Path, typer.Option(help="The file of a service account's token, role Editor.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written, and stop.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a running Grafana up to date. What roomreach did not make is never written over.

    The dashboards find InfluxDB by any data source of that type: choose it at the top of the page.

    Example: roomreach dashboards push --url http://127.0.0.1:3000 --token-file grafana.token --dry-run
    """
    # Loading an HTTP session takes longer than most commands do.
    from roomreach_hub.grafana import pushing  # noqa: PLC0415 - see above
    from roomreach_hub.grafana.server import Server  # noqa: PLC0415 - see above

    with Server(url, _token(token_file)) as grafana:
        steps = pushing.plan(models(), grafana)
        if not dry_run:
            pushing.push(steps, grafana, message=f"roomreach {version('roomreach-hub')}")
    if as_json:
        speaking.document(
            {"written": not dry_run, "dashboards": {step.model["uid"]: step.what for step in steps}}
        )
        return
    for step in steps:
        speaking.fact(f"{step.what:<8}  {step.model['uid']}  {step.model['title']}")
    if dry_run:
        speaking.tell("Nothing was written. Without --dry-run, it is.")


def _token(file: Path) -> str:
    token = file.read_text(encoding="utf-8", errors="replace").strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise Misconfigured(f"{file} holds no token: put the token alone in it.")
    return token
