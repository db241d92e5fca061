"""A runtime under test by the fuzzer: its worker processes, its judge, and how generated programs are run on it."""

from __future__ import annotations

import atexit
from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, TypeAlias, final

from conformance.engine.bench import Bench
from conformance.engine.campaign import derive_seed, run_options
from conformance.engine.fuzz_coverage import SAMPLE
from conformance.engine.fuzz_judge import DEAD, Judge
from conformance.engine.generate.decode import decode
from conformance.engine.generate.tape import seeded
from conformance.engine.membership import BUDGET
from conformance.engine.oracle import find_reference, load_reference
from conformance.engine.unmodelled import unanswered
from conformance.judge.evidence import RuntimeFacts
from conformance.judge.token import Clock
from conformance.lang.program import Program
from conformance.run.observation import Observation, RunOptions
from conformance.wire.address import Address

Runs: TypeAlias = list[tuple[int | None, Observation]]
"""Seeds, and what they showed."""

HORIZON: Final = 100_000.0
"""Ticks of virtual time after which a run is stopped; nothing in a generated program falls near it."""
REAL_EVERY: Final = 50
"""One program in so many runs on a real clock, where the virtual one replaces the runtime's own timers."""
HUNG: Final = DEAD["hung"]
HANGS: Final = 2
"""Of programs that hang a process confirms that many: each takes its whole limit, and several times that."""
IMPATIENT: Final = 6
"""The part of its limit that a run has where so many were confirmed to hang: most take a few milliseconds."""


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
class Subject:
    """One runtime under test in a worker of its own, and its judge. Raises what starting it raises."""

    def __init__(self, bench: Bench, address: str, budget: int) -> None:
        bench.start([address])
        if error := bench.trouble.get(address):
            raise error
        self._bench = bench
        self.address = address
        self._local = Address.parse(address).local
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

    def runs(self, program: Program, recipe: Recipe, index: int) -> Runs:
        """What the program of that index shows under each of its seeds."""
        clock = self.clock(index)
        traced = index % SAMPLE == 0
        limit = self.patience(recipe.limit, clock)
        return [
            (seed, self.run(program, clock, seed, limit, trace=traced))
            for seed in self.seeds(recipe, index, clock)
        ]

    def patience(self, limit: float, clock: Clock) -> float:
        """Seconds for a run that is only counted if it hangs: part of the limit, once others were confirmed to hang."""
        hangs = clock == "virtual" and self.kept[HUNG] >= HANGS
        return limit / IMPATIENT if hangs else limit

    def beside(self, index: int) -> bool:
        """Whether the program of that index may run beside others. In this very process one runs at a time."""
        return not self._local and self.clock(index) == "real"

    def refresh(self) -> None:
        """Have the next run made by a fresh process."""
        with self._bench.borrow(self.address) as worker:
            worker.renew()

    def clock(self, index: int) -> Clock:
        """On which clock the program of that index runs."""
        virtual = self.facts.virtual
        if virtual == "none" or (virtual == "replaces timers" and index % REAL_EVERY == 0):
            return "real"
        return "virtual"

    def seeds(self, recipe: Recipe, index: int, clock: Clock) -> tuple[int | None, ...]:
        """As shipped; every other one steered, where a seed steers the runtime.

        Not both: of 1,000 programs on trio 868 showed the same twice, and two programs are worth more than two runs.
        """
        if not self.facts.steering or clock == "real" or index % 2 == 0:
            return (None,)
        return (derive_seed(recipe.seed, "fuzz", index),)


@lru_cache(maxsize=8)
def subject_of(address: str, budget: int) -> Subject:
    """The subject that this process keeps for an address."""
    bench = Bench(renewable=True)
    atexit.register(bench.__exit__)
    return Subject(bench, address, budget)


@lru_cache(maxsize=1)
def modelled() -> frozenset[str]:
    """What the reference has, and spellings: nothing else can be judged. Raises NotStarted when there is none."""
    return frozenset(load_reference()("").capabilities()) | {"fail_after:one"}


def usable(facts: RuntimeFacts) -> frozenset[str]:
    """What a runtime has that programs may have: of the rest, its answers say too little."""
    return frozenset(facts.capabilities) - unanswered(facts.semantics)


def program_of(recipe: Recipe, index: int, capabilities: frozenset[str]) -> Program:
    """The program of that index: it depends on the seed, the areas and what the runtime has, and on nothing else."""
    can = (capabilities if recipe.can is None else capabilities & recipe.can) & modelled()
    return decode(seeded(f"{recipe.seed}/{index}"), can, recipe.areas)
