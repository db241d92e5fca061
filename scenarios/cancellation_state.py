"""Asks what a handle says about its task: whether it has ended, and whether it was cancelled."""

from __future__ import annotations

from typing import Final

from conformance.lang.ops import (
    Attempt,
    Cancel,
    Cancelled,
    Checkpoint,
    Done,
    Group,
    Note,
    Sleep,
    Spawn,
)
from conformance.lang.pattern import has, logs
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

SCENARIOS = (
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
