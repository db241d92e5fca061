"""Cases to judge by: made up, one outcome each, so that a test states only what it is about."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.judge.case import Case, Histogram, RuleText, Seen
from conformance.judge.evidence import RuntimeFacts
from conformance.judge.results import Header, Results, RuntimeLine
from conformance.judge.verdict import Grade, Verdict
from conformance.lang.ops import Note
from conformance.lang.outcome import Entry, Outcome, TaskOutcome
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics

PROGRAM = Program({"main": (Note("x"),)})


def outcome(word: str = "x", ending: str = "completed") -> Outcome:
    """An outcome in which main logged that word."""
    return Outcome((("main", TaskOutcome((Entry(word, 0),), "returned", 0)),), (), ending)


def a_case(
    scenario: str = "area/one",
    verdict: Verdict = Verdict.CONFORMS,
    answer: str | None = None,
    *,
    runtime: str = "toy",
    version: str = "1.0",
    python: str = "3.12.1",
    hash: str = "a" * 16,  # noqa: A002 — the field's name
    breaks: str = "",
    ending: str = "completed",
    counts: Mapping[str, int] | None = None,
    reason: str = "",
) -> Case:
    """A case of that verdict; `counts` are the words logged, and how often."""
    seen = tuple(
        Seen(outcome(word, ending), count, Grade.ACCEPTABLE, breaks=breaks)
        for word, count in (counts or {"x": 10}).items()
    )
    return Case(
        scenario=scenario,
        hash=hash,
        asks="Is it?",
        runtime=runtime,
        version=version,
        python=python,
        program=PROGRAM,
        verdict=verdict,
        reason=reason,
        answer=answer,
        answers={"yes": "", "no": ""} if answer else {},
        rule=RuleText("MUST", binds=True, required=("it",)),
        histograms=() if verdict is Verdict.NOT_APPLICABLE else (Histogram(PROGRAM, seen=seen),),
        token=f"ar1.1.00000000.run,{scenario}",
    )


def results(*cases: Case, semantics: Semantics | None = None) -> Results:
    """The results of one run of these cases."""
    lines = {}
    for case in cases:
        facts = RuntimeFacts(
            case.runtime, case.version, case.python, semantics=semantics or Semantics()
        )
        lines[case.runtime, case.version, case.python] = RuntimeLine(
            case.runtime, case.version, case.python, facts=facts
        )
    return Results((Header(runtimes=tuple(lines.values())),), cases)
