"""What the oracle allows where a sleep ends and its sleeper is cancelled in one round."""

import math

import pytest

from conformance.engine.explore import explore
from conformance.engine.unmodelled import unanswered, unmodelled
from conformance.lang.ops import (
    Attempt,
    Block_,
    Cancel,
    CancelCalled,
    FailAfter,
    MoveOnAfter,
    Note,
    Op,
    Set,
    Sleep,
    SleepUntil,
    Spawn,
    Wait,
)
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics
from runtimes.reference.machine import Machine


def ends(body: tuple[Op, ...], *, canceller: tuple[Op, ...], **answers: str) -> set[str]:
    """How a task may end whose canceller comes to its ready place first, both in one round."""
    program = Program(
        {
            "main": (Spawn("c"), Spawn("a"), Sleep(1), Block_(5), Sleep(9)),
            "c": (Sleep(3), *canceller),
            "a": body,
        },
        events=("e",),
    )
    semantics = Semantics(order="fifo", ties="fifo", cancellation="level", **answers)  # type: ignore[arg-type]
    found = explore(Machine(program, semantics))
    assert found.complete
    return {dict(outcome.tasks)["a"].end for outcome in found.outcomes}


@pytest.mark.parametrize(
    ("race", "sleep_race", "expected"),
    [
        ("completion", "race", {"returned"}),
        ("completion", "cancel", {"cancelled"}),
        ("cancel", "race", {"cancelled"}),
        ("either", "cancel", {"cancelled"}),
        ("either", "race", {"returned", "cancelled"}),
    ],
)
def test_a_sleep_that_is_over_may_be_told(race: str, sleep_race: str, expected: set[str]) -> None:
    """A cancellation in the round in which a sleep ends wins where that is declared of sleeps, whatever `race` says."""
    body = (Sleep(4), Note("woke"))
    assert ends(body, canceller=(Cancel("a"),), race=race, sleep_race=sleep_race) == expected


NAN = math.nan


@pytest.mark.parametrize(
    ("op", "answers", "expected"),
    [
        (Sleep(-1), {"negative_sleep": "taken"}, {"returned"}),
        (Sleep(-1), {"negative_sleep": "refused"}, {"raised Misuse"}),
        (SleepUntil(-1), {"negative_sleep": "refused"}, {"returned"}),
        (Sleep(NAN), {"nan_sleep": "refused"}, {"raised Misuse"}),
        (FailAfter(NAN, (Note("in"),)), {"nan_deadline": "refused"}, {"raised Misuse"}),
        (MoveOnAfter(NAN, (Note("in"),), "s"), {"nan_deadline": "refused"}, {"raised Misuse"}),
    ],
)
def test_times_are_refused_as_declared(op: Op, answers: dict[str, str], expected: set[str]) -> None:
    """What is refused is told at once, whatever else the task does; a time that is past is no negative duration."""
    assert ends((op,), canceller=(Note("here"),), **answers) == expected


def test_a_refused_sleep_may_be_told_of_a_cancellation_first() -> None:
    """A call that fails may or may not have been a checkpoint (trio's documents): either error may come."""
    body = (Sleep(3), Sleep(-1), Note("woke"))
    answers = {"race": "completion", "negative_sleep": "refused"}
    assert ends(body, canceller=(Cancel("a"),), **answers) == {"cancelled", "raised Misuse"}


def test_a_scope_that_was_refused_is_not_open() -> None:
    """Nobody can ask a scope that was never entered; the refusal is one of the body's, and its own is left alone."""
    program = Program(
        {
            "main": (
                Attempt((MoveOnAfter(NAN, (Note("in"),), "s"),), on_error=()),
                Attempt((CancelCalled("s"),), on_error=()),
            )
        }
    )
    found = explore(Machine(program, Semantics(nan_deadline="refused")))
    logs = [[entry.text for entry in outcome.task("main").log] for outcome in found.outcomes]
    assert logs == [["caught Misuse", "caught Unopened"]]


@pytest.mark.parametrize("op", [Sleep(NAN), FailAfter(NAN, ()), MoveOnAfter(NAN, ())])
def test_what_no_document_answers_is_not_judged(op: Op) -> None:
    """Ticks that are no number are judged, and generated, only where the runtime declares what comes of them."""
    program = Program({"main": (op,)})
    assert "no number" in unmodelled(program, Semantics())
    assert not unmodelled(program, Semantics(nan_sleep="refused", nan_deadline="refused"))
    assert {"sleep:nan", "deadline:nan"} <= unanswered(Semantics())
    assert unanswered(Semantics(nan_sleep="refused")) >= {"deadline:nan"}
    assert "sleep:nan" not in unanswered(Semantics(nan_sleep="refused"))


def test_other_waits_are_raced_as_declared() -> None:
    """What is declared of sleeps says nothing of an event that was set."""
    body = (Wait("e"), Note("woke"))
    answers = {"race": "completion", "sleep_race": "cancel"}
    assert ends(body, canceller=(Set("e"), Cancel("a")), **answers) == {"returned"}
