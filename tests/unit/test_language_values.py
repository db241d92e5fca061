"""Outcomes, patterns, capabilities, scenarios and the text form: what they mean."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.errors import ScenarioError
from conformance.lang import ops
from conformance.lang.capability import missing, needs
from conformance.lang.outcome import (
    ENDINGS,
    Entry,
    Outcome,
    TaskOutcome,
    empty_outcome,
    outcome_from_json,
    outcome_key,
    outcome_to_json,
    show_bytes,
    show_outcome,
    show_value,
)
from conformance.lang.pattern import (
    TESTS,
    Clause,
    Pattern,
    ending,
    ends,
    has,
    lacks,
    logs,
    pattern_to_json,
    reported,
    shared,
    show_pattern,
    unreported,
)
from conformance.lang.program import Channel, Program
from conformance.lang.scenario import Rule, Scenario
from conformance.lang.text import show_op, show_program

SEEN = Outcome(
    tasks=(
        ("main", TaskOutcome((Entry("ran", 0), Entry("got 7", 3)), "returned", 3)),
        ("a", TaskOutcome((), "raised Group(E, F)", 2)),
        ("b", TaskOutcome((Entry("caught Timeout"),), "blocked: join a")),
    ),
    shared=(Entry("main x", 0), Entry("a y", 2)),
    ending="deadlocked",
    reported=("unretrieved E",),
)

# ---------------------------------------------------------------- patterns


@pytest.mark.parametrize(
    ("pattern", "holds"),
    [
        (logs(main=["ran", "got 7"], a=[]), True),
        (logs(main=["ran"]), False),
        (logs(main=["got 7", "ran"]), False),
        (logs(main=["ran@0", "got *@3"]), True),
        (logs(main=["ran@1", "got 7"]), False),
        (has(main=["ran", "got 7"]), True),
        (has(main="got 7"), True),
        (has(main=["got 7", "ran"]), False),
        (has(main=["ran", "ran"]), False),
        (has(b="caught Timeout@9"), True),
        (lacks(main="got 8"), True),
        (lacks(main=["nothing", "got *"]), False),
        (lacks(main="got 7@2"), True),
        (ends(main="returned"), True),
        (ends(main="returned@3", b="blocked: *"), True),
        (ends(main="returned@2"), False),
        (ends(a="raised *E*"), True),
        (ends(a="raised Group(E, F)"), True),
        (shared("main x", "a y"), True),
        (shared("a y", "main x"), False),
        (shared("main x"), False),
        (shared("* x@0", "a y@2"), True),
        (ending("deadlocked"), True),
        (ending("completed"), False),
        (reported("unretrieved E"), True),
        (reported("unretrieved *"), True),
        (reported("unretrieved E", "destroyed"), False),
        (unreported("destroyed"), True),
        (unreported("destroyed", "unretrieved *"), False),
        (has(main="ran") & ends(a="raised *"), True),
        (has(main="ran") & ends(a="returned"), False),
        (Pattern(()), True),
    ],
    ids=lambda value: show_pattern(value) if isinstance(value, Pattern) else str(value),
)
def test_patterns(pattern: Pattern, holds: bool) -> None:
    """Each clause holds for exactly what it says."""
    assert pattern.matches(SEEN) is holds


def test_real_clocks_tell_no_ticks() -> None:
    """Where an outcome has no ticks, a pattern's ticks ask nothing."""
    timed = ends(main="returned@99") & logs(main=["ran@7", "got 7@8"]) & shared("main x@9", "a y")
    assert not timed.matches(SEEN)
    assert timed.matches(SEEN.without_times())


def test_stars_are_the_only_wildcard() -> None:
    """A dot or a bracket in a pattern stands for itself."""
    seen = Outcome((("main", TaskOutcome((Entry("axc"), Entry("got '[x]'")))),))
    assert not has(main="a.c").matches(seen)
    assert has(main="got '[*]'").matches(seen)


def test_every_test_can_be_shown_and_stored() -> None:
    """There is a phrase for each kind of clause, and its JSON form names the kind."""
    for test in TESTS:
        pattern = Pattern((Clause(test, "main" if test in TESTS[:4] else "", ("x",)),))
        assert "x" in show_pattern(pattern)
        assert pattern_to_json(pattern)[0][0] == test
    assert show_pattern(Pattern(())) == "anything"


# ---------------------------------------------------------------- outcomes

entries = st.builds(Entry, st.text(max_size=5), st.none() | st.integers(0, 9) | st.just(0.5))
logged = st.lists(entries, max_size=3).map(tuple)
task_outcomes = st.builds(TaskOutcome, logged, st.text(max_size=5), st.none() | st.integers(0, 9))
outcomes = st.builds(
    Outcome,
    st.dictionaries(st.text(max_size=3), task_outcomes, max_size=3).map(lambda d: tuple(d.items())),
    logged,
    st.sampled_from(ENDINGS),
    st.lists(st.text(max_size=5), max_size=2).map(tuple),
)


@given(outcomes, outcomes)
def test_outcomes_both_ways(one: Outcome, other: Outcome) -> None:
    """An outcome comes back from JSON equal, and its key is its identity."""
    assert outcome_from_json(json.loads(json.dumps(outcome_to_json(one)))) == one
    assert (outcome_key(one) == outcome_key(other)) == (one == other)


def test_show_outcome() -> None:
    """One line tells all: logs, ends and the ticks that are not zero, then what is unusual."""
    assert show_outcome(SEEN) == (
        "main: ran, got 7@3, returned@3; a: raised Group(E, F)@2; "
        "b: caught Timeout, blocked: join a; log: main x, a y; deadlocked; reported: unretrieved E"
    )
    assert show_outcome(empty_outcome({"main": ()}, "crashed", "SIGSEGV")) == (
        "main: unknown; crashed; reported: SIGSEGV"
    )


def test_judged() -> None:
    """The oracle compares everything but what was reported; a task's part is found by name."""
    assert SEEN.judged().reported == ()
    assert SEEN.judged().tasks == SEEN.tasks
    assert SEEN.task("a").end == "raised Group(E, F)"
    with pytest.raises(KeyError):
        SEEN.task("z")


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "none"), (True, "true"), (False, "false"), (1, "1"), ("x", "x"), (-3, "-3")],
)
def test_show_value(value: Any, text: str) -> None:
    """Values stand in logs as they stand in programs."""
    assert show_value(value) == text


def test_show_bytes() -> None:
    """Short bytes stand as they are; long ones by number and checksum."""
    assert show_bytes(b"") == "''"
    assert show_bytes(b"x" * 32) == "'" + "x" * 32 + "'"
    assert show_bytes(b"x" * 33) == "33 bytes crc 6fbfd3ac"


# ---------------------------------------------------------------- capabilities


@pytest.mark.parametrize(
    ("body", "needed"),
    [
        ((), set()),
        ((ops.Sleep(0),), {"sleep"}),
        ((ops.Sleep(-1),), {"sleep", "sleep:negative"}),
        ((ops.Sleep(math.inf),), {"sleep", "sleep:infinite"}),
        ((ops.Sleep(math.nan),), {"sleep", "sleep:nan"}),
        ((ops.FailAfter(math.nan, ()),), {"fail_after", "deadline:nan"}),
        ((ops.SleepUntil(-1),), {"sleep_until", "sleep:negative"}),
        ((ops.Shield((ops.FailAfter(-1, ()),)),), {"shield", "fail_after", "deadline:negative"}),
        ((ops.MoveOnAfter(math.inf, ()),), {"move_on_after", "deadline:infinite"}),
        ((ops.Cancel("main"),), {"cancel", "cancel:self", "main:handle"}),
        ((ops.Attempt((), on_error=(ops.Note(1),)),), {"attempt", "note"}),
        ((ops.Scope("s", (ops.CancelScope("s"),)),), {"scope", "cancel_scope"}),
        (
            (ops.MoveOnAfter(1, (ops.CancelScope("s"),), "s"),),
            {"move_on_after", "cancel_scope", "cancel_scope:deadline"},
        ),
        (
            (ops.FailAfter(1, (), "s"), ops.CancelScope("s")),
            {"fail_after", "cancel_scope", "cancel_scope:deadline"},
        ),
    ],
    ids=lambda value: str(value) if isinstance(value, tuple) else " ".join(sorted(value)),
)
def test_needs(body: tuple[ops.Op, ...], needed: set[str]) -> None:
    """A program needs the kinds of its ops, nested ones too, and what their arguments ask for."""
    assert needs(Program({"main": body})) == needed


def test_cancelling_another_is_no_self_cancel() -> None:
    """Only a task that cancels itself needs to be able to."""
    spawns = (ops.Spawn("a"), ops.Spawn("b"))
    program = Program({"main": (*spawns, ops.Cancel("a")), "a": (ops.Cancel("b"),), "b": ()})
    assert needs(program) == {"spawn", "cancel"}
    assert missing(program, {"spawn": "native"}) == ("cancel",)
    assert missing(program, {"spawn": "native", "cancel": "composed"}) == ()


# ---------------------------------------------------------------- scenarios

GOOD: dict[str, Any] = {
    "id": "area/slug",
    "asks": "Does it?",
    "program": Program({"main": (ops.Note(1),)}),
    "answers": {"yes": has(main="1")},
    "sources": {"asyncio": "the manual"},
}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"id": "Area/slug"}, "is no scenario id"),
        ({"id": "slug"}, "is no scenario id"),
        ({"answers": {}}, "neither a rule nor a question"),
        ({"rule": Rule("MUST")}, "the rule requires and forbids nothing"),
        ({"sources": {}}, "no source"),
        ({"about": {"dance"}}, "about an unknown op `dance`"),
        ({"answers": {"yes": has(a="1")}}, "speaks of `has a`"),
        ({"answers": {"yes": Pattern((Clause("smells", "", ()),))}}, "speaks of `smells `"),
    ],
    ids=str,
)
def test_senseless_scenarios(change: dict[str, Any], why: str) -> None:
    """A scenario that could not be judged is refused."""
    with pytest.raises(ScenarioError, match=why):
        Scenario(**{**GOOD, **change})


def test_scenarios_are_frozen_and_named() -> None:
    """Sets are frozen; the hash is of what is asked and how it is judged, not of the prose."""
    scenario = Scenario(**GOOD, about={"note"})
    assert isinstance(scenario.about, frozenset)
    assert scenario.area == "area"
    assert Scenario(**{**GOOD, "asks": "Or not?"}).hash == Scenario(**GOOD).hash
    assert scenario.hash != Scenario(**GOOD).hash
    true = Program({"main": (ops.Note(word=True),)})
    assert Scenario(**{**GOOD, "program": true}).hash != Scenario(**GOOD).hash
    with pytest.raises(TypeError):
        scenario.answers["no"] = lacks(main="1")  # type: ignore[index]


# ---------------------------------------------------------------- text

GOLDEN = """\
event e
lock k
channel c of 2
task main:
    group g:
        spawn a in g
        spawn b
    attempt:
        move_on_after 3:
            join a
    on_error:
        note caught
    finally:
        pass
    sleep forever
    send c none
    listen l
    connect s l
    send_bytes s 'ab' x 3
    receive_some s 4
    return 7
task a:
    shield:
        pass
    return
task b:
    pass"""


def test_text() -> None:
    """The text form reads like an outline, one line per op."""
    program = Program(
        {
            "main": (
                ops.Group("g", (ops.Spawn("a", "g"), ops.Spawn("b"))),
                ops.Attempt(
                    (ops.MoveOnAfter(3, (ops.Join("a"),)),),
                    on_error=(ops.Note("caught"),),
                    finally_=(),
                ),
                ops.Sleep(math.inf),
                ops.Send("c", None),
                ops.Listen("l"),
                ops.Connect("s", "l"),
                ops.SendBytes("s", "ab", 3),
                ops.ReceiveSome("s", 4),
                ops.Return(7),
            ),
            "a": (ops.Shield(()), ops.Return()),
            "b": (),
        },
        events=("e",),
        locks=("k",),
        channels={"c": Channel(2)},
    )
    assert show_program(program) == GOLDEN


@pytest.mark.parametrize(
    ("op", "text"),
    [
        (ops.Sleep(-math.inf), "sleep -forever"),
        (ops.Note(word=True), "note true"),
        (ops.Return(value=False), "return false"),
        (ops.Block_(2), "block 2"),
        (ops.Group("g", (ops.Note(1),)), "group g"),
        (ops.SendBytes("s", "x"), "send_bytes s 'x'"),
    ],
    ids=str,
)
def test_show_op(op: ops.Op, text: str) -> None:
    """One op is one line, without what is nested in it."""
    assert show_op(op) == text
