"""Asks about groups within groups, and groups that fail in more than one way at once."""

from __future__ import annotations

from typing import Final

from conformance.lang.ops import (
    Attempt,
    Cancel,
    CancelGroup,
    CancelScope,
    Checkpoint,
    Group,
    Log,
    Note,
    Op,
    Raise,
    Scope,
    Set,
    Sleep,
    Spawn,
    Wait,
)
from conformance.lang.pattern import ends, has, lacks, logs, shared
from conformance.lang.program import Program
from conformance.lang.scenario import Rule, Scenario
from scenarios.manuals import anyio, asyncio, curio_docstring, trio

_TRIO: Final = trio("trio.Nursery.cancel_scope")
_ANYIO: Final = anyio("cancellation", "cancellation-and-timeouts")
_CURIO: Final = curio_docstring("curio.task.TaskGroup")
_ALL: Final = {"trio": _TRIO, "anyio": _ANYIO, "curio": _CURIO}
_BOTH: Final = {"trio": _TRIO, "anyio": _ANYIO}
_ERRORS: Final = {
    "trio": trio("errors-in-multiple-child-tasks"),
    "anyio": anyio("tasks", "handling-multiple-errors-in-a-task-group"),
}
_RAISING: Final = {"asyncio": asyncio("task", "task-groups"), **_ERRORS}
_OUTSIDE: Final = {
    "asyncio": f"{asyncio('task', 'task-groups')} (externally and must also raise an ExceptionGroup)",
    "trio": trio("cancellation-and-primitive-operations"),
    "anyio": _ANYIO,
}
"""Where each family promises that a cancellation from outside comes through a group."""
_ABOUT: Final = {"group", "cancel_group"}


def _caught(*body: Op) -> Op:
    return Attempt(body, on_error=())


_NESTED: Final = (
    Scenario(
        id="groups/cancel-inner",
        asks="Does cancelling an inner group leave the children of the outer one alone?",
        program=Program(
            {
                "main": (
                    Group(
                        "g",
                        (
                            Spawn("a", "g"),
                            Group("h", (Spawn("b", "h"), Sleep(1), CancelGroup("h"))),
                            Note("between"),
                        ),
                    ),
                    Note("left"),
                ),
                "a": (Sleep(3), Note("finished")),
                "b": (Sleep(4),),
            }
        ),
        answers={
            "inner-only": logs(main=["between@1", "left@3"], a=["finished"]),
            "outer-too": lacks(a="finished"),
        },
        rule=Rule("MUST", required=(logs(main=["between@1", "left@3"], a=["finished"]),)),
        sources=_ALL,
        about=_ABOUT,
        shown_by="mutant:scope-cancels-task",
    ),
    Scenario(
        id="groups/cancel-outer-from-inner",
        asks="Does a child of an inner group that cancels the outer one cancel everything, itself too?",
        program=Program(
            {
                "main": (
                    Group(
                        "g",
                        (
                            Spawn("a", "g"),
                            Group("h", (Spawn("b", "h"),)),
                            Checkpoint(),
                            Note("between"),
                        ),
                    ),
                    Note("left"),
                ),
                "a": (Sleep(4), Note("finished")),
                "b": (Sleep(1), CancelGroup("g"), Sleep(1), Note("finished")),
            }
        ),
        answers={
            "everything": logs(main=["left"], a=[], b=[]),
            "not-itself": has(b="finished"),
            "only-the-outer": has(main="between") & lacks(b="finished"),
        },
        rule=Rule("MUST", required=(logs(main=["left@1"], a=[], b=[]),)),
        sources=_BOTH,
        about=_ABOUT,
        shown_by="mutant:cancel-group-forgets-one",
    ),
    Scenario(
        id="groups/grandchild-fails",
        asks="How does the error of a grandchild's group come out of the outermost one?",
        program=Program(
            {
                "main": (_caught(Group("g", (Spawn("a", "g"), Spawn("b", "g")))),),
                "a": (Group("h", (Spawn("c", "h"),)),),
                "b": (Sleep(4), Note("finished")),
                "c": (Sleep(1), Raise("E")),
            }
        ),
        answers={
            "nested": logs(main=["caught Group(Group(E))"], b=[]),
            "flat": logs(main=["caught Group(E)"], b=[]),
            "kept": lacks(main="caught *") & has(b="finished"),
        },
        unjudged={"flat"},
        sources=_RAISING,
        about={"group"},
        shown_by="trio answers nested, curio kept",
    ),
    Scenario(
        id="groups/inner-failure-order",
        asks="Are the outer group's children cancelled only once the failed inner group was cleaned up?",
        program=Program(
            {
                "main": (
                    _caught(
                        Group(
                            "g", (Spawn("a", "g"), Group("h", (Spawn("b", "h"), Spawn("c", "h"))))
                        )
                    ),
                ),
                "a": (Attempt((Sleep(4),), finally_=(Log("outer"),)),),
                "b": (Attempt((Sleep(4),), finally_=(Log("inner"),)),),
                "c": (Sleep(1), Raise("E")),
            }
        ),
        answers={
            "inside-out": shared("b inner", "a outer"),
            "outside-in": shared("a outer", "b inner"),
        },
        rule=Rule("MUST", required=(shared("b inner", "a outer"),)),
        unjudged={"outside-in"},
        sources=_RAISING,
        about={"group"},
        shown_by="mutant:failure-jumps-out",
    ),
)

_AT_ONCE: Final = (
    Scenario(
        id="groups/three-errors",
        asks="Do three errors of one round all come out of a group?",
        program=Program(
            {
                "main": (
                    _caught(
                        Group("g", (*(Spawn(n, "g") for n in "abc"), Sleep(1), Set("e"))),
                    ),
                ),
                **{n: (Wait("e"), Raise(error)) for n, error in zip("abc", "EFG", strict=True)},
            },
            events=("e",),
        ),
        answers={
            "all": has(main="caught Group(E, F, G)"),
            "some": has(main="caught Group(*)") & lacks(main="caught Group(E, F, G)"),
            "kept": lacks(main="caught *"),
        },
        rule=Rule("MUST", required=(has(main="caught Group(E, F, G)"),)),
        sources=_RAISING,
        about={"group"},
        shown_by="trio answers all, curio kept; mutant:drops-second-error",
    ),
    Scenario(
        id="groups/body-and-child-error",
        asks="Do an error of the body and one in the clean-up of a child come out together?",
        program=Program(
            {
                "main": (_caught(Group("g", (Spawn("a", "g"), Sleep(1), Raise("E")))),),
                "a": (Attempt((Sleep(4),), finally_=(Raise("F"),)),),
            }
        ),
        answers={
            "both": logs(main=["caught Group(E, F)"]),
            "body-only": logs(main=["caught E"]),
            "body-grouped": logs(main=["caught Group(E)"]),
        },
        rule=Rule("MUST", required=(logs(main=["caught Group(E, F)"]),)),
        unjudged={"body-grouped"},
        sources=_RAISING,
        about={"group"},
        shown_by="trio answers both, curio body-only; mutant:drops-second-error",
    ),
    Scenario(
        id="groups/error-in-cancelled",
        asks="What comes out of a scope that is cancelled in the round in which a child in it fails?",
        program=Program(
            {
                "main": (
                    Group(
                        "o",
                        (
                            Spawn("c", "o"),
                            _caught(Scope("s", (Group("g", (Spawn("a", "g"), Spawn("b", "g"))),))),
                            Note("after"),
                        ),
                    ),
                ),
                "a": (Wait("e"), Raise("E")),
                "b": (Sleep(4),),
                "c": (Sleep(1), Set("e"), CancelScope("s")),
            },
            events=("e",),
        ),
        answers={
            "error": logs(main=["caught Group(E)", "after"]),
            "silence": logs(main=["scope cancelled", "after"]),
        },
        sources=_ERRORS,
        about={"group", "cancel_scope", "scope"},
        shown_by="mutant:drops-group-error",
    ),
    Scenario(
        id="groups/cancelled-cleanup-error",
        asks="Does an error in the clean-up of a child come out of a group that was cancelled from outside?",
        program=Program(
            {
                "main": (
                    _caught(
                        Scope(
                            "s",
                            (
                                Group(
                                    "g",
                                    (Spawn("a", "g"), Spawn("b", "g"), Sleep(1), CancelScope("s")),
                                ),
                            ),
                        )
                    ),
                    Note("after"),
                ),
                "a": (Attempt((Sleep(4),), finally_=(Raise("E"),)),),
                "b": (Sleep(4),),
            }
        ),
        answers={
            "grouped": logs(main=["caught Group(E)", "after"]),
            "lost": logs(main=["scope cancelled", "after"]),
        },
        rule=Rule("MUST", required=(logs(main=["caught Group(E)", "after"]),)),
        sources=_ERRORS,
        about={"group", "cancel_scope", "scope"},
        shown_by="mutant:drops-group-error",
    ),
    Scenario(
        id="groups/sibling-swallows",
        asks="Does the first error alone come out when a sibling swallows its cancellation?",
        program=Program(
            {
                "main": (_caught(Group("g", (Spawn("a", "g"), Spawn("b", "g")))),),
                "a": (Sleep(1), Raise("E")),
                "b": (Attempt((Sleep(4),), on_cancel=()), Note("went-on")),
            }
        ),
        answers={
            "first-error": logs(main=["caught Group(E)"], b=["caught Cancelled", "went-on"]),
            "kept": lacks(main="caught *") & has(b="went-on"),
            "cut": lacks(b="went-on"),
        },
        rule=Rule(
            "MUST", required=(logs(main=["caught Group(E)"], b=["caught Cancelled", "went-on"]),)
        ),
        sources=_RAISING,
        about={"group"},
        shown_by="mutant:spares-siblings",
    ),
    Scenario(
        id="groups/outside-cancel-kept",
        asks="Is a task cancelled in the end that was cancelled in the round in which its group failed?",
        program=Program(
            {
                "main": (Spawn("p"), Sleep(1), Checkpoint(), Cancel("p"), Sleep(9)),
                "p": (_caught(Group("g", (Spawn("a", "g"),))), Sleep(4), Note("went-on")),
                "a": (Sleep(1), Raise("E")),
            }
        ),
        answers={"kept": ends(p="cancelled"), "lost": has(p="went-on")},
        rule=Rule("MUST", required=(ends(p="cancelled"),)),
        sources=_OUTSIDE,
        about={"group"},
        shown_by="mutant:group-loses-cancel; asyncio up to CPython 3.12.2",
    ),
    Scenario(
        id="groups/body-cleanup-waits",
        asks="May the body, interrupted by a child's failure, wait in its clean-up?",
        program=Program(
            {
                "main": (
                    _caught(
                        Group(
                            "g",
                            (
                                Spawn("a", "g"),
                                Attempt((Sleep(4),), finally_=(Sleep(1), Note("cleaned-up"))),
                            ),
                        )
                    ),
                    Note("after"),
                ),
                "a": (Sleep(1), Raise("E")),
            }
        ),
        answers={
            "finishes": logs(main=["cleaned-up", "caught Group(E)", "after"]),
            "cut": logs(main=["caught Group(E)", "after"]),
            "undisturbed": logs(main=["cleaned-up", "after"]),
        },
        sources=_RAISING,
        about={"group"},
        shown_by="asyncio answers finishes, trio cut",
    ),
    Scenario(
        id="groups/siblings-told",
        asks="Are a failed child's siblings told together, or one once the one before has cleaned up?",
        program=Program(
            {
                "main": (_caught(Group("g", tuple(Spawn(n, "g") for n in "abc"))),),
                "a": (Sleep(1), Raise("E")),
                **{n: (Attempt((Sleep(9),), finally_=(Log("told"), Sleep(2))),) for n in "bc"},
            }
        ),
        answers={
            "together": shared("* told@1", "* told@1"),
            "in-turn": shared("* told@1", "* told@3"),
        },
        sources=_RAISING | {"curio": _CURIO},
        about={"group"},
        shown_by="asyncio answers together, curio in-turn",
    ),
)


SCENARIOS = _NESTED + _AT_ONCE
