import re

import pytest

from conformance.engine.catalogue import list_runtimes
from conformance.errors import NotStarted
from conformance.judge.case import Case
from conformance.judge.verdict import Verdict
from conformance.lang.outcome import show_outcome
from runtimes.mutants import LOOPS, MUTANTS, find
from runtimes.mutants import NAMES as EVERY
from runtimes.mutants.base import Mutant
from runtimes.reference.adapter import Reference
from tests.mutants.bench import breaks_rule, catalogue, judged, of_mutant
from tests.mutants.caught import CAUGHT_BY, UNCAUGHT, UNKEPT

# A broken runtime may leave sockets and coroutines behind, and threads that die of an error which nobody takes:
# that is no failure of the suite.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
]

NAMES = tuple(name for name in EVERY if name not in LOOPS)
"""Those that are the reference with something broken; `test_loops` is about the others."""
UNDISTURBED = 0.6
"""The part of the catalogue that a mutant must still keep: one rule is broken, not the runtime."""


def violated(cases: dict[str, Case]) -> dict[str, str]:
    """Why, for each scenario that is violated."""
    return {name: c.reason for name, c in cases.items() if c.verdict is Verdict.VIOLATES}


def test_reference_violates_nothing() -> None:
    """The unbroken reference conforms to the whole catalogue, seeds and injections included."""
    cases = judged(Reference(), "reference", seeds=4)
    assert not violated(cases)
    assert not [name for name, case in cases.items() if case.verdict is Verdict.UNKNOWN]


def test_control_keeps_trios_rules() -> None:
    """What all mutants are made of, unbroken, conforms, though trio's rules bind it too."""
    cases = judged(Mutant(), "control", seeds=4)
    assert not violated(cases)
    bound = [c for c in cases.values() if c.rule and c.rule.binds and "trio" in c.sources]
    assert len(bound) >= 50


@pytest.mark.parametrize("name", [name for name in NAMES if name not in UNCAUGHT])
def test_mutant_is_caught(name: str) -> None:
    """The scenarios that are about the broken rule fail, by their labels or by the oracle."""
    found = violated(of_mutant(name))
    missed = CAUGHT_BY[name] - set(found)
    assert not missed, f"{MUTANTS[name]} Caught by: {found}"


@pytest.mark.parametrize("name", NAMES)
def test_mutant_is_broken_in_one_place(name: str) -> None:
    """Most of the catalogue conforms, so what fails does not fail by accident."""
    cases = of_mutant(name)
    kept = sum(case.verdict is Verdict.CONFORMS for case in cases.values())
    applicable = sum(case.verdict is not Verdict.NOT_APPLICABLE for case in cases.values())
    assert kept >= UNDISTURBED * applicable
    assert all(case.verdict is not Verdict.UNKNOWN for case in cases.values())


@pytest.mark.parametrize("name", sorted(UNCAUGHT))
def test_uncaught_mutant_is_still_uncaught(name: str) -> None:
    """No scenario catches it, for the reason written down; once one does, the entry goes."""
    assert not violated(of_mutant(name)), f"no longer true: {UNCAUGHT[name]}"


def shown(cases: dict[str, Case]) -> dict[str, list[str]]:
    """Every outcome that was seen, by scenario."""
    return {
        name: [show_outcome(seen.outcome) for part in case.histograms for seen in part.seen]
        for name, case in cases.items()
    }


def test_every_rule_can_fail() -> None:
    """Each rule is broken by a mutant, or by the reference where it binds others."""
    reference = judged(Mutant(), "control")
    unkept = {name for name, case in reference.items() if breaks_rule(case)}
    assert unkept == set(UNKEPT)
    broken = {name for m in NAMES for name, case in of_mutant(m).items() if breaks_rule(case)}
    rules = {n for n, s in catalogue().items() if s.rule is not None and s.area != "loop"}
    assert not rules - broken


def test_a_mutant_is_the_same_in_every_run() -> None:
    """A mutant keeps nothing from one run to the next: run again, it shows the same outcomes."""
    for name in ("eof-once", "told-once", "connection-lost-on-cancel", "leaked-permit"):
        assert shown(of_mutant(name)) == shown(judged(find(name), "again"))


@pytest.mark.parametrize("name", NAMES)
def test_mutant_says_what_is_broken(name: str) -> None:
    """Each mutant is one sentence."""
    assert re.fullmatch(r"[A-Z][^.]*\.", MUTANTS[name])
    assert find(name).flavour == name


def test_data_names_mutants_and_scenarios_that_exist() -> None:
    """The tables of this test are about what there is."""
    assert {*CAUGHT_BY, *UNCAUGHT} == set(NAMES)
    assert not CAUGHT_BY.keys() & UNCAUGHT.keys()
    named = {name for names in CAUGHT_BY.values() for name in names}
    assert named | set(UNKEPT) <= set(catalogue())
    assert all(CAUGHT_BY.values())


def test_unknown_mutant() -> None:
    """An unknown name does not start, and the nearest names are told."""
    with pytest.raises(NotStarted, match="no mutant `lifo-timer`") as told:
        find("lifo-timer")
    assert "mutant:lifo-timers" in told.value.hint


def test_mutants_are_listed_but_run_only_by_name() -> None:
    """`conformance list runtimes` offers every mutant; `run` leaves them out unless named."""
    listed = {item.address: item for item in list_runtimes()}
    assert all(not listed[f"mutant:{name}"].default for name in NAMES)
