"""Asks what a handle says about its task: whether it has ended, was cancelled, how many requests for that are open."""

from __future__ import annotations

from typing import Final

from conformance.lang.ops import (
    Attempt,
    Cancel,
    Cancelled,
    Cancelling,
    CancelScope,
    Checkpoint,
    Done,
    FailAfter,
    Group,
    Note,
    Scope,
    Sleep,
    Spawn,
)
from conformance.lang.pattern import has, lacks, logs
from conformance.lang.program import Program
from conformance.lang.scenario import Rule, Scenario
from scenarios.manuals import TORNADO_TASKS, anyio, asyncio, curio

_CANCELLED: Final = {
    "asyncio": asyncio("task", "asyncio.Task.cancelled"),
    "curio": curio("Task.cancelled"),
    "anyio": anyio("api", "anyio.TaskHandle.Status"),
    "tornado": TORNADO_TASKS,
}
_DONE: Final = {
    "asyncio": asyncio("task", "asyncio.Task.done"),
    "curio": curio("Task.terminated"),
    "anyio": anyio("api", "anyio.TaskHandle.Status"),
    "tornado": TORNADO_TASKS,
}
_REQUESTS: Final = {
    "anyio": "https://anyio.readthedocs.io/en/stable/versionhistory.html 3.7.0: a scope takes back its requests to"
    " cancel its task (https://github.com/agronholm/anyio/pull/551); 4.4.0: also those that reach it"
    " through a scope inside (https://github.com/agronholm/anyio/issues/716)",
}
"""Whoever is asked next, `asyncio.timeout` say, tells by that number whether a cancellation is its own."""

_HANDLES = (
    Scenario(
        id="cancellation/called-during-cleanup",
        asks="Is a task called cancelled while it still cleans up?",
        program=Program(
            {
                "main": (Group("g", (Spawn("a", "g"), Sleep(1), Cancel("a"))),),
                "a": (Attempt((Sleep(4),), finally_=(Cancelled("a"),)),),
            }
        ),
        answers={"not-yet": logs(a=["got false"]), "already": logs(a=["got true"])},
        sources=_CANCELLED,
        about={"cancelled"},
        shown_by="asyncio answers not-yet, curio already; mutant:asked-is-cancelled",
    ),
    Scenario(
        id="cancellation/called-afterwards",
        asks="Is a task called cancelled that has ended by its cancellation?",
        program=Program(
            {
                "main": (Spawn("a"), Sleep(1), Cancel("a"), Sleep(1), Cancelled("a"), Done("a")),
                "a": (Sleep(4),),
            }
        ),
        answers={
            "called": logs(main=["got true", "got true"]),
            "not-called": logs(main=["got false", "got true"]),
        },
        rule=Rule("MUST", required=(logs(main=["got true", "got true"]),)),
        sources=_CANCELLED,
        about={"cancelled"},
        shown_by="mutant:never-cancelled",
    ),
    Scenario(
        id="cancellation/called-though-returned",
        asks="Is a task called cancelled that swallowed its cancellation and returned?",
        program=Program(
            {
                "main": (Spawn("a"), Sleep(1), Cancel("a"), Sleep(1), Cancelled("a")),
                "a": (Attempt((Sleep(4),), on_cancel=()), Note("went-on")),
            }
        ),
        answers={
            "not-called": has(a="went-on") & logs(main=["got false"]),
            "called": has(a="went-on") & logs(main=["got true"]),
        },
        rule=Rule("MUST", required=(has(a="went-on") & logs(main=["got false"]),)),
        sources={name: _CANCELLED[name] for name in ("asyncio", "anyio", "tornado")},
        about={"cancelled"},
        shown_by="asyncio answers not-called, curio called; mutant:asked-is-cancelled",
    ),
    Scenario(
        id="cancellation/done-during-cleanup",
        asks="Is a task called done when it has ended, and not before, though it was cancelled?",
        program=Program(
            {
                "main": (Spawn("a"), Sleep(1), Cancel("a"), Checkpoint(), Checkpoint(), Done("a")),
                "a": (Attempt((Sleep(4),), finally_=(Done("a"),)),),
            }
        ),
        answers={
            "at-its-end": logs(a=["got false"], main=["got true"]),
            "too-soon": logs(a=["got true"], main=["got true"]),
        },
        rule=Rule("MUST", required=(logs(a=["got false"], main=["got true"]),)),
        sources=_DONE,
        about={"done"},
        shown_by="mutant:done-too-soon",
    ),
)

_COUNTS = (
    Scenario(
        id="cancellation/requests-of-two",
        asks="How many requests does a task that cleans up tell of, which was cancelled twice?",
        program=Program(
            {
                "main": (Group("g", (Spawn("a", "g"), Sleep(1), Cancel("a"), Cancel("a"))),),
                "a": (Attempt((Sleep(4),), finally_=(Cancelling("a"),)),),
            }
        ),
        answers={
            "each": logs(a=["got 2"]),
            "one": logs(a=["got 1"]),
            "none": logs(a=["got 0"]),
        },
        sources={"asyncio": asyncio("task", "asyncio.Task.cancelling")},
        about={"cancelling", "cancel"},
        shown_by="asyncio answers each, anyio one, reference none",
    ),
    Scenario(
        id="cancellation/requests-after-scope",
        asks="Does a task still tell of requests to cancel it when it has left the scope that was cancelled?",
        program=Program(
            {"main": (Scope("s", (CancelScope("s"), Sleep(1))), Sleep(1), Cancelling("main"))}
        ),
        answers={
            "none": logs(main=["scope cancelled", "got 0@1"]),
            "some": logs(main=["scope cancelled", "got *@1"]) & lacks(main="got 0"),
        },
        rule=Rule("MUST", required=(logs(main=["scope cancelled", "got 0@1"]),)),
        sources=_REQUESTS,
        about={"cancelling", "scope", "cancel_scope"},
        shown_by="mutant:requests-left-behind",
    ),
    Scenario(
        id="cancellation/requests-after-inner-scope",
        asks="Does a task still tell of requests that reached it through a scope inside of the cancelled one?",
        program=Program(
            {
                "main": (
                    Scope("s", (Scope("t", (CancelScope("s"), Sleep(1))),)),
                    Sleep(1),
                    Cancelling("main"),
                )
            }
        ),
        answers={
            "none": logs(main=["scope cancelled", "got 0@1"]),
            "some": logs(main=["scope cancelled", "got *@1"]) & lacks(main="got 0"),
        },
        rule=Rule("MUST", required=(logs(main=["scope cancelled", "got 0@1"]),)),
        sources=_REQUESTS,
        about={"cancelling", "scope", "cancel_scope"},
        shown_by="mutant:requests-left-behind",
    ),
    Scenario(
        id="cancellation/requests-after-deadline",
        asks="Does a task still tell of requests to cancel it when it has left a deadline that struck?",
        program=Program(
            {
                "main": (
                    Attempt((FailAfter(1, (Sleep(4),)),), on_error=()),
                    Sleep(1),
                    Cancelling("main"),
                )
            }
        ),
        answers={
            "none": logs(main=["caught Timeout@1", "got 0@2"]),
            "some": logs(main=["caught Timeout@1", "got *@2"]) & lacks(main="got 0"),
        },
        rule=Rule("MUST", required=(logs(main=["caught Timeout@1", "got 0@2"]),)),
        sources={**_REQUESTS, "asyncio": asyncio("task", "asyncio.Task.uncancel")},
        about={"cancelling", "fail_after"},
        shown_by="mutant:requests-left-behind",
    ),
)

SCENARIOS = _HANDLES + _COUNTS
