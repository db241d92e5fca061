"""Threads: what comes out of one, and what a cancellation does to the wait for it."""

from __future__ import annotations

from typing import Final

from conformance.lang.ops import (
    Attempt,
    Cancel,
    CancelScope,
    FailAfter,
    Group,
    Hold,
    Note,
    Op,
    OpenGate,
    Raise,
    Return,
    RunInThread,
    Scope,
    Shield,
    Sleep,
    Spawn,
)
from conformance.lang.ops.threads import STOP_ITERATION
from conformance.lang.pattern import ending, ends, has, lacks, reported, unreported
from conformance.lang.program import Program
from conformance.lang.scenario import ANYBODY, Rule, Scenario
from scenarios.idioms import ended
from scenarios.promises import ANYIO, ASYNCIO_TASKS, CURIO, TORNADO, TRIO_CORE

TO_THREAD: Final = {
    "asyncio": ASYNCIO_TASKS + "#asyncio.to_thread (the eventual result of func)",
    "trio": TRIO_CORE + "#trio.to_thread.run_sync (equivalent to calling it)",
    "curio": CURIO + "#run_in_thread",
    "anyio": ANYIO + "threads.html#calling-synchronous-code-from-a-worker-thread",
}
"""Where each family promises that a function is called in a thread, and its result awaited."""
BLOCKING: Final = {
    **TO_THREAD,
    "tornado": TORNADO
    + "guide/coroutines.html#calling-blocking-functions (IOLoop.run_in_executor returns Futures)",
}
"""The same, and who says of no more than one thread that others go on meanwhile."""
TRIO_THREAD: Final = TRIO_CORE + "#trio.to_thread.run_sync"
ANYIO_ABANDON: Final = ANYIO + "threads.html#calling-synchronous-code-from-a-worker-thread"


def meanwhile(*waits: Op, thread: tuple[Op, ...], **others: tuple[Op, ...]) -> Program:
    """`a` waits for the thread `t`; it is cancelled at 1, the gate opens at 4, and all is over at 9."""
    return Program(
        {
            "main": (Spawn("a"), Spawn("o"), Sleep(1), Cancel("a"), ended("a"), Sleep(9)),
            "a": waits,
            "o": (Sleep(4), OpenGate("g")),
            "t": thread,
            **others,
        }
    )


def told(*body: Op) -> Op:
    """Note how a wait for a thread ends."""
    return Attempt(
        (*body, Note("got-it")), on_error=(Note("failed"),), on_cancel=(Note("cancelled"),)
    )


RESULTS: Final = (
    Scenario(
        id="threads/value",
        asks="Does a wait for a thread return what the thread returned?",
        program=Program({"main": (RunInThread("t"), Note("after")), "t": (Note("ran"), Return(5))}),
        rule=Rule("MUST", required=(has(main=["got 5", "after"], t="ran"),)),
        sources=BLOCKING,
        about={"run_in_thread"},
        shown_by="mutant:thread-returns-nothing",
    ),
    Scenario(
        id="threads/error",
        asks="Which error does a wait for a thread raise when the thread raised one?",
        program=Program({"main": (told(RunInThread("t")),), "t": (Note("ran"), Raise("E"))}),
        answers={
            "same-object": has(main=["caught E", "failed"]),
            "another": has(main="failed") & lacks(main="caught E"),
            "none": has(main="got-it"),
        },
        rule=Rule("MUST", required=(has(main="failed"),)),
        unjudged={"another"},
        sources=BLOCKING,
        about={"run_in_thread"},
        shown_by="mutant:thread-error-lost",
    ),
    Scenario(
        id="threads/stop-iteration",
        asks="What comes of a StopIteration in a thread, which no coroutine can raise?",
        program=Program({"main": (told(RunInThread("t")),), "t": (Raise(STOP_ITERATION),)}),
        answers={
            "another-error": has(main="failed"),
            "hangs": ends(main="blocked*"),
            "nothing": has(main="got-it"),
        },
        rule=Rule("MUST", forbidden=(ends(main="blocked*"),)),
        sources=TO_THREAD,
        about={"run_in_thread"},
        shown_by="mutant:stop-iteration-hangs; asyncio hangs up to CPython 3.11",
    ),
    Scenario(
        id="threads/others-go-on",
        asks="Do other tasks go on while one waits for a thread?",
        program=Program(
            {
                "main": (Spawn("a"), Sleep(2), Note("went-on"), OpenGate("g"), ended("a")),
                "a": (RunInThread("t"), Note("after")),
                "t": (Note("ran"), Hold("g"), Note("released")),
            }
        ),
        rule=Rule(
            "MUST", required=(has(main="went-on@2", a="after@2", t=["ran@0", "released@2"]),)
        ),
        sources=BLOCKING,
        about={"run_in_thread"},
        shown_by="mutant:thread-begins-late",
    ),
    Scenario(
        id="threads/two-at-once",
        asks="Are two threads at work at once?",
        program=Program(
            {
                "main": (
                    *(Spawn("a"), Spawn("b"), Sleep(2), OpenGate("g"), Sleep(1), OpenGate("h")),
                    *(ended("a"), ended("b")),
                ),
                "a": (RunInThread("t"), Note("after")),
                "b": (RunInThread("u"), Note("after")),
                "t": (Hold("h"), Note("released")),
                "u": (Note("ran"), Hold("g"), Note("released")),
            }
        ),
        rule=Rule("MUST", required=(has(a="after@3", b="after@2", u="ran@0"),)),
        sources=TO_THREAD,
        about={"run_in_thread"},
        shown_by="mutant:one-thread-at-a-time",
    ),
    Scenario(
        id="threads/error-in-group",
        asks="Does the error of a thread fail the group of the task that waits for it?",
        program=Program(
            {
                "main": (told(Group("g", (Spawn("a", "g"), Spawn("b", "g")))),),
                "a": (Sleep(1), RunInThread("t")),
                "b": (Sleep(5), Note("lasted")),
                "t": (Raise("E"),),
            }
        ),
        answers={
            "fails": has(main="failed") & lacks(b="lasted"),
            "collected": has(main="got-it") & lacks(b="lasted"),
            "waits-for-sibling": has(b="lasted"),
        },
        rule=Rule("MUST", required=(has(main="failed") & lacks(b="lasted"),)),
        unjudged={"waits-for-sibling"},
        sources={
            "asyncio": ASYNCIO_TASKS + "#task-groups",
            "trio": TRIO_CORE + "#errors-in-multiple-child-tasks",
            "anyio": ANYIO + "tasks.html",
        },
        about={"run_in_thread", "group"},
        shown_by="curio collected; mutant:thread-error-lost",
    ),
)

CANCELLED: Final = (
    Scenario(
        id="threads/cancelled-wait",
        asks="What does a cancellation do to a wait for a thread, if the program does not say?",
        program=meanwhile(told(RunInThread("t")), thread=(Hold("g"), Note("released"))),
        answers={
            "abandons": has(a="cancelled@1"),
            "waits-then-cancelled": has(a="cancelled@4"),
            "waits-then-returns": has(a="got-it@4"),
        },
        rule=Rule("MUST", required=(has(a="*@4", t="released@4"),)),
        unjudged={"waits-then-cancelled"},
        sources={
            "trio": TRIO_THREAD + " (abandon_on_cancel=False: ignores the cancellation)",
            "anyio": ANYIO_ABANDON + " (shielded from cancellation by default)",
        },
        about={"run_in_thread"},
        shown_by="asyncio and curio abandon, trio and anyio wait; mutant:threads-abandoned",
    ),
    Scenario(
        id="threads/abandoned",
        asks="Is a wait for a thread that may be abandoned left as soon as it is cancelled?",
        program=meanwhile(
            told(RunInThread("t", abandon=True)), thread=(Hold("g"), Note("released"))
        ),
        answers={
            "at-once": has(a="cancelled@1"),
            "waits": has(a="*@4"),
        },
        rule=Rule("MUST", required=(has(a="cancelled@1"),)),
        sources={
            "trio": TRIO_THREAD + " (abandon_on_cancel=True: immediately raises Cancelled)",
            "anyio": ANYIO_ABANDON,
        },
        about={"run_in_thread"},
        shown_by="mutant:threads-never-abandoned",
    ),
    Scenario(
        id="threads/abandoned-goes-on",
        asks="Does a thread that was abandoned run to its end?",
        program=meanwhile(
            told(RunInThread("t", abandon=True)), thread=(Hold("g"), Note("released"))
        ),
        answers={"runs-on": has(t="released@4"), "stopped": lacks(t="released")},
        rule=Rule("MUST", required=(has(t="released@4"),)),
        sources={
            "trio": TRIO_THREAD + " (the thread keeps running in background)",
            "anyio": ANYIO_ABANDON + " (the thread will still run its course)",
            "curio": CURIO + "#run_in_thread (runs to completion as a kind of zombie)",
        },
        about={"run_in_thread"},
        shown_by="mutant:abandoned-thread-stops",
    ),
    Scenario(
        id="threads/abandoned-error",
        asks="Is anybody told of the error of a thread that was abandoned?",
        program=meanwhile(told(RunInThread("t", abandon=True)), thread=(Hold("g"), Raise("E"))),
        answers={
            "silent": ends(main="returned")
            & unreported("unhandled*", "unretrieved*", "run raised*"),
            "unhandled": ends(main="returned") & reported("unhandled*"),
            "unretrieved": ends(main="returned") & reported("unretrieved*"),
            "fails": ends(main="raised*"),
        },
        rule=Rule("MUST", required=(ends(main="returned") & lacks(a="failed"),)),
        sources={
            "trio": TRIO_THREAD + " (silently discards any return value or errors)",
            "anyio": ANYIO_ABANDON
            + " (its return value, or any raised exception, will be ignored)",
        },
        about={"run_in_thread"},
        shown_by="mutant:abandoned-error-strikes",
    ),
    Scenario(
        id="threads/awaited-error",
        asks="Does a wait that outlasts a cancellation raise the thread's error, or the cancellation?",
        program=meanwhile(told(RunInThread("t", abandon=False)), thread=(Hold("g"), Raise("E"))),
        answers={"error": has(a="failed@4"), "cancelled": has(a="cancelled@4")},
        rule=Rule("MUST", required=(has(a=["caught E@4", "failed@4"]),)),
        unjudged={"cancelled"},
        sources={"trio": TRIO_THREAD + " (as if called synchronously)"},
        about={"run_in_thread"},
        shown_by="mutant:awaited-thread-cancelled",
    ),
    Scenario(
        id="threads/cancelled-later",
        asks="Is a cancellation that a wait for a thread outlasted delivered after it?",
        program=meanwhile(
            *(RunInThread("t", abandon=False), Note("waited"), Sleep(1), Note("went-on")),
            thread=(Hold("g"), Note("released")),
        ),
        answers={
            "delivered": has(a="waited@4") & ends(a="cancelled@4"),
            "lost": has(a="went-on"),
            "instead": lacks(a="waited"),
        },
        rule=Rule("MUST", forbidden=(has(a="went-on"),)),
        unjudged={"instead"},
        sources={
            "trio": TRIO_CORE + "#cancellation-semantics (level triggered)",
            "anyio": ANYIO + "cancellation.html (level cancellation)",
        },
        about={"run_in_thread"},
        shown_by="mutant:awaited-thread-eats-cancel",
    ),
    Scenario(
        id="threads/cancelled-before",
        asks="Is a thread started by a task whose scope was cancelled before?",
        program=Program(
            {
                "main": (
                    Scope("s", (CancelScope("s"), RunInThread("t"), Note("went-on"))),
                    Sleep(1),
                ),
                "t": (Note("ran"),),
            }
        ),
        answers={
            "never-starts": ends(t="unstarted"),
            "starts": has(t="ran"),
        },
        rule=Rule("MUST", required=(ends(t="unstarted") & lacks(main="went-on"),)),
        sources={"trio": TRIO_THREAD + " (always checks for cancellation on entry)"},
        about={"run_in_thread"},
        shown_by="mutant:cancelled-thread-starts",
    ),
    Scenario(
        id="threads/deadline",
        asks="Does a deadline strike while a thread is waited for, if the program does not say?",
        program=Program(
            {
                "main": (
                    *(
                        Spawn("o"),
                        Attempt((FailAfter(2, (RunInThread("t"),)), Note("in-time")), on_error=()),
                    ),
                    *(Note("left"), Sleep(5)),
                ),
                "o": (Sleep(4), OpenGate("g")),
                "t": (Hold("g"), Note("released")),
            }
        ),
        answers={
            "strikes": has(main=["caught Timeout@2", "left@2"]),
            "late": has(main=["caught Timeout@4", "left@4"]),
            "never": has(main=["in-time@4", "left@4"]),
        },
        rule=Rule("MUST", required=(has(main="left@4"),)),
        unjudged={"late"},
        sources={
            "trio": TRIO_THREAD + " (abandon_on_cancel=False: ignores the cancellation)",
            "anyio": ANYIO_ABANDON + " (shielded from cancellation by default)",
        },
        about={"run_in_thread", "fail_after"},
        shown_by="asyncio and curio strikes, trio and anyio never; mutant:threads-abandoned",
    ),
    Scenario(
        id="threads/shielded",
        asks="Does a shield keep a wait for a thread that may be abandoned?",
        program=meanwhile(
            *(Shield((RunInThread("t", abandon=True), Note("waited"))), Sleep(1), Note("went-on")),
            thread=(Hold("g"), Note("released")),
        ),
        answers={"keeps": has(a="waited@4"), "abandons": lacks(a="waited")},
        rule=Rule("MUST", required=(has(a="waited@4"),)),
        sources={
            "trio": TRIO_CORE + "#trio.CancelScope.shield",
            "anyio": ANYIO + "cancellation.html#shielding",
            "curio": CURIO + "#disable_cancellation",
        },
        about={"run_in_thread", "shield"},
        shown_by="mutant:shield-leaks-to-threads",
    ),
    Scenario(
        id="threads/group-waits",
        asks="Does a group whose child failed wait for the thread of another child?",
        program=Program(
            {
                "main": (
                    *(Spawn("o"), told(Group("p", (Spawn("a", "p"), Spawn("b", "p"))))),
                    *(Note("left"), Sleep(9)),
                ),
                "a": (RunInThread("t"),),
                "b": (Sleep(1), Raise("E")),
                "o": (Sleep(4), OpenGate("g")),
                "t": (Hold("g"), Note("released")),
            }
        ),
        answers={"waits": has(main="left@4"), "leaves": has(main="left@1")},
        sources={ANYBODY: "no document speaks of both; " + TRIO_CORE + "#threads-if-you-must"},
        about={"run_in_thread", "group"},
        shown_by="asyncio and curio leave, trio and anyio wait",
    ),
    Scenario(
        id="threads/left-at-the-end",
        asks="Does the end of the run wait for a thread that was abandoned and never ends?",
        program=Program(
            {
                "main": (Spawn("a"), Sleep(1), Cancel("a"), ended("a"), Note("over")),
                "a": (RunInThread("t", abandon=True),),
                "t": (Hold("g"), Note("released")),
            }
        ),
        answers={"waits": ending("deadlocked"), "leaves": ending("completed")},
        rule=Rule("MUST", required=(ending("completed"),)),
        sources={"trio": TRIO_THREAD + " (if trio.run() finishes before the thread does)"},
        about={"run_in_thread"},
        shown_by="asyncio waits, the others leave; mutant:end-waits-for-threads",
    ),
)

SCENARIOS: Final = RESULTS + CANCELLED
