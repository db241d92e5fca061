import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

import pytest

from conformance.engine.bench import Bench
from conformance.engine.campaign import Campaign, Plan, clock_of, derive_seed, run_options
from conformance.errors import AdapterError
from conformance.judge.case import Case
from conformance.judge.evidence import NoOracle, RuntimeFacts
from conformance.judge.verdict import Verdict
from conformance.lang.ops import Note, Sleep
from conformance.lang.outcome import Entry, Outcome, TaskOutcome, empty_outcome
from conformance.lang.pattern import has
from conformance.lang.program import Program
from conformance.lang.scenario import ANYBODY, Scenario
from conformance.lang.semantics import Semantics
from conformance.run.observation import Observation, RunOptions

PROGRAM = Program({"main": (Sleep(1), Note("x"))})
FACTS = RuntimeFacts(
    "fake",
    "1",
    "3.11.0",
    capabilities={"sleep": "native", "note": "native", "checkpoint": "native"},
    virtual="keeps timers",
)
STEERED = replace(FACTS, steering="yes")
POINTS = Semantics(schedule_points={"default": "always"}, cancel_points={"default": "always"})
Answer = Callable[[Program, RunOptions, float], Outcome]


def scenario(name: str = "area/one") -> Scenario:
    """A question."""
    return Scenario(name, "?", PROGRAM, {"x": has(main="x")}, sources={ANYBODY: "here"})


def fine(*_: object) -> Outcome:
    """What every run shows."""
    return Outcome((("main", TaskOutcome((Entry("x", 1),), "returned", 1)),))


class FakeWorker:
    """Answers as told, and remembers what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[tuple[Program, RunOptions, float]] = []
        self.closed = 0

    def run(self, program: Program, options: RunOptions, *, limit: float) -> Observation:
        self.asked.append((program, options, limit))
        return Observation(self.answer(program, options, limit))

    def close(self) -> None:
        self.closed += 1


class FakeBench:
    """One worker for one runtime."""

    def __init__(self, facts: RuntimeFacts, answer: Answer) -> None:
        self.facts = {facts.address: facts}
        self.worker = FakeWorker(answer)

    @contextmanager
    def borrow(self, _: str) -> Iterator[FakeWorker]:
        yield self.worker


def campaign(
    facts: RuntimeFacts, answer: Answer = fine, **plan: Any
) -> tuple[list[Case], FakeWorker]:
    """Run one scenario; the cases, and the worker that was asked."""
    bench = FakeBench(facts, answer)
    carried = Campaign(
        Plan((scenario(),), ("fake",), **plan), cast(Bench, bench), NoOracle("not asked")
    )
    return list(carried.run()), bench.worker


def test_seeds_depend_on_nothing_else() -> None:
    """A case's seeds come from base seed, id and index: other scenarios shift nothing."""
    assert derive_seed(0, "a/b", 0) == 719962656
    assert len({derive_seed(b, s, i) for b in (0, 1) for s in ("a/b", "a/c") for i in (0, 1)}) == 8


def test_the_first_run_is_as_shipped() -> None:
    """Run 0 has no seed, the others have different ones."""
    _, worker = campaign(STEERED, seeds=5)
    seeds = [options.seed for _, options, _ in worker.asked]
    assert seeds[0] is None
    assert None not in seeds[1:]
    assert len(set(seeds)) == 5


def test_an_unsteered_runtime_is_repeated_a_little() -> None:
    """Without steering, a few unseeded runs look for what flickers."""
    (case,), worker = campaign(FACTS, seeds=10)
    assert [options.seed for _, options, _ in worker.asked] == [None] * 3
    assert case.histograms[0].seen[0].count == 3


def test_rewritings_have_histograms_of_their_own() -> None:
    """Each injected place is one more histogram; the program as written stays first."""
    (case,), worker = campaign(replace(FACTS, semantics=POINTS), seeds=9)
    assert [h.injected for h in case.histograms] == ["-", "main.0"]
    assert len({id(program) for program, _, _ in worker.asked}) == 2


def test_inapplicable_scenarios_are_not_run() -> None:
    """Nothing is asked of a runtime that lacks what the program needs."""
    (case,), worker = campaign(replace(FACTS, capabilities={}))
    assert case.verdict is Verdict.NOT_APPLICABLE
    assert not worker.asked


@pytest.mark.parametrize(("again", "verdict"), [(True, "VIOLATES"), (False, "UNKNOWN")])
def test_a_hang_is_tried_again_alone(again: bool, verdict: str) -> None:
    """After a hang the case stops; the run is made again in a fresh process with 5 x the limit."""

    def answer(program: Program, _: RunOptions, limit: float) -> Outcome:
        hangs = again or limit < 50
        return empty_outcome(program.tasks, "hung") if hangs else fine()

    (case,), worker = campaign(FACTS, answer, seeds=10, limit=10.0)
    assert [limit for _, _, limit in worker.asked] == [10.0, 50.0]
    assert worker.closed == 1
    assert case.verdict.value == verdict


def test_lateness_accuses_nobody() -> None:
    """On a real clock, runs that disagree are made again with longer ticks, and only those count."""
    quick: list[float] = []

    def answer(program: Program, options: RunOptions, _: float) -> Outcome:
        if options.tick < 0.1:
            quick.append(options.tick)
            return empty_outcome(program.tasks, "stopped") if len(quick) == 2 else fine()
        return fine()

    (case,), worker = campaign(replace(FACTS, virtual="none"), answer, seeds=10)
    assert [options.tick for _, options, _ in worker.asked] == [0.02] * 3 + [0.1] * 3
    assert [seen.count for seen in case.histograms[0].seen] == [3]
    assert case.verdict is Verdict.CONFORMS


def test_a_defect_on_a_real_clock_is_told() -> None:
    """An accusation that the slow repetition bears out stands."""
    (case,), worker = campaign(
        replace(FACTS, virtual="none"),
        lambda program, *_: empty_outcome(program.tasks, "crashed"),
        seeds=10,
    )
    assert [options.tick for _, options, _ in worker.asked] == [0.02] * 2 + [0.1] * 2
    assert case.verdict is Verdict.VIOLATES


def test_a_crashing_case_ends_early() -> None:
    """Every crash costs a process: two of them have shown enough."""
    (case,), worker = campaign(
        STEERED, lambda program, *_: empty_outcome(program.tasks, "crashed"), seeds=10
    )
    assert len(worker.asked) == 2
    assert case.verdict is Verdict.VIOLATES


def test_an_adapter_s_error_is_unknown() -> None:
    """A broken adapter costs its case, and accuses nobody."""

    def answer(*_: object) -> Outcome:
        raise AdapterError("no method `now`")

    (case,), _ = campaign(FACTS, answer)
    assert case.verdict is Verdict.UNKNOWN
    assert "no method `now`" in case.reason


@pytest.mark.parametrize(
    ("asked", "virtual", "clock"),
    [
        ("virtual", "replaces timers", "virtual"),
        ("virtual", "none", "real"),
        ("native", "keeps timers", "virtual"),
        ("native", "replaces timers", "real"),
    ],
)
def test_a_native_scenario_keeps_the_timers(asked: Any, virtual: str, clock: str) -> None:
    """Where virtual time replaces the timers that are asked about, the clock is real."""
    ask = replace(scenario(), clock=asked)
    assert clock_of(ask, replace(FACTS, virtual=virtual)) == clock


def test_horizons_lie_beyond_every_finite_time() -> None:
    """On a real clock huge and infinite times are not waited for; short runs get 0.4 s."""
    program = Program({"main": (Sleep(100), Sleep(1e9), Sleep(math.inf))})
    assert run_options(program, "real", None).horizon == pytest.approx(2.2)
    assert run_options(program, "virtual", None).horizon > 1e9
    assert run_options(PROGRAM, "real", None).horizon == pytest.approx(0.4)
