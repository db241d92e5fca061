"""Asks about deadlines: met, missed, zero, nested, and in the round of completion.

What a body may do about its deadline (swallow, clean up, fail, shield) is in `deadlines_inside.py`.
"""

from __future__ import annotations

import math

from conformance.lang.ops import (
    Acquire,
    Block_,
    Checkpoint,
    Group,
    MoveOnAfter,
    Note,
    Op,
    Receive,
    Release,
    Send,
    Set,
    Sleep,
    Spawn,
    Wait,
)
from conformance.lang.pattern import ends, has, lacks, logs
from conformance.lang.program import Channel, Program
from conformance.lang.scenario import ANYBODY, Rule, Scenario
from scenarios.deadlines_inside import SCENARIOS as INSIDE
from scenarios.manuals import PRIMITIVE, anyio, asyncio, curio, trio
from scenarios.phrases import within

_TIMEOUT = asyncio("task", "asyncio.timeout")
_TRIO = trio("trio.move_on_after")
_SEMANTICS = trio("cancellation-semantics")
_CURIO = curio("timeouts")
_ANYIO = anyio("cancellation", "timeouts")
_ALL = {"asyncio": _TIMEOUT, "trio": _TRIO, "curio": _CURIO, "anyio": _ANYIO}
_SCOPE = {"fail_after"}
_CUT = {"cut": logs(main=["caught Timeout"]), "passes": has(main="passed")}


def _main(*ops: Op) -> Program:
    """A program of one task."""
    return Program({"main": ops})


_ONE = (
    Scenario(
        id="timers/deadline-expires",
        asks="Is a body that overruns its deadline abandoned, and only the body?",
        program=_main(within(1, Sleep(4), Note("finished")), Note("went-on")),
        answers={
            "expires": logs(main=["caught Timeout@1", "went-on@1"]),
            "finishes": has(main="finished"),
            "cancelled": ends(main="cancelled"),
        },
        rule=Rule("MUST", required=(logs(main=["caught Timeout@1", "went-on@1"]),)),
        sources={ANYBODY: PRIMITIVE},
        about=_SCOPE,
        clock="native",
        shown_by="mutant:leaking-scope",
    ),
    Scenario(
        id="timers/deadline-met",
        asks="Is a deadline forgotten once its body has come to its end?",
        program=_main(within(2, Sleep(1)), Sleep(3), Note("went-on")),
        answers={"forgotten": logs(main=["went-on"]), "strikes-later": lacks(main="went-on")},
        rule=Rule("MUST", required=(logs(main=["went-on"]),)),
        sources={ANYBODY: PRIMITIVE},
        about=_SCOPE,
        clock="native",
        shown_by="mutant:deadline-stays-armed",
    ),
    Scenario(
        id="timers/fail-then-go-on",
        asks="Is a task that caught the error of a missed deadline undisturbed afterwards?",
        program=_main(
            within(1, Sleep(4)),
            Sleep(1),
            Checkpoint(),
            Note("went-on"),
        ),
        answers={
            "clean": logs(main=["caught Timeout", "went-on"]),
            "strikes-again": lacks(main="went-on"),
        },
        rule=Rule("MUST", required=(logs(main=["caught Timeout", "went-on"]),)),
        sources={ANYBODY: PRIMITIVE},
        about={"fail_after"},
        clock="native",
        shown_by="mutant:leaking-scope",
    ),
    Scenario(
        id="timers/deadline-zero-no-checkpoint",
        asks="Does a body that never waits get through a deadline of zero?",
        program=_main(within(0, Note("passed"))),
        answers={"completes": logs(main=["passed"]), "expires": has(main="caught Timeout")},
        sources=_ALL,
        about=_SCOPE,
        clock="native",
        shown_by="mutant:deadline-at-exit",
    ),
    Scenario(
        id="timers/deadline-zero-checkpoint",
        asks="Does one checkpoint get through a deadline of zero?",
        program=_main(within(0, Checkpoint(), Note("passed"))),
        answers=_CUT,
        sources=_ALL,
        about=_SCOPE,
        clock="native",
        shown_by="asyncio answers cut, curio passes",
    ),
    Scenario(
        id="timers/deadline-zero-blocks",
        asks="Is a sleep cut by a deadline of zero?",
        program=_main(within(0, Sleep(2), Note("passed"))),
        answers=_CUT,
        rule=Rule("MUST", required=(logs(main=["caught Timeout@0"]),)),
        sources={ANYBODY: PRIMITIVE},
        about=_SCOPE,
        clock="native",
        shown_by="mutant:zero-is-no-deadline",
    ),
    Scenario(
        id="timers/deadline-negative",
        asks="What does a deadline of minus one do to a sleep?",
        program=_main(within(-1, Sleep(1), Note("passed"))),
        answers=_CUT | {"refused": ends(main="raised *")},
        unjudged={"passes", "refused"},
        sources=_ALL,
        about=_SCOPE,
        clock="native",
        shown_by="asyncio answers cut; trio refuses; mutant:zero-is-no-deadline",
    ),
    Scenario(
        id="timers/deadline-nan",
        asks="What does a deadline of no number (NaN) do to a sleep?",
        program=_main(within(math.nan, Sleep(1), Note("passed")), Note("went-on")),
        answers={
            "refused": logs(main=["caught Misuse", "went-on"]),
            "cut": logs(main=["caught Timeout", "went-on"]),
            "passes": logs(main=["passed", "went-on"]),
        },
        sources=_ALL,
        about=_SCOPE,
        clock="native",
        shown_by="mutant:nan-deadline-never",
    ),
    Scenario(
        id="timers/overrun-no-checkpoint",
        asks="Does a deadline strike a body that overran it but never waited?",
        program=_main(within(1, Block_(2), Note("passed"))),
        answers={"completes": logs(main=["passed"]), "expires": has(main="caught Timeout")},
        unjudged={"expires"},
        sources=_ALL,
        about=_SCOPE,
        clock="native",
        shown_by="mutant:deadline-at-exit",
    ),
    Scenario(
        id="timers/overrun-then-checkpoint",
        asks="Does a deadline that passed while the loop was held up strike at a checkpoint?",
        program=_main(within(1, Block_(2), Checkpoint(), Note("passed"))),
        answers=_CUT,
        sources=_ALL,
        about=_SCOPE,
        clock="native",
        shown_by="trio answers cut, asyncio passes, uvloop cut",
    ),
)

_MOVES_ON = Scenario(
    id="timers/deadline-moves-on",
    asks="Does a deadline that does not fail abandon its body, and say so?",
    program=_main(MoveOnAfter(1, (Sleep(4), Note("finished"))), Note("went-on")),
    answers={
        "expires": logs(main=["scope expired@1", "went-on@1"]),
        "finishes": has(main="finished"),
    },
    rule=Rule("MUST", required=(logs(main=["scope expired@1", "went-on@1"]),)),
    sources={"trio": _TRIO, "curio": _CURIO, "anyio": _ANYIO},
    about={"move_on_after"},
    clock="native",
    shown_by="mutant:leaking-scope",
)

_NESTED = (
    Scenario(
        id="timers/nested-inner-first",
        asks="Does only the inner of two deadlines end its body when it comes first?",
        program=_main(within(4, within(1, Sleep(6)), Note("between")), Note("after")),
        answers={
            "inner": logs(main=["caught Timeout", "between", "after"]),
            "outer": logs(main=["caught Timeout", "after"]),
        },
        rule=Rule("MUST", required=(logs(main=["caught Timeout@1", "between", "after"]),)),
        sources={"asyncio": _TIMEOUT, "trio": _SEMANTICS, "curio": _CURIO, "anyio": _ANYIO},
        about=_SCOPE,
        clock="native",
        shown_by="mutant:wrong-scope",
    ),
    Scenario(
        id="timers/nested-outer-first",
        asks="Does the outer of two deadlines end both bodies when it comes first?",
        program=_main(within(1, within(4, Sleep(6)), Note("between")), Note("after")),
        answers={
            "outer": logs(main=["caught Timeout", "after"]),
            "inner": has(main=["caught Timeout", "between"]),
        },
        rule=Rule("MUST", required=(logs(main=["caught Timeout@1", "after"]),)),
        sources={"asyncio": _TIMEOUT, "trio": _SEMANTICS, "curio": _CURIO, "anyio": _ANYIO},
        about=_SCOPE,
        clock="native",
        shown_by="mutant:wrong-scope",
    ),
    Scenario(
        id="timers/nested-both-in-turn",
        asks="Does the outer deadline still strike after the inner one has?",
        program=_main(within(2, within(1, Sleep(6)), Note("between"), Sleep(5), Note("late"))),
        answers={
            "both": logs(main=["caught Timeout@1", "between", "caught Timeout@2"]),
            "inner": has(main="late"),
        },
        rule=Rule(
            "MUST", required=(logs(main=["caught Timeout@1", "between", "caught Timeout@2"]),)
        ),
        sources={"asyncio": _TIMEOUT, "trio": _SEMANTICS, "curio": _CURIO, "anyio": _ANYIO},
        about=_SCOPE,
        clock="native",
        shown_by="mutant:forgets-outer-deadline",
    ),
    Scenario(
        id="timers/nested-equal",
        asks="Which of two nested deadlines for the same instant ends its body?",
        program=_main(within(2, within(2, Sleep(6)), Note("between"), Sleep(1), Note("late"))),
        answers={
            "outer": logs(main=["caught Timeout"]),
            "inner": has(main=["caught Timeout", "between", "late"]),
            "both": logs(main=["caught Timeout", "between", "caught Timeout"]),
        },
        sources=_ALL,
        about=_SCOPE,
        clock="native",
        shown_by="mutant:inner-swallows-outer",
    ),
)

_ROUNDS = (
    Scenario(
        id="timers/event-set-past-deadline",
        asks="Does a wait complete whose event is set late, before the loop looks at deadlines?",
        program=Program(
            {
                "main": (Group("g", (Spawn("a", "g"), within(2, Wait("e"), Note("came")))),),
                "a": (Sleep(1), Block_(2), Set("e")),
            },
            events=("e",),
        ),
        answers={"completes": logs(main=["came"]), "expires": logs(main=["caught Timeout"])},
        sources=_ALL,
        about={"fail_after", "wait"},
        clock="native",
        shown_by="asyncio answers completes, uvloop expires",
    ),
    Scenario(
        id="timers/deadline-equals-sleep",
        asks="Does a sleep complete that ends at the very instant of its deadline?",
        program=_main(within(2, Sleep(2), Note("woke"))),
        answers={"completes": logs(main=["woke"]), "expires": logs(main=["caught Timeout"])},
        sources=_ALL | {"asyncio": asyncio("eventloop", "asyncio.loop.call_at")},
        about={"fail_after", "sleep"},
        clock="native",
        shown_by="mutant:early-timer",
    ),
    Scenario(
        id="timers/deadline-equals-set",
        asks="Does a wait complete whose event is set by a timer due at its deadline?",
        program=Program(
            {
                "main": (Group("g", (Spawn("a", "g"), within(2, Wait("e"), Note("came")))),),
                "a": (Sleep(2), Set("e")),
            },
            events=("e",),
        ),
        answers={"completes": logs(main=["came"]), "expires": logs(main=["caught Timeout"])},
        unjudged={"completes"},
        sources=_ALL | {"asyncio": asyncio("eventloop", "asyncio.loop.call_at")},
        about={"fail_after", "wait"},
        shown_by="mutant:deadline-never-fires",
    ),
    Scenario(
        id="timers/lock-past-deadline",
        asks="Is a lock that is handed over in the round of a deadline lost?",
        program=Program(
            {
                "main": (
                    Acquire("l"),
                    Group("g", (Spawn("a", "g"), Sleep(1), Block_(2), Release("l"))),
                    Acquire("l"),
                    Note("free"),
                ),
                "a": (within(2, Acquire("l"), Note("acquired"), Release("l")),),
            },
            locks=("l",),
        ),
        answers={"acquired": has(a="acquired"), "expired": lacks(a="acquired") & has(main="free")},
        rule=Rule("MUST", required=(has(main="free"),)),
        sources={ANYBODY: PRIMITIVE, "trio": trio("cancellation-and-primitive-operations")},
        about={"fail_after", "acquire"},
        clock="native",
        shown_by="asyncio answers acquired, uvloop expired; mutant:leaked-permit",
    ),
    Scenario(
        id="timers/item-past-deadline",
        asks="Is an item that is handed over in the round of a deadline lost, or received twice?",
        program=Program(
            {
                "main": (
                    Group("g", (Spawn("a", "g"), Sleep(1), Block_(2), Send("c", 7))),
                    within(1, Receive("c")),
                ),
                "a": (within(2, Receive("c")),),
            },
            channels={"c": Channel(1)},
        ),
        answers={
            "received": has(a="got 7") & lacks(main="got 7"),
            "left": has(main="got 7") & lacks(a="got 7"),
            "lost": lacks(a="got 7", main="got 7"),
        },
        rule=Rule(
            "MUST",
            required=(has(a="got 7") & lacks(main="got 7"), has(main="got 7") & lacks(a="got 7")),
        ),
        sources={ANYBODY: PRIMITIVE, "trio": trio("trio.open_memory_channel")},
        about={"fail_after", "receive"},
        clock="native",
        shown_by="asyncio answers received, uvloop left; mutant:item-lost-on-cancel",
    ),
)

SCENARIOS = (*_ONE, _MOVES_ON, *_NESTED, *_ROUNDS, *INSIDE)
