"""The whole catalogue on the reference, asyncio, uvloop, trio, curio and anyio, as a user would run it."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.measure import Row, Table

RUNTIMES = (
    *("reference", "asyncio", "uvloop", "trio", "curio"),
    *("anyio:asyncio", "anyio:uvloop", "anyio:trio"),
)
FIRST = ("spawn", "join", "timers", "cancellation", "tcp")
COMMAND = ("run", *(f"--runtime={name}" for name in RUNTIMES), "--seeds", "10", "--format", "json")


def _cpu() -> float:
    """CPU seconds of child processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def catalogue() -> Table:
    """One run of the areas that the target was set for, and one of everything, each with its workers."""
    first = tuple(f"--scenario={area}/*" for area in FIRST)
    rows = (_row(", ".join(FIRST), (*COMMAND, *first)), _row("everything", COMMAND))
    about = (
        f"`conformance {' '.join(COMMAND)}`, once, start included; CPU of all processes. The target was set"
        " when the catalogue had five areas."
    )
    return Table("catalogue", "The catalogue on all runtimes", rows, about)


def _row(name: str, command: tuple[str, ...]) -> Row:
    cpu, wall = _cpu(), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "conformance", *command],
        capture_output=True,
        check=False,
        cwd=Path(__file__).resolve().parents[1],
    )
    wall, cpu = time.perf_counter() - wall, _cpu() - cpu
    note = f"exit code {done.returncode}{_size(done.stdout)}"
    return Row(name, "s", wall, cpu, "< 60", note)


def _size(stdout: bytes) -> str:
    """How many cases that was, if it says so."""
    try:
        cases = json.loads(stdout)["cases"]
    except (ValueError, KeyError, TypeError):
        return ""
    return f", {len(cases) if isinstance(cases, list) else cases} cases"
