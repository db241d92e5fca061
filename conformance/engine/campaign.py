"""Runs a catalogue on runtimes: scenarios x runtimes x seeds, each case judged once it is seen.

The first run of a case is the runtime as shipped. Then come seeded runs where the adapter can
steer its runtime's scheduler, repeated ones where it cannot, and rewritings with an injected
checkpoint, each with a histogram of its own. What a loaded machine may have caused is made again,
alone, once everything else is done: a run that hung, with a longer limit, and the runs of a case
that accuses its runtime or disagree among themselves on a real clock, with longer ticks.
"""

from __future__ import annotations

import hashlib
import math
import threading
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import TypeAlias, final

from conformance.engine.bench import Bench, Borrowed
from conformance.engine.inject import choose_sites, inject
from conformance.errors import ConformanceError
from conformance.judge.case import Case
from conformance.judge.evidence import Evidence, Oracle, Runs, RuntimeFacts
from conformance.judge.judge import judge, not_applicable
from conformance.judge.token import Clock
from conformance.judge.verdict import Verdict
from conformance.lang import ops
from conformance.lang.program import Path, Program
from conformance.lang.scenario import Scenario
from conformance.run.observation import REAL_TICK, Observation, RunOptions

UNSTEERED = 3
"""How many runs are made where no seed makes a difference: enough to see what flickers."""
DEADLY = 2
"""After that many runs that cost the process, a case has shown enough."""
LIMIT = 3.0
"""Seconds of wall time for one run, beyond the horizon of a real clock: runs take milliseconds."""
AGAIN = 5
"""A run that hung is made again with that many times the limit."""
SLOWER = 5
"""On a real clock, doubtful runs are made again with ticks that many times as long."""
CONFIRMED = 5
"""After that many hangs of one runtime that repeated, its other ones are not made again."""
HORIZON = 100_000.0
"""Ticks of virtual time after which a run is stopped."""
HUGE = 500
"""Ticks: no real clock is waited on for longer than that."""
_MARGIN, _SHORTEST = 10, 0.4
Asked: TypeAlias = tuple[RuntimeFacts, Scenario]
_DEAD = ("hung", "crashed", "exited", "garbage")


@final
@dataclass(frozen=True, slots=True)
class Plan:
    """What to run. `seeds`: runs per case; `seed`: the base seed; `limit`: seconds per run."""

    scenarios: tuple[Scenario, ...]
    addresses: tuple[str, ...]
    seeds: int = 1
    seed: int = 0
    jobs: int = 1
    strict: bool = False
    limit: float = LIMIT


def derive_seed(base: int, scenario: str, index: int) -> int:
    """The seed of one run, 32 bits. It depends on nothing else: no scenario shifts another."""
    digest = hashlib.sha256(f"{base}/{scenario}/{index}".encode()).digest()
    return int.from_bytes(digest[:4], "big")


def clock_of(scenario: Scenario, facts: RuntimeFacts) -> Clock:
    """Virtual where the runtime has such a clock, real where that replaces what is asked about."""
    if scenario.clock == "native":
        return "virtual" if facts.virtual == "keeps timers" else "real"
    return "virtual" if facts.virtual != "none" else "real"


def run_options(program: Program, clock: Clock, seed: int | None, slower: int = 1) -> RunOptions:
    """How to run a program on that clock; the horizon lies beyond all its finite times.

    `slower` stretches the ticks of a real clock.
    """
    times = [_ticks(op) for _, op in program.walk()]
    if clock == "virtual":
        horizon = HORIZON + sum(t for t in times if 0 < t < math.inf)
        return RunOptions(horizon=horizon, seed=seed, trace=True)
    ticks = sum(t for t in times if 0 < t <= HUGE) + _MARGIN
    tick = REAL_TICK * slower
    horizon = max(_SHORTEST, ticks * tick)
    return RunOptions(virtual=False, tick=tick, horizon=horizon, seed=seed, trace=True)


def _ticks(op: ops.Op) -> float:
    found = getattr(op, "ticks", getattr(op, "tick", 0))
    return float(found)


def observe(  # all that a run is
    worker: Borrowed,
    program: Program,
    clock: Clock,
    seed: int | None,
    limit: float,
    slower: int = 1,
) -> Observation:
    """One run. `limit` is in seconds of wall time, beyond the horizon of a real clock."""
    options = run_options(program, clock, seed, slower)
    allowance = limit if options.virtual else limit + options.horizon
    return worker.run(program, options, limit=allowance)


@final
@dataclass(slots=True)
class Hung:
    """A case of which one run hung: the run is to be made again, alone."""

    scenario: Scenario
    facts: RuntimeFacts
    evidence: Evidence
    runs: Runs
    seed: int | None


@final
class Campaign:
    """One plan being carried out, on started runtimes."""

    def __init__(self, plan: Plan, bench: Bench, oracle: Oracle) -> None:
        self.plan = plan
        self._bench = bench
        self._oracle = oracle
        self._stopped = threading.Event()
        started = [bench.facts[address] for address in plan.addresses if address in bench.facts]
        self._work: list[Asked] = [
            (facts, scenario) for scenario in plan.scenarios for facts in started
        ]

    @property
    def total(self) -> int:
        """How many cases there will be."""
        return len(self._work)

    def run(self) -> Generator[Case]:
        """Every case, as it is judged. Closing the iterator stops the campaign."""
        hung: list[Hung] = []
        late: list[Asked] = []
        threads = ThreadPoolExecutor(max(1, self.plan.jobs))
        try:
            futures = {threads.submit(self._case, *asked): asked for asked in self._work}
            for future, result in _finished(futures):
                if isinstance(result, Hung):
                    hung.append(result)
                elif may_be_late(result):
                    late.append(futures[future])
                else:
                    yield result
            repeated: Counter[str] = Counter()
            for case in hung:
                address = case.facts.address
                if repeated[address] < CONFIRMED:
                    self._again(case)
                    repeated[address] += case.evidence.hang == "repeated"
                yield self._judge(case.scenario, case.facts, case.evidence)
            for facts, scenario in late:
                yield self._settled(self._case(facts, scenario, SLOWER))
        finally:
            self._stopped.set()
            threads.shutdown(wait=True, cancel_futures=True)

    def one(self, facts: RuntimeFacts, scenario: Scenario) -> Case:
        """One case, here and now; what a loaded machine may have caused is made again at once."""
        case = self._settled(self._case(facts, scenario))
        return self._settled(self._case(facts, scenario, SLOWER)) if may_be_late(case) else case

    def _settled(self, case: Case | Hung) -> Case:
        """That case; a run that hung is made again first."""
        if isinstance(case, Case):
            return case
        self._again(case)
        return self._judge(case.scenario, case.facts, case.evidence)

    def _case(self, facts: RuntimeFacts, scenario: Scenario, slower: int = 1) -> Case | Hung:
        evidence = Evidence(clock=clock_of(scenario, facts))
        if not not_applicable(scenario, facts):
            try:
                with self._bench.borrow(facts.address) as worker:
                    hung = self._gather(worker, facts, scenario, evidence, slower)
            except ConformanceError as error:
                hung = None
                evidence.culprit = f"{type(error).__name__}: {error}"
            if hung is not None:
                return hung
        return self._judge(scenario, facts, evidence)

    def _judge(self, scenario: Scenario, facts: RuntimeFacts, evidence: Evidence) -> Case:
        return judge(scenario, facts, evidence, self._oracle, strict=self.plan.strict)

    def _gather(
        self,
        worker: Borrowed,
        facts: RuntimeFacts,
        scenario: Scenario,
        evidence: Evidence,
        slower: int,
    ) -> Hung | None:
        """Make the runs of a case; the one that hung, if one did."""
        dead = 0
        for injected, seed in self._runs(facts, scenario, evidence.clock):
            if self._stopped.is_set() or dead >= DEADLY:
                break
            runs = _runs_of(evidence, scenario.program, injected)
            limit = self.plan.limit * slower
            seen = observe(worker, runs.program, evidence.clock, seed, limit, slower)
            runs.add(seen.outcome, seed, seen.trace)
            if seen.outcome.ending == "hung":
                return Hung(scenario, facts, evidence, runs, seed)
            dead += seen.outcome.ending in _DEAD
        return None

    def _runs(
        self, facts: RuntimeFacts, scenario: Scenario, clock: Clock
    ) -> Iterator[tuple[tuple[Path, ...], int | None]]:
        """Where checkpoints are injected, and the seed, of every run of a case."""
        steered = bool(facts.steering)
        count = (
            self.plan.seeds if steered and clock == "virtual" else min(UNSTEERED, self.plan.seeds)
        )
        seeds = [
            derive_seed(self.plan.seed, scenario.id, index) for index in range(self.plan.seeds)
        ]
        for index in range(count):
            yield (), seeds[index] if index and steered else None
        number = self.plan.seeds // 3 if clock == "virtual" else self.plan.seeds // 10
        places = choose_sites(scenario.program, facts.semantics, number, seeds[0])
        for index, path in enumerate(places):
            yield (path,), None
            if steered:
                yield (path,), seeds[-1 - index]

    def _again(self, hung: Hung) -> None:
        """The run that hung once more: alone, in a fresh process, with five times the limit."""
        with self._bench.borrow(hung.facts.address) as worker:
            worker.close()
            try:
                seen = observe(
                    worker,
                    hung.runs.program,
                    hung.evidence.clock,
                    hung.seed,
                    AGAIN * self.plan.limit,
                    SLOWER,
                )
            except ConformanceError as error:
                hung.evidence.culprit = f"{type(error).__name__}: {error}"
            else:
                hung.runs.add(seen.outcome, hung.seed, seen.trace)
                hung.evidence.hang = "repeated" if seen.outcome.ending == "hung" else "vanished"


def may_be_late(case: Case) -> bool:
    """Whether lateness may have made what a case shows: it accuses, or its runs disagree, on a real clock."""
    if case.clock != "real":
        return False
    disagree = any(len(histogram.seen) > 1 for histogram in case.histograms)
    return disagree or case.verdict is Verdict.VIOLATES


def _finished(
    futures: Iterable[Future[Case | Hung]],
) -> Iterator[tuple[Future[Case | Hung], Case | Hung]]:
    for future in as_completed(futures):
        yield future, future.result()


def _runs_of(evidence: Evidence, program: Program, injected: tuple[Path, ...]) -> Runs:
    """The histogram of one rewriting, made when its first run is."""
    for runs in evidence.runs:
        if runs.injected == injected:
            return runs
    runs = Runs(inject(program, injected) if injected else program, injected)
    evidence.runs.append(runs)
    return runs
