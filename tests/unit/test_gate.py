from dataclasses import replace

import pytest

from conformance.errors import DataError, UsageError
from conformance.judge.accept import accept
from conformance.judge.baseline import Baseline, Entry
from conformance.judge.case import Case
from conformance.judge.condition import Environment, holds
from conformance.judge.gate import Gated, Kind, gate
from conformance.judge.rates import discoveries, fisher
from conformance.judge.repeat import doubtful, settle
from conformance.judge.results import Results
from conformance.judge.verdict import Verdict
from conformance.lang.semantics import Semantics
from tests.unit.cases import a_case, results

BAD = Verdict.VIOLATES
LACKS = Verdict.NOT_APPLICABLE


def gated(baseline: Baseline, *cases: Case, partial: bool = False) -> Gated:
    """A gate over a catalogue of `area/one` to `area/three`."""
    ids = ["area/one", "area/two", "area/three"]
    return gate(baseline, results(*cases), ids, partial=partial)


def kinds(told: Gated) -> list[Kind]:
    """The kinds of differences, in the order in which they are told."""
    return [change.kind for change in told.changes]


def test_what_was_accepted_is_as_expected() -> None:
    """A run that is accepted and gated again shows no difference, whatever it holds."""
    cases = (
        a_case("area/one"),
        a_case("area/two", answer="yes"),
        a_case("area/three", BAD, breaks="it"),
        a_case("area/four", LACKS),
    )
    baseline = accept(None, results(*cases), "toy", "https://example.org/1")
    told = gate(baseline, results(*cases), [case.scenario for case in cases])
    assert (told.changes, told.as_expected) == ((), 4)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (a_case(), a_case(verdict=BAD, breaks="it"), Kind.REGRESSED),
        (a_case(verdict=BAD, breaks="it"), a_case(), Kind.PASSES),
        (a_case(verdict=BAD, breaks="it"), a_case(verdict=BAD, ending="crashed"), Kind.REGRESSED),
        (a_case(), a_case(verdict=LACKS), Kind.NOT_APPLICABLE),
        (a_case(verdict=BAD, breaks="it"), a_case(verdict=LACKS), Kind.NOT_APPLICABLE),
        (a_case(verdict=LACKS), a_case(), Kind.PASSES),
        (a_case(verdict=LACKS), a_case(verdict=BAD, breaks="it"), Kind.REGRESSED),
        (a_case(), a_case(verdict=Verdict.UNKNOWN), Kind.UNKNOWN),
        (a_case(answer="yes"), a_case(answer="no"), Kind.SEMANTICS),
        (a_case(answer="yes"), a_case(answer="yes | no"), Kind.SEMANTICS),
        (
            a_case(verdict=BAD, breaks="it"),
            a_case(verdict=BAD, breaks="it", hash="b" * 16),
            Kind.STALE,
        ),
    ],
)
def test_each_difference_has_its_kind(before: Case, after: Case, kind: Kind) -> None:
    """Each way in which a case can differ from what was accepted is told by its own name."""
    baseline = accept(None, results(before), "toy", "because")
    assert kinds(gated(baseline, after)) == [kind]


def test_fewer_words_of_an_answer_are_no_difference() -> None:
    """A question that schedules answer in two ways may show one of them."""
    baseline = accept(None, results(a_case(answer="yes | no")), "toy")
    assert not gated(baseline, a_case(answer="no")).changes


def test_new_vanished_and_missing_are_told_apart() -> None:
    """What the baseline does not know is new; what the catalogue lost vanished; what did not run is missing."""
    baseline = Baseline("toy", rules=frozenset({"area/one", "area/gone"}))
    told = gated(baseline, a_case("area/two"), a_case("area/three", BAD, breaks="it"))
    assert [(c.kind, c.subject) for c in told.changes] == [
        (Kind.NEW_VIOLATION, "area/three"),
        (Kind.MISSING, "area/one"),
        (Kind.NEW, "area/two"),
        (Kind.VANISHED, "area/gone"),
    ]
    assert Kind.MISSING not in kinds(gated(baseline, a_case("area/two"), partial=True))
    assert not Kind.VANISHED.fails


def test_a_new_scenario_of_which_nothing_is_known_is_unknown() -> None:
    """A case that could not be judged is told as such, whether the baseline knows its scenario or not."""
    lost = a_case("area/two", Verdict.UNKNOWN)
    told = gated(Baseline("toy"), lost)
    assert kinds(told) == [Kind.UNKNOWN]


def test_a_new_answer_takes_a_reason() -> None:
    """An entry that lists answers gets one more only with a reason, and keeps the old ones."""
    entry = Entry("area/one", ("CONFORMS",), "it may", "a" * 16, ("yes",))
    baseline = Baseline("toy", entries=(entry,))
    with pytest.raises(UsageError, match="area/one"):
        accept(baseline, results(a_case(answer="no")), "toy")
    (kept,) = accept(baseline, results(a_case(answer="no")), "toy", "since 2.0").entries
    assert (kept.answers, kept.reason) == (("yes", "no"), "since 2.0")
    (same,) = accept(baseline, results(a_case(answer="yes")), "toy").entries
    assert (same.answers, same.reason) == (("yes",), "it may")


def test_changed_declaration_is_named() -> None:
    """An adapter that declares something else than what was accepted has changed its semantics."""
    one = a_case()
    baseline = accept(None, results(one, semantics=Semantics(order="fifo")), "toy")
    told = gate(baseline, results(one, semantics=Semantics(locks="barging")), ["area/one"])
    assert [(c.subject, c.text) for c in told.changes] == [
        ("semantics.locks", "declares barging, accepted was the default"),
        ("semantics.order", "declares the default, accepted was fifo"),
    ]
    assert told.regressed


def test_a_declaration_is_held_on_each_python() -> None:
    """What is declared otherwise on one Python is accepted for that one; elsewhere it is a changed semantics."""
    old, new, odd = Semantics(order="any"), Semantics(order="fifo"), Semantics(locks="barging")
    on_12 = results(a_case(python="3.12.1"), semantics=new)
    on_11 = results(a_case(python="3.11.7"), semantics=old)
    on_13 = results(a_case(python="3.13.0"), semantics=odd)
    first = accept(None, on_12, "toy")
    assert [c.subject for c in gate(first, on_11, ["area/one"]).changes] == ["semantics.order"]
    with pytest.raises(UsageError, match=r"a changed semantics on Python 3\.11 needs a reason"):
        accept(first, on_11, "toy")
    both = accept(first, on_11, "toy", "it was rewritten for 3.12")
    assert (both.python, both.semantics) == ("3.12", {"order": "fifo"})
    every = accept(both, on_13, "toy", "and again for 3.13")
    assert (every.python, every.semantics) == ("3.13", {"locks": "barging"})
    for some, other in ((on_11, new), (on_12, odd), (on_13, old)):
        (ran,) = some.cases
        assert not gate(every, some, ["area/one"]).changes
        assert gate(every, results(ran, semantics=other), ["area/one"]).regressed


def test_a_field_that_is_no_more_is_no_regression() -> None:
    """What was accepted of a field that this version does not have is stale: the change is ours."""
    one = a_case()
    accepted = replace(accept(None, results(one), "toy"), semantics={"bygone": "yes"})
    told = gate(accepted, results(one), ["area/one"])
    assert [(c.kind, c.subject) for c in told.changes] == [(Kind.STALE, "semantics.bygone")]
    assert not told.regressed


def test_intermittent_outcomes_are_as_expected() -> None:
    """An entry that lists several statuses is kept by each of them."""
    entry = Entry("area/one", ("CONFORMS", "VIOLATES"), "flickers", "a" * 16)
    baseline = Baseline("toy", entries=(entry,))
    assert not gated(baseline, a_case()).changes
    assert not gated(baseline, a_case(verdict=BAD, breaks="it")).changes
    assert kinds(gated(baseline, a_case(verdict=LACKS))) == [Kind.NOT_APPLICABLE]


def test_conditions_choose_among_entries() -> None:
    """An entry whose condition holds goes before the default."""
    entry = Entry("area/one", ("VIOLATES: rule",), "old", condition='python < "3.12"')
    baseline = Baseline("toy", rules=frozenset({"area/one"}), entries=(entry,))
    bad = a_case(verdict=BAD, breaks="it")
    assert not gated(baseline, replace(bad, python="3.11.7"), a_case()).changes
    assert kinds(gated(baseline, bad)) == [Kind.REGRESSED]


def test_other_runtimes_in_the_results_do_not_count() -> None:
    """A results file of many runtimes is gated for one; an interpreter's path is not part of the name."""
    baseline = Baseline("toy", rules=frozenset({"area/one"}))
    other = a_case(verdict=BAD, breaks="it", runtime="other")
    assert not gated(baseline, a_case(runtime="toy@/usr/bin/python3"), other).changes


def test_drift_is_told_and_is_no_regression() -> None:
    """A share that changed beyond chance is reported; one that chance explains is not."""
    then = a_case(counts={"x": 50, "y": 50})
    baseline = accept(None, results(then), "toy")
    assert not gated(baseline, a_case(counts={"x": 55, "y": 45})).changes
    told = gated(baseline, a_case(counts={"x": 99, "y": 1}))
    assert kinds(told) == [Kind.DRIFT]
    assert not told.regressed


def test_drift_says_what_was_seen_and_only_of_what_is_otherwise_as_expected() -> None:
    """An outcome is shown, not its digest; a case that is told already drifts no more."""
    baseline = accept(None, results(a_case(counts={"x": 50, "y": 50})), "toy")
    (change,) = gated(baseline, a_case(counts={"x": 100})).changes
    assert change.text.endswith(": main: x, returned")
    assert kinds(gated(baseline, a_case(verdict=BAD, breaks="it", counts={"x": 100}))) == [
        Kind.REGRESSED
    ]


@pytest.mark.parametrize(
    ("table", "p"),
    [((3, 1, 1, 3), 34 / 70), ((1, 9, 11, 3), 0.002759456185220083), ((5, 0, 5, 0), 1.0)],
)
def test_fisher(table: tuple[int, int, int, int], p: float) -> None:
    """Fisher's exact test gives the published values of the tea tasting and of Wikipedia's example."""
    assert fisher(*table) == pytest.approx(p)


def test_false_discoveries_are_bounded() -> None:
    """A p-value that would be a discovery alone is none among a hundred."""
    assert discoveries([0.004], rate=0.01) == [True]
    assert not any(discoveries([0.004, *[0.5] * 99], rate=0.01))
    assert discoveries([1e-9, *[0.5] * 99], rate=0.01)[0]


# ---------------------------------------------------------------- accepting


def test_what_does_not_conform_needs_a_reason() -> None:
    """Accepting a violation without a reason is refused; the reason stands in the entry."""
    bad = results(a_case(verdict=BAD, breaks="it"))
    with pytest.raises(UsageError, match=r"area/one.*needs a reason"):
        accept(None, bad, "toy")
    (entry,) = accept(None, bad, "toy", "https://example.org/7").entries
    assert (entry.expected, entry.reason) == (("VIOLATES: rule",), "https://example.org/7")


def test_reasons_are_kept() -> None:
    """Accepting the same violation again asks for no reason and changes nothing."""
    bad = results(a_case(verdict=BAD, breaks="it"))
    first = accept(None, bad, "toy", "why")
    assert accept(first, bad, "toy") == first
    assert accept(first, bad, "toy", "why something else changed") == first


def test_intermittent_entries_survive_a_good_run() -> None:
    """An entry that a person wrote for something that flickers is not dropped by a run without it."""
    entry = Entry("area/one", ("VIOLATES: rule", "CONFORMS"), "flickers", "a" * 16)
    again = accept(Baseline("toy", entries=(entry,)), results(a_case()), "toy")
    assert again.entries == (entry,)


def test_an_entry_that_is_no_longer_true_goes() -> None:
    """What conforms now loses its entry."""
    first = accept(None, results(a_case(verdict=BAD, breaks="it")), "toy", "why")
    again = accept(first, results(a_case()), "toy")
    assert (again.entries, again.rules) == ((), frozenset({"area/one"}))


def test_an_older_python_needs_no_entry_where_one_lists_its_answer() -> None:
    """What a person listed as one of several answers is not listed again for each Python that gives it."""
    entry = Entry("a/b", ("CONFORMS",), "a set", "0" * 16, ("yes", "no"))
    old, new = a_case(answer="yes", python="3.11.7"), a_case(answer="no", python="3.13.0")
    entry = replace(entry, scenario=new.scenario, hash=new.hash)
    assert accept(Baseline("toy", entries=(entry,)), results(old, new), "toy").entries == (entry,)


def test_pythons_that_disagree_get_conditions() -> None:
    """The newest Python makes the default, each other one an entry of its own."""
    old, new = a_case(verdict=BAD, breaks="it", python="3.11.7"), a_case(python="3.13.0")
    made = accept(None, results(old, new), "toy", "mended in 3.13")
    assert made.rules == {"area/one"}
    assert [e.condition for e in made.entries] == ['python == "3.11"']
    assert not gate(made, results(old, new), ["area/one"]).changes


def test_entries_for_other_places_are_kept() -> None:
    """Accepting a run on one Python leaves what is said of another alone."""
    entry = Entry("area/one", ("VIOLATES",), "old", condition='python < "3.12"')
    base = Baseline("toy", rules=frozenset({"area/one"}), entries=(entry,))
    assert accept(base, results(a_case()), "toy").entries == (entry,)


def test_a_changed_answer_needs_a_reason() -> None:
    """A question answered in a new way is accepted with a reason only, which is kept."""
    first = accept(None, results(a_case(answer="yes")), "toy")
    changed = results(a_case(answer="no"))
    with pytest.raises(UsageError, match="reason"):
        accept(first, changed, "toy")
    made = accept(first, changed, "toy", "rewritten in 2.0")
    assert [(e.answers, e.reason) for e in made.entries] == [(("no",), "rewritten in 2.0")]
    assert not gate(made, changed, ["area/one"]).changes
    assert accept(made, changed, "toy") == made


def test_a_changed_declaration_needs_a_reason() -> None:
    """So does an adapter that declares something else."""
    one = a_case()
    first = accept(None, results(one), "toy")
    with pytest.raises(UsageError, match="semantics"):
        accept(first, results(one, semantics=Semantics(order="fifo")), "toy")


def test_unknown_cannot_be_accepted() -> None:
    """Nothing can be expected of what is not known."""
    with pytest.raises(DataError, match="UNKNOWN"):
        accept(None, results(a_case(verdict=Verdict.UNKNOWN)), "toy", "x")


@pytest.mark.parametrize(
    ("reason", "hint"),
    [
        ("AdapterError: toy: `cancel_scope` raised NotImplementedError", "say in `lacks`"),
        ("the search gave up after 9 steps", "run it again"),
    ],
)
def test_what_cannot_be_accepted_says_what_to_do(reason: str, hint: str) -> None:
    """To run it again helps where the search gave up, not where the adapter has no such op."""
    case = a_case(verdict=Verdict.UNKNOWN, reason=reason)
    with pytest.raises(DataError) as caught:
        accept(None, results(case), "toy", "x")
    assert hint in caught.value.hint


def test_scenarios_that_did_not_run_stay() -> None:
    """Accepting some scenarios leaves the others as they were."""
    base = Baseline("toy", answers={"area/two": "yes"}, not_applicable=frozenset({"area/three"}))
    made = accept(base, results(a_case()), "toy")
    assert made.scenarios() == {"area/one", "area/two", "area/three"}


def test_nothing_to_accept_is_an_error() -> None:
    """Results of another runtime hold nothing to accept."""
    with pytest.raises(UsageError, match="no case of `toy`"):
        accept(None, Results((), ()), "toy")


# ---------------------------------------------------------------- conditions


@pytest.mark.parametrize(
    ("condition", "true"),
    [
        ("", True),
        ('python < "3.12"', False),
        ('python == "3.12"', True),
        ('python >= "3.12.1" and version < "2"', True),
        ('version != "1.5"', False),
        ('platform == "linux"', True),
        ('platform != "linux" and python == "3.12"', False),
    ],
)
def test_conditions(condition: str, *, true: bool) -> None:
    """Versions are compared to as many places as are written."""
    assert holds(condition, Environment("3.12.1", "1.5", "linux")) is true


@pytest.mark.parametrize(
    "condition", ["python", 'python ~= "3"', 'python < "x"', 'platform < "linux"', "or", 'x == "1"']
)
def test_senseless_conditions(condition: str) -> None:
    """What cannot be read is refused, not taken for false."""
    with pytest.raises(DataError, match="condition"):
        holds(condition, Environment("3.12.1", "1.5", "linux"))


def test_rates_that_are_lost_are_told_until_a_whole_run_is_accepted() -> None:
    """A file that was cut off in its rates is named and stale; a partial accept does not cover that up."""
    cases = [a_case(f"area/{name}", counts={"a": 5, "b": 5}) for name in ("one", "two", "three")]
    whole = accept(None, results(*cases), "toy")
    assert whole.rated == {"3.12": 3}
    assert kinds(gated(whole, *cases)) == []
    cut = replace(whole, rates={"3.12": {"area/one": whole.rates["3.12"]["area/one"]}})
    told = gated(cut, *cases)
    assert (kinds(told), told.stale, told.as_expected) == ([Kind.STALE], True, 3)
    assert "2 of 3 scenarios are missing" in told.changes[0].text
    assert accept(cut, results(cases[0]), "toy").unrated() == {"3.12": 2}
    part = accept(cut, results(cases[1]), "toy")
    assert (part.rated, part.unrated()) == ({"3.12": 3}, {"3.12": 1})
    assert accept(part, results(*cases), "toy") == whole


def test_rates_without_a_count_are_nobodys_loss() -> None:
    """A file from before there was a count, or one whose owner took rates and count out, is as good as any."""
    cases = [a_case(f"area/{name}", counts={"a": 5, "b": 5}) for name in ("one", "two", "three")]
    whole = accept(None, results(*cases), "toy")
    assert kinds(gated(replace(whole, rated={}), *cases)) == []
    assert kinds(gated(replace(whole, rated={}, rates={}), *cases)) == []


def test_only_what_repeats_counts() -> None:
    """A difference that no further run shows is told and fails nothing; what any of them shows stays what it was."""
    before = (a_case(), a_case("area/two", answer="yes"), a_case("area/three", BAD, breaks="it"))
    once = (
        a_case(verdict=BAD, breaks="it"),
        a_case("area/two", answer="no"),
        a_case("area/three"),
    )
    baseline = accept(None, results(*before), "toy", "because")
    first = gated(baseline, *once)
    assert kinds(first) == [Kind.REGRESSED, Kind.SEMANTICS, Kind.PASSES]
    assert doubtful(first, once) == ["area/one", "area/three", "area/two"]
    assert kinds(settle(baseline, first, [*before, *before])) == [Kind.UNREPEATED] * 3
    some = settle(baseline, first, [*before, once[0], *before[1:]])
    assert kinds(some) == [Kind.REGRESSED, Kind.UNREPEATED, Kind.UNREPEATED]
    assert some.regressed
    assert settle(baseline, first, [replace(case, python="3.13.0") for case in before]) == first
    lost = [replace(case, verdict=Verdict.UNKNOWN) for case in before]
    assert settle(baseline, first, lost) == first
    other = replace(before[0], verdict=LACKS, histograms=())
    assert settle(baseline, first, [other, before[0]]).of(Kind.REGRESSED)


def test_a_crash_is_never_in_doubt() -> None:
    """What crashed once is a regression, whatever further runs show; so is a changed declaration."""
    crashed = a_case(verdict=BAD, ending="crashed")
    baseline = accept(None, results(a_case()), "toy", "because")
    assert doubtful(gated(baseline, crashed), [crashed]) == []
    told = gate(baseline, results(a_case(), semantics=Semantics(locks="barging")), ["area/one"])
    assert kinds(told) == [Kind.SEMANTICS]
    assert doubtful(told, [a_case()]) == []
