"""What is known of a case that does not conform: the reason that a baseline gives for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import final

from conformance.judge.baseline import Baseline, environment_of, plain_address, status_of
from conformance.judge.case import Case
from conformance.judge.verdict import Verdict


@final
class Known:
    """Baselines, as they are asked for reasons."""

    def __init__(self, baselines: Iterable[Baseline] = ()) -> None:
        self._baselines = {baseline.runtime: baseline for baseline in baselines}

    def reason(self, case: Case) -> str:
        """Why the case is as it is, if its baseline expects just that; else nothing."""
        if case.verdict not in (Verdict.VIOLATES, Verdict.UNKNOWN):
            return ""
        baseline = self._baselines.get(plain_address(case.runtime))
        found = baseline and baseline.expected(case.scenario, environment_of(case))
        if not found or found.entry is None or not found.covers(status_of(case)):
            return ""
        return found.entry.reason
