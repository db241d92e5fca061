"""What the oracle allows where a sleep ends and its sleeper is cancelled in one round."""

import pytest

from conformance.engine.explore import explore
from conformance.lang.ops import Block_, Cancel, Note, Op, Set, Sleep, Spawn, Wait
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


def test_other_waits_are_raced_as_declared() -> None:
    """What is declared of sleeps says nothing of an event that was set."""
    body = (Wait("e"), Note("woke"))
    answers = {"race": "completion", "sleep_race": "cancel"}
    assert ends(body, canceller=(Set("e"), Cancel("a")), **answers) == {"returned"}
