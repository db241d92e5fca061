"""The results as JUnit XML: a suite for each runtime and area, a test case for each scenario."""

from __future__ import annotations

import re
from typing import Final

from junitparser import Error, Failure, JUnitXml, Properties, Property, Skipped, TestCase, TestSuite

from conformance.judge.case import Case
from conformance.judge.results import Results
from conformance.judge.verdict import Verdict

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even escaped."""


def render(results: Results, **_: object) -> str:
    """The XML, as a string. A violation is a failure, UNKNOWN an error, NOT APPLICABLE skipped."""
    suites: dict[str, TestSuite] = {}
    for case in results.cases:
        column = f"{case.runtime} {case.version} (Python {case.python})"
        name = plain(f"{column}: {case.area}")
        suite = suites.setdefault(name, TestSuite(name))
        suite.add_testcase(_test_case(case, plain(f"{column}.{case.area}")))
    document = JUnitXml("async runtime conformance")
    for suite in suites.values():
        document.add_testsuite(suite)
    for path in results.truncated:
        document.add_testsuite(_truncated(path))
    document.update_statistics()  # type: ignore[no-untyped-call]
    text: bytes = document.tostring()  # type: ignore[no-untyped-call]
    return text.decode("utf-8")


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
    facts = {"hash": case.hash, "token": case.token, "answer": case.answer or ""}
    properties = Properties()  # type: ignore[no-untyped-call]
    for name, value in facts.items():
        if value:
            properties.add_property(Property(name, plain(value)))
    test.append(properties)  # type: ignore[no-untyped-call]
    lines = [case.asks, case.reason, *case.marks]
    lines += [f"conformance replay {case.token}"] if case.token else []
    test.system_out = plain("\n".join(filter(None, lines)))
    return test


def _truncated(path: str) -> TestSuite:
    suite = TestSuite("results files")
    test = TestCase(plain(path), classname="results")
    test.result = [Error("truncated: the run did not end", "truncated")]
    suite.add_testcase(test)
    return suite
