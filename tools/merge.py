"""Merge the results files of the tox matrix into one report.

A file of its own because tox starts no shell that would expand ``results/*.jsonl``, and because an
environment that was skipped or fell over must be named, not silently absent. What is violated has been held
against its baseline by the environment that ran it: here it is shown, with the reasons that the baselines give.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

RESULTS = Path("results")
BASELINES = Path(__file__).resolve().parents[1] / "baselines"
VIOLATED = 1
NOTHING_RAN = 66


def main(arguments: Sequence[str]) -> int:
    """Call ``conformance report`` on every results file; return its exit code, and 0 where it tells of violations."""
    found = sorted(RESULTS.glob("py*.jsonl"))
    if not found:
        print("No results to merge: no environment ran.", file=sys.stderr)
        return NOTHING_RAN
    page = RESULTS / "report.html"
    files = [str(path) for path in found]
    held = [part for path in _baselines(found) for part in ("--baseline", str(path))]
    command = ["conformance", "report", *files, *held, "--html", str(page), *arguments]
    code = subprocess.run(command, check=False).returncode
    for line in _absent({path.stem for path in found}):
        print(line)
    if page.exists():
        print(f"Report: {page.resolve()}")
    return 0 if code == VIOLATED else code


def _baselines(files: Sequence[Path]) -> list[Path]:
    """Those of the runtimes that ran, as the headers of the files name them; of a damaged file the report tells."""
    ran: set[str] = set()
    for file in files:
        with suppress(ValueError, KeyError, TypeError), file.open(encoding="utf-8") as lines:
            header = json.loads(lines.readline())
            ran |= {line["address"].replace(":", "-") for line in header["runtimes"]}
    return [path for path in sorted(BASELINES.glob("*.toml")) if path.stem in ran]


def _absent(found: set[str]) -> list[str]:
    """One line for each interpreter of the matrix that left no result, or only some."""
    lines = []
    for python in _pythons():
        missing = [name for name in python if name not in found]
        version = re.sub(r"py3(\d+)-.*", r"Python 3.\1", python[0])
        if len(missing) == len(python):
            lines.append(f"Skipped: {version} (not on this machine, or nothing ran)")
        elif missing:
            lines.append(f"No results: {', '.join(missing)}")
    return lines


def _pythons() -> list[list[str]]:
    """Names of the matrix environments, grouped by interpreter; tox.ini hands the matrix over."""
    groups: dict[str, list[str]] = {}
    for name in os.environ.get("MATRIX", "").split():
        python, dash, _runtime = name.partition("-")
        if dash:
            groups.setdefault(python, []).append(name)
    return list(groups.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
