"""What were speedtest-cli's requests answered? It throws the answers away; this counts them while it runs.

Started by its path, with any interpreter that has speedtest-cli; needs nothing else. It runs what
``python -m speedtest`` runs, and changes nothing but this: each answer is counted on its way. The program is
archived, so the seam this stands on stays as it is.
"""

import importlib.util
import json
import runpy
import ssl
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterable
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

NOT_INSTALLED = 69
"""The exit code where the interpreter has no speedtest-cli."""

MARK = "witnessed "
"""What the line on standard error begins with that says the answers: of what, which status, how often."""

DROPPED = "dropped"
UNTRUSTED = "untrusted"
"""Instead of a status: no answer came; or somebody answered who could not show the service's certificate."""


def main() -> None:
    """Run speedtest-cli with our own arguments, and say at its end what it was answered."""
    if importlib.util.find_spec("speedtest") is None:
        sys.exit(NOT_INSTALLED)
    # Its threads append, which needs no lock.
    answers: list[tuple[str, str]] = []

    class Witness(urllib.request.OpenerDirector):
        def open(self, fullurl, data=None, timeout=None):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202, ARG002 - as speedtest-cli calls it
            what = _what(fullurl)
            try:
                answer = super().open(fullurl, data)
            except HTTPError as exc:
                answers.append((what, str(exc.code)))
                raise
            except OSError as exc:
                answers.append((what, _unanswered(exc)))
                raise
            answers.append((what, str(answer.code)))
            return answer

    urllib.request.OpenerDirector = Witness  # type: ignore[misc]
    try:
        runpy.run_module("speedtest", run_name="__main__", alter_sys=True)
    finally:
        sys.stderr.write(f"{MARK}{json.dumps(_counted(answers))}\n")


def _what(request: urllib.request.Request) -> str:
    if request.get_method() == "POST":
        return "upload"
    return "download" if urlsplit(request.full_url).path.endswith(".jpg") else "list"


def _unanswered(exc: OSError) -> str:
    why = exc.reason if isinstance(exc, URLError) else exc
    return UNTRUSTED if isinstance(why, ssl.SSLCertVerificationError) else DROPPED


def _counted(answers: Iterable[tuple[str, str]]) -> dict[str, dict[str, int]]:
    counted: dict[str, dict[str, int]] = {}
    for (what, status), times in Counter(answers).items():
        counted.setdefault(what, {})[status] = times
    return counted


if __name__ == "__main__":
    main()
