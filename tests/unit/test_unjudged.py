"""What was not judged is counted, with the reason."""

from __future__ import annotations

from dataclasses import replace

from conformance.judge.case import Case
from conformance.judge.unjudged import most_wanted, show_unjudged
from conformance.judge.verdict import Verdict
from tests.unit.cases import a_case


def silent(scenario: str, why: str) -> Case:
    """A case of which the oracle says nothing."""
    case = a_case(scenario)
    return replace(case, histograms=(replace(case.histograms[0], oracle=f"not applicable: {why}"),))


def test_each_reason_is_counted_of_the_cases_that_ran() -> None:
    """One line for a runtime; cases that do not apply are none of its cases; who is judged throughout is not named."""
    lines = show_unjudged([
        a_case("a/judged"),
        a_case("a/other", runtime="sound"),
        a_case("a/not", Verdict.NOT_APPLICABLE, reason="lacks group"),
        silent("a/one", "loops"),
        silent("a/two", "threads"),
        silent("a/three", "loops"),
    ])  # fmt: skip
    assert list(lines) == [
        "toy: not judged by the oracle, only by labels: 3 of 4 cases: loops (2); threads (1)"
    ]


def test_what_is_wanted_most_comes_first() -> None:
    """Of the reasons that name what is lacking; what is about a composed op lacks nothing."""
    cases = [
        a_case("a/one", Verdict.NOT_APPLICABLE, reason="lacks fail_after, group"),
        a_case("a/two", Verdict.NOT_APPLICABLE, reason="lacks group"),
        a_case("a/three", Verdict.NOT_APPLICABLE, reason="composed: set"),
    ]
    assert most_wanted(cases) == "group (2), fail_after (1)"
    assert most_wanted([]) == ""
