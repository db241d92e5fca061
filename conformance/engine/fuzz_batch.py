"""One batch of generated programs on one runtime: made, run, judged, confirmed; and the shrinking of what it found.

`run_batch` and `shrink_witness` take plain values and return plain values, so that any
`concurrent.futures.Executor` can carry them out, in this process, in others or elsewhere. A process keeps its
worker for the next batch.
"""

from __future__ import annotations

import atexit
import math
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final, final

from conformance.engine.bench import Bench
from conformance.engine.campaign import AGAIN, SLOWER, derive_seed, run_options
from conformance.engine.fuzz_coverage import SAMPLE, points
from conformance.engine.fuzz_judge import Judge, Judgement
from conformance.engine.generate.decode import decode
from conformance.engine.generate.tape import seeded
from conformance.engine.membership import BUDGET
from conformance.engine.oracle import find_reference, load_reference
from conformance.engine.shrinking.shrink import shrink
from conformance.errors import ConformanceError
from conformance.judge.evidence import RuntimeFacts
from conformance.judge.token import Clock
from conformance.judge.verdict import Grade
from conformance.judge.witness import Witness, kind_of
from conformance.lang.outcome import Outcome
from conformance.lang.program import Program
from conformance.run.observation import Observation, RunOptions

HORIZON: Final = 100_000.0
"""Ticks of virtual time after which a run is stopped; nothing in a generated program falls near it."""
REAL_EVERY: Final = 50
"""One program in so many runs on a real clock, where the virtual one replaces the runtime's own timers."""
REPEATS: Final = {"virtual": 2, "real": 5}
"""How often a violation is made again, in a fresh process and with longer ticks, before it counts."""
KEPT: Final = 4
"""Of each kind of failure a process confirms and hands over that many; the rest are counted only."""
SHRINKING: Final = 30.0
"""Seconds of wall time for which one witness is made smaller."""
TRIED: Final = 50
"""After that many violations of one kind that could not be repeated, a process makes no more of them again."""


@final
@dataclass(frozen=True, slots=True)
class Recipe:
    """What to fuzz. `limit` is in seconds of wall time for one run, `budget` in steps of each search.

    `can` leaves only ops that are in it, too, so that several runtimes get the same programs.
    """

    address: str
    areas: tuple[str, ...]
    seed: int = 0
    limit: float = 3.0
    budget: int = BUDGET
    can: frozenset[str] | None = None


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


@final
class Subject:
    """One runtime under test in a worker of its own, and its judge. Raises what starting it raises."""

    def __init__(self, bench: Bench, address: str, budget: int) -> None:
        bench.start([address])
        if error := bench.trouble.get(address):
            raise error
        self._bench = bench
        self.address = address
        self.facts: RuntimeFacts = bench.facts[address]
        self.judge = Judge(find_reference(), self.facts.semantics, budget)
        self.kept: Counter[str] = Counter()
        self.tried: Counter[str] = Counter()

    def run(
        self,
        program: Program,
        clock: Clock,
        seed: int | None,
        limit: float,
        *,
        trace: bool = False,
        slower: int = 1,
    ) -> Observation:
        """One run. `slower` stretches the ticks of a real clock."""
        options = run_options(program, clock, seed, slower)
        options = replace(options, trace=trace)
        if clock == "virtual":
            options = RunOptions(horizon=HORIZON, seed=seed, trace=trace)
        allowance = limit if clock == "virtual" else limit + options.horizon
        with self._bench.borrow(self.address) as worker:
            return worker.run(program, options, limit=allowance)

    def refresh(self) -> None:
        """Have the next run made by a fresh process."""
        with self._bench.borrow(self.address) as worker:
            worker.close()

    def clock(self, index: int) -> Clock:
        """On which clock the program of that index runs."""
        virtual = self.facts.virtual
        if virtual == "none" or (virtual == "replaces timers" and index % REAL_EVERY == 0):
            return "real"
        return "virtual"

    def seeds(self, recipe: Recipe, index: int, clock: Clock) -> tuple[int | None, ...]:
        """As shipped; and steered, where a seed steers the runtime."""
        if not self.facts.steering or clock == "real":
            return (None,)
        return None, derive_seed(recipe.seed, "fuzz", index)


@lru_cache(maxsize=8)
def subject_of(address: str, budget: int) -> Subject:
    """The subject that this process keeps for an address."""
    bench = Bench()
    atexit.register(bench.__exit__)
    return Subject(bench, address, budget)


@lru_cache(maxsize=1)
def modelled() -> frozenset[str]:
    """What the reference has: nothing else can be judged. Raises NotStarted when there is none."""
    return frozenset(load_reference()("").capabilities())


def program_of(recipe: Recipe, index: int, capabilities: frozenset[str]) -> Program:
    """The program of that index: it depends on the seed, the areas and what the runtime has, and on nothing else."""
    can = (capabilities if recipe.can is None else capabilities & recipe.can) & modelled()
    return decode(seeded(f"{recipe.seed}/{index}"), can, recipe.areas)


def run_batch(recipe: Recipe, start: int, count: int, seconds: float = math.inf) -> Batch:
    """Programs `start` to `start + count` - 1 of the recipe's seed, as many as `seconds` of wall time allow.

    `Batch.count` says how many that were. Raises NotStarted.
    """
    ends = time.monotonic() + seconds
    subject = subject_of(recipe.address, recipe.budget)
    batch = Batch(recipe.address, start, count)
    can = frozenset(subject.facts.capabilities)
    for index in range(start, start + count):
        if time.monotonic() > ends:
            batch.count = batch.programs
            break
        program = program_of(recipe, index, can)
        try:
            for found in judge_program(subject, program, recipe, index, batch):
                batch.found.append(found)
        except ConformanceError as error:
            batch.trouble = f"{type(error).__name__}: {error}"
            break
        batch.programs += 1
    return batch


def judge_program(
    subject: Subject, program: Program, recipe: Recipe, index: int, batch: Batch
) -> list[Witness]:
    """Run one program under its seeds and judge each distinct outcome; confirmed violations and marks are returned."""
    clock = subject.clock(index)
    judged: dict[Outcome, Judgement] = {}
    found: list[Witness] = []
    for seed in subject.seeds(recipe, index, clock):
        seen = subject.run(program, clock, seed, recipe.limit, trace=index % SAMPLE == 0)
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
    if subject.kept[kind] >= KEPT:
        return []
    if judgement.grade is Grade.FORBIDDEN and not (
        subject.tried[kind] < TRIED and confirmed(subject, program, clock, seed, recipe.limit)
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
    subject: Subject, program: Program, clock: Clock, seed: int | None, limit: float
) -> bool:
    """Whether the program still shows something forbidden each time, in a fresh process.

    Others may run beside it, so that it can be late: it has a longer limit, and longer ticks on a real clock.
    """
    subject.refresh()
    for _ in range(REPEATS[clock]):
        seen = subject.run(program, clock, seed, AGAIN * limit, slower=SLOWER)
        if subject.judge.outcome(program, seen.outcome, clock).grade is not Grade.FORBIDDEN:
            return False
    return True


def shrink_witness(witness: Witness, limit: float = 3.0, budget: int = BUDGET) -> Witness:
    """The same failure with the smallest program that was found, and the seed that shows it there.

    It takes `SHRINKING` seconds of wall time and a run at most: what hangs takes its whole limit each time.
    """
    subject = subject_of(witness.runtime, budget)
    ends = time.monotonic() + SHRINKING
    smallest = [witness]

    def fails(program: Program) -> bool:
        for seed in _seeds(subject, witness) if time.monotonic() < ends else ():
            shown = subject.run(program, witness.clock, seed, limit, slower=SLOWER).outcome
            judged = subject.judge.outcome(program, shown, witness.clock)
            same = kind_of(shown, judged.nearest, judged.reason) == witness.kind
            if judged.grade is witness.grade and same:
                smallest[0] = replace(
                    witness, program=program, seed=seed, outcome=shown, nearest=judged.nearest
                )
                return True
        return False

    if not fails(witness.program):
        return witness
    program, tried = shrink(witness.program, fails)
    fails(program)
    return replace(smallest[0], tried=tried)


def _seeds(subject: Subject, witness: Witness) -> list[int | None]:
    """Its own seed first; where seeds steer the runtime, a few others: a smaller program is steered elsewhere."""
    if not subject.facts.steering or witness.clock == "real":
        return [witness.seed]
    return list(dict.fromkeys((witness.seed, None, 1, 2, 3)))
