"""Asks about groups: what they wait for, and what a failure does to the others and the outside."""

from __future__ import annotations

from conformance.lang.ops import (
    Attempt,
    Cancel,
    Checkpoint,
    Group,
    Log,
    Note,
    Raise,
    Set,
    Sleep,
    Spawn,
    Wait,
)
from conformance.lang.pattern import ends, has, lacks, shared
from conformance.lang.program import Program
from conformance.lang.scenario import Rule, Scenario
from scenarios.manuals import anyio, asyncio, curio, curio_docstring, trio

_ASYNCIO = asyncio("task", "task-groups")
_TRIO = trio("nurseries-and-spawning")
_TRIO_OPEN = trio("trio.open_nursery")
_TRIO_ERRORS = trio("errors-in-multiple-child-tasks")
_CURIO = curio_docstring("curio.task.TaskGroup")
_ANYIO = anyio("tasks", "creating-and-managing-tasks")
_ANYIO_ERRORS = anyio("tasks", "handling-multiple-errors-in-a-task-group")
_ALL = {"asyncio": _ASYNCIO, "trio": _TRIO, "curio": _CURIO, "anyio": _ANYIO}
_RAISING = {"asyncio": _ASYNCIO, "trio": _TRIO_OPEN, "anyio": _ANYIO_ERRORS}
_FAILS = (Sleep(1), Raise("E"))

_EXITS = (
    Scenario(
        id="spawn/group-waits",
        asks="Does a group wait for all its children?",
        program=Program(
            {
                "main": (Group("g", (Spawn("a", "g"), Spawn("b", "g"))), Log("left")),
                "a": (Sleep(1), Log("done")),
                "b": (Sleep(2), Log("done")),
            }
        ),
        answers={"waits": shared("a done", "b done", "main left"), "leaves": shared("main left")},
        rule=Rule("MUST", required=(shared("a done", "b done", "main left"),)),
        sources=_ALL,
        about={"group"},
        shown_by="mutant:forgets-a-sibling",
    ),
    Scenario(
        id="spawn/group-empty-exit",
        asks="Does leaving a group without children let other tasks run?",
        program=Program(
            {
                "main": (
                    Group(
                        "g",
                        (
                            Spawn("a", "g"),
                            Group("x", ()),
                            Group("y", ()),
                            Group("z", ()),
                            Log("went-on"),
                        ),
                    ),
                ),
                "a": (Checkpoint(), Log("ran")),
            }
        ),
        answers={
            "yields": shared("a ran", "main went-on"),
            "goes-straight-on": shared("main went-on", "a ran"),
        },
        rule=Rule("MUST", required=(shared("a ran", "main went-on"),)),
        sources={"trio": _TRIO_OPEN},
        about={"group"},
        shown_by="asyncio answers goes-straight-on, trio yields",
    ),
    Scenario(
        id="spawn/group-child-cancelled",
        asks="Does the cancellation of one child disturb the others?",
        program=Program(
            {
                "main": (
                    Group("g", (Spawn("a", "g"), Spawn("b", "g"), Sleep(1), Cancel("a"))),
                    Note("left"),
                ),
                "a": (Sleep(4),),
                "b": (Sleep(2), Note("finished")),
            }
        ),
        answers={"others-go-on": ends(b="returned"), "others-cancelled": ends(b="cancelled")},
        rule=Rule("MUST", required=(ends(b="returned") & has(main="left"),)),
        sources={"asyncio": _ASYNCIO},
        about={"group", "cancel"},
        shown_by="asyncio answers others-go-on, curio others-cancelled",
    ),
)

_ERRORS = (
    Scenario(
        id="spawn/group-sibling-cancelled",
        asks="Are the other children cancelled when one fails?",
        program=Program(
            {
                "main": (Attempt((Group("g", (Spawn("a", "g"), Spawn("b", "g"))),), on_error=()),),
                "a": _FAILS,
                "b": (Sleep(4), Note("finished")),
            }
        ),
        answers={"cancelled": ends(b="cancelled"), "goes-on": ends(b="returned")},
        rule=Rule("MUST", required=(ends(b="cancelled"),)),
        unjudged={"goes-on"},
        sources=_ALL,
        about={"group"},
        shown_by="mutant:spares-siblings",
    ),
    Scenario(
        id="spawn/group-error-shape",
        asks="How does the error of a child come out of its group?",
        program=Program(
            {"main": (Attempt((Group("g", (Spawn("a", "g"),)),), on_error=()),), "a": (Raise("E"),)}
        ),
        answers={
            "grouped": has(main="caught Group(E)"),
            "bare": has(main="caught E"),
            "kept": lacks(main="caught *") & ends(main="returned"),
        },
        rule=Rule("MUST", required=(has(main="caught Group(E)"),)),
        unjudged={"bare"},
        sources=_RAISING,
        about={"group"},
        shown_by="trio answers grouped, curio kept; mutant:bare-group-errors",
    ),
    Scenario(
        id="spawn/group-two-errors",
        asks="Do two errors of the same round both come out of a group?",
        program=Program(
            {
                "main": (
                    Attempt(
                        (Group("g", (Spawn("a", "g"), Spawn("b", "g"), Sleep(1), Set("e"))),),
                        on_error=(),
                    ),
                ),
                "a": (Wait("e"), Raise("E")),
                "b": (Wait("e"), Raise("F")),
            },
            events=("e",),
        ),
        answers={
            "both": has(main="caught Group(E, F)"),
            "one": has(main="caught Group(E)"),
            "kept": lacks(main="caught *") & ends(main="returned"),
        },
        rule=Rule("MUST", required=(has(main="caught Group(E, F)"),)),
        sources=_RAISING | {"trio": _TRIO_ERRORS},
        about={"group"},
        shown_by="trio answers both, curio kept; mutant:drops-second-error",
    ),
    Scenario(
        id="spawn/group-cleanup-error",
        asks="Does an error in the clean-up of a cancelled child come out beside the first one?",
        program=Program(
            {
                "main": (Attempt((Group("g", (Spawn("b", "g"), Spawn("a", "g"))),), on_error=()),),
                "a": _FAILS,
                "b": (Attempt((Sleep(4),), finally_=(Raise("F"),)),),
            }
        ),
        answers={
            "both": has(main="caught Group(E, F)"),
            "one": has(main="caught Group(E)"),
            "kept": lacks(main="caught *") & ends(main="returned"),
        },
        rule=Rule("MUST", required=(has(main="caught Group(E, F)"),)),
        unjudged={"one"},
        sources=_RAISING | {"trio": _TRIO_ERRORS},
        about={"group"},
        shown_by="trio answers both, curio kept; mutant:drops-second-error",
    ),
    Scenario(
        id="spawn/group-error-waits",
        asks="Does a group whose child failed wait for the clean-up of the others?",
        program=Program(
            {
                "main": (
                    Attempt((Group("g", (Spawn("b", "g"), Spawn("a", "g"))),), on_error=()),
                    Log("left"),
                ),
                "a": _FAILS,
                "b": (Attempt((Sleep(5),), finally_=(Log("cleaned-up"),)),),
            }
        ),
        answers={
            "waits": shared("b cleaned-up", "main left"),
            "leaves": shared("main left", "b cleaned-up"),
        },
        rule=Rule("MUST", required=(shared("b cleaned-up", "main left"),)),
        unjudged={"leaves"},
        sources=_ALL,
        about={"group"},
        shown_by="mutant:impatient-group",
    ),
    Scenario(
        id="spawn/group-error-interrupts-body",
        asks="Is the body of a group interrupted when a child fails?",
        program=Program(
            {
                "main": (
                    Attempt(
                        (Group("g", (Spawn("a", "g"), Sleep(3), Note("finished"))),), on_error=()
                    ),
                ),
                "a": _FAILS,
            }
        ),
        answers={"interrupted": lacks(main="finished"), "finishes": has(main="finished")},
        rule=Rule("MUST", required=(lacks(main="finished"),)),
        sources={"asyncio": _ASYNCIO, "trio": _TRIO, "anyio": _ANYIO_ERRORS},
        about={"group"},
        shown_by="trio answers interrupted, curio finishes",
    ),
    Scenario(
        id="spawn/group-spawn-after-failure",
        asks="Can a group take another child after one has failed?",
        program=Program(
            {
                "main": (
                    Attempt(
                        (
                            Group(
                                "g",
                                (
                                    Spawn("a", "g"),
                                    Attempt((Sleep(2),), on_cancel=()),
                                    Attempt((Spawn("b", "g"),), on_error=(Note("refused"),)),
                                ),
                            ),
                        ),
                        on_error=(),
                    ),
                ),
                "a": _FAILS,
                "b": (Note("started"), Sleep(1), Note("finished")),
            }
        ),
        answers={
            "refused": has(main="refused"),
            "never-starts": lacks(main="refused", b="started"),
            "starts": has(b="started") & lacks(b="finished"),
            "finishes": has(b="finished"),
        },
        rule=Rule("MUST", required=(has(main="refused"),)),
        sources={"asyncio": _ASYNCIO},
        about={"group"},
        shown_by="asyncio answers refused, trio starts",
    ),
)

_BODIES = (
    Scenario(
        id="spawn/group-body-error-shape",
        asks="How does an error of the body come out of a group?",
        program=Program(
            {
                "main": (
                    Attempt(
                        (Group("g", (Spawn("a", "g"), Checkpoint(), Raise("E"))),), on_error=()
                    ),
                ),
                "a": (Sleep(4),),
            }
        ),
        answers={"grouped": has(main="caught Group(E)"), "bare": has(main="caught E")},
        rule=Rule("MUST", required=(has(main="caught Group(E)"),)),
        sources=_RAISING,
        about={"group"},
        shown_by="trio answers grouped, curio bare",
    ),
    Scenario(
        id="spawn/group-body-error-waits",
        asks="Are the children cleaned up before an error of the body leaves the group?",
        program=Program(
            {
                "main": (
                    Attempt(
                        (Group("g", (Spawn("a", "g"), Sleep(1), Raise("E"))),),
                        on_error=(Log("left"),),
                    ),
                ),
                "a": (Attempt((Sleep(5),), finally_=(Log("cleaned-up"),)),),
            }
        ),
        answers={
            "waits": shared("a cleaned-up", "main left"),
            "leaves": shared("main left", "a cleaned-up"),
        },
        rule=Rule("MUST", required=(shared("a cleaned-up", "main left") & ends(a="cancelled"),)),
        unjudged={"leaves"},
        sources=_ALL | {"curio": curio("task-groups")},
        about={"group"},
        shown_by="mutant:forgets-a-sibling",
    ),
    Scenario(
        id="spawn/group-nested-shape",
        asks="How does the error of an inner group's child come out of the outer group?",
        program=Program(
            {
                "main": (Attempt((Group("g", (Group("h", (Spawn("a", "h"),)),)),), on_error=()),),
                "a": (Raise("E"),),
            }
        ),
        answers={
            "nested": has(main="caught Group(Group(E))"),
            "flat": has(main="caught Group(E)"),
            "bare": has(main="caught E"),
            "kept": lacks(main="caught *") & ends(main="returned"),
        },
        unjudged={"bare", "flat"},
        sources=_RAISING,
        about={"group"},
        shown_by="trio answers nested, curio kept",
    ),
    Scenario(
        id="spawn/group-inner-contained",
        asks="Does an error that is caught around an inner group leave the outer group alone?",
        program=Program(
            {
                "main": (
                    Group(
                        "g",
                        (
                            Spawn("b", "g"),
                            Attempt((Group("h", (Spawn("a", "h"),)),), on_error=()),
                            Checkpoint(),
                            Note("went-on"),
                        ),
                    ),
                    Note("left"),
                ),
                "a": (Raise("E"),),
                "b": (Sleep(2), Note("finished")),
            }
        ),
        answers={
            "contained": has(main=["went-on", "left"], b="finished"),
            "spills": lacks(b="finished"),
        },
        rule=Rule("MUST", required=(has(main=["went-on", "left"], b="finished"),)),
        sources=_ALL,
        about={"group"},
        shown_by="mutant:leaking-group; asyncio:eager breaks it on CPython 3.12.1",
    ),
    Scenario(
        id="spawn/group-works-after-failure",
        asks="Is a task that caught its group's error undisturbed afterwards?",
        program=Program(
            {
                "main": (
                    Attempt((Group("g", (Spawn("a", "g"),)),), on_error=()),
                    Sleep(1),
                    Checkpoint(),
                    Note("went-on"),
                ),
                "a": (Raise("E"),),
            }
        ),
        answers={"undisturbed": ends(main="returned"), "disturbed": ends(main="cancelled")},
        rule=Rule("MUST", required=(has(main="went-on") & ends(main="returned"),)),
        sources={
            "asyncio": _ASYNCIO,
            "trio": trio("cancellation-semantics"),
            "anyio": _ANYIO_ERRORS,
        },
        about={"group"},
        shown_by="mutant:leaking-group; asyncio:eager breaks it on CPython 3.12.1",
    ),
)

SCENARIOS = _EXITS + _ERRORS + _BODIES
