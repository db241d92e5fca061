"""Asks about context variables: who gets a copy when, and who sees what others set."""

from __future__ import annotations

from typing import Final

from conformance.lang.ops import (
    Attempt,
    Cancel,
    Checkpoint,
    Detach,
    FailAfter,
    GetVariable,
    Group,
    Join,
    Op,
    ResetVariable,
    SetVariable,
    Shield,
    Sleep,
    Spawn,
    Start,
    Started,
)
from conformance.lang.pattern import has, logs
from conformance.lang.program import Program
from conformance.lang.scenario import ANYBODY, Rule, Scenario
from scenarios.manuals import anyio, asyncio, trio

_MODULE: Final = "https://docs.python.org/3/library/contextvars.html"
_COPIED: Final = {
    "asyncio": asyncio("task", "asyncio.create_task"),
    "trio": trio("task-local-storage"),
    "anyio": anyio("tasks", "context-propagation"),
}
_QUESTION: Final = {**_COPIED, "curio": "docstring of curio.task.ContextTask, curio 1.6"}
_ABOUT: Final = {"get_variable", "set_variable"}
GET: Final = GetVariable("v")


def _set(value: int) -> Op:
    return SetVariable("v", value)


def _program(main: tuple[Op, ...], **others: tuple[Op, ...]) -> Program:
    """A program with the variable `v`."""
    return Program({"main": main, **others}, variables=("v",))


def _group(*body: Op) -> Op:
    return Group("g", body)


_INHERITED = (
    Scenario(
        id="context/child-sees",
        asks="Does a new task see what its starter had set?",
        program=_program((_set(1), _group(Spawn("a", "g"))), a=(GET,)),
        answers={"sees": logs(a=["got 1"]), "nothing": logs(a=["got none"])},
        rule=Rule("MUST", required=(logs(a=["got 1"]),)),
        sources=_COPIED,
        about=_ABOUT,
        shown_by="mutant:context-empty",
    ),
    Scenario(
        id="context/set-after-spawn",
        asks="Does a new task see what its starter sets after the spawn, before the task's first step?",
        program=_program((_set(1), _group(Spawn("a", "g"), _set(2))), a=(GET,)),
        answers={
            "as-spawned": logs(a=["got 1"]),
            "as-it-starts": logs(a=["got 2"]),
            "nothing": logs(a=["got none"]),
        },
        rule=Rule("MUST", required=(logs(a=["got 1"]),)),
        sources=_COPIED,
        about=_ABOUT,
        shown_by="asyncio answers as-spawned, curio as-it-starts; mutant:context-copied-late",
    ),
    Scenario(
        id="context/set-while-running",
        asks="Does a task see what its starter sets while it runs?",
        program=_program(
            (_set(1), _group(Spawn("a", "g"), Sleep(1), _set(2))), a=(GET, Sleep(2), GET)
        ),
        answers={
            "apart": logs(a=["got 1", "got 1"]),
            "shared": logs(a=["got 1", "got 2"]),
            "nothing": logs(a=["got none", "got none"]),
        },
        rule=Rule("MUST", required=(logs(a=["got 1", "got 1"]),)),
        sources=_COPIED,
        about=_ABOUT,
        shown_by="mutant:context-shared",
    ),
    Scenario(
        id="context/grandchild-sees",
        asks="Does a grandchild see what its parent set, not what the grandparent had?",
        program=_program(
            (_set(1), _group(Spawn("a", "g"))),
            a=(_set(2), Group("h", (Spawn("b", "h"),))),
            b=(GET,),
        ),
        answers={
            "parent": logs(b=["got 2"]),
            "grandparent": logs(b=["got 1"]),
            "nothing": logs(b=["got none"]),
        },
        rule=Rule("MUST", required=(logs(b=["got 2"]),)),
        sources=_COPIED,
        about=_ABOUT,
        shown_by="mutant:context-empty",
    ),
    Scenario(
        id="context/started-sees",
        asks="Does a task that is waited for until it is ready see what its starter had set?",
        program=_program(
            (_set(1), _group(Start("a", "g"), GET)), a=(GET, _set(2), Started(None), GET)
        ),
        answers={
            "copies": logs(a=["got 1", "got 2"], main=["got 1"]),
            "shared": logs(a=["got 1", "got 2"], main=["got 2"]),
            "nothing": has(a="got none"),
        },
        rule=Rule("MUST", required=(logs(a=["got 1", "got 2"], main=["got 1"]),)),
        sources={"trio": _COPIED["trio"]},
        about={*_ABOUT, "start"},
        shown_by="mutant:context-shared",
    ),
)

_LEAKS = (
    Scenario(
        id="context/child-set",
        asks="Does what a child sets leak to its starter?",
        program=_program((_set(1), _group(Spawn("a", "g")), GET), a=(_set(2),)),
        answers={"stays": logs(main=["got 1"]), "leaks": logs(main=["got 2"])},
        rule=Rule("MUST", required=(logs(main=["got 1"]),)),
        sources=_COPIED,
        about=_ABOUT,
        shown_by="asyncio answers stays, curio leaks; mutant:context-shared",
    ),
    Scenario(
        id="context/siblings",
        asks="Does a task see what a sibling sets?",
        program=_program(
            (_group(Spawn("a", "g"), Spawn("b", "g")),),
            a=(_set(2), Sleep(2), GET),
            b=(Sleep(1), GET, _set(3)),
        ),
        answers={
            "apart": logs(a=["got 2"], b=["got none"]),
            "shared": logs(a=["got 3"], b=["got 2"]),
        },
        rule=Rule("MUST", required=(logs(a=["got 2"], b=["got none"]),)),
        sources=_COPIED,
        about=_ABOUT,
        shown_by="mutant:context-shared",
    ),
    Scenario(
        id="context/child-set-then-join",
        asks="Does what a task sets leak to whoever joins it?",
        program=_program((_set(1), Spawn("a"), Join("a"), GET), a=(_set(2), Checkpoint())),
        answers={"stays": logs(main=["got 1"]), "leaks": logs(main=["got 2"])},
        sources=_QUESTION,
        about={*_ABOUT, "join"},
        shown_by="asyncio answers stays, curio leaks; mutant:context-shared",
    ),
    Scenario(
        id="context/detached-set",
        asks="Does what detached work sets leak to whoever waits for it?",
        program=_program((_set(1), Detach("a"), GET), a=(GET, _set(2), Checkpoint())),
        answers={
            "stays": logs(main=["got 1"], a=["got 1"]),
            "leaks": logs(main=["got 2"], a=["got 1"]),
        },
        rule=Rule("MUST", required=(logs(main=["got 1"], a=["got 1"]),)),
        sources={"asyncio": asyncio("task", "asyncio.shield")},
        about={*_ABOUT, "detach"},
        shown_by="mutant:context-shared",
    ),
    Scenario(
        id="context/cleanup-sees",
        asks="Does the clean-up of a cancelled task see the task's own setting?",
        program=_program(
            (_set(1), _group(Spawn("a", "g"), Sleep(1), _set(3), Cancel("a"))),
            a=(_set(2), Attempt((Sleep(4),), finally_=(GET,))),
        ),
        answers={"own": logs(a=["got 2"]), "cancellers": logs(a=["got 3"])},
        sources=_QUESTION,
        about=_ABOUT,
        shown_by="asyncio answers own, curio cancellers; mutant:context-shared",
    ),
)

_WITHIN = (
    Scenario(
        id="context/across-checkpoint",
        asks="Does a task find its own setting again after others ran and set theirs?",
        program=_program(
            (_group(Spawn("a", "g"), Spawn("b", "g")),),
            a=(_set(1), Checkpoint(), Checkpoint(), GET),
            b=(_set(2), Checkpoint(), Checkpoint(), GET),
        ),
        answers={
            "own": logs(a=["got 1"], b=["got 2"]),
            "last": logs(a=["got 2"], b=["got 2"]),
            "first": logs(a=["got 1"], b=["got 1"]),
        },
        rule=Rule("MUST", required=(logs(a=["got 1"], b=["got 2"]),)),
        sources=_COPIED,
        about=_ABOUT,
        shown_by="mutant:context-shared",
    ),
    Scenario(
        id="context/set-in-deadline",
        asks="Is what the body of a deadline sets still there after it?",
        program=_program((_set(1), FailAfter(2, (_set(2), Sleep(1))), GET)),
        answers={"kept": logs(main=["got 2"]), "lost": logs(main=["got 1"])},
        sources={**_QUESTION, "asyncio": asyncio("task", "asyncio.timeout")},
        about={*_ABOUT, "fail_after"},
        shown_by="mutant:context-lost-at-exit",
    ),
    Scenario(
        id="context/set-in-struck-deadline",
        asks="Is what the body of a deadline sets still there when the deadline has struck?",
        program=_program(
            (_set(1), Attempt((FailAfter(1, (_set(2), Sleep(3))),), on_error=()), GET)
        ),
        answers={"kept": has(main="got 2"), "lost": has(main="got 1")},
        sources={**_QUESTION, "asyncio": asyncio("task", "asyncio.timeout")},
        about={*_ABOUT, "fail_after"},
        shown_by="mutant:context-lost-at-exit",
    ),
    Scenario(
        id="context/set-in-shield",
        asks="Is what the body of a shield sets still there after it?",
        program=_program((_set(1), Shield((_set(2), Checkpoint())), GET)),
        answers={"kept": logs(main=["got 2"]), "lost": logs(main=["got 1"])},
        sources=_QUESTION,
        about={*_ABOUT, "shield"},
        shown_by="mutant:context-lost-at-exit",
    ),
    Scenario(
        id="context/set-in-group",
        asks="Is what the body of a group sets still there after it?",
        program=_program((_set(1), _group(_set(2), Checkpoint()), GET)),
        answers={"kept": logs(main=["got 2"]), "lost": logs(main=["got 1"])},
        sources=_QUESTION,
        about={*_ABOUT, "group"},
        shown_by="mutant:context-lost-at-exit",
    ),
)

_RESET = (
    Scenario(
        id="context/reset",
        asks="Does taking a setting back bring the one before it back?",
        program=_program(
            (_set(1), _set(2), Checkpoint(), ResetVariable("v"), GET, ResetVariable("v"), GET)
        ),
        answers={
            "one-by-one": logs(main=["got 1", "got none"]),
            "all-at-once": logs(main=["got none", "*"]),
        },
        rule=Rule("MUST", required=(logs(main=["got 1", "got none"]),)),
        sources={ANYBODY: _MODULE + "#contextvars.ContextVar.reset"},
        about={"reset_variable"},
        shown_by="mutant:reset-to-nothing",
    ),
    Scenario(
        id="context/reset-after-spawn",
        asks="Does a task keep what it inherited when its starter takes the setting back?",
        program=_program(
            (_set(1), _group(Spawn("a", "g"), ResetVariable("v"), Sleep(1), GET)), a=(Sleep(2), GET)
        ),
        answers={
            "kept": logs(main=["got none"], a=["got 1"]),
            "lost": logs(main=["got none"], a=["got none"]),
        },
        rule=Rule("MUST", required=(logs(main=["got none"], a=["got 1"]),)),
        sources=_COPIED,
        about={"get_variable", "reset_variable"},
        shown_by="mutant:context-shared",
    ),
)

SCENARIOS = _INHERITED + _LEAKS + _WITHIN + _RESET
