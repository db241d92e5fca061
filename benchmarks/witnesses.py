"""How small the witnesses of mutants are: what is left of generated programs that show them, made small."""

from __future__ import annotations

import statistics
import warnings
from dataclasses import dataclass
from typing import Final, final

from benchmarks.measure import Row, Table
from benchmarks.mutants import WITHIN, HungError, limited, reasons
from conformance.engine.fuzz_batch import KEPT
from conformance.engine.fuzz_judge import Judge
from conformance.engine.fuzz_subject import HORIZON, modelled
from conformance.engine.generate.decode import decode
from conformance.engine.generate.tape import seeded
from conformance.engine.oracle import find_reference
from conformance.engine.shrinking.shrink import shrink
from conformance.errors import AdapterError
from conformance.interpreter import run_program
from conformance.judge.verdict import Grade
from conformance.judge.witness import kind_of, same_failure
from conformance.lang.program import Program
from conformance.run.observation import RunOptions
from runtimes.mutants import NAMES, find

MOST: Final = 10
"""Ops that a witness should have at most."""
SEEDS: Final = (None, 1, 2)
"""A program counts as a witness under any of these."""


@final
@dataclass(frozen=True, slots=True)
class Smallest:
    """The smallest of the first witnesses of a mutant, each of its own program: their number, and its ops."""

    mutant: str
    witnesses: int
    ops: int


class Broken:
    """One mutant and its judge."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._runtime = find(name)
        self._judge = Judge(find_reference(), self._runtime.semantics)
        self._can = frozenset(self._runtime.capabilities()) & modelled()

    def kind(self, program: Program) -> str:
        """How it fails under the first seed that makes it; empty if it does not."""
        for seed in SEEDS:
            try:
                with limited():
                    seen = run_program(
                        program, self._runtime, RunOptions(horizon=HORIZON, seed=seed)
                    )
            except (HungError, AdapterError):
                return "hung"
            judged = self._judge.outcome(program, seen.outcome, "virtual")
            if judged.grade is Grade.FORBIDDEN:
                return kind_of(seen.outcome, judged.nearest, judged.reason)
        return ""

    def smallest(self) -> Smallest | None:
        """What is left of the first program that shows it; as long as that is too much, of further ones, up to KEPT."""
        sizes: list[int] = []
        for index in range(WITHIN):
            program = decode(seeded(f"0/{index}"), self._can)
            kind = self.kind(program)
            if not kind:
                continue
            small, _ = shrink(program, lambda p, kind=kind: same_failure(kind, self.kind(p)))  # type: ignore[misc]
            sizes.append(small.size())
            if sizes[-1] <= MOST or len(sizes) == KEPT:
                break
        return Smallest(self.name, len(sizes), min(sizes)) if sizes else None


def witnesses() -> Table:
    """The sizes of the witnesses of all mutants that programs can show."""
    warnings.simplefilter("ignore", ResourceWarning)  # a broken runtime leaves sockets behind
    beyond = {name for some in reasons().values() for name in some}
    names = [name for name in NAMES if not name.startswith("loop-") and name not in beyond]
    found = [smallest for name in names if (smallest := Broken(name).smallest()) is not None]
    sizes = sorted(smallest.ops for smallest in found)
    large = [f"{smallest.mutant} ({smallest.ops})" for smallest in found if smallest.ops > MOST]
    rows = (
        Row("witnesses of at most ten ops", "%", 100 * (len(sizes) - len(large)) / len(sizes)),
        Row("ops, median", "ops", statistics.median(sizes)),
        Row("ops, 90th percentile", "ops", sizes[len(sizes) * 9 // 10]),
        Row("ops, largest", "ops", sizes[-1], target=f"<= {MOST}"),
    )
    about = (
        f"{len(found)} mutants that one of {WITHIN} programs of seed 0 shows, of {len(names)} that programs can show. "
        f"The first witness of each is made small; where more than {MOST} ops are left, up to {KEPT} of them are, and "
        f"the smallest counts. More than {MOST} ops: {', '.join(large) or 'none'}."
    )
    return Table("fuzz-witnesses", "Witnesses of mutants", rows, about)
