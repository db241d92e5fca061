"""Threads that call back into the loop; and their context variables."""

from __future__ import annotations

from typing import Final

from conformance.lang.ops import (
    Attempt,
    Cancel,
    CheckCancelled,
    FromThread,
    GetVariable,
    Hold,
    Note,
    Op,
    OpenGate,
    Raise,
    Return,
    RunInThread,
    Set,
    SetVariable,
    Sleep,
    Spawn,
    Wait,
)
from conformance.lang.pattern import ends, has, lacks
from conformance.lang.program import Program
from conformance.lang.scenario import ANYBODY, Rule, Scenario
from scenarios.idioms import ended
from scenarios.promises import ANYIO, ANYIO_API, ASYNCIO_TASKS, PYTHON, TRIO_CORE

TRIO_CALL: Final = TRIO_CORE + "#trio.from_thread.run"
CALLS: Final = {
    "asyncio": ASYNCIO_TASKS + "#asyncio.run_coroutine_threadsafe",
    "trio": TRIO_CALL,
    "anyio": ANYIO + "threads.html#calling-asynchronous-code-from-a-worker-thread",
}
"""Where each family promises that a thread can have the loop perform something, and wait for it."""
CHECKS: Final = {
    "trio": TRIO_CORE + "#trio.from_thread.check_cancelled",
    "anyio": ANYIO_API + "#anyio.from_thread.check_cancelled",
}


def calls(*body: Op, before: tuple[Op, ...] = ()) -> Program:
    """A thread calls `c`, which performs `body`."""
    thread = Attempt((FromThread("c"), Note("answered")), on_error=(Note("failed"),))
    return Program(
        {"main": (*before, RunInThread("t"), Note("after")), "t": (thread,), "c": body},
        events=("e",),
    )


def cancelled(thread: tuple[Op, ...], *called: Op, opens: int = 3) -> Program:
    """The task that waits for the thread `t` is cancelled at 1; the gate opens at `opens`."""
    tasks: dict[str, tuple[Op, ...]] = {
        "main": (Spawn("a"), Spawn("o"), Sleep(1), Cancel("a"), ended("a"), Sleep(20)),
        "a": (RunInThread("t"),),
        "o": (Sleep(opens), OpenGate("g")),
        "t": thread,
    }
    return Program(tasks | ({"c": called} if called else {}))


def told(*body: Op) -> Op:
    """Note how what a thread does ends."""
    return Attempt((*body, Note("passed")), on_error=(Note("failed"),), on_cancel=(Note("told"),))


ANSWERS: Final = (
    Scenario(
        id="threads/call-value",
        asks="Does a call from a thread into the loop return what the loop's side returned?",
        program=calls(Sleep(2), Return(7)),
        rule=Rule("MUST", required=(has(t=["got 7@2", "answered@2"], main="after@2"),)),
        sources=CALLS,
        about={"from_thread"},
        shown_by="mutant:call-answers-early",
    ),
    Scenario(
        id="threads/call-error",
        asks="Which error does a call from a thread raise when the loop's side raised one?",
        program=calls(Sleep(1), Raise("E")),
        answers={
            "same-object": has(t=["caught E", "failed"]),
            "another": has(t="failed") & lacks(t="caught E"),
            "none": has(t="answered"),
        },
        rule=Rule("MUST", required=(has(t="failed"),)),
        unjudged={"another"},
        sources=CALLS,
        about={"from_thread"},
        shown_by="mutant:call-error-lost",
    ),
    Scenario(
        id="threads/call-sets-event",
        asks="Does an event that a thread has set through the loop wake a task?",
        program=Program(
            {
                "main": (Spawn("a"), Sleep(1), RunInThread("t"), ended("a")),
                "a": (Wait("e"), Note("woken")),
                "t": (FromThread("c"), Note("set")),
                "c": (Set("e"),),
            },
            events=("e",),
        ),
        rule=Rule("MUST", required=(has(a="woken@1", t="set@1"),)),
        sources=CALLS,
        about={"from_thread"},
        shown_by="mutant:calls-unperformed",
    ),
    Scenario(
        id="threads/calls-in-order",
        asks="Are two calls of one thread performed one after the other?",
        program=Program(
            {
                "main": (RunInThread("t"), Note("after")),
                "t": (FromThread("c"), Note("between"), FromThread("d")),
                "c": (Sleep(2), Note("done")),
                "d": (Note("begun"), Sleep(1), Note("done")),
            }
        ),
        rule=Rule(
            "MUST",
            required=(has(c="done@2", t="between@2", d=["begun@2", "done@3"], main="after@3"),),
        ),
        sources=CALLS,
        about={"from_thread"},
        shown_by="mutant:call-answers-early",
    ),
    Scenario(
        id="threads/call-context",
        asks="Does what a thread has the loop perform see the context variables that the thread has set?",
        program=Program(
            {
                "main": (SetVariable("v", 1), RunInThread("t")),
                "t": (SetVariable("v", 2), FromThread("c")),
                "c": (GetVariable("v"),),
            },
            variables=("v",),
        ),
        answers={
            "the-threads": has(c="got 2"),
            "the-tasks": has(c="got 1"),
            "none": has(c="got none"),
        },
        rule=Rule("MUST", required=(has(c="got 2"),)),
        unjudged={"the-tasks"},
        sources={"trio": TRIO_CORE + "#threads-and-task-local-storage"},
        about={"from_thread"},
        shown_by="mutant:call-without-context",
    ),
)

CANCELS: Final = (
    Scenario(
        id="threads/call-under-way",
        asks="Is what a thread has the loop perform cancelled with the task that waits for the thread?",
        program=cancelled((told(FromThread("c")),), Sleep(5), Note("done")),
        answers={
            "cancelled-too": ends(c="cancelled@1"),
            "goes-on": has(c="done@5"),
        },
        rule=Rule("MUST", required=(ends(c="cancelled@1") & has(t="told@1"),)),
        sources={
            "trio": TRIO_CALL + " (Cancelled if the corresponding to_thread.run_sync is cancelled)"
        },
        about={"from_thread"},
        shown_by="asyncio goes on, trio and anyio cancelled too; mutant:call-outside-scopes",
    ),
    Scenario(
        id="threads/call-after-cancel",
        asks="Is a call cancelled that a thread makes after the task that waits for it was?",
        program=cancelled((Hold("g"), told(FromThread("c"))), Sleep(5), Note("done")),
        answers={
            "cancelled-too": ends(c="cancelled@3"),
            "goes-on": has(c="done@8"),
        },
        rule=Rule("MUST", required=(lacks(c="done") & has(t="told@3"),)),
        sources={
            "trio": TRIO_CALL + " (Cancelled if the corresponding to_thread.run_sync is cancelled)"
        },
        about={"from_thread"},
        shown_by="asyncio and anyio:asyncio go on, trio cancelled too; mutant:call-outside-scopes",
    ),
    Scenario(
        id="threads/check-cancelled",
        asks="Can a thread find out that the task that waits for it was cancelled?",
        program=cancelled((Hold("g"), told(CheckCancelled()))),
        answers={"told": has(t="told@3"), "not-told": has(t="passed@3")},
        rule=Rule("MUST", required=(has(t="told@3"),)),
        sources=CHECKS,
        about={"check_cancelled"},
        shown_by="mutant:threads-never-told",
    ),
    Scenario(
        id="threads/check-not-cancelled",
        asks="Does a thread whose waiter was not cancelled pass that check?",
        program=Program(
            {"main": (RunInThread("t"), Note("after")), "t": (told(CheckCancelled()),)}
        ),
        rule=Rule("MUST", required=(has(t="passed", main="after"),)),
        sources=CHECKS,
        about={"check_cancelled"},
        shown_by="mutant:threads-always-told",
    ),
    Scenario(
        id="threads/told-then-waiter",
        asks="What does the waiter raise when its thread lets the cancellation that it was told of pass?",
        program=cancelled((Hold("g"), CheckCancelled(), Note("passed"))),
        answers={
            "cancelled": ends(a="cancelled@3"),
            "error": ends(a="raised*"),
            "returns": ends(a="returned"),
        },
        unjudged={"error", "returns"},
        sources={ANYBODY: TRIO_CORE + "#trio.from_thread.check_cancelled", **CHECKS},
        about={"check_cancelled"},
        shown_by="mutant:thread-error-lost",
    ),
)

CONTEXT: Final = (
    Scenario(
        id="threads/context",
        asks="Does a thread see the context variables of the task that waits for it?",
        program=Program(
            {"main": (SetVariable("v", 1), RunInThread("t")), "t": (GetVariable("v"),)},
            variables=("v",),
        ),
        answers={"sees-them": has(t="got 1"), "sees-none": has(t="got none")},
        rule=Rule("MUST", required=(has(t="got 1"),)),
        sources={
            "asyncio": ASYNCIO_TASKS + "#asyncio.to_thread (the current context is propagated)",
            "trio": TRIO_CORE + "#threads-and-task-local-storage",
            "anyio": ANYIO + "threads.html#context-propagation",
        },
        about={"run_in_thread"},
        shown_by="curio sees none; mutant:thread-without-context",
    ),
    Scenario(
        id="threads/context-comes-back",
        asks="Does a task see the context variables that its thread has set?",
        program=Program(
            {
                "main": (SetVariable("v", 1), RunInThread("t"), GetVariable("v")),
                "t": (SetVariable("v", 2), GetVariable("v")),
            },
            variables=("v",),
        ),
        answers={"sees-them": has(main="got 2"), "keeps-its-own": has(main="got 1")},
        rule=Rule("MUST", required=(has(main="got 1"),)),
        unjudged={"sees-them"},
        sources={
            "trio": TRIO_CORE + "#threads-and-task-local-storage (a copy)",
            "anyio": ANYIO + "threads.html#context-propagation (a copy)",
            "asyncio": PYTHON + "contextvars.html#contextvars.copy_context",
        },
        about={"run_in_thread"},
        shown_by="mutant:thread-shares-context",
    ),
)

SCENARIOS: Final = ANSWERS + CANCELS + CONTEXT
