"""Asks about events and locks: who is released, in what order, and whether free use yields.

Channels are in `channels.py`.
"""

from __future__ import annotations

from conformance.lang.ops import (
    Acquire,
    Attempt,
    Checkpoint,
    FailAfter,
    Group,
    Log,
    Note,
    Release,
    Set,
    Sleep,
    Spawn,
    Wait,
)
from conformance.lang.pattern import ends, has, lacks, shared
from conformance.lang.program import Program
from conformance.lang.scenario import ANYBODY, Rule, Scenario
from scenarios.channels import SCENARIOS as CHANNELS
from scenarios.manuals import PRIMITIVE, anyio, asyncio, curio, tornado, trio

_WAIT = {
    "asyncio": asyncio("sync", "asyncio.Event.wait"),
    "trio": trio("trio.Event.wait"),
    "curio": curio("synchronization-primitives"),
    "anyio": anyio("api", "anyio.Event.wait"),
    "tornado": tornado("locks", "tornado.locks.Event"),
}
_CHECKPOINTS = trio("checkpoints")
_TORNADO_LOCK = tornado("locks", "tornado.locks.Lock.release")
_FAIR = {
    "asyncio": asyncio("sync", "asyncio.Lock.acquire"),
    "trio": trio("fairness"),
    "tornado": f"{_TORNADO_LOCK} (the first coroutine in line gets the lock)",
}
_LOCK = {
    "asyncio": asyncio("sync", "asyncio.Lock"),
    "trio": trio("trio.Lock"),
    "curio": curio("synchronization-primitives"),
    "anyio": anyio("synchronization", "locks"),
}
_YIELDS = {
    "yields": shared("a ran", "main went-on"),
    "goes-straight-on": shared("main went-on", "a ran"),
}

_EVENTS = (
    Scenario(
        id="sync/event-releases-all",
        asks="Does setting an event release every waiter?",
        program=Program(
            {
                "main": (
                    Group(
                        "g", (Spawn("a", "g"), Spawn("b", "g"), Spawn("c", "g"), Sleep(1), Set("e"))
                    ),
                ),
                "a": (Wait("e"), Note("released")),
                "b": (Wait("e"), Note("released")),
                "c": (Wait("e"), Note("released")),
            },
            events=("e",),
        ),
        answers={
            "all": has(a="released@1", b="released@1", c="released@1"),
            "some": ends(main="blocked: *"),
        },
        rule=Rule("MUST", required=(has(a="released@1", b="released@1", c="released@1"),)),
        sources={ANYBODY: PRIMITIVE, "tornado": tornado("locks", "tornado.locks.Event.set")},
        about={"wait", "set"},
        shown_by="mutant:lost-wakeup",
    ),
    Scenario(
        id="sync/event-set-before-wait",
        asks="Does a wait return for an event that was set before, and set twice?",
        program=Program({"main": (Set("e"), Set("e"), Wait("e"), Note("passed"))}, events=("e",)),
        answers={"returns": has(main="passed"), "blocks": ends(main="blocked: wait e")},
        rule=Rule("MUST", required=(has(main="passed"),)),
        sources={ANYBODY: PRIMITIVE, "tornado": _WAIT["tornado"]},
        about={"wait", "set"},
        shown_by="mutant:pulse-event",
    ),
    Scenario(
        id="sync/event-set-wait-yields",
        asks="Does waiting for an event that is set let other tasks run?",
        program=Program(
            {
                "main": (
                    Set("e"),
                    Group("g", (Spawn("a", "g"), Wait("e"), Wait("e"), Wait("e"), Log("went-on"))),
                ),
                "a": (Checkpoint(), Log("ran")),
            },
            events=("e",),
        ),
        answers=_YIELDS,
        rule=Rule("MUST", required=(_YIELDS["yields"],)),
        sources={"trio": _CHECKPOINTS},
        about={"wait"},
        shown_by="trio answers yields, asyncio goes-straight-on",
    ),
    Scenario(
        id="sync/event-limited-wait-yields",
        asks="Does waiting for an event that is set, under a deadline, let other tasks run?",
        program=Program(
            {
                "main": (
                    Set("e"),
                    Group(
                        "g", (Spawn("a", "g"), *(FailAfter(5, (Wait("e"),)),) * 3, Log("went-on"))
                    ),
                ),
                "a": (Checkpoint(), Log("ran")),
            },
            events=("e",),
        ),
        answers=_YIELDS,
        rule=Rule("MUST", required=(_YIELDS["yields"],)),
        sources={"trio": _CHECKPOINTS},
        about={"fail_after", "wait"},
        shown_by="mutant:hasty-primitives; asyncio before CPython 3.12 answers yields",
    ),
    Scenario(
        id="sync/event-order",
        asks="In which order do two waiters of an event go on?",
        program=Program(
            {
                "main": (Group("g", (Spawn("a", "g"), Spawn("b", "g"), Sleep(2), Set("e"))),),
                "a": (Wait("e"), Log("released")),
                "b": (Sleep(1), Wait("e"), Log("released")),
            },
            events=("e",),
        ),
        answers={
            "in-order": shared("a released", "b released"),
            "reversed": shared("b released", "a released"),
        },
        sources=_WAIT,
        about={"wait"},
        shown_by="asyncio answers in-order, trio both",
    ),
    Scenario(
        id="sync/event-set-switches",
        asks="Does a waiter run before the call that sets its event returns?",
        program=Program(
            {
                "main": (Group("g", (Spawn("a", "g"), Sleep(1), Set("e"), Log("setter"))),),
                "a": (Wait("e"), Log("waiter")),
            },
            events=("e",),
        ),
        answers={
            "goes-on": shared("main setter", "a waiter"),
            "switches": shared("a waiter", "main setter"),
        },
        rule=Rule("MUST", required=(shared("main setter", "a waiter"),)),
        sources={"trio": _CHECKPOINTS},
        about={"set"},
        shown_by="mutant:set-switches",
    ),
)

_LOCKS = (
    Scenario(
        id="sync/lock-excludes",
        asks="Is a lock ever held by two tasks at once?",
        program=Program(
            {
                "main": (Group("g", (Spawn("a", "g"), Spawn("b", "g"))),),
                "a": (Acquire("l"), Sleep(2), Log("out"), Release("l")),
                "b": (Sleep(1), Acquire("l"), Log("in"), Release("l")),
            },
            locks=("l",),
        ),
        answers={"one": shared("a out", "b in"), "several": shared("b in", "a out")},
        rule=Rule("MUST", required=(shared("a out", "b in"),)),
        sources={ANYBODY: PRIMITIVE, "tornado": tornado("locks", "tornado.locks.Lock")},
        about={"acquire", "release"},
        shown_by="mutant:leaked-permit",
    ),
    Scenario(
        id="sync/lock-order",
        asks="Do three waiters get a lock in the order in which they came?",
        program=Program(
            {
                "main": (
                    Acquire("l"),
                    Group(
                        "g",
                        (Spawn("a", "g"), Spawn("b", "g"), Spawn("c", "g"), Sleep(3), Release("l")),
                    ),
                ),
                "a": (Acquire("l"), Log("got"), Release("l")),
                "b": (Sleep(1), Acquire("l"), Log("got"), Release("l")),
                "c": (Sleep(2), Acquire("l"), Log("got"), Release("l")),
            },
            locks=("l",),
        ),
        answers={
            "in-order": shared("a got", "b got", "c got"),
            "reversed": shared("c got", "b got", "a got"),
        },
        rule=Rule("MUST", required=(shared("a got", "b got", "c got"),)),
        sources=_FAIR,
        about={"acquire", "release"},
        shown_by="mutant:lifo-waiters",
    ),
    Scenario(
        id="sync/lock-barging",
        asks="Who gets a lock that its holder releases and acquires again: the holder or a waiter?",
        program=Program(
            {
                "main": (
                    Group(
                        "g",
                        (
                            Acquire("l"),
                            Spawn("a", "g"),
                            Sleep(1),
                            Release("l"),
                            Acquire("l"),
                            Log("owner-again"),
                            Release("l"),
                        ),
                    ),
                ),
                "a": (Acquire("l"), Log("waiter"), Release("l")),
            },
            locks=("l",),
        ),
        answers={
            "waiter-first": shared("a waiter", "main owner-again"),
            "owner-again": shared("main owner-again", "a waiter"),
        },
        rule=Rule("MUST", required=(shared("a waiter", "main owner-again"),)),
        sources=_FAIR,
        about={"acquire", "release"},
        shown_by="mutant:barging-lock",
    ),
    Scenario(
        id="sync/lock-free-yields",
        asks="Does acquiring a free lock let other tasks run?",
        program=Program(
            {
                "main": (
                    Group(
                        "g",
                        (Spawn("a", "g"), *(Acquire("l"), Release("l")) * 3, Log("went-on")),
                    ),
                ),
                "a": (Checkpoint(), Log("ran")),
            },
            locks=("l",),
        ),
        answers=_YIELDS,
        rule=Rule("MUST", required=(_YIELDS["yields"],)),
        sources={"trio": _CHECKPOINTS, "anyio": anyio("synchronization", "locks")},
        about={"acquire"},
        shown_by="trio answers yields, asyncio goes-straight-on",
    ),
    Scenario(
        id="sync/lock-release-unheld",
        asks="Is the release of a lock that nobody holds refused?",
        program=Program(
            {"main": (Attempt((Release("l"),), on_error=(Note("refused"),)),)}, locks=("l",)
        ),
        answers={"refused": has(main="refused"), "ignored": lacks(main="refused")},
        rule=Rule("MUST", required=(has(main="refused"),)),
        unjudged={"ignored"},
        sources={
            "asyncio": asyncio("sync", "asyncio.Lock.release"),
            "trio": trio("trio.Lock.release"),
            "anyio": _LOCK["anyio"],
            "tornado": _TORNADO_LOCK,
        },
        about={"release"},
        shown_by="mutant:release-for-nothing",
    ),
    Scenario(
        id="sync/lock-release-by-other",
        asks="Is the release of a lock that another task holds refused?",
        program=Program(
            {
                "main": (
                    Group(
                        "g",
                        (
                            Spawn("a", "g"),
                            Sleep(1),
                            Attempt((Release("l"),), on_error=(Note("refused"),)),
                        ),
                    ),
                ),
                "a": (Acquire("l"), Sleep(3)),
            },
            locks=("l",),
        ),
        answers={"refused": has(main="refused"), "released": lacks(main="refused")},
        rule=Rule("MUST", required=(has(main="refused"),)),
        sources={"trio": trio("trio.Lock.release"), "anyio": _LOCK["anyio"]},
        about={"release"},
        shown_by="trio answers refused, asyncio released",
    ),
    Scenario(
        id="sync/lock-reacquire",
        asks="What comes of a task that acquires a lock that it holds?",
        program=Program(
            {"main": (Acquire("l"), Attempt((Acquire("l"),), on_error=(Note("refused"),)))},
            locks=("l",),
        ),
        answers={
            "refused": has(main="refused"),
            "blocks": ends(main="blocked: acquire l"),
            "reenters": ends(main="returned") & lacks(main="refused"),
        },
        rule=Rule("MUST", forbidden=(ends(main="returned") & lacks(main="refused"),)),
        sources={"trio": trio("trio.Lock")},
        about={"acquire"},
        shown_by="asyncio answers blocks, trio refused; mutant:reentrant-lock",
    ),
    Scenario(
        id="sync/lock-owner-ends",
        asks="What comes of a lock whose holder ended without releasing it?",
        program=Program(
            {
                "main": (
                    Group(
                        "g",
                        (
                            Spawn("a", "g"),
                            Sleep(1),
                            Attempt((Acquire("l"),), on_error=(Note("error"),)),
                        ),
                    ),
                ),
                "a": (Acquire("l"),),
            },
            locks=("l",),
        ),
        answers={
            "error": has(main="error"),
            "stays-locked": ends(main="blocked: acquire l"),
            "released": ends(main="returned") & lacks(main="error"),
        },
        rule=Rule("MUST", required=(has(main="error"),)),
        unjudged={"released"},
        sources={"trio": trio("trio.Lock.acquire")},
        about={"acquire"},
        shown_by="trio answers error, asyncio stays-locked",
    ),
)

SCENARIOS = _EVENTS + _LOCKS + CHANNELS
