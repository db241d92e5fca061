"""What one run of a gate shows and no further one repeats is no regression: it is told, and blames nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from conformance.judge.baseline import Baseline
from conformance.judge.case import Case
from conformance.judge.gate import Change, Gated, Kind, compare
from conformance.judge.judge import CRASHES
from conformance.judge.verdict import Verdict

OF_CASES = (
    Kind.REGRESSED,
    Kind.NOT_APPLICABLE,
    Kind.SEMANTICS,
    Kind.NEW_VIOLATION,
    Kind.PASSES,
)
"""The kinds of differences that a further run can show again."""


def doubtful(gated: Gated, cases: Iterable[Case]) -> list[str]:
    """The scenarios that differ in what a run showed, by their ids. A crash is never in doubt."""
    shown = {(case.scenario, case.python): _crashed(case) for case in cases}
    some = {
        change.subject
        for change in gated.of(*OF_CASES)
        if shown.get((change.subject, change.python)) is False
    }
    return sorted(some)


def settle(baseline: Baseline, gated: Gated, again: Sequence[Case]) -> Gated:
    """The gate's outcome after those cases were run again: a difference counts unless each of them is as expected.

    A further run of which nothing is known says nothing, and takes no difference back.
    """
    told = [case for case in again if case.verdict is not Verdict.UNKNOWN]
    runs = Counter((case.scenario, case.python) for case in told)
    repeated = {
        (change.subject, change.python)
        for case in told
        for change in compare(baseline, case)
        if change.kind in OF_CASES
    }

    def settled(change: Change) -> Change:
        where = change.subject, change.python
        if not runs[where] or where in repeated:
            return change
        text = f"{change.kind.words} once, and not in {runs[where]} further runs: {change.text}"
        return replace(change, kind=Kind.UNREPEATED, text=text)

    changes = [settled(c) if c.kind in OF_CASES else c for c in gated.changes]
    order = list(Kind)
    changes.sort(key=lambda change: (order.index(change.kind), change.subject, change.python))
    return replace(gated, changes=tuple(changes))


def _crashed(case: Case) -> bool:
    return any(seen.outcome.ending in CRASHES for one in case.histograms for seen in one.seen)
