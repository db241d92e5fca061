"""Asks what the body of a deadline may do: swallow it, clean up, fail, shield, start others."""

from __future__ import annotations

from conformance.lang.ops import (
    Attempt,
    Block_,
    Checkpoint,
    Detach,
    FailAfter,
    Group,
    Note,
    Op,
    Raise,
    Shield,
    Sleep,
    Spawn,
)
from conformance.lang.pattern import ends, has, lacks, logs
from conformance.lang.program import Program
from conformance.lang.scenario import Rule, Scenario
from scenarios.manuals import anyio, asyncio, curio, trio
from scenarios.phrases import within

_ANYIO = anyio("cancellation", "timeouts")
_ALL = {
    "asyncio": asyncio("task", "asyncio.timeout"),
    "trio": trio("trio.fail_after"),
    "curio": curio("timeouts"),
    "anyio": _ANYIO,
}
_LEVEL = {
    "trio": trio("cancellation-semantics"),
    "anyio": anyio("cancellation", "differences-between-asyncio-and-anyio-cancellation-semantics"),
}
_SHIELD = {
    "trio": trio("trio.CancelScope.shield"),
    "curio": curio("cancellation-control"),
    "anyio": anyio("cancellation", "shielding"),
}
_SCOPE = {"fail_after"}
_FAILED = {
    "error": logs(main=["caught E"]),
    "timeout": logs(main=["caught Timeout"]),
    "grouped": logs(main=["caught Group(*)"]),
}


def _main(*ops: Op) -> Program:
    """A program of one task."""
    return Program({"main": ops})


_BODIES = (
    Scenario(
        id="timers/deadline-swallowed",
        asks="Is a body that swallowed its deadline told again?",
        program=_main(
            within(1, Attempt((Sleep(4),), on_cancel=()), Sleep(1), Note("slept-on")),
            Note("after"),
        ),
        answers={
            "cut-again": logs(main=["caught Cancelled", "caught Timeout", "after"]),
            "sleeps-on": logs(main=["caught Cancelled", "slept-on", "after"]),
        },
        rule=Rule("MUST", required=(logs(main=["caught Cancelled", "caught Timeout", "after"]),)),
        sources=_LEVEL,
        about=_SCOPE,
        clock="native",
        shown_by="trio answers cut-again, asyncio sleeps-on",
    ),
    Scenario(
        id="timers/cleanup-waits",
        asks="May the clean-up of a body that missed its deadline wait?",
        program=_main(
            within(1, Attempt((Sleep(4),), finally_=(Sleep(1), Note("cleaned-up")))),
            Note("after"),
        ),
        answers={
            "finishes": logs(main=["cleaned-up", "caught Timeout", "after"]),
            "cut": logs(main=["caught Timeout", "after"]),
        },
        rule=Rule("MUST", required=(logs(main=["caught Timeout", "after"]),)),
        sources=_LEVEL,
        about=_SCOPE,
        clock="native",
        shown_by="trio answers cut, asyncio finishes",
    ),
    Scenario(
        id="timers/error-past-deadline",
        asks="Does an error that leaves a body after its deadline come out as itself?",
        program=_main(within(1, Block_(2), Raise("E"))),
        answers=_FAILED,
        unjudged={"grouped"},
        sources=_ALL,
        about={"fail_after"},
        clock="native",
        shown_by="mutant:deadline-hides-error",
    ),
    Scenario(
        id="timers/error-in-cleanup",
        asks="What comes out when the clean-up of a body that missed its deadline fails?",
        program=_main(within(1, Attempt((Sleep(4),), finally_=(Raise("E"),)))),
        answers=_FAILED,
        unjudged={"grouped"},
        sources=_ALL,
        about={"fail_after"},
        clock="native",
        shown_by="mutant:deadline-hides-error",
    ),
    Scenario(
        id="timers/deadline-covers-group",
        asks="Are the children of a group cancelled by a deadline around the group?",
        program=Program(
            {
                "main": (within(1, Group("g", (Spawn("a", "g"),))), Note("after")),
                "a": (Sleep(4), Note("finished")),
            }
        ),
        answers={
            "covers": ends(a="cancelled") & has(main=["caught Timeout", "after"]),
            "spares": has(a="finished"),
        },
        rule=Rule("MUST", required=(ends(a="cancelled") & logs(main=["caught Timeout", "after"]),)),
        sources={
            "trio": trio("child-tasks-and-cancellation"),
            "curio": curio("task-groups"),
            "anyio": anyio("cancellation", "cancellation-and-timeouts"),
        },
        about={"fail_after", "group"},
        clock="native",
        shown_by="mutant:forgets-a-sibling",
    ),
    Scenario(
        id="timers/deadline-and-spawned",
        asks="Does a deadline cut a task that was spawned under it into a group outside it?",
        program=Program(
            {
                "main": (Group("g", (within(1, Spawn("a", "g"), Sleep(4)), Note("after"))),),
                "a": (Sleep(3), Note("finished")),
            }
        ),
        answers={"goes-on": has(a="finished"), "cancelled": ends(a="cancelled")},
        rule=Rule("MUST", required=(has(a="finished") & logs(main=["caught Timeout", "after"]),)),
        unjudged={"cancelled"},
        sources={"trio": trio("child-tasks-and-cancellation")},
        about={"fail_after", "group"},
        clock="native",
        shown_by="mutant:inherits-scopes",
    ),
)

_SHIELDS = (
    Scenario(
        id="timers/shield-inside-deadline",
        asks="Does a shield hold off the deadline around it, and does it strike afterwards?",
        program=_main(
            within(
                1, Shield((Sleep(2), Note("shielded"))), Checkpoint(), Checkpoint(), Note("passed")
            )
        ),
        answers={
            "cut-after": logs(main=["shielded", "caught Timeout"]),
            "passes": logs(main=["shielded", "passed"]),
            "cut-inside": lacks(main="shielded"),
        },
        rule=Rule("MUST", required=(has(main="shielded"),)),
        sources=_SHIELD,
        about={"fail_after", "shield"},
        clock="native",
        shown_by="mutant:leaking-shield",
    ),
    Scenario(
        id="timers/shield-held-off-strikes",
        asks="Is a deadline that a shield held off delivered to the first sleep after it?",
        program=_main(within(1, Shield((Sleep(2),)), Sleep(3), Note("passed")), Note("after")),
        answers={
            "cut-after": logs(main=["caught Timeout@2", "after@2"]),
            "passes": has(main="passed"),
        },
        rule=Rule("MUST", required=(logs(main=["caught Timeout@2", "after@2"]),)),
        sources=_SHIELD,
        about={"fail_after", "shield"},
        clock="native",
        shown_by="mutant:shield-forgets-cancel",
    ),
    Scenario(
        id="timers/deadline-inside-shield",
        asks="Does a deadline work that was set inside a shield?",
        program=_main(Shield((within(1, Sleep(3), Note("slept")),)), Note("after")),
        answers={
            "expires": logs(main=["caught Timeout", "after"]),
            "waits-out": has(main="slept"),
        },
        rule=Rule("MUST", required=(logs(main=["caught Timeout", "after"]),)),
        sources={"trio": _SHIELD["trio"]},
        about={"fail_after", "shield"},
        clock="native",
        shown_by="trio answers expires, curio waits-out",
    ),
    Scenario(
        id="timers/shield-between-deadlines",
        asks="Which deadlines strike when a shield stands between an outer and a later inner one?",
        program=_main(
            within(1, Shield((within(2, Sleep(4)), Note("between"))), Sleep(1), Note("late"))
        ),
        answers={
            "both": logs(main=["caught Timeout", "between", "caught Timeout"]),
            "outer-only": logs(main=["between", "caught Timeout"]),
            "inner-only": logs(main=["caught Timeout", "between", "late"]),
            "none": logs(main=["between", "late"]),
        },
        rule=Rule("MUST", required=(logs(main=["caught Timeout", "between", "caught Timeout"]),)),
        unjudged={"inner-only"},
        sources={"trio": _SHIELD["trio"]},
        about={"fail_after", "shield"},
        clock="native",
        shown_by="trio answers both, curio outer-only",
    ),
    Scenario(
        id="timers/detach-inside-deadline",
        asks="Does detached work go on when a deadline sends its waiter away?",
        program=Program(
            {
                "main": (within(1, Detach("a")), Note("left"), Sleep(4)),
                "a": (Sleep(3), Note("finished")),
            }
        ),
        answers={
            "goes-on": logs(main=["caught Timeout@1", "left@1"], a=["finished"]),
            "cancelled": ends(a="cancelled"),
        },
        rule=Rule("MUST", required=(logs(main=["caught Timeout@1", "left@1"], a=["finished"]),)),
        sources={"asyncio": asyncio("task", "asyncio.shield")},
        about={"fail_after", "detach"},
        clock="native",
        shown_by="mutant:detach-cancels-work",
    ),
)

_THROUGH = (
    Scenario(
        id="timers/inner-timeout-through-outer",
        asks="As what does an inner deadline's error leave an outer deadline that has not struck?",
        program=_main(within(9, FailAfter(1, (Sleep(4),)))),
        answers={
            "as-itself": logs(main=["caught Timeout@1"]),
            "another-error": has(main="caught *@1") & lacks(main="caught Timeout"),
        },
        sources=_ALL,
        about=_SCOPE,
        shown_by="curio answers another-error, the others as-itself",
    ),
    Scenario(
        id="timers/outer-in-inner-cleanup",
        asks="Does an outer deadline strike while the clean-up of an inner one waits?",
        program=_main(
            within(
                3,
                within(1, Attempt((Sleep(9),), finally_=(Sleep(4), Note("cleaned-up")))),
                Sleep(9),
            ),
            Note("left"),
        ),
        answers={
            "strikes": logs(main=["caught Timeout@3", "left@3"]),
            "once-the-inner-is-left": logs(
                main=["cleaned-up@5", "caught Timeout@5", "caught Timeout@5", "left@5"]
            ),
            "no-clean-up": logs(main=["caught Timeout@1", "caught Timeout@3", "left@3"]),
        },
        sources=_ALL,
        about=_SCOPE,
        shown_by="asyncio answers strikes, curio once-the-inner-is-left, trio no-clean-up",
    ),
)

SCENARIOS = _BODIES + _SHIELDS + _THROUGH
