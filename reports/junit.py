"""The results as JUnit XML: a suite for each runtime and area, a test case for each scenario.

What is held against a baseline fails as the gate does: by what differs from it. The structure is that of
`junit-10.xsd` in Jenkins' xUnit plugin, which leaves out a whole file that has anything else (properties of a
test case, say: https://github.com/pytest-dev/pytest/issues/5202).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from junitparser import (
    Error,
    Failure,
    JUnitXml,
    Skipped,
    TestCase,
    TestSuite,
)
from junitparser.junitparser import FinalResult

from conformance.judge.baseline import plain_address
from conformance.judge.case import Case
from conformance.judge.gate import Change, Gated, Kind
from conformance.judge.results import Results
from conformance.judge.verdict import Verdict

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even escaped."""
_SUITES_ONLY: Final = re.compile(r'(<testsuites\b[^>]*?) skipped="\d+"')
"""What junitparser writes of the whole, and the schema knows of a suite only."""


def render(
    results: Results,
    *,
    gated: Mapping[str, Gated] | None = None,
    fail_on_drift: bool = False,
    **_: object,
) -> str:
    """The XML, as a string. A violation is a failure, UNKNOWN an error, NOT APPLICABLE skipped.

    Of a runtime in `gated` a regression is a failure, and a violation that is as expected is skipped.
    """
    suites: dict[str, TestSuite] = {}
    for case in results.cases:
        column = f"{case.runtime} {case.version} (Python {case.python})"
        name = plain(f"{column}: {case.area}")
        suite = suites.setdefault(name, TestSuite(name))
        test = _test_case(case, plain(f"{column}.{case.area}"))
        held = (gated or {}).get(plain_address(case.runtime))
        if held is not None:
            test.result = _held(case, held, fail_on_drift=fail_on_drift)
        suite.add_testcase(test)
    document = JUnitXml("async runtime conformance")
    for suite in suites.values():
        document.add_testsuite(suite)
    for runtime, found in (gated or {}).items():
        if whole := _whole(runtime, found, results):
            suite = TestSuite(plain(f"{runtime}: its baseline"))
            suite.add_testcases(whole)
            document.add_testsuite(suite)
    for path in results.truncated:
        document.add_testsuite(_truncated(path))
    document.update_statistics()  # type: ignore[no-untyped-call]
    text: bytes = document.tostring()  # type: ignore[no-untyped-call]
    return _SUITES_ONLY.sub(r"\1", text.decode("utf-8"), count=1)


def plain(text: str) -> str:
    """The text without what XML cannot hold: such characters become readable escapes."""
    return _NOT_XML.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _test_case(case: Case, classname: str) -> TestCase:
    test = TestCase(plain(case.scenario), classname=classname)
    if case.verdict is Verdict.VIOLATES:
        test.result = [Failure(plain(case.reason), "violation")]
    elif case.verdict is Verdict.UNKNOWN:
        test.result = [Error(plain(case.reason), "unknown")]
    elif case.verdict is Verdict.NOT_APPLICABLE:
        test.result = [Skipped(plain(case.reason))]
    lines = [case.asks, case.reason, *case.marks, f"hash: {case.hash}"]
    lines += [f"answer: {case.answer}"] if case.answer else []
    lines += [f"conformance replay {case.token}"] if case.token else []
    test.system_out = plain("\n".join(filter(None, lines)))
    return test


def _held(case: Case, held: Gated, *, fail_on_drift: bool) -> list[FinalResult]:
    """How a case ends that is held against a baseline."""
    mine = [c for c in held.changes if (c.subject, c.python) == (case.scenario, case.python)]
    failing = [c for c in mine if c.kind.fails or (fail_on_drift and c.kind is Kind.DRIFT)]
    if failing:
        return [_failure(change) for change in failing]
    if lost := [c for c in mine if c.kind is Kind.UNKNOWN]:
        return [Error(plain(change.text), change.kind.words) for change in lost]
    if case.verdict is Verdict.CONFORMS:
        return []
    why = "; ".join(f"{change.kind.words}: {change.text}" for change in mine) or "as expected"
    return [Skipped(plain(f"{why}: {case.reason}"))]


def _whole(runtime: str, held: Gated, results: Results) -> list[TestCase]:
    """The differences from a baseline that concern no case: declarations, and what did not run."""
    mine = (case for case in results.cases if plain_address(case.runtime) == runtime)
    cases = {(case.scenario, case.python) for case in mine}
    tests = []
    for change in held.changes:
        if (change.subject, change.python) in cases or not (
            change.kind.fails or change.kind is Kind.MISSING
        ):
            continue
        python = f" (Python {change.python})" if change.python else ""
        test = TestCase(plain(change.subject + python), classname=plain(f"{runtime}.baseline"))
        error = Error(plain(change.text), change.kind.words)
        test.result = [_failure(change) if change.kind.fails else error]
        tests.append(test)
    return tests


def _failure(change: Change) -> Failure:
    return Failure(plain(change.text), change.kind.words)


def _truncated(path: str) -> TestSuite:
    suite = TestSuite("results files")
    test = TestCase(plain(path), classname="results")
    test.result = [Error("truncated: the run did not end", "truncated")]
    suite.add_testcase(test)
    return suite
