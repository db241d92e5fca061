"""The baselines of the runtimes that we ship: ``gate`` results against them, or ``accept`` results into them.

    python tools/baselines.py gate results/*.jsonl
    python tools/baselines.py accept --reason "…" results/*.jsonl

One file for each runtime, ``baselines/NAME.toml``. It calls ``conformance gate`` and ``conformance accept``.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BASELINES = ROOT / "baselines"
WORST_FIRST = (70, 1, 78, 65, 66, 64, 2, 3)
"""Exit codes of the command line, by what outweighs what."""


def main(arguments: Sequence[str]) -> int:
    """Gate or accept every runtime that the files hold; the worst exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", choices=["gate", "accept"])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--reason", default="", help="why what does not conform is accepted")
    parser.add_argument("--unless", default="", help="do nothing if this is not empty")
    told = parser.parse_args(arguments)
    if told.unless:
        print(f"Not held against a baseline: only a part was run ({told.unless}).")
        return 0
    runtimes, codes = _runtimes(told.files)
    for runtime in runtimes:
        if told.what == "gate" and not _place(runtime).exists():
            print(f"{runtime}: no baseline yet, so it is not held against one")
            continue
        command = [
            "conformance",
            told.what,
            "--runtime",
            runtime,
            "--baseline",
            str(_place(runtime)),
        ]
        for file in told.files:
            command += ["--results", str(file)]
        if told.what == "accept" and told.reason:
            command += ["--reason", told.reason]
        codes.add(subprocess.run(command, check=False).returncode)
    if not runtimes and not codes:
        print("No runtime started: there is nothing to hold against a baseline.", file=sys.stderr)
        return 66
    return next((code for code in WORST_FIRST if code in codes), max(codes, default=0))


def _place(runtime: str) -> Path:
    return BASELINES / f"{runtime.replace(':', '-')}.toml"


def _runtimes(files: Sequence[Path]) -> tuple[list[str], set[int]]:
    """Every runtime that started in one of the runs, by name; and 65 if a file could not be read."""
    found: set[str] = set()
    codes: set[int] = set()
    for file in files:
        try:
            header = json.loads(file.read_text(encoding="utf-8").partition("\n")[0])
            found |= {line["address"] for line in header["runtimes"] if not line.get("trouble")}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            print(f"{file}: not a results file: {type(error).__name__}: {error}", file=sys.stderr)
            codes.add(65)
    return sorted(found), codes


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
