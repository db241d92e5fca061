"""Asks about tasks that are started in a group and waited for until they say that they are ready."""

from __future__ import annotations

from typing import Final

from conformance.lang.ops import (
    Attempt,
    CancelGroup,
    CancelScope,
    Checkpoint,
    FailAfter,
    Group,
    Log,
    Note,
    Op,
    Raise,
    Scope,
    Shield,
    Sleep,
    Spawn,
    Start,
    Started,
)
from conformance.lang.pattern import ends, has, lacks, logs, shared
from conformance.lang.program import Program
from conformance.lang.scenario import Rule, Scenario
from scenarios.manuals import anyio, trio

_TRIO: Final = trio("trio.Nursery.start")
_ANYIO: Final = anyio("tasks", "starting-and-initializing-tasks")
_BOTH: Final = {"trio": _TRIO, "anyio": _ANYIO}
_ABOUT: Final = {"start", "started"}


def _caught(*body: Op) -> Op:
    return Attempt(body, on_error=())


_READY: Final = (
    Scenario(
        id="groups/start-value",
        asks="Does a start give the value that the task tells as it gets ready?",
        program=Program(
            {
                "main": (Group("g", (Start("a", "g"), Note("ready"))),),
                "a": (Sleep(1), Started(7), Sleep(2), Note("finished")),
            }
        ),
        answers={
            "value": logs(main=["got 7@1", "ready@1"], a=["finished"]),
            "nothing": logs(main=["ready"]),
        },
        rule=Rule("MUST", required=(logs(main=["got 7@1", "ready@1"], a=["finished"]),)),
        sources=_BOTH,
        about=_ABOUT,
        shown_by="mutant:start-loses-value",
    ),
    Scenario(
        id="groups/start-waits",
        asks="Does a start return once the task is ready, neither sooner nor at its end?",
        program=Program(
            {
                "main": (Group("g", (Start("a", "g"), Log("ready"))), Log("left")),
                "a": (Sleep(1), Log("prepared"), Started(None), Sleep(1), Log("finished")),
            }
        ),
        answers={
            "when-ready": shared("a prepared", "main ready", "a finished", "main left"),
            "at-once": shared("main ready", "a prepared", "a finished", "main left"),
            "at-its-end": shared("a prepared", "a finished", "main ready", "main left"),
        },
        rule=Rule(
            "MUST", required=(shared("a prepared", "main ready", "a finished", "main left"),)
        ),
        sources=_BOTH,
        about=_ABOUT,
        shown_by="mutant:start-returns-at-once",
    ),
    Scenario(
        id="groups/start-goes-on-at-once",
        asks="Does a task that says it is ready go on itself, or whoever started it?",
        program=Program(
            {
                "main": (Group("g", (Start("a", "g"), Log("ready"))),),
                "a": (Started(None), Log("went-on"), Checkpoint()),
            }
        ),
        answers={
            "itself": shared("a went-on", "main ready"),
            "starter": shared("main ready", "a went-on"),
        },
        rule=Rule("MUST", required=(shared("a went-on", "main ready"),)),
        sources={"trio": trio("checkpoints")},
        about=_ABOUT,
        shown_by="mutant:started-switches",
    ),
    Scenario(
        id="groups/started-twice",
        asks="What does a second word of being ready do?",
        program=Program(
            {
                "main": (_caught(Group("g", (Start("a", "g"), Note("ready"), Sleep(2)))),),
                "a": (Started(1), _caught(Started(2)), Note("went-on")),
            }
        ),
        answers={
            "refused": logs(main=["got 1", "ready"], a=["caught Misuse", "went-on"]),
            "ignored": logs(main=["got 1", "ready"], a=["went-on"]),
        },
        unjudged={"ignored"},
        sources=_BOTH,
        about=_ABOUT,
        shown_by="mutant:started-again-and-again",
    ),
    Scenario(
        id="groups/start-never-ready",
        asks="What does a start do whose task ends without being ready?",
        program=Program(
            {
                "main": (Group("g", (_caught(Start("a", "g")), Note("went-on"))), Note("left")),
                "a": (Sleep(1), Note("finished")),
            }
        ),
        answers={
            "error": logs(main=["caught Misuse@1", "went-on@1", "left@1"]),
            "returns": logs(main=["went-on@1", "left@1"]),
        },
        rule=Rule("MUST", required=(logs(main=["caught Misuse@1", "went-on@1", "left@1"]),)),
        sources={"anyio": anyio("api", "anyio.abc.TaskGroup.start")},
        about=_ABOUT,
        shown_by="mutant:start-shrugs",
    ),
)

_FAILING: Final = (
    Scenario(
        id="groups/start-error-before-ready",
        asks="Where does an error of a task come out that was not ready yet?",
        program=Program(
            {
                "main": (
                    _caught(
                        Group(
                            "g",
                            (Spawn("b", "g"), _caught(Start("a", "g")), Note("went-on"), Sleep(3)),
                        )
                    ),
                    Note("left"),
                ),
                "a": (Sleep(1), Raise("E")),
                "b": (Sleep(2), Note("finished")),
            }
        ),
        answers={
            "start": logs(main=["caught E@1", "went-on@1", "left@4"], b=["finished"]),
            "group": has(main="caught Group(E)"),
            "both": has(main=["caught E", "caught Group(E)"]),
        },
        rule=Rule(
            "MUST", required=(logs(main=["caught E@1", "went-on@1", "left@4"], b=["finished"]),)
        ),
        unjudged={"both", "group"},
        sources={"trio": _TRIO},
        about=_ABOUT,
        shown_by="mutant:start-error-fails-group",
    ),
    Scenario(
        id="groups/start-error-after-ready",
        asks="Where does an error of a task come out that was ready?",
        program=Program(
            {
                "main": (
                    _caught(
                        Group(
                            "g", (_caught(Start("a", "g")), Note("ready"), Sleep(3), Note("slept"))
                        )
                    ),
                ),
                "a": (Started(None), Sleep(1), Raise("E")),
            }
        ),
        answers={
            "group": logs(main=["ready", "caught Group(E)"]),
            "start": has(main=["caught E", "ready"]),
            "nowhere": has(main=["ready", "slept"]),
        },
        rule=Rule("MUST", required=(logs(main=["ready", "caught Group(E)"]),)),
        sources={"trio": _TRIO},
        about=_ABOUT,
        shown_by="mutant:spares-the-body",
    ),
    Scenario(
        id="groups/start-cancelled",
        asks="Is a task that is not ready yet cancelled with the start that waits for it?",
        program=Program(
            {
                "main": (
                    Group("g", (_caught(FailAfter(1, (Start("a", "g"),))), Note("went-on"))),
                    Note("left"),
                ),
                "a": (Sleep(4), Note("finished"), Started(None)),
            }
        ),
        answers={
            "cancelled": logs(main=["caught Timeout@1", "went-on@1", "left@1"], a=[]),
            "goes-on": has(a="finished"),
        },
        rule=Rule("MUST", required=(logs(main=["caught Timeout@1", "went-on@1", "left@1"], a=[]),)),
        unjudged={"goes-on"},
        sources={"trio": _TRIO},
        about={*_ABOUT, "fail_after"},
        shown_by="mutant:start-forgets-child",
    ),
    Scenario(
        id="groups/start-cancelled-waits",
        asks="Does a start that is cancelled wait for the clean-up of its task?",
        program=Program(
            {
                "main": (
                    Group("g", (Scope("s", (Spawn("b", "g"), Start("a", "g"))), Log("went-on"))),
                ),
                "a": (
                    Attempt((Sleep(4),), finally_=(Shield((Sleep(2), Log("cleaned-up"))),)),
                    Started(None),
                ),
                "b": (Sleep(1), CancelScope("s")),
            }
        ),
        answers={
            "waits": shared("a cleaned-up", "main went-on"),
            "leaves": shared("main went-on", "a cleaned-up"),
        },
        rule=Rule("MUST", required=(shared("a cleaned-up", "main went-on"),)),
        unjudged={"leaves"},
        sources={"trio": _TRIO},
        about={*_ABOUT, "scope", "cancel_scope", "shield"},
        shown_by="mutant:start-abandons-child",
    ),
    Scenario(
        id="groups/start-cancelled-cleanup-error",
        asks="Does an error in the clean-up of a task come out whose start was cancelled?",
        program=Program(
            {
                "main": (
                    _caught(
                        Group(
                            "g",
                            (_caught(FailAfter(1, (_caught(Start("a", "g")),))), Note("went-on")),
                        )
                    ),
                    Note("left"),
                ),
                "a": (Attempt((Sleep(4),), finally_=(Raise("E"),)), Started(None)),
            }
        ),
        answers={
            "out-of-start": logs(main=["caught E", "went-on", "left"]),
            "out-of-group": has(main="caught Group(E)"),
            "lost": logs(main=["caught Timeout", "went-on", "left"]),
        },
        unjudged={"out-of-group"},
        sources=_BOTH,
        about=_ABOUT,
        shown_by="mutant:start-cancel-hides-error",
    ),
)

_MOVED: Final = (
    Scenario(
        id="groups/start-deadline-left-behind",
        asks="Does a deadline around a start cut its task after that is ready?",
        program=Program(
            {
                "main": (
                    Group(
                        "g", (_caught(FailAfter(2, (Start("a", "g"), Sleep(4)))), Note("went-on"))
                    ),
                ),
                "a": (Sleep(1), Started(None), Sleep(4), Note("finished")),
            }
        ),
        answers={
            "left-behind": has(a="finished") & logs(main=["caught Timeout@2", "went-on@2"]),
            "cut": ends(a="cancelled"),
        },
        rule=Rule(
            "MUST", required=(has(a="finished@5") & logs(main=["caught Timeout@2", "went-on@2"]),)
        ),
        unjudged={"cut"},
        sources={"trio": _TRIO},
        about={*_ABOUT, "fail_after"},
        shown_by="mutant:start-leaves-child-behind",
    ),
    Scenario(
        id="groups/start-scope-left-behind",
        asks="Is a task that is ready cancelled when the scope around its start is?",
        program=Program(
            {
                "main": (
                    Group(
                        "g",
                        (
                            Scope("s", (Start("a", "g"), CancelScope("s"), Sleep(1))),
                            Note("went-on"),
                        ),
                    ),
                ),
                "a": (Started(None), Sleep(2), Note("finished")),
            }
        ),
        answers={
            "spared": logs(main=["scope cancelled", "went-on"], a=["finished"]),
            "cut": lacks(a="finished"),
        },
        rule=Rule("MUST", required=(logs(main=["scope cancelled", "went-on"], a=["finished"]),)),
        unjudged={"cut"},
        sources={"trio": _TRIO},
        about={*_ABOUT, "scope", "cancel_scope"},
        shown_by="mutant:start-leaves-child-behind",
    ),
    Scenario(
        id="groups/start-shielded-until-ready",
        asks="When is a task cancelled that starts inside a shield, its group being cancelled meanwhile?",
        program=Program(
            {
                "main": (Group("g", (Spawn("b", "g"), Shield((Start("a", "g"),)))), Note("left")),
                "a": (
                    Sleep(2),
                    Note("prepared"),
                    Started(None),
                    Checkpoint(),
                    Checkpoint(),
                    Note("went-on"),
                ),
                "b": (Sleep(1), CancelGroup("g")),
            }
        ),
        answers={
            "once-ready": logs(a=["prepared@2"], main=["left@2"]),
            "before": lacks(a="prepared"),
            "never": has(a="went-on"),
        },
        rule=Rule("MUST", required=(logs(a=["prepared@2"], main=["left@2"]),)),
        unjudged={"before"},
        sources={"trio": _TRIO},
        about={*_ABOUT, "cancel_group", "shield"},
        shown_by="mutant:start-leaves-child-behind",
    ),
    Scenario(
        id="groups/start-sibling-fails",
        asks="Are a start and its task cancelled when another child of the group fails?",
        program=Program(
            {
                "main": (
                    _caught(Group("g", (Spawn("b", "g"), Start("a", "g"), Note("ready")))),
                    Note("left"),
                ),
                "a": (Sleep(4), Note("finished"), Started(None)),
                "b": (Sleep(1), Raise("E")),
            }
        ),
        answers={
            "cancelled": logs(main=["caught Group(E)@1", "left@1"], a=[]),
            "spared": has(a="finished"),
        },
        rule=Rule("MUST", required=(logs(main=["caught Group(E)@1", "left@1"], a=[]),)),
        sources=_BOTH,
        about=_ABOUT,
        shown_by="mutant:spares-siblings",
    ),
)

SCENARIOS = _READY + _FAILING + _MOVED
