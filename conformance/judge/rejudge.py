"""Judges stored observations by the catalogue, the rules and the oracle of today. Runs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from conformance.judge.case import Case
from conformance.judge.evidence import Count, Evidence, Oracle, Runs, RuntimeFacts
from conformance.judge.judge import judge, not_applicable
from conformance.judge.token import decode_paths
from conformance.judge.verdict import Verdict
from conformance.lang.scenario import Scenario


@final
@dataclass(frozen=True, slots=True)
class Rejudged:
    """One case then and now. `why` says why it could not be judged anew; `now` is then the old case."""

    then: Case
    now: Case
    why: str = ""

    @property
    def changes(self) -> tuple[str, ...]:
        """What is judged otherwise."""
        then, now = self.then, self.now
        pairs = (
            ("verdict", then.verdict.value, now.verdict.value),
            ("answer", then.answer, now.answer),
            ("reason", then.reason, now.reason),
            ("marks", "; ".join(then.marks), "; ".join(now.marks)),
        )
        return tuple(f"{name}: {a or '-'} → {b or '-'}" for name, a, b in pairs if a != b)


def rejudge(
    case: Case,
    facts: RuntimeFacts | None,
    catalogue: Mapping[str, Scenario],
    oracle: Oracle,
    *,
    strict: bool = False,
) -> Rejudged:
    """The case judged anew. `facts` are of its runtime, from the same file's header."""
    scenario = catalogue.get(case.scenario)
    if scenario is None:
        return Rejudged(case, case, "the catalogue has no such scenario")
    if facts is None:
        return Rejudged(case, case, "the file does not say what its runtime declares: too old")
    if scenario.program != case.program:
        return Rejudged(
            case, case, "the scenario's program has changed: what was seen is of another"
        )
    if case.verdict is Verdict.UNKNOWN and not case.hang:
        return Rejudged(case, case, "a run could not be made of it: it has to be run again")
    if not case.histograms:
        if not not_applicable(scenario, facts):
            return Rejudged(case, case, "nothing was seen of it: it has to be run")
        return Rejudged(case, judge(scenario, facts, Evidence(case.clock), oracle))
    evidence = Evidence(
        case.clock, [_runs(case, at) for at in range(len(case.histograms))], case.hang
    )
    return Rejudged(case, judge(scenario, facts, evidence, oracle, strict=strict))


def _runs(case: Case, at: int) -> Runs:
    histogram = case.histograms[at]
    runs = Runs(histogram.program, decode_paths(histogram.injected))
    for seen in histogram.seen:
        runs.counts[seen.outcome] = Count(seen.outcome, seen.seed, seen.trace, seen.count)
    runs.seeds = list(case.seeds)
    return runs
