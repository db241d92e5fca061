"""TCP: cancelled operations: accept, connect, receive and send."""

from __future__ import annotations

from typing import Final

from conformance.lang.ops import (
    Accept,
    Attempt,
    Cancel,
    Checkpoint,
    Close,
    Connect,
    Listen,
    Note,
    ReceiveExactly,
    ReceiveSome,
    ReceiveUntilEof,
    SendBytes,
    Sleep,
    Spawn,
)
from conformance.lang.pattern import ends, has, lacks
from conformance.lang.program import Program
from conformance.lang.scenario import ANYBODY, Rule, Scenario
from scenarios.idioms import ended, soon
from scenarios.promises import INTERRUPTS, TORNADO_STREAMS, TRIO_IO, TRIO_PRIMITIVES
from scenarios.tcp import BIG, PAIR, RELIABLE, received
from scenarios.tcp_life import meanwhile

SCENARIOS: Final = (
    Scenario(
        id="tcp/cancel-accept",
        asks="Does a cancel interrupt an accept, and is the next client served all the same?",
        program=Program(
            {
                "main": (
                    *(Listen("l"), Spawn("a"), Sleep(1), Cancel("a"), ended("a")),
                    *(
                        Connect("c", "l"),
                        soon(Accept("t", "l"), SendBytes("c", "x"), ReceiveSome("t", 1)),
                    ),
                ),
                "a": (Accept("s", "l"),),
            }
        ),
        rule=Rule("MUST", required=(ends(a="cancelled") & has(main="got 'x'"),)),
        sources=INTERRUPTS,
        about={"accept"},
        shown_by="mutant:connection-lost-on-cancel",
    ),
    Scenario(
        id="tcp/connect-then-cancel-accept",
        asks="A client connects, then the accept is cancelled: where is the connection?",
        program=Program(
            {
                "main": (
                    *(
                        Listen("l"),
                        Spawn("a"),
                        Sleep(1),
                        Connect("c", "l"),
                        Cancel("a"),
                        ended("a"),
                    ),
                    soon(Accept("t", "l"), Note("again")),
                ),
                "a": (Accept("s", "l"), Note("accepted")),
            }
        ),
        answers={
            "accepted": has(a="accepted") & lacks(main="again"),
            "cancelled-connection-kept": lacks(a="accepted") & has(main="again"),
            "cancelled-connection-lost": lacks(a="accepted", main="again"),
        },
        rule=Rule("MUST", forbidden=(lacks(a="accepted", main="again"),)),
        sources={"trio": TRIO_PRIMITIVES},
        about={"accept"},
        shown_by="mutant:connection-lost-on-wakeup",
    ),
    Scenario(
        id="tcp/cancel-connect",
        asks="What does the server see of a connect that was cancelled under way?",
        program=Program(
            {
                "main": (
                    *(Listen("l"), Spawn("a"), Checkpoint(), Cancel("a"), ended("a")),
                    soon(Accept("s", "l"), Note("accepted"), ReceiveSome("s", 1)),
                ),
                "a": (Connect("c", "l"), Note("connected")),
            }
        ),
        answers={
            "connected": has(a="connected"),
            "cancelled-unseen": lacks(a="connected", main="accepted"),
            "cancelled-and-closed": lacks(a="connected") & has(main=["accepted", "got ''"]),
            "cancelled-and-reset": lacks(a="connected") & has(main=["accepted", "caught Broken"]),
            "cancelled-but-open": lacks(a="connected") & has(main=["accepted", "caught Timeout"]),
        },
        rule=Rule(
            "MUST", forbidden=(lacks(a="connected") & has(main=["accepted", "caught Timeout"]),)
        ),
        sources={"trio": TRIO_PRIMITIVES},
        about={"connect"},
        shown_by="mutant:cancelled-connect-leaks",
    ),
    Scenario(
        id="tcp/cancel-receive",
        asks="Does a cancel interrupt a receive, and are the bytes that come later all received?",
        program=meanwhile(
            ReceiveSome("c", 5),
            Cancel("a"),
            ended("a"),
            SendBytes("s", "hello"),
            soon(ReceiveExactly("c", 5)),
        ),
        rule=Rule("MUST", required=(ends(a="cancelled") & has(main="got 'hello'"),)),
        sources={
            **RELIABLE,
            "tornado": TORNADO_STREAMS + "BaseIOStream.read_until_close (cancellation)",
        },
        about={"receive_some"},
        shown_by="mutant:bytes-lost-on-cancel",
    ),
    Scenario(
        id="tcp/data-then-cancel-receive",
        asks="Bytes are sent, then the receive that waits for them is cancelled: where are they?",
        program=meanwhile(
            ReceiveSome("c", 5),
            SendBytes("s", "hello"),
            Cancel("a"),
            ended("a"),
            soon(ReceiveExactly("c", 5)),
        ),
        answers={
            "received": has(a="got 'hello'"),
            "cancelled-bytes-kept": lacks(a="got *") & has(main="got 'hello'"),
            "cancelled-bytes-lost": lacks(a="got *", main="got *"),
        },
        rule=Rule("MUST", required=(has(a="got 'hello'"), has(main="got 'hello'"))),
        sources={"trio": TRIO_PRIMITIVES},
        about={"receive_some"},
        shown_by="asyncio and curio cancelled-bytes-kept, trio and anyio:uvloop received",
    ),
    Scenario(
        id="tcp/cancel-exactly-midway",
        asks="A receive of an exact number of bytes is cancelled half-way: are the first kept?",
        program=meanwhile(
            *(ReceiveExactly("c", 4), SendBytes("s", "ab"), Sleep(1), Cancel("a"), ended("a")),
            *(SendBytes("s", "cd"), Close("s"), ReceiveUntilEof("c")),
        ),
        answers={"prefix-kept": has(main="got 'abcd'"), "prefix-lost": has(main="got 'cd'")},
        sources={ANYBODY: "undocumented (curio attaches the bytes to the exception)"},
        about={"receive_exactly"},
        shown_by="asyncio prefix-kept, curio prefix-lost",
    ),
    Scenario(
        id="tcp/cancel-send-then-close",
        asks="A send that waits for its reader is cancelled, the stream closed: how much arrives?",
        program=Program(
            {
                "main": (
                    *(*PAIR, Spawn("a"), Sleep(1), Cancel("a"), ended("a")),
                    *(Spawn("r"), Close("s"), ended("r")),
                ),
                "a": (SendBytes("s", "abcdefgh", BIG // 8), Note("sent")),
                "r": (ReceiveUntilEof("c"),),
            }
        ),
        answers={
            "all-arrives": has(r=received("abcdefgh", BIG // 8)) & lacks(a="sent"),
            "prefix-arrives": has(r="got *") & lacks(r=received("abcdefgh", BIG // 8), a="sent"),
            "reset": ends(r="raised *"),
            "not-interrupted": has(a="sent"),
        },
        sources={ANYBODY: TRIO_IO + "#trio.abc.SendStream.send_all (some, all or none)"},
        about={"send_bytes"},
        shown_by="asyncio all-arrives, trio and curio prefix-arrives",
    ),
    Scenario(
        id="tcp/pending-cancel-at-ready-receive",
        asks="Does receiving bytes that are there take a pending cancel, and are the bytes kept?",
        program=Program(
            {
                "main": (
                    *(*PAIR, SendBytes("s", "x"), Sleep(1), Spawn("a"), ended("a")),
                    soon(ReceiveSome("c", 1)),
                ),
                "a": (
                    *(Checkpoint(), Attempt((Cancel("a"),), on_cancel=(Note("at-call"),))),
                    *(ReceiveSome("c", 1), Sleep(0)),
                ),
            }
        ),
        answers={
            "at-call": has(a="at-call"),
            "received": lacks(a="at-call") & has(a="got 'x'"),
            "cancelled-bytes-kept": lacks(a=["at-call", "got *"]) & has(main="got 'x'"),
            "cancelled-bytes-lost": lacks(a=["at-call", "got *"], main="got *"),
        },
        rule=Rule("MUST", required=(lacks(a=["at-call", "got *"]) & has(main="got 'x'"),)),
        sources={"trio": TRIO_PRIMITIVES},
        about={"receive_some"},
        shown_by="asyncio and anyio:uvloop received, curio at-call, trio cancelled-bytes-kept",
    ),
)
