import re
from collections.abc import Iterable

import pytest

from conformance.engine.bench import Bench
from conformance.engine.campaign import Campaign, Plan
from conformance.judge.case import Case
from conformance.judge.evidence import NoOracle
from conformance.judge.verdict import Verdict
from conformance.lang.scenario import Scenario
from runtimes.mutants import LOOPS, MUTANTS, find
from tests.mutants.bench import catalogue

SHOWN = {
    mutant: [
        scenario
        for scenario in catalogue().values()
        if f"mutant:{mutant}" in scenario.shown_by.replace(",", " ").split()
    ]
    for mutant in LOOPS
}
"""The scenarios that each broken loop is there for."""
UNDISTURBED = 0.6
"""The part of the area that a broken loop must still keep: one method is broken, not the loop."""
QUICK = [s for s in catalogue().values() if s.area == "loop" and s.clock == "virtual"]


def cases(address: str, scenarios: Iterable[Scenario]) -> dict[str, Case]:
    """Every case of those scenarios on a loop, which runs in a worker process."""
    with Bench() as bench:
        bench.start([address])
        plan = Plan(tuple(scenarios), (address,))
        return {c.scenario: c for c in Campaign(plan, bench, NoOracle("labels alone")).run()}


@pytest.fixture(scope="module")
def unbroken() -> dict[str, Case]:
    """The whole area on asyncio's own loop, which all broken ones are made of."""
    asked = [s for s in catalogue().values() if s.area == "loop"]
    return cases("asyncio", asked)


def test_asyncios_own_loop_breaks_no_rule_of_loops(unbroken: dict[str, Case]) -> None:
    """The control conforms, but for the defects that findings 040 (of CPython 3.13.0) and 057 tell."""
    broken = {name for name, case in unbroken.items() if case.verdict is not Verdict.CONFORMS}
    assert broken <= {"loop/is-running-after-nested-run", "loop/eof-once-when-resumed"}


@pytest.mark.parametrize("mutant", LOOPS)
def test_a_broken_loop_is_caught(mutant: str, unbroken: dict[str, Case]) -> None:
    """It breaks every rule, and changes every answer, that names it in `shown_by`."""
    assert SHOWN[mutant], "no scenario is shown by it"
    for name, case in cases(f"mutant:{mutant}", SHOWN[mutant]).items():
        if catalogue()[name].rule is not None:
            assert case.verdict is Verdict.VIOLATES, f"{name} keeps its rule: {MUTANTS[mutant]}"
        else:
            assert case.answer != unbroken[name].answer, f"{name}: both answer {case.answer}"


@pytest.mark.parametrize("mutant", LOOPS)
@pytest.mark.slow
def test_a_broken_loop_is_broken_in_one_place(mutant: str, unbroken: dict[str, Case]) -> None:
    """Most of the area is as on the unbroken loop, so what fails does not fail by accident."""
    shown = cases(f"mutant:{mutant}", QUICK)
    same = [
        name
        for name, case in shown.items()
        if (case.verdict, case.answer) == (unbroken[name].verdict, unbroken[name].answer)
    ]
    assert len(same) >= UNDISTURBED * len(shown)


def test_each_rule_about_loops_names_a_broken_one() -> None:
    """So that each can fail, which `test_a_broken_loop_is_caught` shows."""
    rules = [s for s in catalogue().values() if s.area == "loop" and s.rule is not None]
    named = {scenario.id for scenarios in SHOWN.values() for scenario in scenarios}
    assert {scenario.id for scenario in rules} <= named


@pytest.mark.parametrize("mutant", LOOPS)
def test_a_broken_loop_says_what_is_broken(mutant: str) -> None:
    """Each is one sentence."""
    assert re.fullmatch(r"[A-Za-z][^.]*\.", MUTANTS[mutant])
    assert find(mutant).flavour == mutant
