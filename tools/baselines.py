"""The baselines of the runtimes that we ship: ``gate`` results against them, or ``accept`` results into them.

    python tools/baselines.py gate [--again] results/*.jsonl
    python tools/baselines.py accept --reason "…" results/*.jsonl

One file for each runtime, ``baselines/NAME.toml``. A runtime that was asked for and did not start fails the gate,
but for those that need another CPython, or that ``--absent`` names. It does what ``conformance gate --results`` and
``conformance accept --results`` do for each runtime, and reads the files once. With ``--again`` what differs is run
again, as ``conformance gate`` does without results: on this interpreter, with the seeds of the results.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from conformance.cli.gate import (
    Gathered,
    Told,
    accept_gathered,
    gate_gathered,
    old_baseline,
    stored,
)
from conformance.cli.output import guarded
from conformance.engine.campaign import Plan
from conformance.errors import Exit
from conformance.judge.baseline_file import read_baseline

ROOT = Path(__file__).resolve().parents[1]
BASELINES = ROOT / "baselines"
OTHER_PYTHON = "needs CPython"
"""What an adapter says whose runtime this Python cannot run."""
WORST_FIRST = (70, 1, 78, 65, 66, 64, 2, 3)
"""Exit codes of the command line, by what outweighs what."""


def main(arguments: Sequence[str]) -> int:
    """Gate or accept every runtime that the files hold; the worst exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", choices=["gate", "accept"])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--reason", default="", help="why what does not conform is accepted")
    parser.add_argument("--absent", action="append", default=[], help="this one may be missing")
    parser.add_argument("--again", action="store_true", help="run again what differs")
    parser.add_argument("--unless", default="", help="do nothing if this is not empty")
    told = parser.parse_args(arguments)
    if told.unless:
        print(f"Not held against a baseline: only a part was run ({told.unless}).")
        return 0
    one = {
        "gate": partial(_gate, again=told.again),
        "accept": partial(_accept, reason=told.reason),
    }[told.what]
    return guarded(lambda: _all(one, stored(told.files), told.absent, strict=told.what == "gate"))


def _all(
    one: Callable[[str, Gathered], int], gathered: Gathered, absent: Sequence[str], *, strict: bool
) -> int:
    """Every runtime that started in one of the runs; the worst exit code. `strict`: all are to start."""
    missing = [r for r in gathered.results.runtimes if r.trouble and r.named]
    runtimes = sorted({r.address for r in gathered.results.runtimes if not r.trouble})
    if not runtimes:
        if gathered.unreadable:
            return Exit.DATA
        print("No runtime started: there is nothing to hold against a baseline.", file=sys.stderr)
        return Exit.NOTHING_RAN
    ended = {runtime: one(runtime, gathered) for runtime in runtimes}
    codes = set(ended.values()) | ({Exit.DATA} if gathered.unreadable else set())
    for line in missing:
        fine = line.address in absent or OTHER_PYTHON in line.trouble
        print(f"{line.address}: {'not here' if fine else 'NOT GATED'}: {line.trouble}")
        codes |= {Exit.NOT_STARTED} if strict and not fine else set()
    if odd := [f"{runtime} (exit {int(code)})" for runtime, code in ended.items() if code]:
        print(f"Not as their baselines say: {', '.join(odd)}. What differs is told above, at each.")
    return next((code for code in WORST_FIRST if code in codes), max(codes))


def _accept(runtime: str, gathered: Gathered, *, reason: str) -> int:
    path = _path(runtime)
    return guarded(
        lambda: accept_gathered(runtime, path, gathered, reason, old_baseline(path, runtime))
    )


def _gate(runtime: str, gathered: Gathered, *, again: bool) -> int:
    path = _path(runtime)
    if not path.exists():
        print(f"{runtime}: no baseline yet, so it is not held against one")
        return Exit.OK
    plan = _plan(runtime, gathered) if again else None
    return guarded(lambda: gate_gathered(read_baseline(path), gathered, Told(), {}, plan))


def _path(runtime: str) -> Path:
    return BASELINES / f"{runtime.replace(':', '-')}.toml"


def _plan(runtime: str, gathered: Gathered) -> Plan:
    """How that runtime was run, as its header says."""
    headers = gathered.results.headers
    mine = next(h for h in headers if any(line.address == runtime for line in h.runtimes))
    return Plan((), (runtime,), mine.seeds, mine.seed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
