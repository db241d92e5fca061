"""Fuzzes one mutant in this process: which program shows it first, and what is left of that one."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.engine.fuzz_judge import Judge, Judgement
from conformance.engine.fuzz_subject import HORIZON, modelled
from conformance.engine.generate.areas import AREAS
from conformance.engine.generate.decode import decode
from conformance.engine.generate.tape import seeded
from conformance.engine.oracle import find_reference
from conformance.engine.shrinking.shrink import shrink
from conformance.interpreter import run_program
from conformance.judge.verdict import Grade
from conformance.judge.witness import kind_of, same_failure
from conformance.lang.outcome import Outcome
from conformance.lang.program import Program
from conformance.run.observation import RunOptions
from runtimes.mutants import find


@dataclass
class Found:
    """The first program of a seed that shows a mutant, and the smallest one that still does."""

    index: int
    program: Program
    kind: str
    small: Program
    tried: int


class Broken:
    """One mutant, its judge, and runs of it as it is unsteered."""

    def __init__(self, name: str) -> None:
        self.runtime = find(name)
        self.judge = Judge(find_reference(), self.runtime.semantics)
        self.can = frozenset(self.runtime.capabilities()) & modelled()

    def show(self, program: Program, seed: int | None = None) -> tuple[Outcome, Judgement]:
        """What a program shows, and what the oracle says of it."""
        options = RunOptions(horizon=HORIZON, seed=seed)
        outcome = run_program(program, self.runtime, options).outcome
        return outcome, self.judge.outcome(program, outcome, "virtual")

    def kind(self, program: Program) -> str:
        """What is wrong with what it shows; empty when nothing is."""
        outcome, judged = self.show(program)
        if judged.grade is not Grade.FORBIDDEN:
            return ""
        return kind_of(outcome, judged.nearest, judged.reason)


def first(
    name: str,
    areas: tuple[str, ...] = tuple(AREAS),
    within: int = 2000,
    like: Program | None = None,
) -> Found | None:
    """Programs of seed 0 until one is FORBIDDEN, made small; with `like`, one that fails as that does."""
    broken = Broken(name)
    wanted = broken.kind(like) if like is not None else ""
    for index in range(within):
        program = decode(seeded(f"0/{index}"), broken.can, areas)
        kind = broken.kind(program)
        if kind and (not wanted or kind == wanted):
            return _made_small(broken, index, program, kind)
    return None


def _made_small(broken: Broken, index: int, program: Program, kind: str) -> Found:
    small, tried = shrink(program, lambda smaller: same_failure(kind, broken.kind(smaller)))
    return Found(index, program, kind, small, tried)
