from dataclasses import replace
from typing import Any

import pytest

from conformance.judge.case import Case
from conformance.judge.evidence import Evidence, NoOracle, Runs, RuntimeFacts
from conformance.judge.judge import judge
from conformance.judge.rejudge import rejudge
from conformance.judge.verdict import Verdict
from conformance.lang.ops import Note
from conformance.lang.outcome import Entry, Outcome, TaskOutcome
from conformance.lang.pattern import has
from conformance.lang.program import Program
from conformance.lang.scenario import ANYBODY, Rule, Scenario

PROGRAM = Program({"main": (Note("x"),)})
SAW = Outcome((("main", TaskOutcome((Entry("x", 0),), "returned", 0)),))
FACTS = RuntimeFacts("toy", "1", "3.12.1", capabilities={"note": "native"}, virtual="keeps timers")
ORACLE = NoOracle("not asked")
OLD = Scenario(
    "area/one",
    "?",
    PROGRAM,
    {"x": has(main="x"), "y": has(main="y")},
    Rule("MUST", required=(has(main="x"),)),
    {ANYBODY: "here"},
)


def judged(scenario: Scenario = OLD) -> Case:
    """What was judged then: one outcome, seen three times."""
    runs = Runs(scenario.program)
    for seed in (None, 1, 2):
        runs.add(SAW, seed)
    return judge(scenario, FACTS, Evidence("virtual", [runs]), ORACLE)


def test_the_same_suite_changes_nothing() -> None:
    """Judged again by the same rules, a case is what it was, seeds and counts included."""
    then = judged()
    again = rejudge(then, FACTS, {OLD.id: OLD}, ORACLE)
    assert (again.changes, again.why) == ((), "")
    assert again.now == then


def test_a_newer_rule_applies() -> None:
    """What conformed is violated when the rule has changed, and the change is told."""
    newer = replace(OLD, rule=Rule("MUST", forbidden=(has(main="x"),)))
    again = rejudge(judged(), FACTS, {OLD.id: newer}, ORACLE)
    assert again.now.verdict is Verdict.VIOLATES
    assert again.changes[0] == "verdict: CONFORMS → VIOLATES"


@pytest.mark.parametrize(
    ("catalogue", "facts", "why"),
    [
        ({}, FACTS, "no such scenario"),
        ({OLD.id: OLD}, None, "too old"),
        ({OLD.id: replace(OLD, program=Program({"main": (Note("z"),)}))}, FACTS, "has changed"),
    ],
)
def test_what_cannot_be_judged_anew_is_kept(catalogue: Any, facts: Any, why: str) -> None:
    """Without the scenario, the facts or the same program the old judgement stands, and why is said."""
    then = judged()
    again = rejudge(then, facts, catalogue, ORACLE)
    assert why in again.why
    assert again.now is then


def test_what_applies_only_now_has_to_be_run() -> None:
    """A case that did not apply then is not taken to conform now: nothing was seen of it."""
    then = judge(OLD, replace(FACTS, capabilities={}), Evidence("virtual"), ORACLE)
    assert then.verdict is Verdict.NOT_APPLICABLE
    again = rejudge(then, FACTS, {OLD.id: OLD}, ORACLE)
    assert again.now.verdict is Verdict.NOT_APPLICABLE
    assert "has to be run" in again.why


def test_what_could_not_be_run_is_not_acquitted() -> None:
    """A case whose adapter failed in a later run stays UNKNOWN: what was seen before says too little."""
    lost = replace(judged(), verdict=Verdict.UNKNOWN, reason="AdapterError: no method `now`")
    told = rejudge(lost, FACTS, {OLD.id: OLD}, NoOracle("not asked"))
    assert told.now is lost
    assert "run again" in told.why
