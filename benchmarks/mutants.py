"""Which mutants generated programs find, and by how many programs; why the others are not found (`mutants.toml`)."""

from __future__ import annotations

import signal
import statistics
import threading
import tomllib
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, final

from benchmarks.measure import Row, Table
from conformance.engine.fuzz_judge import Judge
from conformance.engine.fuzz_subject import HORIZON, modelled
from conformance.engine.generate.decode import decode
from conformance.engine.generate.tape import seeded
from conformance.engine.oracle import find_reference
from conformance.errors import AdapterError
from conformance.interpreter import run_program
from conformance.judge.verdict import Grade, Verdict
from conformance.lang.outcome import Outcome
from conformance.lang.program import Program
from conformance.run.observation import RunOptions
from runtimes.mutants import NAMES, find
from runtimes.mutants.base import Mutant
from tests.mutants.bench import of_mutant

WITHIN: Final = 2000
"""A mutant counts as found when one of so many programs shows it."""
HUNG: Final = 10
"""Seconds after which a run in this process counts as hung: then it was found, if the control does not hang, too."""
REASONS: Final = Path(__file__).with_name("mutants.toml")
"""Why programs do not find a mutant: sections of names, each with a sentence."""


class HungError(Exception):
    """A mutant does not end."""


@contextmanager
def limited() -> Iterator[None]:
    """Raise HungError in the block after HUNG seconds."""

    def ring(*_: object) -> None:
        raise HungError

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(HUNG)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


WAYS: Final = ("shipped", "random")
"""How a program is run: as shipped, which is first in, first out, and under a random schedule of its own."""


@final
@dataclass(slots=True)
class Sweep:
    """Mutants side by side, program by program: most show what the others show, which is judged once.

    found   the number of programs until one showed it, by way, by mutant.
    marked  the first further freedom that would have explained what a mutant showed.
    void    programs on which the control (the same executor, unbroken) was not as it should be: they count for nobody.
    """

    names: Iterable[str]
    found: Mapping[str, dict[str, int]] = field(default_factory=lambda: {way: {} for way in WAYS})
    marked: dict[str, str] = field(default_factory=dict)
    void: int = 0
    _mutants: dict[str, Mutant] = field(default_factory=dict)
    _judges: Mapping[str, Judge] = field(init=False)

    def __post_init__(self) -> None:
        """All mutants have the semantics of the control. Raises ValueError for one that has not."""
        for name in self.names:
            runtime = find(name)
            if not isinstance(runtime, Mutant) or runtime.semantics != Mutant.semantics:
                raise ValueError(f"{name} cannot be judged beside the others")
            self._mutants[name] = runtime
        declared = Mutant.semantics
        plain = replace(declared, order="fifo")
        self._judges = {
            "shipped": Judge(find_reference(), plain),
            "random": Judge(find_reference(), declared),
        }

    def run(self, within: int = WITHIN) -> None:
        """Programs of seed 0: until all are found in each way, or so many."""
        control = Mutant()
        can = frozenset(control.capabilities()) & modelled()
        for index in range(within):
            program = decode(seeded(f"0/{index}"), can)
            known: dict[tuple[str, Outcome], tuple[Grade, str]] = {}
            grades = {self._wrong(control, program, index, way, known)[0] for way in WAYS}
            if grades & {Grade.FORBIDDEN, Grade.INTERESTING}:
                self.void += 1
                continue
            for way, found in self.found.items():
                for name, runtime in self._mutants.items():
                    if name in found:
                        continue
                    grade, reason = self._wrong(runtime, program, index, way, known)
                    if grade is Grade.FORBIDDEN:
                        found[name] = index + 1
                    elif grade is Grade.INTERESTING:
                        self.marked.setdefault(name, reason)

    def first(self, name: str) -> int | None:
        """The number of programs until one showed it in either way; None if none did."""
        return min((found[name] for found in self.found.values() if name in found), default=None)

    def _wrong(
        self,
        runtime: Mutant,
        program: Program,
        index: int,
        way: str,
        known: dict[tuple[str, Outcome], tuple[Grade, str]],
    ) -> tuple[Grade, str]:
        """The grade of what it shows, and the freedom that would explain it."""
        seed = index if way == "random" else None
        try:
            with limited():
                seen = run_program(program, runtime, RunOptions(horizon=HORIZON, seed=seed))
        except (HungError, AdapterError):
            return Grade.FORBIDDEN, ""
        key = (way, seen.outcome)
        if key not in known:
            judged = self._judges[way].outcome(program, seen.outcome, "virtual")
            known[key] = (judged.grade, judged.reason)
        return known[key]


def reasons() -> Mapping[str, Mapping[str, str]]:
    """Why mutants are not found: by kind of reason, by name."""
    return tomllib.loads(REASONS.read_text(encoding="utf-8"))


def mutants() -> Table:
    """How many mutants are found, and by how many programs: beside one way to schedule, and beside the catalogue."""
    warnings.simplefilter("ignore", ResourceWarning)  # a broken runtime leaves sockets behind
    names = [name for name in NAMES if not name.startswith("loop-")]
    sweep = Sweep(names)
    sweep.run()
    firsts = {name: first for name in names if (first := sweep.first(name)) is not None}
    named = [name for name in names if name not in firsts and name in sweep.marked]
    threading.excepthook = lambda _: None  # and threads that die of an error which nobody takes
    caught = {name for name in names if _caught(name)}

    def share(some: Collection[str]) -> float:
        return 100 * len(some) / len(names)

    equivalent = [name for name in reasons()["allowed"] if name not in firsts]
    rows = (
        Row("mutants found", "%", share(firsts), target="95"),
        Row(
            "mutants found, of those that are no equivalent ones",
            "%",
            100 * len(firsts) / (len(names) - len(equivalent)),
            target="95",
        ),
        Row("found, or named by a further freedom", "%", share({*firsts, *named})),
        *_times("", firsts),
        Row("found by random schedules alone", "%", share(sweep.found["random"])),
        *_times("random schedules alone: ", sweep.found["random"]),
        Row("found by the schedule as shipped alone", "%", share(sweep.found["shipped"])),
        *_times("as shipped alone: ", sweep.found["shipped"]),
        Row("caught by the catalogue alone", "%", share(caught)),
        Row("found by programs, not by the catalogue", "mutants", len({*firsts} - caught)),
        Row("caught by the catalogue, not found by programs", "mutants", len(caught - {*firsts})),
    )
    return Table("fuzz-mutants", "Mutants found by fuzzing", rows, _about(names, sweep))


def _caught(name: str) -> bool:
    """Whether some scenario of the catalogue is violated, as the mutant runs unsteered."""
    return any(case.verdict is Verdict.VIOLATES for case in of_mutant(name).values())


def _times(how: str, firsts: Mapping[str, int]) -> Iterator[Row]:
    """Programs to first detection, of those that were found."""
    found = sorted(firsts.values())
    what = f"{how}programs to first detection"
    yield Row(f"{what}, median", "programs", statistics.median(found))
    yield Row(f"{what}, 90th percentile", "programs", found[len(found) * 9 // 10])


def _about(names: list[str], sweep: Sweep) -> str:
    """What was measured, and why the rest was not found."""
    left = [name for name in names if sweep.first(name) is None]
    measured = (
        f"{len(names)} mutants, at most {WITHIN} programs of seed 0 each, as shipped and under one random schedule, "
        f"judged by the oracle alone; {sweep.void} programs count for none, since the unbroken executor was not as it "
        "should be. The catalogue is run as shipped, and judged by labels and by the oracle. Equivalent ones do "
        "nothing that the declared semantics do not allow."
    )
    parts = [measured]
    unexplained = set(left) - set(sweep.marked)
    named = [f"{name} ({sweep.marked[name]})" for name in left if name in sweep.marked]
    parts.append(f"Named by a further freedom only: {', '.join(named) or 'none'}.")
    for kind, some in reasons().items():
        here = [f"{name} ({why})" for name, why in some.items() if name in unexplained]
        unexplained -= some.keys()
        parts.append(f"Not found, {kind}: {'; '.join(here) or 'none'}.")
    parts.append(f"Not found, for no known reason: {', '.join(sorted(unexplained)) or 'none'}.")
    return " ".join(parts)
