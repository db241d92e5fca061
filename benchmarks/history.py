"""Real history: defects that released versions had, found or not, and quiet or not where they are mended.

    python -m benchmarks.history --python 3.12.1=/path/to/python3.12 --markdown benchmarks/history.md

Each version is installed into an environment of its own (package indexes are needed). A defect counts only where a
script in the runtime's own API shows it on the broken version and not on the mended one. Found by the catalogue, or by
the fuzzer, means: some violation on the broken version that the mended one, on the same programs, does not show. Of a
defect that cannot be asked about (its `why` tells) that is another one of the same version, and is not counted. Where
several defects were mended in one version, the programs of a row are `without` what shows the others.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
import tomllib
import venv
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, Final
from uuid import uuid4

from benchmarks.__main__ import machine
from conformance.engine.bench import Bench
from conformance.engine.campaign import LIMIT
from conformance.engine.fuzz_subject import Recipe, Subject, program_of, usable
from conformance.engine.generate.areas import AREAS
from conformance.engine.membership import BUDGET
from conformance.errors import Exit, NotStarted
from conformance.judge.results import read_results
from conformance.judge.verdict import Grade, Verdict
from conformance.judge.witness import kind_of
from conformance.lang.program import Program

HERE: Final = Path(__file__).parent
MINUTE: Final = 60.0
"""Seconds of the broken version's wall time after which a defect counts as not found."""
ANSWERS: Final = (Exit.OK, Exit.VIOLATION, Exit.INCONCLUSIVE, Exit.NOTHING_RAN, Exit.NOT_STARTED)
"""Exit codes of `conformance run` that say something of the runtime; any other is a failure of ours."""
BESIDE: Final = {"anyio": ("trio",)}
"""What is installed beside a package: another backend of it."""
COLUMNS: Final = (
    "defect", "versions", "native script", "catalogue", "fuzzer", "programs to first", "fail on both",
)  # fmt: skip


@dataclass(frozen=True)
class Fuzzed:
    """What came of fuzzing both: `programs` in `seconds` of the broken one's time, up to the first that shows it.

    kind  how the broken one failed; empty if no program showed it.
    both  programs that both versions fail: other defects, which the mended one has, too.
    """

    programs: int
    seconds: float
    both: int
    kind: str = ""


@dataclass(frozen=True)
class Row:
    """What came of one defect."""

    defect: str
    what: str
    source: str
    versions: str
    native: str
    catalogue: tuple[str, ...]
    answers: tuple[str, ...]
    fuzzed: Fuzzed
    why: str = ""

    def cells(self) -> Iterator[str]:
        """As text, in the order of `COLUMNS`."""
        yield f"[{self.defect}]({self.source}): {self.what}"
        yield self.versions
        yield self.native
        yield "; ".join(self._catalogue()) or "not found"
        why = f": {self.why}" if self.why else ""
        done = self.fuzzed
        if done.kind and self.why:
            yield f"another one: {done.kind}; of this one{why}"
        else:
            yield f"found: {done.kind}" if done.kind else f"not found in {done.seconds:.0f} s{why}"
        yield f"{done.programs}" if done.kind else f"more than {done.programs}"
        yield f"{done.both}"

    def _catalogue(self) -> Iterator[str]:
        if self.catalogue:
            yield "found: " + ", ".join(self.catalogue[:3])
        if self.answers:
            yield "other answers: " + ", ".join(self.answers[:3])


class History:
    """The environments of one run. `pythons`: interpreters by version; `everywhere`: programs of all areas, always."""

    def __init__(self, folder: Path, pythons: dict[str, str], *, everywhere: bool = False) -> None:
        self.folder = folder
        self.pythons = pythons
        self._everywhere = everywhere
        self._installing = Lock()

    def interpreter(self, package: str, version: str) -> str:
        """One that has that version of the package and nothing else. Raises LookupError for a missing CPython."""
        if package == "python":
            minor = ".".join(version.split(".")[:2])
            found = self.pythons.get(version) or shutil.which(f"python{minor}")
            if found is None:
                raise LookupError(f"there is no CPython {version} here: --python {version}=PATH")
            return found
        place = self.folder / f"{package}-{version}"
        python = str(place / "bin" / "python")
        with self._installing:
            if not place.exists():
                venv.create(place, with_pip=False, symlinks=True)
                pip = [sys.executable, "-m", "pip", "--quiet", "--python", python, "install"]
                subprocess.run(
                    [*pip, f"{package}=={version}", *BESIDE.get(package, ())], check=True
                )
        return python

    def row(self, defect: dict[str, Any]) -> Row:
        """Carry out one comparison."""
        versions = [defect["broken"], defect["mended"]]
        pythons = [self.interpreter(defect["package"], version) for version in versions]
        codes = [_code([python, "-c", defect["script"]]) for python in pythons]
        addresses = [f"{defect['runtime']}@{python}" for python in pythons]
        broken, mended = (self.catalogue(a, defect["scenarios"]) for a in addresses)
        failed = {scenario for scenario, case in broken.items() if case[0]}
        failed -= {scenario for scenario, case in mended.items() if case[0]}
        answers = {s for s, case in broken.items() if s in mended and mended[s][1] != case[1]}
        fuzzed = self.fuzz(addresses, defect["areas"], frozenset(defect.get("without", ())))
        return Row(
            defect=defect["id"],
            what=defect["what"],
            source=defect["source"],
            versions=f"{defect['package']} {' → '.join(versions)}",
            native="confirmed" if codes == [1, 0] else f"not confirmed: exits {codes}",
            catalogue=tuple(sorted(failed)),
            answers=tuple(sorted(answers - failed)),
            fuzzed=fuzzed,
            why=defect.get("why", ""),
        )

    def catalogue(self, address: str, globs: list[str]) -> dict[str, tuple[bool, str]]:
        """Each applicable scenario: whether it is violated, and how a question is answered."""
        results = self.folder / f"{uuid4().hex}.jsonl"
        chosen = [word for glob in globs for word in ("--scenario", glob)]
        _conformance(
            "run", "--runtime", address, "--seeds", 2, "--jobs", 1, "--results", results, *chosen
        )
        if not results.exists():  # it did not start
            return {}
        cases = read_results(results).cases
        return {
            case.scenario: (case.verdict is Verdict.VIOLATES, str(case.answer))
            for case in cases
            if case.verdict is not Verdict.NOT_APPLICABLE
        }

    def fuzz(self, addresses: list[str], areas: list[str], without: frozenset[str]) -> Fuzzed:
        """Programs of those areas on both, until one is forbidden on the broken version and not on the mended one."""
        with Bench() as bench:
            try:
                broken, mended = (Subject(bench, address, BUDGET) for address in addresses)
            except NotStarted:
                return Fuzzed(0, 0.0, 0)
            can = (usable(broken.facts) & usable(mended.facts)) - without
            recipe = Recipe(broken.address, tuple(AREAS if self._everywhere else areas))
            spent, both, index = 0.0, 0, 0
            while spent < MINUTE:
                program = program_of(recipe, index, can)
                begun = time.monotonic()
                shown = _forbidden(broken, program, recipe, index)
                spent += time.monotonic() - begun
                index += 1
                if not shown:
                    continue
                if not _forbidden(mended, program, recipe, index - 1):
                    return Fuzzed(index, spent, both, shown)
                both += 1
            return Fuzzed(index, spent, both)


def _forbidden(subject: Subject, program: Program, recipe: Recipe, index: int) -> str:
    """How what a runtime shows of a program fails, under the first seed that makes it; empty if it may show it."""
    for seed in subject.seeds(recipe, index, "virtual"):
        outcome = subject.run(program, "virtual", seed, LIMIT).outcome
        judged = subject.judge.outcome(program, outcome, "virtual")
        if judged.grade is Grade.FORBIDDEN:
            return kind_of(outcome, judged.nearest, judged.reason)
    return ""


def _code(command: list[str]) -> int:
    return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode


def _conformance(*words: object) -> str:
    command = [sys.executable, "-m", "conformance", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in ANSWERS:
        raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}: {done.stderr}")
    return done.stdout


def markdown(rows: list[Row]) -> str:
    """For a page."""
    lines = ["| " + " | ".join(COLUMNS) + " |", "|---" * len(COLUMNS) + "|"]
    lines += ["| " + " | ".join(row.cells()) + " |" for row in rows]
    about = (
        "Defects of released versions, from `benchmarks/history.toml`. Each is confirmed by a script in the runtime's "
        "own API; found means a violation that only the broken version shows, on the same programs, within a minute of "
        "its time, generation apart. Programs that fail on both show other defects, which the mended version has, too."
    )
    shown, found = (
        sum(bool(row.catalogue) for row in rows),
        sum(bool(row.fuzzed.kind and not row.why) for row in rows),
    )
    about += f"\n\nOf {len(rows)} defects the catalogue shows {shown}, and the fuzzer {found} within a minute; "
    about += f"{sum(bool(row.why) for row in rows)} it cannot ask about, for the reasons that their rows give."
    return f"# Real history\n\n{machine()}\n\n{about}\n\n" + "\n".join(lines) + "\n"


def _shown(history: History, defect: dict[str, Any]) -> Row | None:
    """The row of a defect, printed; None where there is no such CPython here."""
    try:
        row = history.row(defect)
    except LookupError as error:
        sys.stderr.write(f"{defect['id']}: {error}\n")
        return None
    sys.stdout.write(" | ".join(row.cells()) + "\n")
    sys.stdout.flush()
    return row


def main() -> None:
    """Make the environments, run, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.history", description=__doc__)
    parser.add_argument("--only", action="append", metavar="ID", help="one of them (repeatable)")
    parser.add_argument("--python", action="append", default=[], metavar="VERSION=PATH")
    parser.add_argument("--environments", type=Path, metavar="DIR", help="keep them there")
    parser.add_argument("--jobs", type=int, default=1, help="so many defects at once")
    parser.add_argument("--markdown", type=Path, metavar="FILE")
    parser.add_argument(
        "--all-areas", action="store_true", help="look everywhere, not where the defect is"
    )
    options = parser.parse_args()
    pythons = dict(word.split("=", 1) for word in options.python)
    defects = tomllib.loads((HERE / "history.toml").read_text(encoding="utf-8"))["defect"]
    chosen = [defect for defect in defects if not options.only or defect["id"] in options.only]
    with TemporaryDirectory() as temporary, ThreadPoolExecutor(options.jobs) as pool:
        folder = options.environments or Path(temporary)
        history = History(folder, pythons, everywhere=options.all_areas)
        history.folder.mkdir(parents=True, exist_ok=True)
        rows = []
        for row in pool.map(partial(_shown, history), chosen):
            rows += [row] if row is not None else []
            if options.markdown is not None:
                options.markdown.write_text(markdown(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
