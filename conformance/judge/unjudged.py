"""What was not judged, and why: not asked at all, or not by the oracle, so that only labels were held against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from conformance.judge.case import Case

NOT_APPLICABLE: Final = "not applicable: "
"""How `Histogram.oracle` begins where the oracle had nothing to say."""

LACKS: Final = "lacks "
"""How the reason begins for which a scenario does not apply to a runtime that lacks what its program needs."""
COMPOSED: Final = "composed: "
"""The same, of a scenario about what the adapter composes."""


def show_unjudged(cases: Iterable[Case]) -> Iterator[str]:
    """One line for each runtime: how many of its cases that ran the oracle did not judge, and each reason."""
    ran: Counter[str] = Counter()
    why: dict[str, Counter[str]] = {}
    for case in cases:
        if not case.histograms:
            continue
        ran[case.runtime] += 1
        told = case.histograms[0].oracle
        if told.startswith(NOT_APPLICABLE):
            why.setdefault(case.runtime, Counter())[told.removeprefix(NOT_APPLICABLE)] += 1
    for runtime, reasons in why.items():
        parts = "; ".join(f"{reason} ({count})" for reason, count in reasons.most_common())
        total = sum(reasons.values())
        yield f"{runtime}: not judged by the oracle, only by labels: {total} of {ran[runtime]} cases: {parts}"


def most_wanted(cases: Iterable[Case]) -> str:
    """What a runtime lacks that most of these inapplicable cases want: `group (20), fail_after (7)`; perhaps empty."""
    lacking = (case.reason for case in cases if case.reason.startswith(LACKS))
    wanted = Counter(kind for reason in lacking for kind in reason.removeprefix(LACKS).split(", "))
    return ", ".join(f"{kind} ({count})" for kind, count in wanted.most_common(4))
