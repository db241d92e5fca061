"""Asks about the ends of channels: what closing does to either side, and what clones keep open."""

from __future__ import annotations

from conformance.lang.ops import (
    Attempt,
    Cancel,
    CloneReceiver,
    CloneSender,
    CloseReceiver,
    CloseSender,
    Group,
    Length,
    Note,
    Op,
    Receive,
    ReceiveNowait,
    Send,
    SendNowait,
    Sleep,
    Spawn,
)
from conformance.lang.pattern import has, lacks, logs
from conformance.lang.program import Channel, Program
from conformance.lang.scenario import ANYBODY, Rule, Scenario
from scenarios.idioms import soon
from scenarios.manuals import PRIMITIVE, anyio, asyncio, trio
from scenarios.phrases import within
from scenarios.queries import caught

_IO = "https://trio.readthedocs.io/en/stable/reference-io.html#trio.abc."
_MEMORY = "anyio.streams.memory.MemoryObject"
_STREAMS = anyio("streams", "memory-object-streams")
_SHUTDOWN = asyncio("queue", "asyncio.Queue.shutdown")
_RECEIVE = {
    "asyncio": _SHUTDOWN,
    "trio": f"{_IO}ReceiveChannel.receive",
    "anyio": anyio("api", f"{_MEMORY}ReceiveStream.receive_nowait"),
}
_SEND = {
    "asyncio": _SHUTDOWN,
    "trio": f"{_IO}SendChannel.send",
    "anyio": anyio("api", f"{_MEMORY}SendStream.send"),
}
_CLONE = {"trio": trio("trio.MemorySendChannel.clone"), "anyio": _STREAMS}
_END, _FREE = CloseSender("c"), CloseReceiver("c")


def _over(*body: Op, **tasks: tuple[Op, ...]) -> Program:
    """A program with one channel for one item whose main starts all tasks in one group, and then goes on in it."""
    return _holding(1, *body, **tasks)


def _holding(capacity: int, *body: Op, **tasks: tuple[Op, ...]) -> Program:
    spawns = tuple(Spawn(name, "g") for name in tasks)
    main = (Group("g", (*spawns, *body)),) if tasks else body
    return Program({"main": main, **tasks}, channels={"c": Channel(capacity)})


_SENDER = (
    Scenario(
        id="channels/close-ends-receive",
        asks="Does a receive end that waits when the sending end is closed?",
        program=_over(Sleep(1), _END, a=(caught(Receive("c")),)),
        rule=Rule("MUST", required=(logs(a=["caught EndOfChannel@1"]),)),
        sources=_RECEIVE,
        about={"close_sender", "receive"},
        shown_by="mutant:close-wakes-nobody",
    ),
    Scenario(
        id="channels/close-keeps-items",
        asks="Are the items received that were sent before the sending end was closed?",
        program=_holding(
            2, Send("c", 1), Send("c", 2), _END, *(caught(Receive("c")) for _ in range(3))
        ),
        answers={
            "kept": logs(main=["got 1", "got 2", "caught EndOfChannel"]),
            "lost": lacks(main="got 2"),
        },
        rule=Rule("MUST", required=(logs(main=["got 1", "got 2", "caught EndOfChannel"]),)),
        unjudged={"lost"},
        sources=_RECEIVE,
        about={"close_sender", "receive"},
        shown_by="mutant:close-drops-items",
    ),
    Scenario(
        id="channels/close-nowait-end",
        asks="Does a receive that must not wait tell an ended channel from an empty one?",
        program=_over(caught(ReceiveNowait("c")), _END, caught(ReceiveNowait("c"))),
        answers={
            "tells": logs(main=["caught Empty", "caught EndOfChannel"]),
            "does-not": logs(main=["caught Empty", "caught Empty"]),
        },
        rule=Rule("MUST", required=(logs(main=["caught Empty", "caught EndOfChannel"]),)),
        unjudged={"does-not"},
        sources={
            **_RECEIVE,
            "trio": trio("trio.MemoryReceiveChannel.receive_nowait") + " (like receive)",
        },
        about={"close_sender", "receive_nowait"},
        shown_by="mutant:ended-is-empty",
    ),
    Scenario(
        id="channels/send-after-close",
        asks="Is a send refused through an end that was closed?",
        program=_over(_END, caught(Send("c", 1)), Note("on")),
        answers={"refused": has(main="caught Closed"), "sent": logs(main=["on"])},
        rule=Rule("MUST", required=(has(main="caught Closed"),)),
        sources=_SEND,
        about={"close_sender", "send"},
        shown_by="mutant:closed-sends",
    ),
    Scenario(
        id="channels/send-nowait-after-close",
        asks="Is a send that must not wait refused through an end that was closed?",
        program=_over(_END, caught(SendNowait("c", 1)), Note("on")),
        rule=Rule("MUST", required=(logs(main=["caught Closed", "on"]),)),
        sources=_SEND,
        about={"close_sender", "send_nowait"},
        shown_by="mutant:closed-sends",
    ),
    Scenario(
        id="channels/close-under-send",
        asks="What comes of a send that waits when its own end is closed?",
        program=_over(Sleep(1), _END, Sleep(1), a=(Send("c", 1), caught(Send("c", 2)), Note("on"))),
        answers={
            "refused": logs(a=["caught Closed@1", "on@1"]),
            "goes-on": logs(a=["on@1"]),
            "waits": logs(a=[]),
        },
        rule=Rule("MUST", required=(logs(a=["caught Closed@1", "on@1"]),)),
        unjudged={"goes-on", "waits"},
        sources={name: _SEND[name] for name in ("asyncio", "trio")},
        about={"close_sender", "send"},
        shown_by="mutant:close-wakes-nobody",
    ),
    Scenario(
        id="channels/send-then-close",
        asks="Does a waiting receiver get the item that is sent right before the end is closed?",
        program=_over(
            Sleep(1), SendNowait("c", 7), _END, a=(caught(Receive("c")), caught(Receive("c")))
        ),
        rule=Rule("MUST", required=(logs(a=["got 7@1", "caught EndOfChannel@1"]),)),
        sources={ANYBODY: PRIMITIVE, **_RECEIVE},
        about={"close_sender", "receive"},
        shown_by="mutant:lost-item-wakeup",
    ),
    Scenario(
        id="channels/close-then-cancel",
        asks="What does a receiver learn whose channel ends, and who is cancelled, in one round?",
        program=_over(
            Sleep(1), _END, Cancel("a"), a=(Attempt((Receive("c"),), on_error=(), on_cancel=()),)
        ),
        answers={
            "end": has(a="caught EndOfChannel"),
            "cancellation": has(a="caught Cancelled"),
        },
        sources=_RECEIVE,
        about={"close_sender", "receive"},
        shown_by="trio answers end, asyncio cancellation",
    ),
    Scenario(
        id="channels/close-twice",
        asks="May an end be closed that is closed?",
        program=_over(_END, caught(_END), Note("on")),
        answers={"may": logs(main=["on"]), "error": has(main="caught *")},
        rule=Rule("MUST", required=(logs(main=["on"]),)),
        unjudged={"error"},
        sources={"trio": f"{_IO}AsyncResource.aclose"},
        about={"close_sender"},
        shown_by="mutant:close-once",
    ),
)

_RECEIVER = (
    Scenario(
        id="channels/send-to-nobody",
        asks="Is a send refused when the receiving end is closed?",
        program=_over(_FREE, caught(Send("c", 1)), Note("on")),
        answers={"refused": has(main="caught Broken"), "sent": logs(main=["on"])},
        rule=Rule("MUST", required=(has(main="caught Broken"),)),
        unjudged={"sent"},
        sources={name: _SEND[name] for name in ("trio", "anyio")},
        about={"close_receiver", "send"},
        shown_by="mutant:sends-to-nobody",
    ),
    Scenario(
        id="channels/close-receiver-under-send",
        asks="Does a send fail that waits when the receiving end is closed?",
        program=_over(Sleep(1), _FREE, Sleep(1), a=(Send("c", 1), caught(Send("c", 2)))),
        rule=Rule("MUST", required=(logs(a=["caught Broken@1"]),)),
        sources={name: _SEND[name] for name in ("trio", "anyio")},
        about={"close_receiver", "send"},
        shown_by="mutant:close-wakes-nobody",
    ),
    Scenario(
        id="channels/close-receiver-under-receive",
        asks="What comes of a receive that waits when its own end is closed?",
        program=_over(Sleep(1), _FREE, a=(caught(within(3, Receive("c"))), Note("on"))),
        answers={
            "refused": logs(a=["caught Closed@1", "on@1"]),
            "ends": logs(a=["caught EndOfChannel@1", "on@1"]),
            "waits": has(a="caught Timeout"),
        },
        rule=Rule("MUST", required=(logs(a=["caught Closed@1", "on@1"]),)),
        unjudged={"ends", "waits"},
        sources={"trio": _RECEIVE["trio"]},
        about={"close_receiver", "receive"},
        shown_by="mutant:close-wakes-nobody",
    ),
    Scenario(
        id="channels/receive-after-close",
        asks="Is a receive refused through an end that was closed, though there is an item?",
        program=_over(Send("c", 1), _FREE, caught(Receive("c")), Note("on")),
        answers={"refused": logs(main=["caught Closed", "on"]), "received": has(main="got 1")},
        rule=Rule("MUST", required=(logs(main=["caught Closed", "on"]),)),
        unjudged={"received"},
        sources={name: _RECEIVE[name] for name in ("trio", "anyio")},
        about={"close_receiver", "receive"},
        shown_by="mutant:closed-receives",
    ),
    Scenario(
        id="channels/close-receiver-items",
        asks="What becomes of the items in a channel whose receiving end is closed?",
        program=_over(Send("c", 1), _FREE, Length("c")),
        answers={"dropped": logs(main=["got 0"]), "kept": logs(main=["got 1"])},
        sources={
            "trio": trio("trio.MemoryReceiveChannel.close"),
            "anyio": anyio("api", f"{_MEMORY}ReceiveStream.close"),
        },
        about={"close_receiver", "length"},
        shown_by="trio answers dropped, anyio kept",
    ),
)

_CLONES = (
    Scenario(
        id="channels/clone-keeps-open",
        asks="Can a clone send when the end that it was cloned from is closed?",
        program=_over(
            *(CloneSender("c", "d"), _END, Sleep(1), soon(Send("d", 7))), a=(caught(Receive("c")),)
        ),
        answers={"can": logs(a=["got 7@1"]), "cannot": lacks(a="got 7")},
        rule=Rule("MUST", required=(logs(a=["got 7@1"]),)),
        sources=_CLONE,
        about={"clone_sender", "close_sender"},
        shown_by="mutant:clone-closes-too",
    ),
    Scenario(
        id="channels/clone-last-closes",
        asks="Does a channel end with the last of its sending ends?",
        program=_over(
            *(CloneSender("c", "d"), _END, Sleep(1), CloseSender("d")),
            a=(caught(within(3, Receive("c"))),),
        ),
        answers={"last": logs(a=["caught EndOfChannel@1"]), "never": has(a="caught Timeout")},
        rule=Rule("MUST", required=(logs(a=["caught EndOfChannel@1"]),)),
        sources=_CLONE,
        about={"clone_sender", "close_sender"},
        shown_by="mutant:clone-keeps-for-ever",
    ),
    Scenario(
        id="channels/clone-of-closed",
        asks="Is an end refused a clone that was closed?",
        program=_over(_END, caught(CloneSender("c", "d")), Note("on")),
        answers={"refused": has(main="caught Closed"), "cloned": logs(main=["on"])},
        rule=Rule("MUST", required=(has(main="caught Closed"),)),
        unjudged={"cloned"},
        sources={"trio": _CLONE["trio"]},
        about={"clone_sender", "close_sender"},
        shown_by="mutant:closed-clones",
    ),
    Scenario(
        id="channels/clone-same-channel",
        asks="Do the items of all sending ends go into one channel?",
        program=_holding(
            2, CloneSender("c", "d"), Send("c", 1), Send("d", 2), soon(Receive("c"), Receive("c"))
        ),
        rule=Rule("MUST", required=(logs(main=["got 1", "got 2"]),)),
        sources=_CLONE,
        about={"clone_sender", "send"},
        shown_by="mutant:clone-loses-items",
    ),
    Scenario(
        id="channels/clone-closes-one",
        asks="Does closing one sending end leave alone who waits at another?",
        program=_over(
            *(CloneSender("c", "d"), Send("c", 1), Sleep(2), CloseSender("d")),
            *(soon(Receive("c"), Receive("c")),),
            a=(Sleep(1), caught(Send("c", 2)), Note("sent")),
        ),
        answers={"leaves-alone": logs(a=["sent@2"]), "refuses": has(a="caught Closed")},
        rule=Rule("MUST", required=(logs(a=["sent@2"]),)),
        sources=_CLONE,
        about={"clone_sender", "close_sender", "send"},
        shown_by="mutant:clone-closes-too",
    ),
    Scenario(
        id="channels/clone-receivers-share",
        asks="Is each item received through one of two receiving ends only?",
        program=_over(
            *(CloneReceiver("c", "d"), Sleep(2), Send("c", 1), Sleep(1), Send("c", 2)),
            a=(Receive("c"),),
            b=(Sleep(1), Receive("d")),
        ),
        rule=Rule(
            "MUST",
            required=(logs(a=["got 1@2"], b=["got 2@3"]), logs(a=["got 2@3"], b=["got 1@2"])),
        ),
        sources={"trio": trio("trio.MemoryReceiveChannel.clone"), "anyio": _STREAMS},
        about={"clone_receiver", "receive"},
        shown_by="mutant:double-wakeup",
    ),
    Scenario(
        id="channels/clone-receiver-keeps-open",
        asks="Can be sent as long as one receiving end is open?",
        program=_over(
            CloneReceiver("c", "d"),
            *(_FREE, caught(Send("c", 1)), CloseReceiver("d"), caught(Send("c", 2))),
        ),
        answers={
            "as-long": logs(main=["caught Broken"]),
            "no-longer": logs(main=["caught Broken", "caught Broken"]),
            "for-ever": logs(main=[]),
        },
        rule=Rule("MUST", required=(logs(main=["caught Broken"]),)),
        sources={"trio": trio("trio.MemoryReceiveChannel.clone"), "anyio": _STREAMS},
        about={"clone_receiver", "close_receiver", "send"},
        shown_by="mutant:clone-closes-too",
    ),
)

SCENARIOS = _SENDER + _RECEIVER + _CLONES
