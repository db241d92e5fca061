"""Every runtime that has a baseline, on the interpreter at hand, held against it.

    python tools/gate.py RESULTS

What the extras of the runtimes ask for is installed first, one by one and from wheels alone. A runtime for whose
platform or Python there is no wheel is named, and the gate goes on; whatever else fails is a failure.
"""

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement

from conformance.judge.baseline_file import read_baseline
from conformance.judge.results import read_results

ROOT = Path(__file__).resolve().parents[1]
DISTRIBUTION = "async-runtime-conformance"
SEEDS = 2
ONCE = frozenset({"veloxloop"})
"""Runtimes that have no virtual clock: one seed of the catalogue is a minute and a half of waiting."""
SOURCE_ONLY = "curio"
"""Pure Python that was published without a wheel."""
NO_WHEEL = "No matching distribution found"
"""How pip says that there is none for this platform and Python."""


def main(arguments: Sequence[str]) -> int:
    """Install, run, gate; the gate's exit code."""
    (out,) = arguments
    addresses = [
        read_baseline(path).runtime for path in sorted((ROOT / "baselines").glob("*.toml"))
    ]
    absent: dict[str, str] = {}
    for name in sorted({address.partition(":")[0] for address in addresses}):
        if why := _install(name):
            absent[name] = why
    chosen = [a for a in addresses if a.partition(":")[0] not in absent]
    for name, why in absent.items():
        print(f"NOT GATED HERE: {name}: {why}")
    sys.stdout.flush()
    once = str(Path(out).with_suffix(".once.jsonl"))  # a run empties its file first
    parts = (
        (out, SEEDS, [address for address in chosen if address not in ONCE]),
        (once, 1, [address for address in chosen if address in ONCE]),
    )
    files = [_run(some, seeds, file) for file, seeds, some in parts if some]
    if lost := missing(chosen, files):
        sys.exit(f"the results hold nothing of {', '.join(lost)}")
    gate = [sys.executable, str(ROOT / "tools" / "baselines.py"), "gate", "--again", *files]
    return subprocess.run(gate, check=False).returncode


def missing(chosen: Sequence[str], files: Sequence[str]) -> list[str]:
    """Of which runtimes the results say nothing, not even why they did not start: those would pass unseen."""
    told = {line.address for file in files for line in read_results(Path(file)).runtimes}
    return [address for address in chosen if address not in told]


def _run(addresses: Sequence[str], seeds: int, out: str) -> str:
    """The catalogue on them, into that file. What is violated is judged by the baselines, later."""
    told = [part for address in addresses for part in ("--runtime", address)]
    run = ["run", *told, "--seeds", str(seeds), "--results", out]
    subprocess.run([sys.executable, "-m", "conformance", *run], check=False)
    return out


def _install(name: str) -> str:
    """Install what an extra asks for; why it cannot be had here, or nothing. Raises SystemExit for another failure."""
    wanted = list(_wanted(name))
    unfit = [r for r in wanted if r.marker is not None and not r.marker.evaluate({"extra": name})]
    if unfit:
        return f"{unfit[0].name} is not for this Python"
    if not wanted:
        return ""
    plain = [f"{r.name}{r.specifier}" for r in wanted]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
    pip += ["--no-binary", SOURCE_ONLY, *plain]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return ""
    if NO_WHEEL in done.stderr:
        return f"no wheel of {plain[0]} for this platform and Python"
    sys.exit(f"{name} cannot be installed: {done.stderr.strip()}")


def _wanted(name: str) -> Iterator[Requirement]:
    """What the extra of a runtime asks for."""
    for text in requires(DISTRIBUTION) or ():
        if re.search(rf"""extra == ['"]{re.escape(name)}['"]""", text):
            yield Requirement(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
