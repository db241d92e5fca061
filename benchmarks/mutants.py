"""Which mutants generated programs find, and by how many programs; why the others are not found (`mutants.toml`)."""

from __future__ import annotations

import signal
import statistics
import tomllib
import warnings
from collections.abc import Iterable, Iterator, Mapping
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
from conformance.judge.verdict import Grade
from conformance.lang.outcome import Outcome
from conformance.lang.program import Program
from conformance.run.observation import RunOptions
from runtimes.mutants import NAMES, find
from runtimes.mutants.base import Mutant

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


@final
@dataclass(slots=True)
class Sweep:
    """Mutants side by side, program by program: most show what the others show, which is judged once.

    found   the number of programs until one showed it, by mutant.
    marked  the first further freedom that would have explained what a mutant showed.
    void    programs on which the control (the same executor, unbroken) was not as it should be: they count for nobody.
    """

    names: Iterable[str]
    found: dict[str, int] = field(default_factory=dict)
    marked: dict[str, str] = field(default_factory=dict)
    void: int = 0
    _left: dict[str, Mutant] = field(default_factory=dict)
    _judges: tuple[Judge, Judge] = field(init=False)

    def __post_init__(self) -> None:
        """All mutants have the semantics of the control. Raises ValueError for one that has not."""
        for name in self.names:
            runtime = find(name)
            if not isinstance(runtime, Mutant) or runtime.semantics != Mutant.semantics:
                raise ValueError(f"{name} cannot be judged beside the others")
            self._left[name] = runtime
        declared = Mutant.semantics
        plain = replace(declared, order="fifo")  # as shipped, it is a plain loop
        self._judges = (
            Judge(find_reference(), plain),
            Judge(find_reference(), declared),
        )

    def run(self, within: int = WITHIN) -> None:
        """Programs of seed 0, until all are found, or so many were run."""
        control = Mutant()
        can = frozenset(control.capabilities()) & modelled()
        for index in range(within):
            if not self._left:
                return
            program = decode(seeded(f"0/{index}"), can)
            known: dict[tuple[bool, Outcome], tuple[Grade, str]] = {}
            if any(self._shows(control, program, index, known)):
                self.void += 1
                continue
            for name, runtime in tuple(self._left.items()):
                reasons = self._shows(runtime, program, index, known)
                if None in reasons:
                    self.found[name] = index + 1
                    del self._left[name]
                for reason in filter(None, reasons):
                    self.marked.setdefault(name, reason)

    def _shows(
        self,
        runtime: Mutant,
        program: Program,
        index: int,
        known: dict[tuple[bool, Outcome], tuple[Grade, str]],
    ) -> list[str | None]:
        """What is wrong with it, as shipped and with a seed: None for a violation, else what freedom explains it."""
        wrong: list[str | None] = []
        for seed in (None, index):
            try:
                with limited():
                    seen = run_program(program, runtime, RunOptions(horizon=HORIZON, seed=seed))
            except (HungError, AdapterError):
                return [None]
            key = (seed is None, seen.outcome)
            if key not in known:
                judge = self._judges[seed is not None]
                judged = judge.outcome(program, seen.outcome, "virtual")
                known[key] = (judged.grade, judged.reason)
            grade, reason = known[key]
            if grade is Grade.FORBIDDEN:
                return [None]
            if grade is Grade.INTERESTING:
                wrong.append(reason)
        return wrong


def reasons() -> Mapping[str, Mapping[str, str]]:
    """Why mutants are not found: by kind of reason, by name."""
    return tomllib.loads(REASONS.read_text(encoding="utf-8"))


def mutants() -> Table:
    """How many mutants are found, and by how many programs."""
    warnings.simplefilter("ignore", ResourceWarning)  # a broken runtime leaves sockets behind
    names = [name for name in NAMES if not name.startswith("loop-")]
    sweep = Sweep(names)
    sweep.run()
    firsts = sorted(sweep.found.values())
    left = [name for name in names if name not in sweep.found]
    named = [name for name in left if name in sweep.marked]
    known = {name: kind for kind, some in reasons().items() for name in some}
    beyond = [name for name in left if known.get(name) == "unmodelled"]
    rows = (
        Row("mutants found", "%", 100 * len(firsts) / len(names), target="95"),
        Row(
            "found, or named by a further freedom",
            "%",
            100 * (len(firsts) + len(named)) / len(names),
        ),
        Row(
            "the same, of those that the reference can judge",
            "%",
            100 * (len(firsts) + len(named)) / (len(names) - len(beyond)),
        ),
        Row("programs to first detection, median", "programs", statistics.median(firsts)),
        Row(
            "programs to first detection, 90th percentile",
            "programs",
            firsts[len(firsts) * 9 // 10],
        ),
    )
    return Table("fuzz-mutants", "Mutants found by fuzzing", rows, _about(names, left, sweep))


def _about(names: list[str], left: list[str], sweep: Sweep) -> str:
    """What was measured, and why the rest was not found."""
    measured = (
        f"{len(names)} mutants, at most {WITHIN} programs of seed 0 each, as shipped and with one seed, judged by the "
        f"oracle alone; {sweep.void} programs count for none, since the unbroken executor was not as it should be."
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
