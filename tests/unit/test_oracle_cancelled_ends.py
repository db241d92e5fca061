"""What the oracle allows of ops and tasks that end in a cancelled scope, as trio and anyio declare."""

from conformance.engine.explore import explore
from conformance.lang.ops import (
    Accept,
    Attempt,
    Cancel,
    CancelScope,
    Checkpoint,
    Connect,
    Group,
    Join,
    Listen,
    Note,
    Raise,
    Scope,
    SendBytes,
    SendEof,
    Sleep,
    Spawn,
)
from conformance.lang.outcome import Outcome
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics
from runtimes.on_anyio_semantics import TRIO
from runtimes.on_trio_semantics import SEMANTICS
from runtimes.reference.machine import Machine


def outcomes(program: Program, semantics: Semantics) -> list[Outcome]:
    """Every outcome that is allowed."""
    found = explore(Machine(program, semantics))
    assert found.complete
    return list(found.outcomes)


def test_a_send_after_eof_may_be_refused_before_it_is_told() -> None:
    """trio: an operation that raises is a checkpoint or not, so in a cancelled scope either error may come."""
    body = (
        *(Listen("L"), Connect("c", "L"), Accept("s", "L"), SendEof("s")),
        Scope("n", (CancelScope("n"), Attempt((SendBytes("s", "x"),), on_error=(Note("no"),)))),
    )
    ends = [outcome.tasks[0][1].log for outcome in outcomes(Program({"main": body}), SEMANTICS)]
    assert {entry.text for log in ends for entry in log} >= {"caught Closed", "scope cancelled"}


def test_a_handle_may_hold_all_that_its_task_ended_by() -> None:
    """anyio: what is kept for joiners is noted before the task's scope takes the cancellations out of a group."""
    program = Program(
        {
            "main": (
                Spawn("a"),
                Sleep(1),
                Cancel("a"),
                Attempt((Join("a"),), on_error=(Note("no"),)),
            ),
            "a": (Group("g", (Sleep(1), Spawn("b", group="g"), Checkpoint())),),
            "b": (Raise("E"),),
        }
    )
    joined = {
        entry.text
        for outcome in outcomes(program, TRIO)
        for entry in dict(outcome.tasks)["main"].log
        if "Group" in entry.text
    }
    assert {"caught JoinError(Group(E))", "caught JoinError(Group(Cancelled, E))"} <= joined


def test_each_of_two_ops_in_a_row_holds_its_socket_while_it_pauses() -> None:
    """trio: `send_eof` is a checkpoint that keeps other senders out, also right after another checkpoint.

    Whoever is refused meanwhile ends the group, and the cancellation finds the op before its effect.
    """
    program = Program(
        {
            "main": (
                *(Listen("L"), Connect("c", "L"), Accept("s", "L")),
                Attempt(
                    (
                        Group(
                            "g", (Spawn("a", group="g"), SendEof("c"), SendEof("s"), Note("sent"))
                        ),
                    ),
                    on_error=(Note("no"),),
                ),
            ),
            "a": (SendBytes("s", "x"),),
        }
    )
    mains = {
        tuple(entry.text for entry in dict(outcome.tasks)["main"].log)
        for outcome in outcomes(program, SEMANTICS)
        if dict(outcome.tasks)["a"].end == "raised Busy"
    }
    assert {("caught Group(Busy)", "no"), ("sent", "caught Group(Busy)", "no")} <= mains
