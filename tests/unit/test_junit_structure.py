"""What Jenkins' xUnit plugin takes: the structure of its `junit-10.xsd`, as a table."""

from typing import Final
from xml.etree import ElementTree as ET

import pytest

from conformance.judge.accept import accept
from conformance.judge.gate import gate
from conformance.judge.results import Results
from conformance.judge.verdict import Verdict
from reports import junit
from tests.unit.cases import a_case, results
from tests.unit.test_reports import RESULTS, evil_results

FOUND: Final = {"type", "message"}
KNOWN: Final[dict[str, tuple[set[str], set[str], set[str]]]] = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": (
        {"name"},
        {"time", "classname", "group"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    **dict.fromkeys(("failure", "error", "skipped"), (set(), FOUND, set())),
    **dict.fromkeys(("system-out", "system-err"), (set(), set(), set())),
}
"""Attributes that an element has to have, those that it may have, and its children."""


def unknown(element: ET.Element) -> list[str]:
    """Whatever the schema does not allow in an element, and below it."""
    needs, may, children = KNOWN[element.tag]
    odd = [f"{element.tag} lacks {name}" for name in needs - element.attrib.keys()]
    odd += [f"{element.tag} has {name}" for name in element.attrib.keys() - needs - may]
    for child in element:
        if child.tag in children:
            odd += unknown(child)
        else:
            odd.append(f"{child.tag} in {element.tag}")
    return odd


def gated() -> str:
    """A gate with each kind of result: kept, known, regressed, lost, not applicable, unknown, missing."""
    verdicts = ("CONFORMS", "VIOLATES", "NOT_APPLICABLE", "UNKNOWN", "VIOLATES")
    now = [a_case(f"area/n{i}", Verdict[v], breaks="it") for i, v in enumerate(verdicts)]
    before = [now[1], *(a_case(f"area/n{i}", answer="yes") for i in (0, 2, 3, 4, 5))]
    baseline = accept(None, results(*before), "toy", "known")
    told = results(*now)
    held = gate(baseline, told, [f"area/n{i}" for i in range(6)])
    return junit.render(told, gated={"toy": held})


@pytest.mark.parametrize(
    "text",
    [junit.render(RESULTS), junit.render(evil_results()), junit.render(Results((), ())), gated()],
    ids=["results", "evil", "nothing", "gated"],
)
def test_jenkins_takes_it(text: str) -> None:
    """No element, and no attribute, that its schema does not have; none is missing that it asks for."""
    assert unknown(ET.fromstring(text)) == []


def test_the_table_finds_what_jenkins_refuses() -> None:
    """Properties of a test case, an attribute of the root that is a suite's, a suite that counts nothing."""
    suite = '<testsuite name="a"><testcase name="b"><properties/></testcase></testsuite>'
    odd = unknown(ET.fromstring(f'<testsuites skipped="1">{suite}</testsuites>'))
    assert {"testsuites has skipped", "properties in testcase", "testsuite lacks tests"} <= {*odd}
