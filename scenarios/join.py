"""Asks about joins: what one gets of a task that returned, failed, was cancelled, or is oneself."""

from __future__ import annotations

from conformance.lang.ops import (
    Attempt,
    Cancel,
    Checkpoint,
    Group,
    Join,
    Log,
    Note,
    Op,
    Raise,
    Return,
    Sleep,
    Spawn,
)
from conformance.lang.pattern import ending, ends, has, lacks, logs, shared
from conformance.lang.program import Program
from conformance.lang.scenario import Rule, Scenario
from scenarios.manuals import TORNADO_AWAIT, anyio, asyncio, curio
from scenarios.phrases import within

_RESULT = asyncio("task", "asyncio.Task.result")
_AWAITABLES = asyncio("task", "awaitables")
_JOIN = curio("Task.join")
_HANDLE = anyio("api", "anyio.TaskHandle")
_ALL = {"asyncio": _RESULT, "curio": _JOIN, "anyio": _HANDLE, "tornado": TORNADO_AWAIT}
_SEVEN = (Sleep(1), Return(7))
_FAILS = (Sleep(1), Raise("E"))


def _try_join(task: str, *after: Op) -> Op:
    """A join whose error or cancellation is caught and logged, then perhaps more."""
    return Attempt((Join(task),), on_error=after, on_cancel=after)


_VALUES = (
    Scenario(
        id="join/value",
        asks="Does a join give the value that the task returned?",
        program=Program({"main": (Spawn("a"), Join("a")), "a": _SEVEN}),
        answers={"value": logs(main=["got 7"]), "lost": logs(main=[]) & ends(main="returned")},
        rule=Rule("MUST", required=(logs(main=["got 7"]),)),
        sources=_ALL,
        about={"join"},
        shown_by="mutant:join-loses-value",
    ),
    Scenario(
        id="join/falsy-value",
        asks="Are zero and false values like any other to a join?",
        program=Program(
            {
                "main": (Spawn("a"), Spawn("b"), Join("a"), Join("b")),
                "a": (Return(0),),
                "b": (Sleep(1), Return(value=False)),
            }
        ),
        answers={"value": logs(main=["got 0", "got false"]), "lost": lacks(main="got *")},
        rule=Rule("MUST", required=(logs(main=["got 0", "got false"]),)),
        sources=_ALL,
        about={"join"},
        shown_by="mutant:falsy-is-nothing",
    ),
    Scenario(
        id="join/done-task",
        asks="Does joining a task that ended long ago still give its value?",
        program=Program({"main": (Spawn("a"), Sleep(2), Join("a")), "a": (Return(7),)}),
        answers={"value": logs(main=["got 7"]), "lost": logs(main=[])},
        rule=Rule("MUST", required=(logs(main=["got 7"]),)),
        sources=_ALL,
        about={"join"},
        shown_by="mutant:late-join-blocks",
    ),
    Scenario(
        id="join/done-yields",
        asks="Does joining a task that has ended let other tasks run?",
        program=Program(
            {
                "main": (
                    Spawn("a"),
                    Sleep(1),
                    Spawn("b"),
                    Join("a"),
                    Join("a"),
                    Join("a"),
                    Log("went-on"),
                    Join("b"),
                ),
                "a": (),
                "b": (Checkpoint(), Log("ran")),
            }
        ),
        answers={
            "yields": shared("b ran", "main went-on"),
            "goes-straight-on": shared("main went-on", "b ran"),
        },
        sources={"asyncio": _AWAITABLES, "curio": _JOIN, "anyio": _HANDLE},
        about={"join"},
        shown_by="asyncio answers goes-straight-on, anyio yields",
    ),
    Scenario(
        id="join/twice",
        asks="Does a second join give the same value again?",
        program=Program({"main": (Spawn("a"), Join("a"), Join("a")), "a": _SEVEN}),
        answers={
            "same": logs(main=["got 7", "got 7"]),
            "lost": logs(main=["got 7"]) & ends(main="returned"),
            "refused": ends(main="raised *"),
        },
        unjudged={"refused"},
        sources=_ALL,
        about={"join"},
        shown_by="mutant:join-once",
    ),
    Scenario(
        id="join/by-two",
        asks="Are two tasks that join the same task both released?",
        program=Program(
            {
                "main": (Spawn("a"), Spawn("b"), Spawn("c"), Join("b"), Join("c")),
                "a": _SEVEN,
                "b": (Join("a"),),
                "c": (Join("a"),),
            }
        ),
        answers={
            "both": has(b="got 7", c="got 7"),
            "first": has(b="got 7") & lacks(c="got *") & ends(c="returned"),
            "one": ending("deadlocked"),
        },
        rule=Rule("MUST", required=(has(b="got 7", c="got 7"),)),
        sources=_ALL,
        about={"join"},
        shown_by="mutant:lost-wakeup",
    ),
    Scenario(
        id="join/order",
        asks="In which order are two joiners released?",
        program=Program(
            {
                "main": (Spawn("a"), Spawn("b"), Spawn("c"), Join("b"), Join("c")),
                "a": (Sleep(3),),
                "b": (Join("a"), Log("joined")),
                "c": (Sleep(1), Join("a"), Log("joined")),
            }
        ),
        answers={
            "in-order": shared("b joined", "c joined"),
            "reversed": shared("c joined", "b joined"),
        },
        sources=_ALL,
        about={"join"},
        shown_by="asyncio answers in-order, curio both",
    ),
    Scenario(
        id="join/waits-for-cleanup",
        asks="Does a join wait for the clean-up of a task that fails?",
        program=Program(
            {
                "main": (Spawn("a"), _try_join("a"), Log("joined")),
                "a": (Attempt((Raise("E"),), finally_=(Sleep(1), Log("cleaned-up"))),),
            }
        ),
        answers={
            "after": shared("a cleaned-up", "main joined"),
            "before": shared("main joined", "a cleaned-up"),
        },
        rule=Rule("MUST", required=(shared("a cleaned-up", "main joined"),)),
        sources=_ALL,
        about={"join"},
        shown_by="mutant:early-join",
    ),
)

_RINGS = (
    Scenario(
        id="join/oneself",
        asks="What comes of a task that joins itself?",
        program=Program({"main": (Spawn("a"), _try_join("a")), "a": (Join("a"),)}),
        answers={
            "refused": ends(a="raised *"),
            "blocks": ends(a="blocked: join a"),
            "returns": ends(a="returned"),
        },
        unjudged={"returns"},
        sources=_ALL,
        about={"join"},
        shown_by="asyncio answers refused, curio blocks",
    ),
    Scenario(
        id="join/cycle",
        asks="What comes of two tasks that join each other?",
        program=Program(
            {
                "main": (Spawn("a"), Spawn("b"), _try_join("a")),
                "a": (Checkpoint(), Join("b")),
                "b": (Checkpoint(), Join("a")),
            }
        ),
        answers={
            "blocks": ends(a="blocked: join b", b="blocked: join a"),
            "refused": lacks(main="got *") & ends(main="returned"),
        },
        sources=_ALL,
        about={"join"},
        shown_by="asyncio answers blocks; mutant:early-join",
    ),
)

_ERRORS = (
    Scenario(
        id="join/failed",
        asks="As what does the error of a task reach whoever joins it?",
        program=Program({"main": (Spawn("a"), _try_join("a")), "a": _FAILS}),
        answers={
            "same-object": has(main="caught E"),
            "wrapped": has(main="caught JoinError(E)"),
            "copied": has(main="caught Copy(E)"),
            "nothing": lacks(main="caught *"),
        },
        rule=Rule("MUST", required=(has(main="caught *E*"),)),
        sources=_ALL,
        about={"join"},
        shown_by="asyncio answers same-object, curio wrapped; mutant:join-loses-error",
    ),
    Scenario(
        id="join/failed-by-two",
        asks="Does the error of a task reach both tasks that join it?",
        program=Program(
            {
                "main": (Spawn("a"), Spawn("b"), Spawn("c"), Join("b"), Join("c")),
                "a": (Sleep(2), Raise("E")),
                "b": (_try_join("a"),),
                "c": (_try_join("a"),),
            }
        ),
        answers={
            "both": has(b="caught *E*", c="caught *E*"),
            "one": has(b="caught *E*") & lacks(c="caught *E*"),
        },
        rule=Rule("MUST", required=(has(b="caught *E*", c="caught *E*"),)),
        sources=_ALL,
        about={"join"},
        shown_by="mutant:join-once",
    ),
    Scenario(
        id="join/failed-long-ago",
        asks="Is the error of a task that failed long ago still raised by a join?",
        program=Program({"main": (Spawn("a"), Sleep(2), _try_join("a")), "a": (Raise("E"),)}),
        answers={"raised": has(main="caught *E*"), "lost": lacks(main="caught *E*")},
        rule=Rule("MUST", required=(has(main="caught *E*"),)),
        unjudged={"lost"},
        sources={"asyncio": _RESULT, "curio": _JOIN, "tornado": TORNADO_AWAIT},
        about={"join"},
        shown_by="mutant:join-loses-error",
    ),
    Scenario(
        id="join/group-child-fails",
        asks="Does a group's body that joins a failing child learn the error, or is it cancelled?",
        program=Program(
            {
                "main": (
                    Attempt(
                        (
                            Group(
                                "g",
                                (
                                    Spawn("a", "g"),
                                    Attempt(
                                        (Join("a"),),
                                        on_error=(Note("error"),),
                                        on_cancel=(Note("cancelled"),),
                                    ),
                                ),
                            ),
                        ),
                        on_error=(),
                    ),
                ),
                "a": _FAILS,
            }
        ),
        answers={"error": has(main="error"), "cancelled": has(main="cancelled")},
        sources={
            "asyncio": asyncio("task", "task-groups"),
            "curio": curio("task-groups"),
            "anyio": _HANDLE,
        },
        about={"join", "group"},
        shown_by="asyncio answers cancelled, anyio error",
    ),
)

_CANCELS = (
    Scenario(
        id="join/cancelled-task",
        asks="What does joining a cancelled task raise?",
        program=Program(
            {"main": (Spawn("a"), Sleep(1), Cancel("a"), _try_join("a")), "a": (Sleep(5),)}
        ),
        answers={
            "cancellation": has(main="caught Cancelled"),
            "error": has(main="caught JoinError(Cancelled)"),
            "value": lacks(main="caught *"),
        },
        sources=_ALL,
        about={"join", "cancel"},
        shown_by="asyncio answers cancellation, curio error",
    ),
    Scenario(
        id="join/swallowed-cancel",
        asks="What does a join give when the task swallowed its cancellation and returned a value?",
        program=Program(
            {
                "main": (Spawn("a"), Sleep(1), Cancel("a"), _try_join("a")),
                "a": (Attempt((Sleep(5),), on_cancel=()), Return(7)),
            }
        ),
        answers={
            "value": has(main="got 7"),
            "cancellation": has(main="caught Cancelled"),
            "error": has(main="caught JoinError(*)"),
        },
        unjudged={"cancellation", "error"},
        sources={
            "asyncio": asyncio("task", "asyncio.Task.cancel"),
            "curio": _JOIN,
            "anyio": _HANDLE,
        },
        about={"join", "cancel"},
        shown_by="mutant:cancelled-for-good",
    ),
    Scenario(
        id="join/deadline",
        asks="Does a deadline that ends a join cancel the joined task too?",
        program=Program(
            {
                "main": (Spawn("a"), within(1, Join("a")), _try_join("a")),
                "a": (Sleep(3), Return(7)),
            }
        ),
        answers={"goes-on": ends(a="returned 7"), "cancelled": ends(a="cancelled")},
        sources={
            "asyncio": asyncio("task", "task-cancellation"),
            "curio": curio("timeouts"),
            "anyio": _HANDLE,
        },
        about={"join", "fail_after"},
        shown_by="asyncio answers cancelled, curio goes-on",
    ),
)

SCENARIOS = _VALUES + _RINGS + _ERRORS + _CANCELS
