"""Build the example report of the documentation, docs/example-report/index.html.

Every runtime that an interpreter has is asked, then one page is made of it all. Run it with an interpreter in
which the project and the runtimes are installed, and name others that have them too:

    python tools/example_report.py --python /path/to/python3.12 --python /path/to/python3.13

What the committed baselines know of it is told too. The page also shows what the fuzzer finds in an executor
that is broken on purpose.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "docs" / "example-report"
BROKEN = "mutant:item-lost-on-cancel"
LARGEST = 2 * 2**20
"""What is committed may have that many bytes."""


def main(arguments: Sequence[str]) -> int:
    """Run the catalogue, fuzz, write the page; exits 1 if one of them could not."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--python", action="append", default=[], help="another interpreter")
    parser.add_argument("--seeds", default="5", help="runs of each case")
    parser.add_argument("--results", type=Path, default=Path("results/example"), help="kept there")
    parser.add_argument("--reuse", action="store_true", help="take the results that are there")
    options = parser.parse_args(arguments)
    options.results.mkdir(parents=True, exist_ok=True)
    files = []
    for number, python in enumerate([sys.executable, *options.python]):
        path = options.results / f"python-{number}.jsonl"
        files.append(str(path))
        if not (options.reuse and path.exists()):
            path.unlink(missing_ok=True)
            told = ["run", "--seeds", options.seeds, "--results", str(path)]
            # A violation is what a report is for: whether there is a file is what counts.
            subprocess.run([python, "-m", "conformance", *told], check=False, stdout=sys.stderr)
        if not path.exists():
            print(f"{python} left no results", file=sys.stderr)
            return 1
    corpus = options.results / "corpus"
    if not (options.reuse and corpus.exists()):
        conformance("fuzz", BROKEN, "--programs", "200", "--corpus", str(corpus))
    page = PLACE / "index.html"
    ran = {runtime for path in files for runtime in started(Path(path))}
    known = [
        word
        for path in sorted((ROOT / "baselines").glob("*.toml"))
        if tomllib.loads(path.read_text(encoding="utf-8"))["runtime"] in ran
        for word in ("--baseline", str(path))
    ]
    conformance("report", *files, *known, "--corpus", str(corpus), "--html", str(page))
    size = page.stat().st_size
    print(f"{page}: {size / 2**20:.2f} MiB")
    if size > LARGEST:
        print("too large to be committed: ask fewer interpreters", file=sys.stderr)
        return 1
    return 0


def started(results: Path) -> set[str]:
    """The runtimes that a results file is about, from its header."""
    with results.open(encoding="utf-8") as file:
        header = json.loads(file.readline())
    return {line["address"] for line in header["runtimes"] if not line["trouble"]}


def conformance(*arguments: str) -> None:
    """Call the command line; what it finds is no failure of ours."""
    command = [sys.executable, "-m", "conformance", *arguments]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
