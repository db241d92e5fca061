"""Asks about cancel scopes that a program cancels by hand: whom they reach, when, and what they say afterwards."""

from __future__ import annotations

from typing import Final

from conformance.lang.ops import (
    Attempt,
    CancelScope,
    Checkpoint,
    Group,
    Note,
    Op,
    Scope,
    Set,
    Shield,
    Sleep,
    Spawn,
    Wait,
)
from conformance.lang.pattern import ends, has, lacks, logs
from conformance.lang.program import Program
from conformance.lang.scenario import Rule, Scenario
from scenarios.manuals import anyio, trio

_TRIO: Final = trio("cancellation-semantics")
_CANCEL: Final = trio("trio.CancelScope.cancel")
_ANYIO: Final = anyio("cancellation", "cancel-scopes")
_BOTH: Final = {"trio": _TRIO, "anyio": _ANYIO}
_LEVEL: Final = {
    "trio": _TRIO,
    "anyio": anyio("cancellation", "differences-between-asyncio-and-anyio-cancellation-semantics"),
}
_SHIELD: Final = {
    "trio": trio("trio.CancelScope.shield"),
    "anyio": anyio("cancellation", "shielding"),
}
_ABOUT: Final = {"scope", "cancel_scope"}


def _main(*body: Op) -> Program:
    return Program({"main": body})


def _beside(*body: Op, other: tuple[Op, ...], events: tuple[str, ...] = ()) -> Program:
    """Main, and a task in the group around it that does something to main's scopes."""
    return Program({"main": (Group("g", (Spawn("a", "g"), *body)),), "a": other}, events=events)


_REACH = (
    Scenario(
        id="scopes/cancel-from-outside",
        asks="Is the body of a scope given up when another task cancels the scope?",
        program=_beside(
            Scope("s", (Sleep(4), Note("slept"))),
            Note("after"),
            other=(Sleep(1), CancelScope("s"), Note("cancelled-it")),
        ),
        answers={
            "given-up": logs(main=["scope cancelled@1", "after@1"], a=["cancelled-it"]),
            "goes-on": has(main="slept"),
        },
        rule=Rule("MUST", required=(logs(main=["scope cancelled@1", "after@1"]),)),
        sources=_BOTH,
        about=_ABOUT,
        shown_by="mutant:scope-cancel-lost",
    ),
    Scenario(
        id="scopes/cancel-from-inside",
        asks="When does a task that cancels the scope it is in learn of it?",
        program=_main(
            Scope("s", (CancelScope("s"), Note("went-on"), Sleep(1), Note("slept"))), Note("after")
        ),
        answers={
            "next-checkpoint": logs(main=["went-on", "scope cancelled", "after"]),
            "at-once": logs(main=["scope cancelled", "after"]),
            "never": has(main="slept"),
        },
        rule=Rule("MUST", required=(logs(main=["went-on", "scope cancelled", "after"]),)),
        unjudged={"at-once"},
        sources=_BOTH,
        about=_ABOUT,
        shown_by="mutant:scope-cancel-raises",
    ),
    Scenario(
        id="scopes/cancel-inner",
        asks="Does cancelling an inner scope leave the outer one and its task alone?",
        program=_main(
            Scope("s", (Scope("t", (CancelScope("t"), Sleep(1))), Sleep(1), Note("between"))),
            Note("after"),
        ),
        answers={
            "inner-only": logs(main=["scope cancelled", "between@1", "after@1"]),
            "outer-too": lacks(main="between"),
        },
        rule=Rule("MUST", required=(logs(main=["scope cancelled", "between@1", "after@1"]),)),
        sources=_BOTH,
        about=_ABOUT,
        shown_by="mutant:scope-cancels-task",
    ),
    Scenario(
        id="scopes/cancel-outer",
        asks="Does cancelling an outer scope go through the inner one up to the outer one?",
        program=_beside(
            Scope("s", (Scope("t", (Sleep(4),)), Note("between"), Checkpoint(), Note("late"))),
            Note("after"),
            other=(Sleep(1), CancelScope("s")),
        ),
        answers={
            "outer": logs(main=["scope cancelled@1", "after@1"]),
            "inner-first": has(main="between"),
        },
        rule=Rule("MUST", required=(logs(main=["scope cancelled@1", "after@1"]),)),
        unjudged={"inner-first"},
        sources=_BOTH,
        about=_ABOUT,
        shown_by="mutant:named-scope-swallows-all",
    ),
    Scenario(
        id="scopes/cancel-inside-out",
        asks="Which scope takes a cancellation of both, the inner one being cancelled first?",
        program=_beside(
            Scope("s", (Scope("t", (Sleep(4),)), Note("between"), Sleep(4), Note("late"))),
            Note("after"),
            other=(Sleep(1), CancelScope("t"), CancelScope("s")),
        ),
        answers={
            "outer": logs(main=["scope cancelled", "after"]),
            "inner-then-outer": logs(
                main=["scope cancelled", "between", "scope cancelled", "after"]
            ),
        },
        sources=_BOTH,
        about=_ABOUT,
        shown_by="mutant:named-scope-swallows-all",
    ),
    Scenario(
        id="scopes/code-after-inner",
        asks="Does code after an inner scope run on to its next checkpoint when the outer one is cancelled?",
        program=_main(
            Scope(
                "s", (Scope("t", (CancelScope("s"),)), Note("between"), Checkpoint(), Note("late"))
            ),
            Note("after"),
        ),
        answers={
            "runs-on": logs(main=["between", "scope cancelled", "after"]),
            "cut-at-once": logs(main=["scope cancelled", "after"]),
            "escapes": has(main="late"),
        },
        rule=Rule("MUST", required=(logs(main=["between", "scope cancelled", "after"]),)),
        unjudged={"cut-at-once"},
        sources=_BOTH,
        about=_ABOUT,
        shown_by="mutant:scope-cancel-raises",
    ),
    Scenario(
        id="scopes/covers-group",
        asks="Does a scope that is cancelled take the children of a group inside along?",
        program=Program(
            {
                "main": (
                    Group(
                        "g",
                        (
                            Spawn("a", "g"),
                            Scope("s", (Group("h", (Spawn("b", "h"),)),)),
                            Note("after"),
                        ),
                    ),
                ),
                "a": (Sleep(1), CancelScope("s")),
                "b": (Sleep(4), Note("finished")),
            }
        ),
        answers={"covers": ends(b="cancelled@1"), "spares": has(b="finished")},
        rule=Rule("MUST", required=(ends(b="cancelled@1") & has(main="after@1"),)),
        sources={
            "trio": trio("child-tasks-and-cancellation"),
            "anyio": anyio("cancellation", "cancel-scopes"),
        },
        about={"scope", "cancel_scope", "group"},
        shown_by="mutant:deadline-spares-children",
    ),
    Scenario(
        id="scopes/spares-spawned-outside",
        asks="Is a task that was spawned inside a scope into a group outside it spared?",
        program=Program(
            {
                "main": (
                    Group(
                        "g",
                        (Scope("s", (Spawn("a", "g"), CancelScope("s"), Sleep(1))), Note("after")),
                    ),
                ),
                "a": (Sleep(1), Note("finished")),
            }
        ),
        answers={"spared": has(a="finished"), "cancelled": ends(a="cancelled")},
        rule=Rule("MUST", required=(has(a="finished"),)),
        unjudged={"cancelled"},
        sources={"trio": trio("child-tasks-and-cancellation")},
        about={"scope", "cancel_scope", "group"},
        shown_by="mutant:inherits-scopes",
    ),
)

_TOLD = (
    Scenario(
        id="scopes/swallow-then-wait",
        asks="Is a body that swallowed its scope's cancellation told again?",
        program=_main(
            Scope(
                "s", (CancelScope("s"), Attempt((Sleep(1),), on_cancel=()), Sleep(1), Note("slept"))
            ),
            Note("after"),
        ),
        answers={
            "told-again": logs(main=["caught Cancelled", "scope cancelled", "after"]),
            "sleeps-on": has(main="slept"),
        },
        rule=Rule("MUST", required=(logs(main=["caught Cancelled", "scope cancelled", "after"]),)),
        sources=_LEVEL,
        about=_ABOUT,
        shown_by="mutant:told-once",
    ),
    Scenario(
        id="scopes/cancel-twice",
        asks="Does cancelling a scope a second time change anything?",
        program=_beside(
            Scope("s", (Attempt((Sleep(4),), finally_=(Shield((Sleep(2), Note("cleaned-up"))),)),)),
            Note("after"),
            other=(Sleep(1), CancelScope("s"), Sleep(1), CancelScope("s")),
        ),
        answers={
            "nothing": logs(main=["cleaned-up@3", "scope cancelled@3", "after@3"]),
            "interrupts": lacks(main="cleaned-up"),
        },
        rule=Rule("MUST", required=(logs(main=["cleaned-up@3", "scope cancelled@3", "after@3"]),)),
        unjudged={"interrupts"},
        sources={"trio": _CANCEL},
        about={"scope", "cancel_scope", "shield"},
        shown_by="mutant:leaking-shield",
    ),
    Scenario(
        id="scopes/shield-between",
        asks="Does a shield inside a scope hold its cancellation off, and is it told afterwards?",
        program=_beside(
            Scope(
                "s",
                (Shield((Sleep(2), Note("shielded"))), Checkpoint(), Checkpoint(), Note("passed")),
            ),
            Note("after"),
            other=(Sleep(1), CancelScope("s")),
        ),
        answers={
            "told-after": logs(main=["shielded@2", "scope cancelled@2", "after@2"]),
            "passes": has(main="passed"),
            "cut-inside": lacks(main="shielded"),
        },
        rule=Rule("MUST", required=(logs(main=["shielded@2", "scope cancelled@2", "after@2"]),)),
        sources=_SHIELD,
        about={"scope", "cancel_scope", "shield"},
        shown_by="mutant:leaking-shield",
    ),
    Scenario(
        id="scopes/cancel-inside-shield",
        asks="Can a scope inside a shield be cancelled?",
        program=_beside(
            Shield((Scope("s", (Sleep(4), Note("slept"))),)),
            Note("after"),
            other=(Sleep(1), CancelScope("s")),
        ),
        answers={
            "given-up": logs(main=["scope cancelled@1", "after@1"]),
            "goes-on": has(main="slept"),
        },
        rule=Rule("MUST", required=(logs(main=["scope cancelled@1", "after@1"]),)),
        sources={"trio": _SHIELD["trio"]},
        about={"scope", "cancel_scope", "shield"},
        shown_by="mutant:scope-cancel-lost",
    ),
    Scenario(
        id="scopes/set-then-cancel",
        asks="Does a wait whose event was set just before its scope was cancelled complete?",
        program=_beside(
            Scope("s", (Wait("e"), Note("waited"))),
            other=(Sleep(1), Set("e"), CancelScope("s")),
            events=("e",),
        ),
        answers={"completes": logs(main=["waited"]), "cancelled": logs(main=["scope cancelled"])},
        sources=_BOTH,
        about=_ABOUT,
        shown_by="mutant:scope-cancel-snatches",
    ),
    Scenario(
        id="scopes/cancel-then-set",
        asks="Does a wait whose scope was cancelled just before its event was set complete?",
        program=_beside(
            Scope("s", (Wait("e"), Note("waited"))),
            other=(Sleep(1), CancelScope("s"), Set("e")),
            events=("e",),
        ),
        answers={"completes": logs(main=["waited"]), "cancelled": logs(main=["scope cancelled"])},
        unjudged={"completes"},
        sources=_BOTH,
        about=_ABOUT,
        shown_by="mutant:scope-cancel-lost",
    ),
)

SCENARIOS = _REACH + _TOLD
