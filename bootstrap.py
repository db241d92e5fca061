#!/usr/bin/env python3
"""Run tox from a fresh clone, on a machine that has only Python and pip.

``python3 bootstrap.py`` runs the catalogue on every runtime and ends with the report;
``python3 bootstrap.py ARGS`` runs ``tox ARGS``. tox lives in a virtual environment under
``.tox``, because many systems refuse to install into their own Python (PEP 668); it is made even
where Debian has split ``ensurepip`` off. Standard library only.
"""

import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
HOME = HERE / ".tox" / "bootstrap"  # not .venv, which may be the reader's own
TOX = "tox>=4.23"


def main(arguments: Sequence[str]) -> int:
    """Make the environment if need be, then hand over; return tox's exit code."""
    python = HOME / "bin" / "python"
    if not _has_tox(python):
        _install_tox(python)
    tox = [str(python), "-m", "tox"]
    if arguments:
        return _call(*tox, *arguments)
    for old in (HERE / "results").glob("py*.jsonl"):
        old.unlink()
    # In two steps, so that the summary of the catalogue comes after tox's own.
    matrix = _call(*tox, "run", "--skip-env", "report")
    report = _call(*tox, "run", "-qq", "-e", "report")
    return report or matrix


def _has_tox(python: Path) -> bool:
    if not python.exists():
        return False
    probe = [str(python), "-c", "import tox"]
    return subprocess.run(probe, check=False, capture_output=True).returncode == 0


def _install_tox(python: Path) -> None:
    print("Installing tox …", flush=True)
    venv.create(HOME, clear=True, symlinks=True, with_pip=False)
    # The pip at hand installs into the new environment: no ensurepip needed.
    pip = [sys.executable, "-m", "pip", "--python", str(python)]
    if _call(*pip, "install", "--quiet", TOX):
        sys.exit(f"Could not install {TOX}: see the message of pip above.")


def _call(*command: str) -> int:
    environment = {"TOX_DISCOVER": ",".join(_interpreters()), **os.environ}
    return subprocess.run(command, check=False, cwd=HERE, env=environment).returncode


def _interpreters() -> list[str]:
    """This one, and what pyenv has installed but not put on the path: those are at hand too."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    installed = pyenv.glob("versions/3.1[1-9].*/bin/python3")
    return [sys.executable, *sorted(str(python) for python in installed)]


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 (older ones run this file too, and should be told)
        sys.exit("Python 3.11 or later is needed; this is " + sys.version.split()[0])
    sys.exit(main(sys.argv[1:]))
