from collections.abc import Sequence
from dataclasses import replace

import pytest

from conformance.errors import ScenarioError
from conformance.judge.evidence import AllowedSet, Evidence, NoOracle, Runs, RuntimeFacts
from conformance.judge.judge import judge
from conformance.judge.token import Clock
from conformance.judge.verdict import Grade, Verdict
from conformance.lang.ops import Checkpoint, Note, Spawn
from conformance.lang.outcome import Entry, Outcome, TaskOutcome, empty_outcome
from conformance.lang.pattern import has
from conformance.lang.program import Path, Program
from conformance.lang.scenario import ANYBODY, Rule, Scenario
from conformance.lang.semantics import Semantics

PROGRAM = Program({"main": (Spawn("a"), Note("x"), Checkpoint()), "a": (Note("ran"),)})
FACTS = RuntimeFacts(
    "trio",
    "1.0",
    "3.11.0",
    frozenset({"trio"}),
    {"spawn": "native", "note": "native", "checkpoint": "native"},
)
QUESTION = Scenario(
    id="area/one",
    asks="?",
    program=PROGRAM,
    answers={"x": has(main="x"), "y": has(main="y")},
    sources={ANYBODY: "here"},
)
LABELS_ONLY = NoOracle("not asked")


def said(*words: str, ending: str = "completed") -> Outcome:
    """An outcome in which main logged these words."""
    log = tuple(Entry(word) for word in words)
    return Outcome((("main", TaskOutcome(log, "returned")), ("a", TaskOutcome())), (), ending)


def seen(*outcomes: Outcome, injected: tuple[Path, ...] = ()) -> Evidence:
    """Evidence of one run for each outcome."""
    runs = Runs(PROGRAM, injected)
    for outcome in outcomes:
        runs.add(outcome, None)
    return Evidence(runs=[runs])


def ruled(strength: str = "MUST", *families: str) -> Scenario:
    """A scenario whose rule requires that main logs x."""
    rule = Rule("MUST" if strength == "MUST" else "SHOULD", required=(has(main="x"),))
    return replace(QUESTION, answers={}, rule=rule, sources=dict.fromkeys(families, "here"))


class Allows:
    """An oracle that allows these outcomes, and grades others as told."""

    def __init__(self, *outcomes: Outcome, others: Grade = Grade.FORBIDDEN) -> None:
        self.outcomes: Sequence[Outcome] = outcomes
        self.others = others

    def allowed(self, program: Program, semantics: Semantics, clock: Clock) -> AllowedSet | str:
        return self

    def contains(self, outcome: Outcome) -> Grade:
        return Grade.ACCEPTABLE if outcome in self.outcomes else self.others

    def freedom(self, outcome: Outcome) -> str:
        return "any order"


def test_a_missing_capability_is_not_applicable() -> None:
    """Without a capability nothing is judged, and the reason names it."""
    facts = replace(FACTS, capabilities={"note": "native", "checkpoint": "native"})
    case = judge(QUESTION, facts, Evidence(), LABELS_ONLY)
    assert (case.verdict, case.reason) == (Verdict.NOT_APPLICABLE, "lacks spawn")


def test_a_composed_op_that_is_asked_about_is_not_applicable() -> None:
    """Our shim is never shown as the runtime's answer."""
    facts = replace(FACTS, capabilities={**FACTS.capabilities, "spawn": "composed"})
    about = replace(QUESTION, about=frozenset({"spawn"}))
    case = judge(about, facts, Evidence(), LABELS_ONLY)
    assert (case.verdict, case.reason) == (Verdict.NOT_APPLICABLE, "composed: spawn")
    assert judge(QUESTION, facts, seen(said("x")), LABELS_ONLY).verdict is Verdict.CONFORMS


@pytest.mark.parametrize(
    ("outcomes", "answer"),
    [([said("x")], "x"), ([said("y"), said("x")], "x | y"), ([said("z"), said("x")], "x | other")],
)
def test_an_answer_is_the_set_of_words_seen(outcomes: list[Outcome], answer: str) -> None:
    """Words stand in the order of the scenario, `other` last."""
    assert judge(QUESTION, FACTS, seen(*outcomes), LABELS_ONLY).answer == answer


def test_other_never_passes_silently() -> None:
    """An outcome that no answer foresees is marked, and strictness makes it a violation."""
    case = judge(QUESTION, FACTS, seen(said("z")), LABELS_ONLY)
    assert case.verdict is Verdict.CONFORMS
    assert case.marks
    strict = judge(QUESTION, FACTS, seen(said("z")), LABELS_ONLY, strict=True)
    assert strict.verdict is Verdict.VIOLATES


def test_an_unjudged_answer_accuses_nobody() -> None:
    """An answer that the scenario declares to be beyond the reference is marked; others are judged."""
    oracle = Allows(said("x"))
    assert judge(QUESTION, FACTS, seen(said("y")), oracle).verdict is Verdict.VIOLATES
    lenient = replace(QUESTION, unjudged=frozenset({"y"}))
    case = judge(lenient, FACTS, seen(said("y")), oracle)
    assert (case.verdict, case.histograms[0].seen[0].grade) == (Verdict.CONFORMS, Grade.INTERESTING)
    assert case.marks
    assert judge(lenient, FACTS, seen(said("z")), oracle).verdict is Verdict.VIOLATES
    with pytest.raises(ScenarioError, match="none of its answers"):
        replace(QUESTION, unjudged=frozenset({"w"}))


@pytest.mark.parametrize(
    ("families", "verdict"),
    [(["trio"], Verdict.VIOLATES), ([ANYBODY], Verdict.VIOLATES), (["curio"], Verdict.CONFORMS)],
)
def test_a_rule_binds_whom_its_sources_name(families: list[str], verdict: Verdict) -> None:
    """A rule accuses only the families whose documents promise it."""
    case = judge(ruled("MUST", *families), FACTS, seen(said("z")), LABELS_ONLY)
    assert case.verdict is verdict
    assert case.rule is not None
    assert case.rule.binds is (verdict is Verdict.VIOLATES)


def test_a_failed_should_is_a_mark() -> None:
    """A failed SHOULD conforms with a mark; strictness makes it a violation."""
    scenario = ruled("SHOULD", "trio")
    case = judge(scenario, FACTS, seen(said("z")), LABELS_ONLY)
    assert (case.verdict, len(case.marks)) == (Verdict.CONFORMS, 1)
    strict = judge(scenario, FACTS, seen(said("z")), LABELS_ONLY, strict=True)
    assert strict.verdict is Verdict.VIOLATES


@pytest.mark.parametrize(
    ("others", "verdict", "marked"),
    [(Grade.FORBIDDEN, Verdict.VIOLATES, False), (Grade.INTERESTING, Verdict.CONFORMS, True)],
)
def test_the_oracle_judges_what_labels_allow(
    others: Grade, verdict: Verdict, *, marked: bool
) -> None:
    """An outcome with the right labels that no schedule allows is a violation all the same."""
    case = judge(QUESTION, FACTS, seen(said("x", "x")), Allows(said("x"), others=others))
    assert case.verdict is verdict
    assert bool(case.marks) is marked


def test_one_bad_run_among_many_is_enough() -> None:
    """The histogram is judged by its worst outcome, and the token is that outcome's."""
    runs = Runs(PROGRAM)
    for _ in range(9):
        runs.add(said("x"), None)
    runs.add(said("x", "x"), 77)
    case = judge(QUESTION, FACTS, Evidence(runs=[runs]), Allows(said("x")))
    assert case.verdict is Verdict.VIOLATES
    assert ",77," in case.token
    assert [s.count for s in case.histograms[0].seen] == [9, 1]


def test_an_oracle_that_cannot_tell_says_so() -> None:
    """Labels judge alone, the record says why, and grades are `unjudged`."""
    case = judge(QUESTION, FACTS, seen(said("x")), NoOracle("a large payload"))
    assert case.verdict is Verdict.CONFORMS
    assert case.histograms[0].oracle == "not applicable: a large payload"
    assert case.histograms[0].seen[0].grade is Grade.UNJUDGED


@pytest.mark.parametrize("how", ["crashed", "exited", "garbage"])
def test_a_dead_process_violates(how: str) -> None:
    """A crash, an exit and garbage are the runtime's doing; they answer no question."""
    case = judge(QUESTION, FACTS, seen(empty_outcome(PROGRAM.tasks, how)), Allows())
    assert (case.verdict, case.answer) == (Verdict.VIOLATES, None)


@pytest.mark.parametrize(
    ("again", "verdict"), [("repeated", Verdict.VIOLATES), ("vanished", Verdict.UNKNOWN)]
)
def test_a_hang_counts_if_it_repeats(again: str, verdict: Verdict) -> None:
    """A hang that does not repeat alone with five times the limit is UNKNOWN."""
    evidence = seen(empty_outcome(PROGRAM.tasks, "hung"))
    evidence.hang = again
    assert judge(QUESTION, FACTS, evidence, LABELS_ONLY).verdict is verdict


def test_a_broken_adapter_accuses_no_runtime() -> None:
    """What is not the runtime's doing is UNKNOWN, with the culprit as the reason."""
    case = judge(QUESTION, FACTS, Evidence(culprit="AdapterError: no `now`"), LABELS_ONLY)
    assert (case.verdict, case.reason) == (Verdict.UNKNOWN, "AdapterError: no `now`")


def test_a_rewritten_program_is_acquitted_by_the_oracle() -> None:
    """A label fails a rewriting only where the oracle does not allow the outcome."""
    scenario = ruled("MUST", "trio")
    evidence = seen(said("x"))
    evidence.runs += seen(said("z"), injected=(("a", "0"),)).runs
    allowed = Allows(said("x"), said("z"))
    assert judge(scenario, FACTS, evidence, allowed).verdict is Verdict.CONFORMS
    assert judge(scenario, FACTS, evidence, Allows(said("x"))).verdict is Verdict.VIOLATES


def test_the_answer_is_that_of_the_program_as_written() -> None:
    """What only a rewriting shows is kept apart: histograms are never pooled."""
    evidence = seen(said("x"))
    evidence.runs += seen(said("y"), injected=(("a", "0"),)).runs
    case = judge(QUESTION, FACTS, evidence, LABELS_ONLY)
    assert case.answer == "x"
    assert [h.injected for h in case.histograms] == ["-", "a.0"]
