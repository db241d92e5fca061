"""Where a task goes next, whatever happens: control flow as data, without any runtime."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings

from conformance.lang.ops import (
    Attempt,
    Checkpoint,
    FailAfter,
    Group,
    MoveOnAfter,
    Note,
    Op,
    Raise,
    RaiseGroup,
    Return,
    Shield,
    Sleep,
)
from conformance.lang.program import Program
from conformance.lang.text import show_op
from conformance.run.frames import ENTER, EXIT, PERFORM, Frames, compile_block, compile_program
from tests.strategies import programs


class FakeHost:
    """Errors are their names."""

    def tick(self) -> None:
        """No time passes."""

    def make_error(self, name: str) -> str:
        """The name."""
        return name

    def regrouped(self, cancelled: str, name: str | None) -> str:
        """Both names."""
        return f"Group({cancelled}, {name})"

    def is_cancellation(self, error: str) -> bool:
        """The one that is called so."""
        return error == "Cancelled"

    def name_of(self, error: str) -> str:
        """The name."""
        return error


CANCELLED, TIMEOUT = Sleep(98), Sleep(99)
"""Ops that fail, for `drive`."""
FAILS = {"sleep 98": "Cancelled", "sleep 99": "Timeout"}


def drive(
    *body: Op, fails: Mapping[str, str] = FAILS, swallows: str = ""
) -> tuple[list[str], tuple[str, Any]]:
    """Perform a body: its requests and log entries in order, and how it ended.

    `fails`: the error of a request, by its text. `swallows`: the kind of scope that swallows.
    """
    frames = Frames(compile_block(body, ("main",)), FakeHost())
    seen: list[str] = []
    logged = 0
    while True:
        step = frames.next()
        seen += [f"log {entry.text}" for entry in frames.log[logged:]]
        logged = len(frames.log)
        if step is None:
            break
        texts = {PERFORM: show_op(step.op), ENTER: f"enter {step.kind}", EXIT: f"leave {step.kind}"}
        text = texts[frames.request]
        if frames.request == EXIT and frames.in_flight() is not None:
            text += f" with {frames.in_flight()}"
        seen.append(text)
        if text in fails:
            frames.fail(fails[text])
        else:
            frames.succeed(frames.request == EXIT and step.kind == swallows)
    assert frames.end is not None
    return seen, frames.end


ENDED = ("returned", None)


@pytest.mark.parametrize(
    ("body", "seen", "end"),
    [
        ((), [], ENDED),
        ((Note(1), Checkpoint(), Return(5)), ["log 1", "checkpoint"], ("returned", 5)),
        ((Raise("E"), Note("never")), [], ("failed", "E")),
        ((CANCELLED, Note("never")), ["sleep 98"], ("failed", "Cancelled")),
        # what is caught, and what is not
        (
            (Attempt((Raise("E"),), on_error=(Note(1),)), Note(2)),
            ["log caught E", "log 1", "log 2"],
            ENDED,
        ),
        ((Attempt((Raise("E"),), on_cancel=()),), [], ("failed", "E")),
        ((Attempt((CANCELLED,), on_error=()),), ["sleep 98"], ("failed", "Cancelled")),
        ((Attempt((CANCELLED,), on_cancel=()),), ["sleep 98", "log caught Cancelled"], ENDED),
        ((Attempt((Note(1),), on_error=(Note("never"),)), Note(2)), ["log 1", "log 2"], ENDED),
        # a cancellation raised in a group: that of the innermost handler, past what its clean-up does
        (
            (
                Attempt(
                    (CANCELLED,), on_cancel=(RaiseGroup("E"), Note("never")), finally_=(Note(1),)
                ),
            ),
            ["sleep 98", "log caught Cancelled", "log 1"],
            ("failed", "Group(Cancelled, E)"),
        ),
        (
            (
                Attempt(
                    (CANCELLED,),
                    on_cancel=(Attempt((Raise("F"),), on_error=(RaiseGroup("E"),)), Note("never")),
                ),
            ),
            ["sleep 98", "log caught Cancelled", "log caught F"],
            ("failed", "Group(Cancelled, E)"),
        ),
        (
            (Attempt((CANCELLED,), on_cancel=(Attempt((RaiseGroup("E"),), on_error=()),)), Note(1)),
            ["sleep 98", "log caught Cancelled", "log caught Group(Cancelled, E)", "log 1"],
            ENDED,
        ),
        # clean-up: after success, after an error, after a handler, after a handler that fails
        ((Attempt((Note(1),), finally_=(Note(2),)), Note(3)), ["log 1", "log 2", "log 3"], ENDED),
        (
            (Attempt((Raise("E"),), finally_=(Checkpoint(),)), Note("never")),
            ["checkpoint"],
            ("failed", "E"),
        ),
        (
            (Attempt((Raise("E"),), on_error=(Note(1),), finally_=(Note(2),)), Note(3)),
            ["log caught E", "log 1", "log 2", "log 3"],
            ENDED,
        ),
        (
            (Attempt((Raise("E"),), on_error=(Raise("F"),), finally_=(Note(2),)),),
            ["log caught E", "log 2"],
            ("failed", "F"),
        ),
        # a handler does not catch its own errors, and clean-up replaces the error in flight
        ((Attempt((Raise("E"),), on_error=(Raise("E"),)),), ["log caught E"], ("failed", "E")),
        ((Attempt((Raise("E"),), finally_=(Raise("F"),)),), [], ("failed", "F")),
        ((Attempt((Note(1),), on_error=(), finally_=(Raise("F"),)),), ["log 1"], ("failed", "F")),
        # empty parts
        ((Attempt((), finally_=()), Note(1)), ["log 1"], ENDED),
        ((Attempt((Raise("E"),), finally_=()),), [], ("failed", "E")),
    ],
    ids=str,
)
def test_attempts(body: tuple[Op, ...], seen: list[str], end: tuple[str, Any]) -> None:
    """Catching and cleaning up go as Python's `try` does."""
    assert drive(*body) == (seen, end)


def test_nested_attempts() -> None:
    """An error passes the clean-up of every inner attempt before an outer one catches it."""
    inner = Attempt(
        (Attempt((Raise("E"),), on_cancel=(), finally_=(Note(1),)),), finally_=(Note(2),)
    )
    assert drive(Attempt((inner, Note("never")), on_error=(Note(3),)), Note(4)) == (
        ["log 1", "log 2", "log caught E", "log 3", "log 4"],
        ENDED,
    )


def test_attempt_in_cleanup() -> None:
    """An error that is caught inside clean-up does not replace the one in flight."""
    cleanup = Attempt((Raise("F"),), on_error=(Note(1),))
    assert drive(Attempt((Raise("E"),), finally_=(cleanup, Note(2)))) == (
        ["log caught F", "log 1", "log 2"],
        ("failed", "E"),
    )


def test_scopes_are_left_with_the_error() -> None:
    """Each scope is entered and left once, inside out, and told of the error in flight."""
    body = Shield((Group("g", (FailAfter(1, (Raise("E"),)), Note("never"))),))
    assert drive(body) == (
        [
            *("enter shield", "enter group", "enter fail_after"),
            *("leave fail_after with E", "leave group with E", "leave shield with E"),
        ],
        ("failed", "E"),
    )
    assert drive(Shield((Note(1),)), Note(2))[0] == [
        "enter shield",
        "log 1",
        "leave shield",
        "log 2",
    ]


def test_a_scope_that_swallows() -> None:
    """After a scope that swallowed the task goes on; move_on_after logs that it expired."""
    moved = drive(MoveOnAfter(1, (CANCELLED,)), Note(1), swallows="move_on_after")
    assert moved == (
        [
            "enter move_on_after",
            "sleep 98",
            "leave move_on_after with Cancelled",
            "log scope expired",
            "log 1",
        ],
        ENDED,
    )
    group = drive(Group("g", (Raise("E"),)), Note(1), swallows="group")
    assert group == (["enter group", "leave group with E", "log 1"], ENDED)
    calm = drive(MoveOnAfter(1, (Note(1),)), swallows="move_on_after")
    assert "log scope expired" not in calm[0]


def test_a_scope_that_raises() -> None:
    """The error of a scope's exit replaces the one in flight; that of its entry skips the body."""
    fails = {**FAILS, "leave fail_after with Cancelled": "Timeout", "enter shield": "F"}
    body = Attempt((FailAfter(1, (CANCELLED,)),), on_error=(Note(1),), finally_=(Note(2),))
    assert drive(body, fails=fails) == (
        [
            "enter fail_after",
            "sleep 98",
            "leave fail_after with Cancelled",
            "log caught Timeout",
            "log 1",
            "log 2",
        ],
        ENDED,
    )
    assert drive(Shield((Note("never"),)), fails=fails) == (["enter shield"], ("failed", "F"))


def test_scopes_inside_cleanup() -> None:
    """Clean-up may have scopes of its own; then the error in flight goes on."""
    body = Attempt((Raise("E"),), finally_=(Shield((Checkpoint(),)), Note(1)))
    assert drive(body) == (
        ["enter shield", "checkpoint", "leave shield", "log 1"],
        ("failed", "E"),
    )


def test_cleanup_after_a_request_that_failed() -> None:
    """What follows a handler is what follows the attempt, not what follows the failed op."""
    body = Attempt((TIMEOUT, Note("never")), on_error=(Checkpoint(),), finally_=(Note(1),))
    assert drive(Shield((body, Note(2))), Return(3)) == (
        [
            "enter shield",
            "sleep 99",
            "log caught Timeout",
            "checkpoint",
            "log 1",
            "log 2",
            "leave shield",
        ],
        ("returned", 3),
    )


def test_compiled_once() -> None:
    """A program is compiled once, however often it runs; programs alike are told apart."""
    program = Program({"main": (Note(1),)})
    assert compile_program(program) is compile_program(Program({"main": (Note(1),)}))
    true = compile_program(Program({"main": (Note(word=True),)}))["main"]
    assert true is not None
    assert true.entry == "true"


@settings(deadline=None, max_examples=60)
@given(programs(max_tasks=1))
def test_every_scope_that_is_entered_is_left(program: Program) -> None:
    """In any program scopes are entered and left like brackets."""
    seen, end = drive(*program.tasks["main"])
    open_: list[str] = []
    for text in seen:
        verb, _, kind = text.partition(" ")
        if verb == "enter":
            open_.append(kind)
        elif verb == "leave":
            assert open_.pop() == kind.split()[0]
    assert not open_
    assert end[0] in ("returned", "failed")
