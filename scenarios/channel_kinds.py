"""Asks about channels of capacity zero, channels without a bound, how many items a channel holds, who waits."""

from __future__ import annotations

import math

from conformance.lang.ops import (
    Cancel,
    Group,
    Length,
    Log,
    Note,
    Op,
    Receive,
    ReceiveNowait,
    Send,
    SendNowait,
    Sleep,
    Spawn,
    WaitingReceivers,
    WaitingSenders,
)
from conformance.lang.pattern import has, lacks, logs, shared
from conformance.lang.program import Channel, Program
from conformance.lang.scenario import ANYBODY, Rule, Scenario
from scenarios.manuals import PRIMITIVE, anyio, asyncio, curio, tornado, trio
from scenarios.phrases import within
from scenarios.queries import caught

_STREAMS = anyio("streams", "memory-object-streams")
_MEMORY = "anyio.streams.memory.MemoryObject"
_ZERO = {"trio": trio("trio.open_memory_channel"), "anyio": _STREAMS}
_UNBOUNDED = {
    "asyncio": asyncio("queue", "asyncio.Queue"),
    "trio": trio("trio.open_memory_channel"),
    "curio": curio("queues"),
    "anyio": _STREAMS,
    "tornado": tornado("queues", "tornado.queues.Queue") + " (if maxsize is 0 it is unbounded)",
}
_LENGTH = {
    "asyncio": asyncio("queue", "asyncio.Queue.qsize"),
    "trio": trio("trio.MemoryChannelStatistics"),
    "curio": curio("queues"),
    "anyio": anyio("api", "anyio.streams.memory.MemoryObjectStreamStatistics"),
    "tornado": tornado("queues", "tornado.queues.Queue.qsize"),
}

_WAITING = {
    "trio": trio("trio.open_memory_channel"),
    "anyio": anyio("api", "anyio.streams.memory.MemoryObjectStreamStatistics"),
}
_LIGHT_QUEUE = (
    "https://eventlet.readthedocs.io/en/latest/modules/queue.html#eventlet.queue.LightQueue"
)


def _over(capacity: float, *body: Op, **tasks: tuple[Op, ...]) -> Program:
    """A program with one channel whose main starts all tasks in one group, and then goes on in it."""
    spawns = tuple(Spawn(name, "g") for name in tasks)
    main = (Group("g", (*spawns, *body)),) if tasks else body
    return Program({"main": main, **tasks}, channels={"c": Channel(capacity)})


_RENDEZVOUS = (
    Scenario(
        id="channels/rendezvous-send-waits",
        asks="Does a send wait until somebody receives?",
        program=_over(0, Sleep(1), Log("takes"), Receive("c"), a=(Send("c", 7), Log("sent"))),
        answers={
            "waits": shared("main takes", "a sent"),
            "returns": shared("a sent", "main takes"),
        },
        rule=Rule("MUST", required=(shared("main takes", "a sent"),)),
        sources=_ZERO,
        about={"send"},
        shown_by="mutant:rendezvous-buffers",
    ),
    Scenario(
        id="channels/rendezvous-receive-waits",
        asks="Does an item reach a receiver that waits for it?",
        program=_over(0, Sleep(1), Send("c", 7), Note("sent"), a=(Receive("c"),)),
        rule=Rule("MUST", required=(logs(a=["got 7@1"], main=["sent@1"]),)),
        sources={**_ZERO, ANYBODY: PRIMITIVE},
        about={"send", "receive"},
        shown_by="mutant:lost-item-wakeup",
    ),
    Scenario(
        id="channels/rendezvous-nowait-alone",
        asks="Does a send that must not wait fail when nobody receives?",
        program=_over(0, caught(SendNowait("c", 7)), Note("on")),
        answers={"fails": logs(main=["caught Full", "on"]), "returns": logs(main=["on"])},
        rule=Rule("MUST", required=(logs(main=["caught Full", "on"]),)),
        sources={"anyio": anyio("api", f"{_MEMORY}SendStream.send_nowait"), "trio": _ZERO["trio"]},
        about={"send_nowait"},
        shown_by="mutant:rendezvous-buffers",
    ),
    Scenario(
        id="channels/rendezvous-send-nowait",
        asks="Does a send that must not wait reach a receiver that waits?",
        program=_over(0, Sleep(1), caught(SendNowait("c", 7)), a=(within(3, Receive("c")),)),
        rule=Rule("MUST", required=(logs(a=["got 7@1"], main=[]),)),
        sources={"anyio": anyio("api", f"{_MEMORY}SendStream.send_nowait"), ANYBODY: PRIMITIVE},
        about={"send_nowait", "receive"},
        shown_by="mutant:lost-item-wakeup",
    ),
    Scenario(
        id="channels/rendezvous-receive-nowait",
        asks="Does a receive that must not wait get the item of a sender that waits?",
        program=_over(0, Sleep(1), caught(ReceiveNowait("c")), a=(within(3, Send("c", 7)),)),
        answers={"gets-it": has(main="got 7@1"), "fails": has(main="caught Empty@1")},
        rule=Rule("MUST", required=(has(main="got 7@1"),)),
        sources={"anyio": anyio("api", f"{_MEMORY}ReceiveStream.receive_nowait")},
        about={"receive_nowait", "send"},
        shown_by="mutant:nowait-meets-nobody",
    ),
    Scenario(
        id="channels/rendezvous-order",
        asks="Which of two waiting senders meets the first receiver?",
        program=_over(
            0, Sleep(2), Receive("c"), Receive("c"), a=(Send("c", 1),), b=(Sleep(1), Send("c", 2))
        ),
        answers={"first": logs(main=["got 1", "got 2"]), "last": logs(main=["got 2", "got 1"])},
        rule=Rule("MUST", required=(logs(main=["got 1", "got 2"]),)),
        sources={"trio": trio("fairness")},
        about={"send", "receive"},
        shown_by="mutant:lifo-waiters",
    ),
    Scenario(
        id="channels/rendezvous-cancelled-sender",
        asks="Is an item gone whose sender was cancelled before anybody received?",
        program=_over(
            0, Sleep(1), Cancel("a"), Sleep(1), within(2, Receive("c")), a=(Send("c", 7),)
        ),
        answers={"gone": has(main="caught Timeout@4"), "received": has(main="got 7")},
        rule=Rule("MUST", required=(has(main="caught Timeout@4"),)),
        unjudged={"received"},
        sources={"trio": trio("cancellation-and-primitive-operations")},
        about={"send", "receive"},
        shown_by="mutant:cancelled-send-sends",
    ),
)

_NO_BOUND = (
    Scenario(
        id="channels/unbounded-send",
        asks="Does a send to a channel without a bound never wait?",
        program=_over(math.inf, within(2, Send("c", 1), Send("c", 2), Send("c", 3), Note("sent"))),
        answers={"never-waits": logs(main=["sent@0"]), "waits": has(main="caught Timeout")},
        rule=Rule("MUST", required=(logs(main=["sent@0"]),)),
        sources=_UNBOUNDED,
        about={"send"},
        shown_by="mutant:unbounded-is-bounded",
    ),
    Scenario(
        id="channels/unbounded-order",
        asks="Do items come out of a channel without a bound in the order in which they went in?",
        program=_over(
            math.inf, *(Send("c", n) for n in (1, 2, 3)), *(Receive("c") for _ in range(3))
        ),
        rule=Rule("MUST", required=(logs(main=["got 1", "got 2", "got 3"]),)),
        sources={**_UNBOUNDED, ANYBODY: PRIMITIVE},
        about={"send", "receive"},
        shown_by="mutant:lifo-channel",
    ),
)

_LENGTHS = (
    Scenario(
        id="channels/length",
        asks="Does a channel tell how many items it holds?",
        program=_over(
            3, *(Length("c"), Send("c", 1), Send("c", 2), Length("c"), Receive("c"), Length("c"))
        ),
        rule=Rule("MUST", required=(logs(main=["got 0", "got 2", "got 1", "got 1"]),)),
        sources=_LENGTH,
        about={"length"},
        shown_by="mutant:length-counts-sends",
    ),
    Scenario(
        id="channels/length-waiting-sender",
        asks="Does the item of a sender that waits for room count?",
        program=_over(1, Sleep(1), Length("c"), Receive("c"), a=(Send("c", 1), Send("c", 2))),
        answers={
            "does-not": has(main="got 1@1") & lacks(main="got 2@1"),
            "counts": has(main="got 2@1"),
        },
        unjudged={"counts"},
        sources=_LENGTH,
        about={"length", "send"},
        shown_by="mutant:length-counts-sends",
    ),
    Scenario(
        id="channels/length-handed-over",
        asks="Does an item count that was sent to a receiver which has not gone on yet?",
        program=_over(2, Sleep(1), SendNowait("c", 7), Length("c"), a=(Receive("c"),)),
        answers={"does-not": has(main="got 0@1"), "counts": has(main="got 1@1")},
        sources=_LENGTH,
        about={"length", "send_nowait"},
        shown_by="trio answers does-not, asyncio counts",
    ),
)

_COUNTS = (
    Scenario(
        id="channels/waiting-receivers",
        asks="Does a channel tell how many tasks wait for an item?",
        program=_over(
            1,
            *(Sleep(1), WaitingReceivers("c"), Send("c", 1), Sleep(1), WaitingReceivers("c")),
            *(Send("c", 2), Sleep(1), WaitingReceivers("c")),
            a=(Receive("c"),),
            b=(Receive("c"),),
        ),
        rule=Rule("MUST", required=(logs(main=["got 2", "got 1", "got 0"]),)),
        sources={**_WAITING, "eventlet": f"{_LIGHT_QUEUE}.getting"},
        about={"waiting_receivers"},
        shown_by="mutant:count-stays",
    ),
    Scenario(
        id="channels/waiting-senders",
        asks="Does a channel tell how many tasks wait for room?",
        program=_over(
            1,
            *(Send("c", 0), Sleep(2), WaitingSenders("c"), Sleep(2), WaitingSenders("c")),
            *(Sleep(2), WaitingSenders("c")),
            a=(Sleep(1), Send("c", 1)),
            b=(Sleep(1), Send("c", 2)),
            d=(Sleep(3), Receive("c"), Sleep(2), Receive("c")),
        ),
        rule=Rule("MUST", required=(logs(main=["got 2", "got 1", "got 0"]),)),
        sources={**_WAITING, "eventlet": f"{_LIGHT_QUEUE}.putting"},
        about={"waiting_senders"},
        shown_by="mutant:count-stays",
    ),
)

SCENARIOS = _RENDEZVOUS + _NO_BOUND + _LENGTHS + _COUNTS
