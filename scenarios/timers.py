"""Asks about sleeping: zero, negative, huge and infinite sleeps, ties, and loops that were held up.

Deadlines are in `deadlines.py`.
"""

from __future__ import annotations

import math

from conformance.lang.ops import (
    Accept,
    Attempt,
    Block_,
    Cancel,
    Checkpoint,
    Connect,
    Group,
    Listen,
    Log,
    Note,
    Op,
    Sleep,
    SleepUntil,
    Spawn,
)
from conformance.lang.pattern import Pattern, ends, has, lacks, logs, shared
from conformance.lang.program import Program
from conformance.lang.scenario import ANYBODY, Rule, Scenario
from scenarios.deadlines import SCENARIOS as DEADLINES
from scenarios.manuals import PRIMITIVE, anyio, asyncio, curio, tornado, trio
from scenarios.phrases import within

_SLEEP = asyncio("task", "asyncio.sleep")
_ALL = {
    "asyncio": _SLEEP,
    "trio": trio("trio.sleep"),
    "curio": curio("time"),
    "anyio": anyio("api", "anyio.sleep"),
}
_WOKEN = {
    "in-order": shared("a woke", "b woke"),
    "reversed": shared("b woke", "a woke"),
}
_YIELDS: Pattern = shared("a ran", "main went-on")
_STRAIGHT: Pattern = shared("main went-on", "a ran")


def _beside(*body: Op) -> Program:
    """A program that performs the body beside a task that runs as soon as it is let."""
    return Program(
        {
            "main": (Group("g", (Spawn("a", "g"), *body, Log("went-on"))),),
            "a": (Checkpoint(), Log("ran")),
        }
    )


_SLEEPS = (
    Scenario(
        id="timers/sleep-order",
        asks="Do three sleepers wake in the order of their durations?",
        program=Program(
            {
                "main": (Group("g", (Spawn("a", "g"), Spawn("b", "g"), Spawn("c", "g"))),),
                "a": (Sleep(3), Log("woke")),
                "b": (Sleep(1), Log("woke")),
                "c": (Sleep(2), Log("woke")),
            }
        ),
        answers={
            "in-order": shared("b woke", "c woke", "a woke"),
            "reversed": shared("a woke", "c woke", "b woke"),
        },
        rule=Rule("MUST", required=(shared("b woke", "c woke", "a woke"),)),
        sources={ANYBODY: PRIMITIVE},
        about={"sleep"},
        clock="native",
        shown_by="mutant:lifo-timers",
    ),
    Scenario(
        id="timers/sleep-not-early",
        asks="Does a sleep of two ticks take two ticks?",
        program=Program({"main": (Sleep(2), Note("woke"))}),
        answers={"on-time": logs(main=["woke@2"]), "early": logs(main=["woke@1"])},
        rule=Rule("MUST", required=(logs(main=["woke@2"]),)),
        sources={ANYBODY: PRIMITIVE, "tornado": tornado("gen", "tornado.gen.sleep")},
        about={"sleep"},
        shown_by="mutant:early-timer",
    ),
    Scenario(
        id="timers/sleep-zero",
        asks="Does a sleep of zero let other tasks run?",
        program=_beside(Sleep(0), Sleep(0), Sleep(0)),
        answers={"yields": _YIELDS, "goes-straight-on": _STRAIGHT},
        rule=Rule("MUST", required=(_YIELDS,)),
        sources={
            "asyncio": _SLEEP,
            "trio": trio("trio.sleep"),
            "curio": curio("time"),
        },
        about={"sleep"},
        shown_by="mutant:zero-sleep-is-nothing",
    ),
    Scenario(
        id="timers/sleep-negative",
        asks="What does a sleep of minus one do?",
        program=_beside(Sleep(-1), Sleep(-1), Sleep(-1)),
        answers={
            "yields": _YIELDS,
            "goes-straight-on": _STRAIGHT,
            "refused": ends(main="raised *"),
        },
        sources=_ALL,
        about={"sleep"},
        shown_by="asyncio answers yields; trio and anyio refuse; mutant:negative-sleep-fails",
    ),
    Scenario(
        id="timers/sleep-nan",
        asks="What does a sleep of no number (NaN) do?",
        program=Program(
            {"main": (Attempt((Sleep(math.nan), Note("woke")), on_error=()), Note("went-on"))}
        ),
        answers={
            "refused": logs(main=["caught Misuse", "went-on"]),
            "returns": has(main=["woke", "went-on"]),
            "never": lacks(main=["woke", "went-on"]),
        },
        sources=_ALL,
        about={"sleep"},
        clock="native",
        shown_by="mutant:nan-sleep-returns",
    ),
    Scenario(
        id="timers/sleep-until-past",
        asks="Does a sleep until a time that is past let other tasks run?",
        program=Program(
            {
                "main": (
                    Sleep(2),
                    Group(
                        "g",
                        (
                            Spawn("a", "g"),
                            SleepUntil(1),
                            SleepUntil(1),
                            SleepUntil(1),
                            Log("went-on"),
                        ),
                    ),
                ),
                "a": (Checkpoint(), Log("ran")),
            }
        ),
        answers={
            "yields": _YIELDS,
            "goes-straight-on": _STRAIGHT,
            "refused": ends(main="raised *"),
        },
        rule=Rule("MUST", required=(_YIELDS,)),
        unjudged={"refused"},
        sources={"trio": trio("trio.sleep_until")},
        about={"sleep_until"},
        shown_by="mutant:past-is-nothing",
    ),
    Scenario(
        id="timers/sleep-forever",
        asks="Can an infinite sleep be ended by a deadline?",
        program=Program({"main": (within(1, Sleep(math.inf), Note("woke")), Note("left"))}),
        answers={
            "cut-at-deadline": logs(main=["caught Timeout", "left"]),
            "returns": has(main="woke"),
        },
        rule=Rule("MUST", required=(logs(main=["caught Timeout", "left"]),)),
        sources={
            "trio": trio("trio.sleep_forever"),
            "anyio": anyio("api", "anyio.sleep_forever"),
        },
        about={"sleep"},
        clock="native",
        shown_by="mutant:infinite-is-zero",
    ),
    Scenario(
        id="timers/sleep-huge",
        asks="Does a sleep of a thousand million ticks end at the deadline around it?",
        program=Program({"main": (within(1, Sleep(10**9), Note("woke")), Note("left"))}),
        answers={
            "cut-at-deadline": logs(main=["caught Timeout", "left"]),
            "returns": has(main="woke"),
        },
        rule=Rule("MUST", required=(logs(main=["caught Timeout", "left"]),)),
        sources={ANYBODY: PRIMITIVE},
        about={"sleep"},
        clock="native",
        shown_by="mutant:infinite-is-zero",
    ),
    Scenario(
        id="timers/sleep-huge-beside-io",
        asks="Is a connection accepted while the only timer is a sleep of a million million ticks?",
        program=Program(
            {
                "main": (
                    Listen("l"),
                    Group("g", (Spawn("a", "g"), Spawn("b", "g"), Accept("s", "l"), Cancel("a"))),
                    Note("left"),
                ),
                "a": (Attempt((Sleep(10**12),), on_cancel=()),),
                "b": (Checkpoint(), Checkpoint(), Connect("t", "l")),
            }
        ),
        answers={"undisturbed": has(main="left"), "disturbed": lacks(main="left")},
        rule=Rule("MUST", required=(has(main="left"),)),
        sources={ANYBODY: PRIMITIVE},
        about={"sleep"},
        clock="native",
        shown_by="mutant:huge-time-deafens; curio: select refuses so long a time, its kernel dies",
    ),
)

_TIES = (
    Scenario(
        id="timers/equal-sleeps",
        asks="In which order do two tasks wake that sleep until the same instant?",
        program=Program(
            {
                "main": (Group("g", (Spawn("a", "g"), Spawn("b", "g"))),),
                "a": (SleepUntil(3), Log("woke")),
                "b": (Sleep(1), SleepUntil(3), Log("woke")),
            }
        ),
        answers=_WOKEN,
        sources={
            "asyncio": asyncio("eventloop", "asyncio.loop.call_at"),
            "trio": trio("trio.sleep_until"),
        },
        about={"sleep_until"},
        clock="native",
        shown_by="anyio:asyncio answers in-order, trio both",
    ),
    Scenario(
        id="timers/held-up-order",
        asks="In which order do sleepers wake that all came due while the loop was held up?",
        program=Program(
            {
                "main": (
                    Group(
                        "g",
                        (
                            Spawn("b", "g"),
                            Spawn("a", "g"),
                            Checkpoint(),
                            Checkpoint(),
                            Checkpoint(),
                            Block_(3),
                        ),
                    ),
                ),
                "a": (Sleep(1), Log("woke")),
                "b": (Sleep(2), Log("woke")),
            }
        ),
        answers=_WOKEN,
        sources={
            "asyncio": asyncio("eventloop", "asyncio.loop.call_at"),
            "trio": trio("trio.sleep"),
        },
        about={"sleep", "block"},
        clock="native",
        shown_by="asyncio answers in-order, trio both",
    ),
    Scenario(
        id="timers/sleeps-overlap",
        asks="Do two sleeps go by at the same time?",
        program=Program(
            {
                "main": (Group("g", (Spawn("a", "g"), Spawn("b", "g"))), Note("left")),
                "a": (Sleep(2), Note("woke")),
                "b": (Sleep(2), Note("woke")),
            }
        ),
        rule=Rule("MUST", required=(logs(a=["woke@2"], b=["woke@2"], main=["left@2"]),)),
        sources={ANYBODY: PRIMITIVE},
        about={"sleep"},
        shown_by="mutant:sleep-holds-the-loop",
    ),
)

SCENARIOS = _SLEEPS + _TIES + DEADLINES
