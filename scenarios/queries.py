"""Asks what events and locks tell about themselves, about clearing events, and about taking locks at once."""

from __future__ import annotations

from conformance.lang.ops import (
    Acquire,
    AcquireNowait,
    Attempt,
    Clear,
    Group,
    IsSet,
    Locked,
    Note,
    Op,
    Release,
    Set,
    Sleep,
    Spawn,
    Wait,
)
from conformance.lang.pattern import has, lacks, logs
from conformance.lang.program import Program
from conformance.lang.scenario import Rule, Scenario
from scenarios.manuals import anyio, asyncio, curio, tornado, trio
from scenarios.phrases import within

_SYNC = "synchronization-primitives"
_EVENT = "tornado.locks.Event."
_CLEAR = {
    "asyncio": asyncio("sync", "asyncio.Event.clear"),
    "curio": curio(_SYNC),
    "tornado": tornado("locks", f"{_EVENT}clear"),
}
_IS_SET = {
    "asyncio": asyncio("sync", "asyncio.Event.is_set"),
    "trio": trio("trio.Event.is_set"),
    "curio": curio(_SYNC),
    "anyio": anyio("api", "anyio.Event.is_set"),
    "tornado": tornado("locks", f"{_EVENT}is_set"),
}
_LOCKED = {
    "asyncio": asyncio("sync", "asyncio.Lock.locked"),
    "trio": trio("trio.Lock.locked"),
    "curio": curio(_SYNC),
    "anyio": anyio("api", "anyio.Lock.locked"),
}
_NOWAIT = {
    "trio": trio("trio.Lock.acquire_nowait"),
    "anyio": anyio("api", "anyio.Lock.acquire_nowait"),
}


def caught(*ops: Op) -> Op:
    """Perform ops; an error is logged."""
    return Attempt(ops, on_error=())


_EVENTS = (
    Scenario(
        id="sync/event-clear",
        asks="Does a wait for an event that was set and cleared wait?",
        program=Program({"main": (Set("e"), Clear("e"), within(2, Wait("e")))}, events=("e",)),
        answers={"waits": logs(main=["caught Timeout@2"]), "returns": logs(main=[])},
        rule=Rule("MUST", required=(logs(main=["caught Timeout@2"]),)),
        sources=_CLEAR,
        about={"clear"},
        shown_by="mutant:clear-does-nothing",
    ),
    Scenario(
        id="sync/event-clear-after-set",
        asks="Does a waiter go on although the event is cleared in the round in which it was set?",
        program=Program(
            {
                "main": (Group("g", (Spawn("a", "g"), Sleep(1), Set("e"), Clear("e"))),),
                "a": (within(3, Wait("e")), Note("on")),
            },
            events=("e",),
        ),
        answers={"goes-on": logs(a=["on@1"]), "waits-again": logs(a=["caught Timeout@3", "on@3"])},
        rule=Rule("MUST", required=(logs(a=["on@1"]),)),
        sources={
            "asyncio": asyncio("sync", "asyncio.Event.set"),
            "curio": curio(_SYNC),
            "tornado": tornado("locks", f"{_EVENT}set") + " (all waiters are awakened)",
        },
        about={"wait", "set", "clear"},
        shown_by="mutant:waiters-look-again",
    ),
    Scenario(
        id="sync/event-is-set",
        asks="Does an event tell whether it is set?",
        program=Program({"main": (IsSet("e"), Set("e"), IsSet("e"))}, events=("e",)),
        rule=Rule("MUST", required=(logs(main=["got false", "got true"]),)),
        sources=_IS_SET,
        about={"is_set", "set"},
        shown_by="mutant:pulse-event",
    ),
    Scenario(
        id="sync/event-is-set-cleared",
        asks="Does an event tell that it was cleared?",
        program=Program({"main": (Set("e"), Clear("e"), IsSet("e"))}, events=("e",)),
        rule=Rule("MUST", required=(logs(main=["got false"]),)),
        sources=_CLEAR,
        about={"is_set", "clear"},
        shown_by="mutant:clear-does-nothing",
    ),
)

_LOCKS = (
    Scenario(
        id="sync/lock-locked",
        asks="Does a lock tell whether it is taken?",
        program=Program(
            {"main": (Locked("l"), Acquire("l"), Locked("l"), Release("l"), Locked("l"))},
            locks=("l",),
        ),
        rule=Rule("MUST", required=(logs(main=["got false", "got true", "got false"]),)),
        sources=_LOCKED,
        about={"locked"},
        shown_by="mutant:locked-lies",
    ),
    Scenario(
        id="sync/lock-locked-handed-over",
        asks="Is a lock taken that was released for a waiter that has not gone on yet?",
        program=Program(
            {
                "main": (
                    Acquire("l"),
                    Group("g", (Spawn("a", "g"), Sleep(1), Release("l"), Locked("l"))),
                ),
                "a": (Acquire("l"), Release("l")),
            },
            locks=("l",),
        ),
        answers={"taken": has(main="got true"), "free": has(main="got false")},
        sources=_LOCKED,
        about={"locked", "release"},
        shown_by="trio answers taken, asyncio free",
    ),
    Scenario(
        id="sync/lock-nowait-taken",
        asks="Does taking a lock at once fail when another task has it?",
        program=Program(
            {
                "main": (Acquire("l"), Group("g", (Spawn("a", "g"), Sleep(1)))),
                "a": (caught(AcquireNowait("l")), Note("on")),
            },
            locks=("l",),
        ),
        rule=Rule("MUST", required=(logs(a=["caught WouldBlock", "on"]),)),
        sources=_NOWAIT,
        about={"acquire_nowait"},
        shown_by="mutant:nowait-steals-lock",
    ),
    Scenario(
        id="sync/lock-nowait-free",
        asks="Can a free lock be taken at once?",
        program=Program({"main": (caught(AcquireNowait("l")), Locked("l"))}, locks=("l",)),
        rule=Rule("MUST", required=(logs(main=["got true"]),)),
        sources=_NOWAIT,
        about={"acquire_nowait", "locked"},
        shown_by="mutant:nowait-refuses-all",
    ),
    Scenario(
        id="sync/lock-nowait-reserved",
        asks="Can who releases a lock take it again at once, before the task that waits for it?",
        program=Program(
            {
                "main": (
                    Acquire("l"),
                    Group(
                        "g", (Spawn("a", "g"), Sleep(1), Release("l"), caught(AcquireNowait("l")))
                    ),
                ),
                "a": (Acquire("l"), Release("l")),
            },
            locks=("l",),
        ),
        answers={
            "reserved": has(main="caught WouldBlock"),
            "barges": lacks(main="caught WouldBlock"),
        },
        rule=Rule("MUST", required=(has(main="caught WouldBlock"),)),
        sources={"trio": trio("fairness")},
        about={"acquire_nowait", "release"},
        shown_by="mutant:barging-lock",
    ),
    Scenario(
        id="sync/lock-nowait-own",
        asks="What comes of taking at once a lock that one has?",
        program=Program({"main": (Acquire("l"), caught(AcquireNowait("l")))}, locks=("l",)),
        answers={
            "refused": has(main="caught Misuse"),
            "would-block": has(main="caught WouldBlock"),
            "takes": logs(main=[]),
        },
        unjudged={"takes"},
        sources={"trio": trio("trio.Lock"), "anyio": anyio("api", "anyio.Lock.acquire_nowait")},
        about={"acquire_nowait"},
        shown_by="mutant:own-lock-would-block",
    ),
)

SCENARIOS = _EVENTS + _LOCKS
