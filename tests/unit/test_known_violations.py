"""A violation that is known covers the outcomes that were accepted, and no other one."""

from dataclasses import replace
from pathlib import Path

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped

from conformance.errors import DataError, UsageError
from conformance.judge.accept import accept
from conformance.judge.baseline import Baseline, Entry, digest
from conformance.judge.baseline_file import read_baseline, write_baseline
from conformance.judge.case import Case
from conformance.judge.gate import Gated, Kind, gate
from conformance.judge.verdict import Grade, Verdict
from conformance.lang.semantics import Semantics
from reports import junit
from tests.unit.cases import a_case, outcome, results

BAD = Verdict.VIOLATES


def forbidden(*words: str, python: str = "3.12.1", hash: str = "a" * 16) -> Case:  # noqa: A002
    """A case that the oracle accuses of these outcomes; it showed a good one too."""
    case = a_case(verdict=BAD, counts=dict.fromkeys((*words, "fine"), 5), python=python, hash=hash)
    (histogram,) = case.histograms
    *bad, fine = histogram.seen
    seen = (*(replace(one, grade=Grade.FORBIDDEN, token="ar1.this") for one in bad), fine)
    return replace(case, histograms=(replace(histogram, seen=seen),))


def held(baseline: Baseline, *cases: Case) -> Gated:
    """The gate over a catalogue of `area/one`."""
    return gate(baseline, results(*cases), ["area/one"])


KNOWN = accept(None, results(forbidden("x", "y")), "toy", "https://example.org/1")


def test_an_entry_lists_the_bad_outcomes() -> None:
    """Accepting a violation notes the digests of the forbidden outcomes, and of no other one."""
    (entry,) = KNOWN.entries
    assert set(entry.outcomes) == {digest(outcome("x")), digest(outcome("y"))}


def test_what_was_only_reported_is_no_other_outcome() -> None:
    """Only what is judged counts: a line that the runtime printed makes no new outcome."""
    case = forbidden("x")
    (histogram,) = case.histograms
    told = tuple(
        replace(seen, outcome=replace(seen.outcome, reported=("unretrieved E",)))
        for seen in histogram.seen
    )
    assert not held(KNOWN, replace(case, histograms=(replace(histogram, seen=told),))).changes


def test_another_outcome_is_a_regression_and_is_named() -> None:
    """Fewer of the known outcomes are as expected; another one regresses, whatever the status says."""
    assert not held(KNOWN, forbidden("x")).changes
    (change,) = held(KNOWN, forbidden("x", "z")).changes
    assert (change.kind, change.token) == (Kind.REGRESSED, "ar1.this")
    assert digest(outcome("z")) in change.text
    assert "main: z" in change.text


def test_an_entry_without_outcomes_covers_all() -> None:
    """One that a person wrote, or an older version, says nothing of outcomes."""
    entry = Entry("area/one", ("VIOLATES: oracle",), "old", "a" * 16)
    assert not held(Baseline("toy", entries=(entry,)), forbidden("z")).changes


def test_a_new_outcome_is_accepted_with_a_reason_only() -> None:
    """What the gate calls a regression takes a reason; the old outcomes stay known."""
    with pytest.raises(UsageError, match=r"area/one.*not known.*needs a reason"):
        accept(KNOWN, results(forbidden("z")), "toy")
    made = accept(KNOWN, results(forbidden("z")), "toy", "also this")
    assert not held(made, forbidden("x", "y", "z")).changes
    assert accept(KNOWN, results(forbidden("x")), "toy").entries == KNOWN.entries


def test_accepting_again_fills_an_old_entry_in() -> None:
    """An entry of a way to violate gets its outcomes without a reason; plain `VIOLATES` means any."""
    old = Entry("area/one", ("VIOLATES: oracle",), "old", "a" * 16)
    plain = replace(old, expected=("VIOLATES",))
    (entry,) = accept(Baseline("toy", entries=(old,)), results(forbidden("x")), "toy").entries
    assert (entry.outcomes, entry.reason) == ((digest(outcome("x")),), "old")
    assert accept(Baseline("toy", entries=(plain,)), results(forbidden("x")), "toy").entries == (
        plain,
    )


def test_outcomes_of_another_program_are_forgotten() -> None:
    """Digests that were noted of an older version of the scenario name nothing any more."""
    made = accept(KNOWN, results(forbidden("z", hash="b" * 16)), "toy")
    assert made.entries[0].outcomes == (digest(outcome("z")),)


def test_pythons_that_violate_by_other_outcomes_get_conditions() -> None:
    """What only an older Python shows is known there, and regresses on the newest one."""
    old, new = forbidden("x", python="3.11.7"), forbidden("y", python="3.13.0")
    made = accept(None, results(old, new), "toy", "why")
    assert not held(made, old, new).changes
    assert [entry.condition for entry in made.entries] == ["", 'python == "3.11"']
    moved = forbidden("x", python="3.13.0")
    assert [change.kind for change in held(made, old, moved).changes] == [Kind.REGRESSED]
    assert accept(made, results(old, new), "toy") == made


def test_what_only_a_strict_run_counts_is_noted_too() -> None:
    """A strict run's violation has no forbidden outcome: the INTERESTING one is what is known."""
    case = forbidden("x")
    (histogram,) = case.histograms
    seen = (replace(histogram.seen[0], grade=Grade.INTERESTING), histogram.seen[1])
    strict = replace(case, histograms=(replace(histogram, seen=seen),))
    (entry,) = accept(None, results(strict), "toy", "why").entries
    assert entry.outcomes == (digest(outcome("x")),)


def test_outcomes_come_back_from_the_file(tmp_path: Path) -> None:
    """They stand in the file as short digests; what is none is refused by name."""
    path = tmp_path / "b.toml"
    write_baseline(path, KNOWN)
    assert read_baseline(path).entries == KNOWN.entries
    good = path.read_text()
    path.write_text(good.replace(digest(outcome("x")), "something"))
    with pytest.raises(DataError, match="`area/one` lists `something`, no digest"):
        read_baseline(path)
    path.write_text(good.replace("VIOLATES: oracle", "CONFORMS"))
    with pytest.raises(DataError, match="expects none"):
        read_baseline(path)


# ---------------------------------------------------------------- as JUnit XML


def shown(told: Gated, *cases: Case) -> dict[str, list[type]]:
    """How each test of the JUnit file of a gate ends."""
    document = JUnitXml.fromstring(junit.render(results(*cases), gated={"toy": told}))
    return {test.name: list(map(type, test.result)) for suite in document for test in suite}


def test_junit_tells_what_the_gate_tells() -> None:
    """A known violation is skipped, a regression fails, and so does a question answered otherwise."""
    first = (forbidden("x"), a_case("area/two", answer="yes"), a_case("area/three"))
    baseline = accept(None, results(*first), "toy", "known")
    ids = [case.scenario for case in first]
    assert shown(gate(baseline, results(*first), ids), *first) == {
        "area/one": [Skipped],
        "area/two": [],
        "area/three": [],
    }
    then = (
        forbidden("z"),
        a_case("area/two", answer="no"),
        a_case("area/three", Verdict.UNKNOWN),
    )
    assert shown(gate(baseline, results(*then), ids), *then) == {
        "area/one": [Failure],
        "area/two": [Failure],
        "area/three": [Error],
    }


def test_junit_tells_what_concerns_no_case() -> None:
    """What did not run is an error, and a changed declaration a failure, in a suite of the baseline's."""
    one, two = a_case(), a_case("area/two")
    baseline = accept(None, results(one, two), "toy")
    told = gate(baseline, results(one, semantics=Semantics(order="fifo")), ["area/one", "area/two"])
    assert shown(told, one) == {
        "area/one": [],
        "area/two (Python 3.12)": [Error],
        "semantics.order (Python 3.12.1)": [Failure],
    }


def test_junit_of_other_runtimes_is_as_ever() -> None:
    """A runtime that is held against nothing fails by its violations."""
    case = a_case(verdict=BAD, runtime="other")
    assert shown(Gated((), 0, 0), case) == {"area/one": [Failure]}
