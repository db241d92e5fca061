"""Asks about bounded channels: order, blocking at either end, and who gets an item or a place."""

from __future__ import annotations

from conformance.lang.ops import (
    Attempt,
    Checkpoint,
    Group,
    Log,
    Note,
    Op,
    Receive,
    ReceiveNowait,
    Send,
    SendNowait,
    Sleep,
    Spawn,
)
from conformance.lang.pattern import has, logs, shared
from conformance.lang.program import Channel, Program
from conformance.lang.scenario import ANYBODY, Rule, Scenario
from scenarios.manuals import PRIMITIVE, anyio, asyncio, curio, tornado, trio
from scenarios.phrases import within

_SEND = {
    "asyncio": asyncio("queue", "asyncio.Queue.put"),
    "trio": trio("channel-buffering"),
    "curio": curio("queues"),
    "anyio": anyio("api", "anyio.streams.memory.MemoryObjectSendStream.send"),
    "tornado": tornado("queues", "tornado.queues.Queue.put"),
}
_TORNADO_GET = tornado("queues", "tornado.queues.Queue.get")
_FIFO = {
    "asyncio": asyncio("queue", "asyncio.Queue"),
    "trio": trio("channels"),
    "curio": "docstring of curio.queue.Queue, curio 1.6",
    ANYBODY: PRIMITIVE,
}
_FAIR = trio("fairness")
_CHECKPOINTS = trio("checkpoints")
_YIELDS = {
    "yields": shared("a ran", "main went-on"),
    "goes-straight-on": shared("main went-on", "a ran"),
}


def _of(capacity: int) -> dict[str, Channel]:
    """The one channel of a program."""
    return {"c": Channel(capacity)}


def _group(*body: Op) -> tuple[Op, ...]:
    """A main task that does everything inside one group."""
    return (Group("g", body),)


_ITEMS = (
    Scenario(
        id="sync/channel-order",
        asks="Do items come out of a channel in the order in which they went in?",
        program=Program(
            {
                "main": _group(Spawn("a", "g"), Sleep(1), *(Receive("c"),) * 4),
                "a": (Send("c", 1), Send("c", 2), Send("c", 3), Send("c", 4)),
            },
            channels=_of(2),
        ),
        answers={"in-order": logs(main=["got 1", "got 2", "got 3", "got 4"])},
        rule=Rule("MUST", required=(logs(main=["got 1", "got 2", "got 3", "got 4"]),)),
        sources=_FIFO,
        about={"send", "receive"},
        shown_by="mutant:lifo-channel",
    ),
    Scenario(
        id="sync/channel-falsy",
        asks="Are zero, false and none items like any other?",
        program=Program(
            {
                "main": _group(Spawn("a", "g"), *(Receive("c"),) * 3),
                "a": (Send("c", 0), Send("c", item=False), Send("c", None)),
            },
            channels=_of(1),
        ),
        answers={"items": logs(main=["got 0", "got false", "got none"])},
        rule=Rule("MUST", required=(logs(main=["got 0", "got false", "got none"]),)),
        sources={ANYBODY: PRIMITIVE},
        about={"send", "receive"},
        shown_by="mutant:falsy-is-nothing",
    ),
    Scenario(
        id="sync/channel-one-item",
        asks="Does exactly one of two receivers get an item?",
        program=Program(
            {
                "main": _group(
                    Spawn("a", "g"), Spawn("b", "g"), Sleep(1), Send("c", 7), Sleep(1), Send("c", 8)
                ),
                "a": (Receive("c"),),
                "b": (Receive("c"),),
            },
            channels=_of(1),
        ),
        rule=Rule(
            "MUST",
            required=(logs(a=["got 7@1"], b=["got 8@2"]), logs(a=["got 8@2"], b=["got 7@1"])),
        ),
        sources={ANYBODY: PRIMITIVE, "tornado": _TORNADO_GET},
        about={"send", "receive"},
        shown_by="mutant:double-wakeup",
    ),
)

_BLOCKING = (
    Scenario(
        id="sync/channel-full",
        asks="Does a send to a full channel wait for room?",
        program=Program(
            {
                "main": _group(
                    Spawn("a", "g"),
                    Sleep(1),
                    Log("full"),
                    Receive("c"),
                    Sleep(1),
                    Receive("c"),
                    Log("end"),
                ),
                "a": (Send("c", 1), Log("one"), Send("c", 2), Log("two")),
            },
            channels=_of(1),
        ),
        answers={
            "waits-for-room": shared("a one", "main full", "a two", "main end"),
            "returns": shared("a one", "a two", "main full", "main end"),
            "stays-blocked": shared("a one", "main full"),
        },
        rule=Rule("MUST", required=(shared("a one", "main full", "a two", "main end"),)),
        sources=_SEND,
        about={"send"},
        shown_by="mutant:unbounded-channel",
    ),
    Scenario(
        id="sync/channel-empty",
        asks="Does a receive from an empty channel wait for an item?",
        program=Program(
            {
                "main": _group(Spawn("a", "g"), Sleep(1), Log("empty"), Send("c", 7)),
                "a": (Receive("c"), Log("got")),
            },
            channels=_of(1),
        ),
        answers={
            "waits-for-item": shared("main empty", "a got"),
            "stays-blocked": shared("main empty"),
        },
        rule=Rule("MUST", required=(shared("main empty", "a got") & logs(a=["got 7"]),)),
        sources={ANYBODY: PRIMITIVE, "tornado": _TORNADO_GET},
        about={"receive"},
        shown_by="mutant:lost-item-wakeup",
    ),
    Scenario(
        id="sync/channel-nowait-full",
        asks="Does a send that must not wait fail on a full channel, and leave it as it was?",
        program=Program(
            {
                "main": (
                    SendNowait("c", 1),
                    Attempt((SendNowait("c", 2),), on_error=()),
                    ReceiveNowait("c"),
                    Attempt((ReceiveNowait("c"),), on_error=()),
                )
            },
            channels=_of(1),
        ),
        answers={
            "Full": logs(main=["caught Full", "got 1", "caught Empty"]),
            "accepted": logs(main=["got 1", "got 2"]),
        },
        rule=Rule("MUST", required=(logs(main=["caught Full", "got 1", "caught Empty"]),)),
        sources={
            "asyncio": asyncio("queue", "asyncio.Queue.put_nowait"),
            "trio": trio("trio.MemorySendChannel.send_nowait"),
            "anyio": anyio("api", "anyio.streams.memory.MemoryObjectSendStream.send_nowait"),
            "tornado": tornado("queues", "tornado.queues.Queue.put_nowait"),
        },
        about={"send_nowait"},
        shown_by="mutant:unbounded-channel",
    ),
    Scenario(
        id="sync/channel-nowait-empty",
        asks="Does a receive that must not wait fail on an empty channel?",
        program=Program(
            {"main": (Attempt((ReceiveNowait("c"),), on_error=()), Note("went-on"))},
            channels=_of(1),
        ),
        answers={"Empty": logs(main=["caught Empty", "went-on"]), "returns": has(main="got *")},
        rule=Rule("MUST", required=(logs(main=["caught Empty", "went-on"]),)),
        sources={
            "asyncio": asyncio("queue", "asyncio.Queue.get_nowait"),
            "trio": trio("trio.MemoryReceiveChannel.receive_nowait"),
            "anyio": anyio("api", "anyio.streams.memory.MemoryObjectReceiveStream.receive_nowait"),
            "tornado": tornado("queues", "tornado.queues.Queue.get_nowait"),
        },
        about={"receive_nowait"},
        shown_by="mutant:empty-gives-none",
    ),
    Scenario(
        id="sync/channel-send-yields",
        asks="Does a send to a channel with room let other tasks run?",
        program=Program(
            {
                "main": _group(Spawn("a", "g"), *(Send("c", 7),) * 3, Log("went-on")),
                "a": (Checkpoint(), Log("ran")),
            },
            channels=_of(4),
        ),
        answers=_YIELDS,
        rule=Rule("MUST", required=(_YIELDS["yields"],)),
        sources={"trio": _CHECKPOINTS},
        about={"send"},
        shown_by="trio answers yields, asyncio goes-straight-on",
    ),
    Scenario(
        id="sync/channel-receive-yields",
        asks="Does a receive from a channel with items let other tasks run?",
        program=Program(
            {
                "main": (
                    *(Send("c", 7),) * 3,
                    *_group(Spawn("a", "g"), *(Receive("c"),) * 3, Log("went-on")),
                ),
                "a": (Checkpoint(), Log("ran")),
            },
            channels=_of(4),
        ),
        answers=_YIELDS,
        rule=Rule("MUST", required=(_YIELDS["yields"],)),
        sources={"trio": _CHECKPOINTS},
        about={"receive"},
        shown_by="trio answers yields, asyncio goes-straight-on",
    ),
)

_FAIRNESS = (
    Scenario(
        id="sync/channel-receivers-order",
        asks="Are blocked receivers served in the order in which they came?",
        program=Program(
            {
                "main": _group(
                    Spawn("a", "g"), Spawn("b", "g"), Sleep(2), Send("c", 1), Send("c", 2)
                ),
                "a": (Receive("c"),),
                "b": (Sleep(1), Receive("c")),
            },
            channels=_of(2),
        ),
        answers={"in-order": has(a="got 1", b="got 2"), "reversed": has(a="got 2", b="got 1")},
        rule=Rule("MUST", required=(has(a="got 1", b="got 2"),)),
        sources={"trio": trio("trio.MemoryReceiveChannel.receive")},
        about={"receive"},
        shown_by="mutant:lifo-waiters",
    ),
    Scenario(
        id="sync/channel-senders-order",
        asks="Do the items of blocked senders go in in the order in which they came?",
        program=Program(
            {
                "main": (
                    Send("c", 0),
                    *_group(Spawn("a", "g"), Spawn("b", "g"), Sleep(2), *(Receive("c"),) * 3),
                ),
                "a": (Send("c", 1),),
                "b": (Sleep(1), Send("c", 2)),
            },
            channels=_of(1),
        ),
        answers={
            "in-order": logs(main=["got 0", "got 1", "got 2"]),
            "reversed": logs(main=["got 0", "got 2", "got 1"]),
        },
        rule=Rule("MUST", required=(logs(main=["got 0", "got 1", "got 2"]),)),
        sources={"trio": _FAIR},
        about={"send"},
        shown_by="mutant:lifo-waiters",
    ),
    Scenario(
        id="sync/channel-barging-receiver",
        asks="Can somebody else take the item that a waiting receiver was just given?",
        program=Program(
            {
                "main": _group(
                    Spawn("a", "g"),
                    Sleep(1),
                    SendNowait("c", 7),
                    Attempt((ReceiveNowait("c"),), on_error=(Note("reserved"),)),
                    Send("c", 8),
                ),
                "a": (Receive("c"),),
            },
            channels=_of(1),
        ),
        answers={
            "barges": has(main="got 7", a="got 8"),
            "reserved": has(main="reserved", a="got 7"),
        },
        rule=Rule("MUST", required=(has(main="reserved", a="got 7"),)),
        sources={"trio": _FAIR},
        about={"receive", "send_nowait", "receive_nowait"},
        shown_by="trio answers reserved, asyncio barges",
    ),
    Scenario(
        id="sync/channel-barging-sender",
        asks="Can somebody else take the place that was just made for a waiting sender?",
        program=Program(
            {
                "main": (
                    Send("c", 1),
                    *_group(
                        Spawn("a", "g"),
                        Sleep(1),
                        ReceiveNowait("c"),
                        Attempt((SendNowait("c", 3),), on_error=(Note("reserved"),)),
                        Receive("c"),
                        within(1, Receive("c")),
                    ),
                ),
                "a": (Send("c", 2),),
            },
            channels=_of(1),
        ),
        answers={
            "barges": logs(main=["got 1", "got 3", "got 2"]),
            "reserved": has(main=["got 1", "reserved", "got 2"]),
        },
        rule=Rule("MUST", required=(has(main=["got 1", "reserved", "got 2"]),)),
        sources={"trio": _FAIR},
        about={"send", "send_nowait", "receive_nowait"},
        shown_by="trio answers reserved, asyncio barges",
    ),
)

SCENARIOS = _ITEMS + _BLOCKING + _FAIRNESS
