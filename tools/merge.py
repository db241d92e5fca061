"""Merge the results files of the tox matrix into one report.

A file of its own because tox starts no shell that would expand ``results/*.jsonl``, and because an
environment that was skipped or fell over must be named, not silently absent.
"""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

RESULTS = Path("results")
NOTHING_RAN = 66


def main(arguments: Sequence[str]) -> int:
    """Call ``conformance report`` on every results file; return its exit code."""
    found = sorted(RESULTS.glob("py*.jsonl"))
    if not found:
        print("No results to merge: no environment ran.", file=sys.stderr)
        return NOTHING_RAN
    page = RESULTS / "report.html"
    files = [str(path) for path in found]
    command = ["conformance", "report", *files, "--html", str(page), *arguments]
    code = subprocess.run(command, check=False).returncode
    for line in _absent({path.stem for path in found}):
        print(line)
    if page.exists():
        print(f"Report: {page.resolve()}")
    return code


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
