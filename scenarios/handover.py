"""Something is handed to a waiter and the waiter is cancelled, nothing between, in both orders."""

from __future__ import annotations

from typing import Final

from conformance.lang.ops import (
    Acquire,
    Cancel,
    Checkpoint,
    FailAfter,
    Note,
    Op,
    Receive,
    ReceiveNowait,
    Release,
    Send,
    SendNowait,
    Set,
    Sleep,
    Spawn,
    Wait,
)
from conformance.lang.pattern import ends, has, lacks
from conformance.lang.program import Channel, Program
from conformance.lang.scenario import ANYBODY, Rule, Scenario
from scenarios.idioms import ended, soon
from scenarios.promises import ANYIO, INTERRUPTS, TORNADO, TRIO_PRIMITIVES

ONE: Final = {"c": Channel(1)}
TWO: Final = {"c": Channel(2)}
DEFERS: Final = ANYIO + "versionhistory.html (4.0: tasks about to resume are not cancelled)"


def event(*handover: Op) -> Program:
    """`a` waits for the event `e`; main then performs `handover`."""
    return Program(
        {
            "main": (Spawn("a"), Sleep(1), *handover, ended("a")),
            "a": (Wait("e"), Note("woke"), Sleep(3), Note("missed")),
        },
        events=("e",),
    )


WOKE_OR_NOT: Final = {"completes": has(a="woke"), "cancelled": lacks(a="woke")}

EVENTS: Final = (
    Scenario(
        id="cancellation/event-set-then-cancel",
        asks="An event is set, then its waiter cancelled: does the wait complete?",
        program=event(Set("e"), Cancel("a")),
        answers=WOKE_OR_NOT,
        rule=Rule("MUST", required=(has(a="woke"),)),
        sources={"anyio": DEFERS},
        about={"wait"},
        shown_by="asyncio cancelled, the others complete",
    ),
    Scenario(
        id="cancellation/event-cancel-then-set",
        asks="A waiter is cancelled, then its event set: does the wait complete?",
        program=event(Cancel("a"), Set("e")),
        answers=WOKE_OR_NOT,
        rule=Rule("MUST", required=(lacks(a="woke"),)),
        unjudged={"completes"},
        sources=INTERRUPTS,
        about={"wait"},
        shown_by="mutant:swallowed-cancel",
    ),
    Scenario(
        id="cancellation/late-cancel-kept",
        asks="Is a cancel that comes too late for one wait delivered at the next?",
        program=event(Set("e"), Cancel("a")),
        rule=Rule("MUST", required=(ends(a="cancelled") & lacks(a="missed"),)),
        sources=INTERRUPTS,
        about={"wait"},
        shown_by="mutant:swallowed-cancel",
    ),
    Scenario(
        id="cancellation/limited-wait-then-cancel",
        asks="A task has what it waited for, under a deadline, and is cancelled a round later: is it told?",
        program=Program(
            {
                "main": (Spawn("a"), Sleep(1), Set("e"), Checkpoint(), Cancel("a"), ended("a")),
                "a": (FailAfter(5, (Wait("e"),)), Sleep(3), Note("missed")),
            },
            events=("e",),
        ),
        rule=Rule("MUST", required=(ends(a="cancelled") & lacks(a="missed"),)),
        sources=INTERRUPTS,
        about={"fail_after", "wait"},
        shown_by="mutant:swallowed-cancel; asyncio before CPython 3.12 breaks it, too",
    ),
)


def lock(*handover: Op) -> Program:
    """`a` waits for the lock that main holds; main performs `handover`, then takes the lock."""
    return Program(
        {
            "main": (
                *(Acquire("l"), Spawn("a"), Sleep(1)),
                *(*handover, ended("a"), soon(Acquire("l"), Note("free"))),
            ),
            "a": (Acquire("l"), Note("held"), Release("l")),
        },
        locks=("l",),
    )


LOCK_ANSWERS: Final = {
    "acquired": has(a="held", main="free"),
    "cancelled": lacks(a="held") & has(main="free"),
    "lock-lost": lacks(main="free"),
}
NOBODY_HOLDS: Final = {
    ANYBODY: "a lock that no task holds can be taken: what a lock is",
    "tornado": TORNADO
    + "locks.html#tornado.locks.Lock.release (the first coroutine in line gets the lock)",
}

LOCKS: Final = (
    Scenario(
        id="cancellation/lock-release-then-cancel",
        asks="A lock is released, then its waiter cancelled: who has the lock?",
        program=lock(Release("l"), Cancel("a")),
        answers=LOCK_ANSWERS,
        rule=Rule("MUST", required=(has(main="free"),)),
        sources=NOBODY_HOLDS,
        about={"acquire", "release"},
        shown_by="asyncio cancelled, the others acquired; mutant:leaked-permit",
    ),
    Scenario(
        id="cancellation/lock-cancel-then-release",
        asks="A lock's waiter is cancelled, then the lock released: who has the lock?",
        program=lock(Cancel("a"), Release("l")),
        answers=LOCK_ANSWERS,
        rule=Rule("MUST", required=(has(main="free"),)),
        unjudged={"acquired"},
        sources=NOBODY_HOLDS,
        about={"acquire", "release"},
        shown_by="mutant:leaked-permit",
    ),
    Scenario(
        id="cancellation/lock-second-waiter",
        asks="A lock is released and its first waiter cancelled: is the second one served?",
        program=Program(
            {
                "main": (
                    *(Acquire("l"), Spawn("a"), Sleep(1), Spawn("b"), Sleep(1)),
                    *(Release("l"), Cancel("a"), ended("a"), ended("b")),
                ),
                "a": (Acquire("l"), Note("held"), Release("l")),
                "b": (Acquire("l"), Note("held"), Release("l")),
            },
            locks=("l",),
        ),
        rule=Rule("MUST", required=(has(b="held") & ends(b="returned"),)),
        sources=NOBODY_HOLDS,
        about={"acquire", "release"},
        shown_by="mutant:lost-wakeup-on-cancel",
    ),
)


def item(*handover: Op) -> Program:
    """`a` waits for an item; main performs `handover`, then looks for the item itself."""
    return Program(
        {
            "main": (Spawn("a"), Sleep(1), *handover, ended("a"), soon(Receive("c"))),
            "a": (Receive("c"), Sleep(0)),
        },
        channels=ONE,
    )


ITEM_ANSWERS: Final = {
    "received": has(a="got 1") & lacks(main="got 1"),
    "cancelled-item-kept": lacks(a="got 1") & has(main="got 1"),
    "cancelled-item-lost": lacks(a="got 1", main="got 1"),
    "received-twice": has(a="got 1", main="got 1"),
}
ONCE: Final = Rule("MUST", required=(ITEM_ANSWERS["received"], ITEM_ANSWERS["cancelled-item-kept"]))
TAKEN_ONCE: Final = {
    ANYBODY: "an item is received once: what a channel is",
    "tornado": TORNADO + "queues.html#tornado.queues.Queue.get (removes and returns an item)",
}


def item_scenario(name: str, asks: str, shown_by: str, *handover: Op) -> Scenario:
    """A question about an item that is sent while its receiver is cancelled, and the rule."""
    return Scenario(
        id=f"cancellation/{name}",
        asks=asks,
        program=item(*handover),
        answers=ITEM_ANSWERS,
        rule=ONCE,
        unjudged={"received"} if isinstance(handover[0], Cancel) else frozenset(),
        sources=TAKEN_ONCE,
        about={"receive"},
        shown_by=shown_by,
    )


ITEMS: Final = (
    item_scenario(
        "item-send-then-cancel",
        "An item is sent, then the receiver that waits for it cancelled: where is the item?",
        "asyncio cancelled-item-kept, the others received; mutant:item-stays",
        *(Send("c", 1), Cancel("a")),
    ),
    item_scenario(
        "item-cancel-then-send",
        "A receiver is cancelled, then an item sent: where is the item?",
        "mutant:item-lost-on-cancel",
        *(Cancel("a"), Send("c", 1)),
    ),
    item_scenario(
        "item-send-nowait-then-cancel",
        "An item is put without waiting, then the receiver cancelled: where is the item?",
        "asyncio cancelled-item-kept, trio and anyio received; mutant:item-stays",
        *(SendNowait("c", 1), Cancel("a")),
    ),
    item_scenario(
        "item-cancel-then-send-nowait",
        "A receiver is cancelled, then an item put without waiting: where is the item?",
        "mutant:item-lost-on-cancel",
        *(Cancel("a"), SendNowait("c", 1)),
    ),
    Scenario(
        id="cancellation/item-second-receiver",
        asks="An item is sent and the first receiver cancelled: does one of the two receive it?",
        program=Program(
            {
                "main": (
                    *(Spawn("a"), Sleep(1), Spawn("b"), Sleep(1)),
                    *(Send("c", 1), Cancel("a"), ended("a"), Sleep(1), Cancel("b"), ended("b")),
                ),
                "a": (Receive("c"), Sleep(0)),
                "b": (Receive("c"), Sleep(0)),
            },
            channels=TWO,
        ),
        rule=Rule(
            "MUST",
            required=(has(a="got 1") & lacks(b="got 1"), has(b="got 1") & lacks(a="got 1")),
        ),
        sources=TAKEN_ONCE,
        about={"receive"},
        shown_by="mutant:double-wakeup",
    ),
)


def room(*handover: Op) -> Program:
    """`a` waits for room for its item 2; main performs `handover`, then looks for that item."""
    return Program(
        {
            "main": (
                *(Send("c", 1), Spawn("a"), Sleep(1)),
                *(*handover, ended("a"), soon(Receive("c"))),
            ),
            "a": (Send("c", 2), Note("sent"), Sleep(0)),
        },
        channels=ONE,
    )


ROOM_ANSWERS: Final = {
    "sent": has(a="sent", main="got 2"),
    "cancelled-not-sent": lacks(a="sent", main="got 2"),
    "cancelled-but-sent": lacks(a="sent") & has(main="got 2"),
    "sent-item-lost": has(a="sent") & lacks(main="got 2"),
}
DID_NOT_HAPPEN: Final = Rule(
    "MUST", required=(ROOM_ANSWERS["sent"], ROOM_ANSWERS["cancelled-not-sent"])
)


def room_scenario(name: str, asks: str, shown_by: str, *handover: Op) -> Scenario:
    """A question about a sender that is given room while it is cancelled, and trio's rule."""
    return Scenario(
        id=f"cancellation/{name}",
        asks=asks,
        program=room(*handover),
        answers=ROOM_ANSWERS,
        rule=DID_NOT_HAPPEN,
        unjudged={"sent"} if isinstance(handover[0], Cancel) else frozenset(),
        sources={"trio": TRIO_PRIMITIVES},
        about={"send"},
        shown_by=shown_by,
    )


ROOMS: Final = (
    room_scenario(
        "room-receive-then-cancel",
        "An item is received, then the sender that waits for room cancelled: is its item sent?",
        "asyncio cancelled-not-sent, the others sent; mutant:sender-item-lost",
        *(Receive("c"), Cancel("a")),
    ),
    room_scenario(
        "room-cancel-then-receive",
        "A sender that waits for room is cancelled, then an item received: is its item sent?",
        "anyio:trio also cancelled-but-sent, the others cancelled-not-sent; "
        "mutant:cancelled-send-sends",
        *(Cancel("a"), Receive("c")),
    ),
    room_scenario(
        "room-receive-nowait-then-cancel",
        "An item is taken without waiting, then the sender cancelled: is its item sent?",
        "asyncio cancelled-not-sent, trio and anyio sent; mutant:cancelled-send-sends",
        *(ReceiveNowait("c"), Cancel("a")),
    ),
    room_scenario(
        "room-cancel-then-receive-nowait",
        "A sender is cancelled, then an item taken without waiting: is the sender's item sent?",
        "anyio cancelled-but-sent, asyncio and trio cancelled-not-sent; "
        "mutant:cancelled-send-sends",
        *(Cancel("a"), ReceiveNowait("c")),
    ),
)

SCENARIOS: Final = EVENTS + LOCKS + ITEMS + ROOMS
