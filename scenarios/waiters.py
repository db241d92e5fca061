"""Cancellation of those who wait: joiners, detached work, and every blocking operation."""

from __future__ import annotations

from typing import Final

from conformance.lang.ops import (
    Acquire,
    Attempt,
    Cancel,
    Checkpoint,
    Detach,
    Join,
    Note,
    Op,
    Receive,
    Release,
    Return,
    Send,
    Set,
    Shield,
    Sleep,
    Spawn,
    Wait,
)
from conformance.lang.pattern import ends, has, lacks
from conformance.lang.program import Channel, Program
from conformance.lang.scenario import ANYBODY, Rule, Scenario
from scenarios.idioms import LONG, ended, soon
from scenarios.promises import ASYNCIO_TASKS, INTERRUPTS, TRIO_PRIMITIVES

ONE: Final = {"c": Channel(1)}


JOINERS: Final = (
    Scenario(
        id="cancellation/joiner",
        asks="Does cancelling a joiner cancel the joined task too?",
        program=Program(
            {
                "main": (
                    *(Spawn("b"), Spawn("a"), Sleep(1)),
                    *(Cancel("a"), ended("a"), ended("b")),
                ),
                "a": (Join("b"), Note("joined")),
                "b": (Sleep(3), Note("done")),
            }
        ),
        answers={
            "target-too": ends(a="cancelled") & lacks(b="done"),
            "joiner-only": ends(a="cancelled") & has(b="done"),
            "not-interrupted": has(a="joined"),
        },
        rule=Rule("MUST", required=(ends(a="cancelled", b="cancelled"),)),
        sources={"asyncio-await": ASYNCIO_TASKS + "#task-object"},
        about={"join"},
        shown_by="asyncio target-too, asyncio:shield, curio and anyio joiner-only",
    ),
    Scenario(
        id="cancellation/joined-cancels-joiner",
        asks="What becomes of a task that cancels its own joiner, then returns?",
        program=Program(
            {
                "main": (Spawn("b"), Spawn("a"), ended("b"), ended("a")),
                "a": (Join("b"),),
                "b": (Sleep(1), Cancel("a"), Return("v")),
            }
        ),
        answers={
            "both-cancelled": ends(a="cancelled") & lacks(main="got v"),
            "joiner-cancelled": ends(a="cancelled") & has(main="got v"),
            "joiner-returned": ends(a="returned"),
        },
        sources={ANYBODY: "undocumented; follows from `cancel_joiner` and `cancel_at_return`"},
        about={"join"},
        shown_by="asyncio both-cancelled, curio and anyio joiner-cancelled",
    ),
    Scenario(
        id="cancellation/detach-keeps-work",
        asks="Does detached work go on when the one who waits for it is cancelled?",
        program=Program(
            {
                "main": (Spawn("a"), Sleep(1), Cancel("a"), ended("a"), Sleep(5)),
                "a": (Detach("w"), Note("missed")),
                "w": (Sleep(3), Note("done")),
            }
        ),
        rule=Rule("MUST", required=(ends(a="cancelled") & has(w="done"),)),
        sources={"asyncio": ASYNCIO_TASKS + "#asyncio.shield"},
        about={"detach"},
        shown_by="mutant:detach-cancels-work",
    ),
    Scenario(
        id="cancellation/detach-work-cancelled",
        asks="Is the one who waits for detached work cancelled when the work cancels itself?",
        program=Program(
            {
                "main": (Spawn("a"), ended("a")),
                "a": (
                    Attempt((Detach("w"), Note("went-on")), on_error=(), on_cancel=(Note("too"),)),
                ),
                "w": (Sleep(1), Cancel("w"), Sleep(1)),
            }
        ),
        rule=Rule("MUST", required=(has(a="too"),)),
        sources={"asyncio": ASYNCIO_TASKS + "#asyncio.shield"},
        about={"detach"},
        shown_by="mutant:swallowed-cancel",
    ),
    Scenario(
        id="cancellation/detach-value",
        asks="Does waiting for detached work return its value when nobody is cancelled?",
        program=Program(
            {"main": (Spawn("a"), Join("a")), "a": (Detach("w"),), "w": (Sleep(1), Return("v"))}
        ),
        rule=Rule("MUST", required=(has(a="got v"),)),
        sources={"asyncio": ASYNCIO_TASKS + "#asyncio.shield"},
        about={"detach"},
        shown_by="mutant:join-loses-value",
    ),
)


def interrupted(op: Op, *then: Op, first: tuple[Op, ...] = ()) -> dict[str, tuple[Op, ...]]:
    """`a` blocks in `op` and is cancelled; `then` shows that the primitive is as good as before."""
    return {
        "main": (*first, Spawn("a"), Sleep(1), Cancel("a"), ended("a"), *then),
        "a": (op, Note("missed")),
    }


BLOCKED: Final = (
    Scenario(
        id="cancellation/in-sleep",
        asks="Does a cancel interrupt a sleep?",
        program=Program(interrupted(Sleep(LONG))),
        rule=Rule("MUST", required=(ends(a="cancelled", main="returned@1"),)),
        sources=INTERRUPTS,
        about={"sleep"},
        shown_by="mutant:swallowed-cancel",
    ),
    Scenario(
        id="cancellation/in-event-wait",
        asks="Does a cancel interrupt the wait for an event, and leave the event usable?",
        program=Program(
            interrupted(Wait("e"), Set("e"), soon(Wait("e")), Note("usable")), events=("e",)
        ),
        rule=Rule(
            "MUST",
            required=(ends(a="cancelled") & has(main="usable") & lacks(main="caught Timeout"),),
        ),
        sources=INTERRUPTS,
        about={"wait"},
        shown_by="mutant:swallowed-cancel",
    ),
    Scenario(
        id="cancellation/in-lock-acquire",
        asks="Does a cancel interrupt the wait for a lock, and leave the lock usable?",
        program=Program(
            interrupted(
                *(Acquire("l"), Release("l"), soon(Acquire("l")), Note("usable")),
                first=(Acquire("l"),),
            ),
            locks=("l",),
        ),
        rule=Rule(
            "MUST",
            required=(ends(a="cancelled") & has(main="usable") & lacks(main="caught Timeout"),),
        ),
        sources=INTERRUPTS,
        about={"acquire"},
        shown_by="mutant:deaf-waiter",
    ),
    Scenario(
        id="cancellation/in-receive",
        asks="Does a cancel interrupt a receive, and does the next item reach somebody else?",
        program=Program(interrupted(Receive("c"), Send("c", 1), soon(Receive("c"))), channels=ONE),
        rule=Rule("MUST", required=(ends(a="cancelled") & has(main="got 1"),)),
        sources=INTERRUPTS,
        about={"receive"},
        shown_by="mutant:item-lost-on-cancel",
    ),
    Scenario(
        id="cancellation/in-send",
        asks="Does a cancel interrupt a send that waits for room, so that its item is never sent?",
        program=Program(
            interrupted(
                *(Send("c", 2), Receive("c"), Sleep(1), soon(Receive("c"))), first=(Send("c", 1),)
            ),
            channels=ONE,
        ),
        rule=Rule("MUST", required=(ends(a="cancelled") & has(main=["got 1", "caught Timeout"]),)),
        sources=INTERRUPTS,
        about={"send"},
        shown_by="mutant:cancelled-send-sends",
    ),
)


def pending(*ready: Op) -> tuple[Op, ...]:
    """Cancel oneself, then perform ops that would not have to wait."""
    return (
        Checkpoint(),
        Attempt((Cancel("a"),), on_cancel=(Note("at-call"),)),
        *ready,
        Note("past"),
    )


AT_CALL: Final = has(a="at-call")
COMPLETES: Final = lacks(a="at-call") & has(a="past")
CANCELLED: Final = lacks(a=["at-call", "past"])
THREE: Final = {"at-call": AT_CALL, "completes": COMPLETES, "cancelled": CANCELLED}

PENDING: Final = (
    Scenario(
        id="cancellation/pending-at-set-event",
        asks="Does waiting for an event that is set take a pending cancel?",
        program=Program(
            {"main": (Set("e"), Spawn("a"), ended("a")), "a": pending(Wait("e"))}, events=("e",)
        ),
        answers=THREE,
        rule=Rule("MUST", required=(CANCELLED,)),
        sources={"trio": TRIO_PRIMITIVES},
        about={"wait"},
        shown_by="asyncio completes, curio at-call, trio and anyio cancelled",
    ),
    Scenario(
        id="cancellation/pending-at-free-lock",
        asks="Does acquiring a free lock take a pending cancel, and is the lock free afterwards?",
        program=Program(
            {
                "main": (Spawn("a"), ended("a"), soon(Acquire("l")), Note("end")),
                "a": pending(Acquire("l"), Release("l")),
            },
            locks=("l",),
        ),
        answers=THREE,
        rule=Rule("MUST", required=(CANCELLED & lacks(main="caught Timeout"),)),
        sources={"trio": TRIO_PRIMITIVES},
        about={"acquire"},
        shown_by="asyncio completes, curio at-call, trio and anyio cancelled",
    ),
    Scenario(
        id="cancellation/pending-at-ready-receive",
        asks="Does receiving an item that is there take a pending cancel, and is the item kept?",
        program=Program(
            {
                "main": (Send("c", 1), Spawn("a"), ended("a"), soon(Receive("c"))),
                "a": pending(Receive("c")),
            },
            channels=ONE,
        ),
        answers={
            "at-call": AT_CALL,
            "received": lacks(a="at-call") & has(a="got 1"),
            "cancelled-item-kept": lacks(a=["at-call", "got 1"]) & has(main="got 1"),
            "cancelled-item-lost": lacks(a=["at-call", "got 1"], main="got 1"),
        },
        rule=Rule("MUST", required=(CANCELLED & has(main="got 1"),)),
        sources={"trio": TRIO_PRIMITIVES},
        about={"receive"},
        shown_by="asyncio received, curio at-call, trio and anyio cancelled-item-kept",
    ),
    Scenario(
        id="cancellation/pending-at-roomy-send",
        asks="Does sending an item for which there is room take a pending cancel?",
        program=Program(
            {"main": (Spawn("a"), ended("a"), soon(Receive("c"))), "a": pending(Send("c", 1))},
            channels=ONE,
        ),
        answers={
            "at-call": AT_CALL,
            "sent": COMPLETES & has(main="got 1"),
            "cancelled-not-sent": CANCELLED & lacks(main="got 1"),
            "cancelled-but-sent": CANCELLED & has(main="got 1"),
        },
        rule=Rule("MUST", required=(CANCELLED & lacks(main="got 1"),)),
        unjudged={"cancelled-but-sent"},
        sources={"trio": TRIO_PRIMITIVES},
        about={"send"},
        shown_by="asyncio sent, curio at-call, trio and anyio cancelled-not-sent",
    ),
    Scenario(
        id="cancellation/pending-at-ended-join",
        asks="Does joining a task that has ended take a pending cancel?",
        program=Program(
            {
                "main": (Spawn("b"), Join("b"), Spawn("a"), ended("a")),
                "a": pending(Join("b")),
                "b": (Checkpoint(),),
            }
        ),
        answers=THREE,
        sources={ANYBODY: "undocumented; declared in `cancel_points` of `join`"},
        about={"join"},
        shown_by="asyncio completes, curio at-call, anyio cancelled",
    ),
    Scenario(
        id="cancellation/deferred-at-set-event",
        asks="Does waiting for an event that is set take a cancel that a shield has deferred?",
        program=Program(
            {
                "main": (Set("e"), Spawn("a"), Sleep(1), Cancel("a"), ended("a")),
                "a": (Shield((Sleep(3),)), Wait("e"), Note("past")),
            },
            events=("e",),
        ),
        answers={"completes": has(a="past"), "cancelled": lacks(a="past")},
        rule=Rule("MUST", required=(lacks(a="past"),)),
        sources={"trio": TRIO_PRIMITIVES},
        about={"wait", "shield"},
        shown_by="curio completes, trio and anyio cancelled",
    ),
)

SCENARIOS: Final = JOINERS + BLOCKED + PENDING
