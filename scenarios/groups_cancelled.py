"""Asks about groups that are cancelled, nested, and failing in more than one way at once."""

from __future__ import annotations

from typing import Final

from conformance.lang.ops import (
    Attempt,
    CancelGroup,
    FailAfter,
    Group,
    Log,
    Note,
    Op,
    Raise,
    Shield,
    Sleep,
    Spawn,
    Start,
    Started,
)
from conformance.lang.pattern import ends, has, lacks, logs, shared
from conformance.lang.program import Program
from conformance.lang.scenario import Rule, Scenario
from scenarios.manuals import anyio, curio_docstring, trio

_TRIO: Final = trio("trio.Nursery.cancel_scope")
_ANYIO: Final = anyio("cancellation", "cancellation-and-timeouts")
_CURIO: Final = curio_docstring("curio.task.TaskGroup")
_ALL: Final = {"trio": _TRIO, "anyio": _ANYIO, "curio": _CURIO}
_BOTH: Final = {"trio": _TRIO, "anyio": _ANYIO}
_ERRORS: Final = {
    "trio": trio("errors-in-multiple-child-tasks"),
    "anyio": anyio("tasks", "handling-multiple-errors-in-a-task-group"),
}
_ABOUT: Final = {"group", "cancel_group"}


def _caught(*body: Op) -> Op:
    return Attempt(body, on_error=())


_CANCELLED: Final = (
    Scenario(
        id="groups/cancel-children",
        asks="Does cancelling a group cancel its children, and is it then left without an error?",
        program=Program(
            {
                "main": (
                    Group("g", (Spawn("a", "g"), Spawn("b", "g"), Sleep(1), CancelGroup("g"))),
                    Note("left"),
                ),
                "a": (Sleep(3), Note("finished")),
                "b": (Sleep(4), Note("finished")),
            }
        ),
        answers={
            "cancelled": ends(a="cancelled@1", b="cancelled@1") & logs(main=["left@1"]),
            "some": has(a="finished") & has(main="left"),
            "fails": lacks(main="left"),
        },
        rule=Rule(
            "MUST", required=(ends(a="cancelled@1", b="cancelled@1") & logs(main=["left@1"]),)
        ),
        unjudged={"fails"},
        sources=_ALL,
        about=_ABOUT,
        shown_by="mutant:cancel-group-forgets-one",
    ),
    Scenario(
        id="groups/cancel-body",
        asks="Is the body interrupted when its group is cancelled?",
        program=Program(
            {
                "main": (
                    Group("g", (Spawn("a", "g"), CancelGroup("g"), Sleep(1), Note("slept"))),
                    Note("left"),
                ),
                "a": (Sleep(3),),
            }
        ),
        answers={"interrupted": logs(main=["left"]), "goes-on": logs(main=["slept", "left"])},
        rule=Rule("MUST", required=(logs(main=["left"]),)),
        sources=_BOTH,
        about=_ABOUT,
        shown_by="trio answers interrupted, curio goes-on; mutant:cancel-group-spares-body",
    ),
    Scenario(
        id="groups/cancel-call-waits",
        asks="Does the call that cancels a group wait for the clean-up of the children?",
        program=Program(
            {
                "main": (
                    Group("g", (Spawn("a", "g"), Sleep(1), CancelGroup("g"), Log("called"))),
                    Log("left"),
                ),
                "a": (Attempt((Sleep(5),), finally_=(Shield((Sleep(1), Log("cleaned-up"))),)),),
            }
        ),
        answers={
            "waits": shared("a cleaned-up", "main called", "main left"),
            "returns-at-once": shared("main called", "a cleaned-up", "main left"),
        },
        rule=Rule("MUST", forbidden=(shared("main called", "main left", "a cleaned-up"),)),
        sources=_ALL,
        about=_ABOUT,
        shown_by="trio answers returns-at-once, curio waits; mutant:impatient-cancelled-group",
    ),
    Scenario(
        id="groups/cancel-by-child",
        asks="Does a child that cancels its own group run on to its next checkpoint?",
        program=Program(
            {
                "main": (Group("g", (Spawn("a", "g"), Spawn("b", "g"))), Note("left")),
                "a": (Sleep(1), CancelGroup("g"), Note("went-on"), Sleep(1), Note("slept")),
                "b": (Sleep(4),),
            }
        ),
        answers={
            "next-checkpoint": logs(a=["went-on"], main=["left"]),
            "at-once": logs(a=[], main=["left"]),
            "spared": has(a="slept"),
        },
        rule=Rule(
            "MUST", required=(logs(a=["went-on@1"], main=["left@1"]) & ends(b="cancelled@1"),)
        ),
        sources=_BOTH,
        about=_ABOUT,
        shown_by="mutant:scope-cancel-raises",
    ),
    Scenario(
        id="groups/spawn-after-cancel",
        asks="What becomes of a task that is spawned into a group that was cancelled?",
        program=Program(
            {
                "main": (
                    Group("g", (CancelGroup("g"), Spawn("a", "g"))),
                    Note("left"),
                ),
                "a": (Note("started"), Sleep(1), Note("finished")),
            }
        ),
        answers={
            "cut-at-checkpoint": logs(a=["started"], main=["left"]),
            "finishes": logs(a=["started", "finished"], main=["left@1"]),
            "never-starts": logs(a=[], main=["left"]),
        },
        rule=Rule("MUST", required=(logs(a=["started"], main=["left"]),)),
        unjudged={"never-starts"},
        sources={"trio": _TRIO},
        about=_ABOUT,
        shown_by="trio answers cut-at-checkpoint, curio finishes",
    ),
    Scenario(
        id="groups/cancel-shielded-child",
        asks="Does a group that is cancelled wait for a child inside a shield?",
        program=Program(
            {
                "main": (
                    Group("g", (Spawn("a", "g"), Sleep(1), CancelGroup("g"))),
                    Note("left"),
                ),
                "a": (Shield((Sleep(3), Note("shielded"))), Sleep(3), Note("finished")),
            }
        ),
        answers={
            "waits": logs(a=["shielded@3"], main=["left@3"]),
            "cuts": lacks(a="shielded"),
            "spares": has(a="finished"),
        },
        rule=Rule("MUST", required=(logs(a=["shielded@3"], main=["left@3"]),)),
        sources={
            "trio": trio("trio.CancelScope.shield"),
            "anyio": anyio("cancellation", "shielding"),
        },
        about={*_ABOUT, "shield"},
        shown_by="mutant:leaking-shield",
    ),
    Scenario(
        id="groups/cancel-cleanup-error",
        asks="Does an error in the clean-up of a cancelled group's child come out?",
        program=Program(
            {
                "main": (
                    _caught(Group("g", (Spawn("a", "g"), Sleep(1), CancelGroup("g")))),
                    Note("after"),
                ),
                "a": (Attempt((Sleep(4),), finally_=(Raise("E"),)),),
            }
        ),
        answers={
            "grouped": logs(main=["caught Group(E)", "after"]),
            "bare": logs(main=["caught E", "after"]),
            "kept": logs(main=["after"]),
        },
        rule=Rule("MUST", required=(logs(main=["caught Group(E)", "after"]),)),
        unjudged={"bare"},
        sources=_ERRORS,
        about=_ABOUT,
        shown_by="trio answers grouped, curio kept; mutant:drops-group-error",
    ),
)

_SPARED: Final = (
    Scenario(
        id="groups/start-cancelled-spares-group",
        asks="Does cancelling a start, its task not being ready, leave the rest of the group alone?",
        program=Program(
            {
                "main": (
                    Group(
                        "g",
                        (
                            Spawn("b", "g"),
                            _caught(FailAfter(1, (Start("a", "g"),))),
                            *(Spawn("c", "g"), Sleep(1), Note("went-on")),
                        ),
                    ),
                    Note("left"),
                ),
                "a": (Sleep(6), Started(None)),
                "b": (Sleep(3), Note("finished")),
                "c": (Sleep(1), Note("finished")),
            }
        ),
        answers={
            "spared": logs(
                main=["caught Timeout@1", "went-on@2", "left@3"], b=["finished"], c=["finished"]
            ),
            "cancelled": lacks(b="finished"),
        },
        rule=Rule(
            "MUST",
            required=(
                logs(
                    main=["caught Timeout@1", "went-on@2", "left@3"],
                    b=["finished"],
                    c=["finished"],
                ),
            ),
        ),
        sources={
            "trio": trio("cancellation-semantics"),
            "anyio": "https://github.com/agronholm/anyio/issues/710 (that start() cancels its group was a bug)",
        },
        about={"fail_after", "group", "start"},
        shown_by="mutant:start-cancels-group; anyio:asyncio 4.3.0 answers cancelled, since 4.4.0 spared",
    ),
)

SCENARIOS = _CANCELLED + _SPARED
