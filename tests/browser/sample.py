"""Results for the tests of the report: usual ones, and hostile ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from benchmarks.synthetic import synthetic
from conformance.judge.case import Case, Histogram, Seen
from conformance.judge.results import Header, Results, RuntimeLine
from conformance.judge.verdict import Grade, Verdict
from conformance.judge.witness import Witness
from conformance.lang.outcome import Entry, Outcome, TaskOutcome
from conformance.run.observation import Event


def texts(page: Any, selector: str) -> list[str]:
    """The text of every element that fits."""
    found: list[str] = page.locator(selector).all_text_contents()
    return found


def wait_until(page: Any, expression: str) -> None:
    """Wait for something to be true in the page. Playwright's own way is stopped by the page's policy."""
    for _ in range(200):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"it never came to be: {expression}")


def options(place: str) -> Mapping[str, str]:
    """The options of an address of the page."""
    _, _, asked = place.partition("?")
    return dict(part.split("=", 1) for part in asked.split("&") if part)


def sample() -> Results:
    """48 scenarios on 4 runtimes and 3 Pythons; one of them is violated, and a file is truncated."""
    made = synthetic(48, 4)
    cases = tuple(_several(_spoiled(case)) for case in made.cases)
    return replace(made, cases=cases, truncated=("cut.jsonl",))


BROKEN = "timers/scenario-0003"
"""A scenario that loop-01 violates on each Python."""


SEVERAL = "join/scenario-0001"
"""A scenario for which seeds show two outcomes on loop-02."""


def _several(case: Case) -> Case:
    """The case; that of SEVERAL answers `early | late`."""
    if (case.scenario, case.runtime) != (SEVERAL, "loop-02"):
        return case
    like = next(c for c in synthetic(48, 4).cases if c.scenario == SEVERAL and c.histograms)
    histogram = like.histograms[0]
    seen = [
        replace(histogram.seen[0], outcome=outcome, count=5, labels=(word,), seed=seed, token="")
        for outcome, word, seed in zip(
            histogram.allowed, ("early", "late"), (None, 7), strict=False
        )
    ]
    return replace(
        case,
        verdict=Verdict.CONFORMS,
        reason="",
        answer="early | late",
        histograms=(replace(histogram, seen=tuple(seen)),),
    )


def _spoiled(case: Case) -> Case:
    """The case; the one of BROKEN is forbidden."""
    if (case.scenario, case.runtime) != (BROKEN, "loop-01"):
        return case
    model = next(c for c in synthetic(48, 4).cases if c.scenario == BROKEN and c.histograms)
    first = model.histograms[0]
    wrong = Outcome(
        (
            ("main", TaskOutcome((Entry("caught E", 5),), "returned", 5)),
            ("a", TaskOutcome((Entry("began", 0), Entry("wrong", 4)), "cancelled", 4)),
        )
    )
    seen = replace(first.seen[0], outcome=wrong, grade=Grade.FORBIDDEN, token="")
    return replace(
        case,
        verdict=Verdict.VIOLATES,
        reason="no schedule allows it",
        histograms=(replace(first, seen=(seen,)),),
    )


def earlier(results: Results) -> Results:
    """The same, half a year before, when nothing was violated."""
    cases = tuple(
        replace(case, verdict=Verdict.CONFORMS, reason="")
        if case.verdict is Verdict.VIOLATES
        else case
        for case in results.cases
    )
    headers = tuple(replace(h, started="2025-07-01T00:00:00+00:00") for h in results.headers)
    return Results(headers, cases)


def _witness() -> tuple[Witness, str]:
    case = next(c for c in synthetic(48, 4).cases if c.histograms)
    histogram = case.histograms[0]
    seen = Outcome(
        (
            ("main", TaskOutcome((), "blocked: join a")),
            ("a", TaskOutcome((Entry("began", 0),), "cancelled", 1)),
        ),
        ending="deadlocked",
    )
    found = Witness(
        "loop-01",
        "1.1",
        "3.12.1",
        case.program,
        "virtual",
        7,
        seen,
        Grade.FORBIDDEN,
        "",
        histogram.allowed[:1],
        "0/12",
        6,
        40,
    )
    return found, "import loop\n\nprint('it shows')\n"


WITNESS = _witness()

EVIL = (
    "</script><script>window.pwned=1</script><img src=x onerror=window.pwned=1> & "
    "\u202ea\u2066b\u200bc\x1b[31m\x00 {{7*7}} javascript:window.pwned=1"
)


def hostile() -> tuple[Results, Witness]:
    """Results, and a finding, in which every text that a stranger supplies is hostile."""
    outcome = Outcome(
        (("main", TaskOutcome((Entry(EVIL), Entry("x" * 10_000_000)), EVIL)),),
        (Entry(EVIL),),
        EVIL,
        (EVIL,),
    )
    model = next(c for c in synthetic(8, 1, 1).cases if c.histograms)
    trace = (Event(None, EVIL, "begin", EVIL), Event(None, EVIL, EVIL, EVIL))
    seen = Seen(outcome, 3, Grade.FORBIDDEN, (EVIL,), EVIL, EVIL, None, EVIL, trace)
    case = replace(
        model,
        scenario=f"area/{EVIL}",
        asks=EVIL,
        runtime=EVIL,
        version=EVIL,
        python=EVIL,
        verdict=Verdict.VIOLATES,
        reason=EVIL,
        marks=(EVIL,),
        answer=EVIL,
        answers={EVIL: EVIL},
        sources={EVIL: f"javascript:{EVIL}"},
        token=EVIL,
        histograms=(Histogram(model.program, EVIL, (seen,), (outcome,), 1, EVIL),),
    )
    other = replace(case, runtime=f"{EVIL}2", answer=f"{EVIL} other")
    header = Header((RuntimeLine(EVIL, EVIL, EVIL, EVIL, EVIL),), broken=(EVIL,), platform=EVIL)
    witness = replace(WITNESS[0], runtime=EVIL, version=EVIL, outcome=outcome, reason=EVIL)
    return Results((header,), (case, other), (EVIL,)), witness


VIEWED = ("", "#matrix", "#atlas", "#findings", "#trend")
"""The views that need no more of an address than their name."""

VIEWS = (
    *VIEWED,
    f"#scenario/{BROKEN}",
    f"#cell/{BROKEN}@loop-01",
    "#pair/loop-00/loop-01",
    "#runtime/loop-01",
    f"#finding/{WITNESS[0].slug}",
)
