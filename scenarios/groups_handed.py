"""Asks about groups that are handed on: children that another task than the group's owner starts in them."""

from __future__ import annotations

from typing import Final

from conformance.lang.ops import (
    Attempt,
    CancelGroup,
    Checkpoint,
    GetVariable,
    Group,
    Log,
    MoveOnAfter,
    Note,
    Raise,
    SetVariable,
    Shield,
    Sleep,
    Spawn,
)
from conformance.lang.pattern import has, lacks, logs, shared
from conformance.lang.program import Program
from conformance.lang.scenario import Rule, Scenario
from scenarios.manuals import anyio, asyncio, curio_docstring, trio

_START_SOON: Final = trio("trio.Nursery.start_soon")
_GROUPS: Final = asyncio("task", "task-groups")
_ANYIO: Final = anyio("tasks", "creating-and-managing-tasks")
_WAITED: Final = {
    "asyncio": f"{_GROUPS} (while waiting, new tasks may still be added to the group)",
    "trio": _START_SOON,
    "anyio": _ANYIO,
    "curio": curio_docstring("curio.task.TaskGroup"),
}
_CLOSED: Final = {
    "asyncio": f"{_GROUPS} (once the block is exited, no new tasks may be added to the group)",
    "trio": _START_SOON,
}
_ABOUT: Final = {"group"}

_LATE: Final = (
    Scenario(
        id="groups/handed-child-awaited",
        asks="Does a group wait for a task that one of its children starts in it once the body is over?",
        program=Program(
            {
                "main": (Group("g", (Spawn("a", "g"),)), Log("left")),
                "a": (Sleep(1), Spawn("b", "g")),
                "b": (Sleep(1), Log("finished")),
            }
        ),
        answers={
            "waits": shared("b finished", "main left"),
            "leaves": shared("main left", "b finished"),
        },
        rule=Rule("MUST", required=(shared("b finished", "main left"),)),
        sources=_WAITED,
        about=_ABOUT,
        shown_by="mutant:latecomer-unawaited",
    ),
    Scenario(
        id="groups/handed-at-empty-exit",
        asks="A task is started in a group while its block, which has no children, is being left: is it awaited?",
        program=Program(
            {
                "main": (Spawn("o"), Group("g", (Checkpoint(),)), Log("left"), Sleep(3)),
                "o": (Checkpoint(), Attempt((Spawn("a", "g"),), on_error=())),
                "a": (Sleep(1), Log("finished")),
            }
        ),
        answers={
            "awaited": shared("a finished", "main left"),
            "refused": has(o="caught Misuse"),
            "left-behind": shared("main left", "a finished"),
        },
        rule=Rule("MUST", forbidden=(shared("main left", "a finished"),)),
        sources=_WAITED,
        about=_ABOUT,
        shown_by="asyncio answers awaited, trio awaited or refused; mutant:empty-exit-misses-child",
    ),
    Scenario(
        id="groups/handed-after-end",
        asks="Does a group whose block was left refuse another task?",
        program=Program(
            {
                "main": (Spawn("o"), Group("g", (Sleep(1),)), Sleep(5)),
                "o": (Sleep(2), Attempt((Spawn("a", "g"),), on_error=())),
                "a": (Note("started"),),
            }
        ),
        answers={
            "refuses": logs(o=["caught Misuse@2"]) & lacks(a="started"),
            "starts": has(a="started"),
        },
        rule=Rule("MUST", forbidden=(has(a="started"),)),
        sources=_CLOSED,
        about=_ABOUT,
        shown_by="mutant:closed-group-starts",
    ),
)

_PLACES: Final = (
    Scenario(
        id="groups/handed-in-deadline",
        asks="Does a deadline around whoever starts a task in another's group cut that task?",
        program=Program(
            {
                "main": (Group("g", (Spawn("a", "g"),)),),
                "a": (MoveOnAfter(1, (Spawn("b", "g"), Sleep(3))),),
                "b": (Sleep(2), Note("finished")),
            }
        ),
        answers={"spares": has(b="finished"), "cuts": lacks(b="finished")},
        rule=Rule("MUST", required=(has(b="finished"),)),
        sources={"trio": f"{_START_SOON} (it inherits its parent nursery's cancel scopes)"},
        about=_ABOUT,
        shown_by="mutant:newcomer-in-starters-scopes",
    ),
    Scenario(
        id="groups/handed-in-cancelled-group",
        asks="Is a task cut that is started in a group which was cancelled while all others are shielded?",
        program=Program(
            {
                "main": (
                    Group("g", (Spawn("a", "g"), Spawn("o", "g"), Sleep(1), CancelGroup("g"))),
                ),
                "a": (Shield((Sleep(5),)),),
                "o": (Shield((Sleep(3), Spawn("b", "g"), Sleep(2))),),
                "b": (Sleep(1), Note("finished")),
            }
        ),
        answers={"cuts": lacks(b="finished"), "spares": has(b="finished")},
        rule=Rule("MUST", required=(lacks(b="finished"),)),
        sources={
            "trio": f"{_START_SOON} (it inherits its parent nursery's cancel scopes)",
            "anyio": anyio("cancellation", "cancellation-and-timeouts"),
        },
        about=_ABOUT | {"cancel_group"},
        shown_by="trio answers cuts, anyio on asyncio spares, curio spares",
    ),
    Scenario(
        id="groups/handed-child-fails",
        asks="Does the error of a task that a child started in its group come out of that group?",
        program=Program(
            {
                "main": (
                    Attempt((Group("g", (Spawn("a", "g"), Sleep(5), Note("slept"))),), on_error=()),
                ),
                "a": (Sleep(1), Spawn("b", "g"), Sleep(5)),
                "b": (Sleep(1), Raise("E")),
            }
        ),
        answers={
            "grouped": logs(main=["caught Group(E)@2"]),
            "bare": logs(main=["caught E@2"]),
            "kept": lacks(main="caught *"),
        },
        rule=Rule("MUST", required=(has(main="caught *"),)),
        unjudged={"bare"},
        sources={name: _WAITED[name] for name in ("asyncio", "trio", "anyio")},
        about=_ABOUT,
        shown_by="trio answers grouped, curio kept; mutant:newcomers-error-lost",
    ),
    Scenario(
        id="groups/handed-context",
        asks="Whose context variables has a task that is started in another's group?",
        program=Program(
            {
                "main": (SetVariable("v", 1), Group("g", (Spawn("a", "g"),))),
                "a": (SetVariable("v", 2), Spawn("b", "g")),
                "b": (GetVariable("v"),),
            },
            variables=("v",),
        ),
        answers={"the-starters": logs(b=["got 2"]), "the-owners": logs(b=["got 1"])},
        sources={
            "trio": trio("task-local-storage"),
            "anyio": anyio("tasks", "context-propagation"),
        },
        about=_ABOUT | {"get_variable"},
        shown_by="mutant:spawn-takes-owners-context",
    ),
)

SCENARIOS: Final = _LATE + _PLACES
"""In the order of a child's way into the group."""
