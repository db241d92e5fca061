"""One batch of generated programs on one runtime: made, run, judged, confirmed; and the shrinking of what it found.

`run_batch` and `shrink_witness` take plain values and return plain values, so that any
`concurrent.futures.Executor` can carry them out, in this process, in others or elsewhere. A process keeps its
worker for the next batch.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Final, final

from conformance.engine.campaign import AGAIN, SLOWER
from conformance.engine.fuzz_coverage import points
from conformance.engine.fuzz_judge import Judgement
from conformance.engine.fuzz_subject import (
    HANGS,
    HUNG,
    IMPATIENT,
    Recipe,
    Runs,
    Subject,
    program_of,
    subject_of,
    usable,
)
from conformance.engine.membership import BUDGET
from conformance.engine.shrinking.shrink import shrink
from conformance.errors import ConformanceError
from conformance.judge.token import Clock
from conformance.judge.verdict import Grade
from conformance.judge.witness import Witness, kind_of, same_failure
from conformance.lang.outcome import Outcome
from conformance.lang.program import Program

REPEATS: Final = {"virtual": 2, "real": 5}
"""How often a violation is made again, in a fresh process and with longer ticks, before it counts; a hang once."""
TWICE: Final = 2
"""On a virtual clock nothing is waited for, so that a run which hangs again has that many times its limit: a thousand
times what others take."""
KEPT: Final = 4
"""Of each kind of failure a process confirms and hands over that many; the rest are counted only."""
SHRINKING: Final = 30.0
"""Seconds of wall time for which one witness is made smaller."""
SLICE: Final = 5.0
"""Seconds of wall time for which a batch makes runs, and judges them; what is left over is a batch of its own."""
WAITING: Final = 6
"""So many programs that wait for a real clock run beside the others."""
TRIED: Final = 50
"""After that many violations of one kind that could not be repeated, a process makes no more of them again."""


@final
@dataclass(slots=True)
class Batch:
    """What came of one batch. `tally` counts judged runs by grade, `marks` INTERESTING ones by freedom.

    unconfirmed  outcomes that were graded FORBIDDEN and could not be repeated, or were not tried again (TRIED).
    trouble      why the batch ended early: not the runtime's doing.
    """

    address: str
    start: int
    count: int
    programs: int = 0
    tally: Counter[str] = field(default_factory=Counter)
    marks: Counter[str] = field(default_factory=Counter)
    coverage: Counter[str] = field(default_factory=Counter)
    steps: int = 0
    unconfirmed: int = 0
    found: list[Witness] = field(default_factory=list)
    trouble: str = ""


def run_batch(recipe: Recipe, start: int, count: int, until: float = math.inf) -> Batch:
    """Programs `start` to `start + count` - 1 of the recipe's seed, as many as time allows.

    That is up to `until`, by `time.time`, and no more than a `SLICE`. `Batch.count` says how many that were.
    Raises NotStarted.
    """
    subject = subject_of(recipe.address, recipe.budget)
    return perform_batch(
        subject, recipe, Batch(recipe.address, start, count), until - time.time(), SLICE
    )


def perform_batch(
    subject: Subject,
    recipe: Recipe,
    batch: Batch,
    seconds: float = math.inf,
    at_once: float = math.inf,
) -> Batch:
    """Fill the batch: all runs first, then they are judged in order of their programs.

    Runs begin within `at_once` seconds, and so do judgements. All ends in `seconds`, but for what is under way then.
    Those on a real clock run beside the others, in workers of their own: they take time, and next to nothing of a core.
    """
    can = usable(subject.facts)
    subject.judge.until = time.monotonic() + seconds
    ends = time.monotonic() + min(seconds, at_once)
    indices = range(batch.start, batch.start + batch.count)
    programs = {index: program_of(recipe, index, can) for index in indices}
    shown = _perform(subject, recipe, programs, batch, ends)
    seen = list(takewhile(shown.__contains__, programs))
    if not batch.trouble:
        batch.count = len(seen)
    ends = min(subject.judge.until, time.monotonic() + at_once)
    try:
        for index in seen:
            if time.monotonic() > ends:
                batch.count = batch.programs
                break
            batch.found += judge_program(
                subject, programs[index], recipe, index, batch, shown[index]
            )
            batch.programs += 1
    except ConformanceError as error:
        batch.trouble = f"{type(error).__name__}: {error}"
    return batch


def _perform(
    subject: Subject, recipe: Recipe, programs: dict[int, Program], batch: Batch, ends: float
) -> dict[int, Runs]:
    """What each program showed, of those that could be run."""
    shown: dict[int, Runs] = {}
    with ThreadPoolExecutor(WAITING) as threads:
        asked = {
            index: threads.submit(_runs, subject, program, recipe, index, ends)
            for index, program in programs.items()
            if subject.beside(index)
        }
        try:
            for index in sorted(programs, key=asked.__contains__):  # what takes time is asked last
                if index in asked:
                    told = asked[index].result()
                elif batch.trouble:
                    continue
                else:
                    told = _runs(subject, programs[index], recipe, index, ends)
                if isinstance(told, ConformanceError):
                    batch.trouble = f"{type(told).__name__}: {told}"
                elif told is not None:
                    shown[index] = told
        finally:
            for future in asked.values():
                future.cancel()
    return shown


def _runs(
    subject: Subject, program: Program, recipe: Recipe, index: int, ends: float
) -> Runs | ConformanceError | None:
    """What the program showed under each of its seeds, or why it could not be run; None when time was up."""
    if time.monotonic() > ends:
        return None
    try:
        return subject.runs(program, recipe, index)
    except ConformanceError as error:
        return error


def judge_program(
    subject: Subject, program: Program, recipe: Recipe, index: int, batch: Batch, runs: Runs
) -> list[Witness]:
    """Judge each distinct outcome of a program; confirmed violations and marks are returned."""
    clock = subject.clock(index)
    judged: dict[Outcome, Judgement] = {}
    found: list[Witness] = []
    for seed, seen in runs:
        batch.coverage.update(points(seen.trace))
        known = judged.get(seen.outcome)
        if known is None:
            known = judged[seen.outcome] = subject.judge.outcome(program, seen.outcome, clock)
            batch.steps += known.steps
            found += _kept(subject, program, clock, seed, seen.outcome, known, recipe, index, batch)
        batch.tally[known.grade.value] += 1
    return found


def _kept(  # noqa: PLR0913, PLR0917 — all that a witness holds
    subject: Subject,
    program: Program,
    clock: Clock,
    seed: int | None,
    outcome: Outcome,
    judgement: Judgement,
    recipe: Recipe,
    index: int,
    batch: Batch,
) -> list[Witness]:
    """A witness of what is worth one: a violation that shows again, or a further freedom."""
    if judgement.grade in (Grade.ACCEPTABLE, Grade.UNJUDGED):
        return []
    kind = kind_of(outcome, judgement.nearest, judgement.reason)
    if judgement.grade is Grade.INTERESTING:
        batch.marks[judgement.reason] += 1
    if subject.kept[kind] >= (HANGS if kind == HUNG else KEPT):
        return []
    if judgement.grade is Grade.FORBIDDEN and not (
        subject.tried[kind] < TRIED
        and confirmed(subject, program, clock, seed, recipe.limit, outcome)
    ):
        subject.tried[kind] += 1
        batch.unconfirmed += 1
        return []
    subject.kept[kind] += 1
    facts = subject.facts
    return [
        Witness(
            runtime=facts.address,
            version=facts.version,
            python=facts.python,
            program=program,
            clock=clock,
            seed=seed,
            outcome=outcome,
            grade=judgement.grade,
            reason=judgement.reason,
            nearest=judgement.nearest,
            origin=f"{recipe.seed}/{index}",
            ops=program.size(),
        )
    ]


def confirmed(
    subject: Subject,
    program: Program,
    clock: Clock,
    seed: int | None,
    limit: float,
    forbidden: Outcome,
) -> bool:
    """Whether the program still shows something forbidden each time, in a fresh process; and there is time to see that.

    Others may run beside it, so that it can be late: it has a longer limit, and longer ticks on a real clock.
    """
    subject.refresh()
    hung = forbidden.ending == "hung"
    patience = (TWICE if hung and clock == "virtual" else AGAIN) * limit
    for _ in range(1 if hung else REPEATS[clock]):
        if time.monotonic() + (patience if hung else 0) > subject.judge.until:
            return False
        seen = subject.run(program, clock, seed, patience, slower=SLOWER).outcome
        if seen == forbidden:
            continue
        if subject.judge.outcome(program, seen, clock).grade is not Grade.FORBIDDEN:
            return False
    return True


@final
@dataclass(frozen=True, slots=True)
class Shrunk:
    """What came of making a witness small: `seconds` of wall time that it took, `whole` unless they were too few."""

    witness: Witness
    seconds: float
    whole: bool


def shrink_witness(
    witness: Witness, until: float = math.inf, limit: float = 3.0, budget: int = BUDGET
) -> Shrunk:
    """The same failure with the smallest program that was found, and the seed that shows it there.

    It takes `SHRINKING` seconds of wall time and a run at most, and ends at `until` (`time.time`). What hangs is given
    a part of its limit each time, the whole of it in the end.
    """
    subject = subject_of(witness.runtime, budget)
    begins = time.monotonic()
    ends = begins + min(SHRINKING, until - time.time())
    subject.judge.until = ends
    smallest = [witness]
    hangs = witness.outcome.ending == "hung"
    patience = limit / IMPATIENT if hangs and witness.clock == "virtual" else limit

    def fails(program: Program) -> bool:
        for seed in _seeds(subject, witness) if time.monotonic() < ends else ():
            shown = subject.run(program, witness.clock, seed, patience, slower=SLOWER).outcome
            judged = subject.judge.outcome(program, shown, witness.clock)
            same = same_failure(witness.kind, kind_of(shown, judged.nearest, judged.reason))
            if judged.grade is witness.grade and same:
                smallest[0] = replace(
                    witness, program=program, seed=seed, outcome=shown, nearest=judged.nearest
                )
                return True
        return False

    if fails(witness.program):
        program, tried = shrink(witness.program, fails)
        fails(program)
        small = smallest[0]
        if hangs and not _hangs(subject, small, limit):
            small = witness  # what was tried was only slow
        smallest[0] = replace(small, tried=witness.tried + tried)
    now = time.monotonic()
    return Shrunk(smallest[0], now - begins, whole=now < ends)


def _hangs(subject: Subject, witness: Witness, limit: float) -> bool:
    """Whether it uses up its whole limit, in a fresh process."""
    subject.refresh()
    shown = subject.run(witness.program, witness.clock, witness.seed, limit, slower=SLOWER)
    return shown.outcome.ending == "hung"


def _seeds(subject: Subject, witness: Witness) -> list[int | None]:
    """Its own seed first; where seeds steer the runtime, a few others: a smaller program is steered elsewhere."""
    if not subject.facts.steering or witness.clock == "real":
        return [witness.seed]
    return list(dict.fromkeys((witness.seed, None, 1, 2, 3)))
