"""TCP: the life of a connection: closes, resets, and two users at once."""

from __future__ import annotations

from typing import Final

from conformance.lang.ops import (
    Abort,
    Accept,
    Attempt,
    Close,
    CloseListener,
    Listen,
    Note,
    Op,
    ReceiveExactly,
    ReceiveSome,
    ReceiveUntilEof,
    SendBytes,
    Sleep,
    Spawn,
)
from conformance.lang.pattern import Pattern, ends, has, lacks
from conformance.lang.program import Program
from conformance.lang.scenario import ANYBODY, Rule, Scenario
from scenarios.idioms import ended
from scenarios.promises import ANYIO_API, TCP, TORNADO_STREAMS, TRIO_IO
from scenarios.tcp import BIG, PAIR, alone, received, tried

TRIO_RECEIVE: Final = TRIO_IO + "#trio.abc.ReceiveStream.receive_some"
TRIO_SEND: Final = TRIO_IO + "#trio.abc.SendStream.send_all"
TRIO_CLOSE: Final = TRIO_IO + "#trio.abc.AsyncResource.aclose"
TRIO_ACCEPT: Final = TRIO_IO + "#trio.abc.Listener.accept"
ANYIO_CLOSED: Final = ANYIO_API + "#anyio.ClosedResourceError"
TORNADO_CLOSED: Final = (
    TORNADO_STREAMS + "StreamClosedError (raised by IOStream methods when the stream is closed)"
)
ANYIO_BUSY: Final = ANYIO_API + "#anyio.BusyResourceError"


def meanwhile(op: Op, *ops: Op) -> Program:
    """`a` blocks in `op`; main then performs `ops` and joins it."""
    return Program(
        {"main": (*PAIR, Spawn("a"), Sleep(1), *ops, ended("a")), "a": (op, Note("past"))}
    )


def task_answers(**more: Pattern) -> dict[str, Pattern]:
    """What may become of `a`, which is blocked in a receive or an accept."""
    return {"error": ends(a="raised *"), "hangs": ends(a="blocked*"), **more}


CLOSES: Final = (
    Scenario(
        id="tcp/close-under-receive",
        asks="What becomes of a receive when another task closes its stream?",
        program=meanwhile(ReceiveSome("c", 1), Close("c")),
        answers=task_answers(eof=has(a="got ''"), cancelled=ends(a="cancelled")),
        rule=Rule("MUST", required=(ends(a="raised Closed"),)),
        unjudged={"cancelled"},
        sources={
            "trio": TRIO_RECEIVE,
            "tornado": TORNADO_STREAMS
            + "BaseIOStream (all outstanding: StreamClosedError when the stream is closed)",
        },
        about={"close", "receive_some"},
        shown_by="asyncio eof, trio and anyio error, curio hangs",
    ),
    Scenario(
        id="tcp/receive-after-own-close",
        asks="What does a receive say after one's own close?",
        program=alone(Close("c"), tried(ReceiveSome("c", 1), "returned")),
        answers={
            "error": has(main="failed"),
            "eof": has(main=["got ''", "returned"]),
            "hangs": ends(main="blocked*"),
        },
        rule=Rule("MUST", required=(has(main="caught Closed"),)),
        sources={"trio": TRIO_RECEIVE, "anyio": ANYIO_CLOSED, "tornado": TORNADO_CLOSED},
        about={"close", "receive_some"},
        shown_by="asyncio eof, the others error",
    ),
    Scenario(
        id="tcp/rest-after-own-close",
        asks="Can bytes still be read after one's own close that had come before it, and what comes then?",
        program=alone(
            *(SendBytes("s", "ab"), ReceiveSome("c", 1), Close("c")),
            *(tried(ReceiveSome("c", 1), "more"), tried(ReceiveSome("c", 1), "more-still")),
        ),
        answers={
            "error": has(main=["failed", "failed"]) & lacks(main="more"),
            "rest-then-error": has(main=["got 'b'", "more", "failed"]),
            "rest-then-end": has(main=["got 'b'", "more", "got ''", "more-still"]),
            "end": has(main=["got ''", "more"]),
        },
        rule=Rule("MUST", required=(has(main="caught Closed") & lacks(main="got ''"),)),
        sources={"trio": TRIO_RECEIVE, "anyio": ANYIO_CLOSED, "tornado": TORNADO_CLOSED},
        about={"close", "receive_some"},
        shown_by="asyncio rest-then-end, trio error, anyio:asyncio rest-then-error; mutant:closed-unnoticed",
    ),
    Scenario(
        id="tcp/send-after-own-close",
        asks="Does a send after one's own close fail?",
        program=alone(Close("c"), tried(SendBytes("c", "x"), "sent")),
        answers={"error": has(main="failed"), "silent": has(main="sent")},
        rule=Rule("MUST", required=(has(main="caught Closed"),)),
        unjudged={"silent"},
        sources={"trio": TRIO_SEND, "anyio": ANYIO_CLOSED, "tornado": TORNADO_CLOSED},
        about={"close", "send_bytes"},
        shown_by="mutant:closed-unnoticed",
    ),
    Scenario(
        id="tcp/close-twice",
        asks="Is a second close without effect?",
        program=alone(Close("c"), tried(Close("c"), "fine"), ReceiveSome("s", 1)),
        answers={"no-op": has(main="fine"), "error": has(main="failed")},
        rule=Rule("MUST", required=(has(main=["fine", "got ''"]),)),
        unjudged={"error"},
        sources={"trio": TRIO_CLOSE},
        about={"close"},
        shown_by="mutant:second-close-fails",
    ),
    Scenario(
        id="tcp/listener-close-under-accept",
        asks="What becomes of an accept when another task closes its listener?",
        program=Program(
            {
                "main": (Listen("l"), Spawn("a"), Sleep(1), CloseListener("l"), ended("a")),
                "a": (Accept("s", "l"),),
            }
        ),
        answers=task_answers(cancelled=ends(a="cancelled")),
        rule=Rule("MUST", required=(ends(a="raised Closed"),)),
        unjudged={"cancelled"},
        sources={"trio": TRIO_ACCEPT},
        about={"accept", "close_listener"},
        shown_by="trio and anyio error, curio hangs",
    ),
    Scenario(
        id="tcp/accept-after-listener-close",
        asks="Does an accept from a closed listener fail?",
        program=Program(
            {"main": (Listen("l"), CloseListener("l"), tried(Accept("s", "l"), "accepted"))}
        ),
        answers={"error": has(main="failed"), "hangs": ends(main="blocked*")},
        rule=Rule("MUST", required=(has(main="caught Closed"),)),
        unjudged={"hangs"},
        sources={"trio": TRIO_ACCEPT, "anyio": ANYIO_CLOSED},
        about={"accept", "close_listener"},
        shown_by="mutant:closed-unnoticed",
    ),
)

RESETS: Final = (
    Scenario(
        id="tcp/close-with-unread-data",
        asks="What does the peer see when a stream is closed with data unread: a reset or the end?",
        program=alone(
            *(SendBytes("c", "unread"), Sleep(1), Close("s")),
            *(Sleep(1), tried(ReceiveSome("c", 1), "returned")),
        ),
        answers={"reset": has(main="caught Broken"), "eof": has(main=["got ''", "returned"])},
        sources={ANYBODY: TCP + "#section-3.6.1 (SHLD-3: should send a RST)"},
        about={"close"},
        shown_by="asyncio and anyio:asyncio eof (they have read it already), trio and curio reset",
    ),
    Scenario(
        id="tcp/abort-seen-by-receive",
        asks="What does a blocked receive see when the peer aborts: an error or the end?",
        program=meanwhile(ReceiveSome("c", 1), Abort("s")),
        answers=task_answers(eof=has(a="got ''")),
        sources={ANYBODY: TCP + "#section-3.9.1.6 (ABORT sends a RST)"},
        about={"abort"},
        shown_by="mutant:abort-is-close; every adapter but the reference composes abort",
    ),
    Scenario(
        id="tcp/send-after-peer-closed",
        asks="Which send is the first to fail after the peer has closed?",
        program=alone(
            *(Close("s"), ReceiveSome("c", 1)),
            *(tried(SendBytes("c", "1"), "sent-1", "failed-1"), Sleep(1)),
            *(tried(SendBytes("c", "2"), "sent-2", "failed-2"), Sleep(1)),
            *(tried(SendBytes("c", "3"), "sent-3", "failed-3"), Sleep(1)),
            tried(SendBytes("c", "4"), "sent-4", "failed-4"),
        ),
        answers={
            "first-send-fails": has(main="failed-1"),
            "second-send-fails": has(main=["sent-1", "failed-2"]),
            "third-send-fails": has(main=["sent-1", "sent-2", "failed-3"]),
            "fourth-send-fails": has(main=["sent-1", "sent-2", "sent-3", "failed-4"]),
            "accepted": has(main=["sent-1", "sent-2", "sent-3", "sent-4"]),
        },
        sources={ANYBODY: TCP + "#section-3.10.7.1; a send only buffers: no document says which"},
        about={"send_bytes"},
        shown_by="anyio:asyncio a later one, the others the second",
    ),
    Scenario(
        id="tcp/reset-under-send",
        asks="Does a send that waits for its reader fail when the reader closes instead?",
        program=meanwhile(SendBytes("s", "abcdefgh", BIG // 8), Close("c")),
        answers=task_answers(completes=has(a="past")),
        rule=Rule("MUST", forbidden=(ends(a="blocked*"),)),
        sources={ANYBODY: TCP + "#section-3.10.7.4 (RST: outstanding SENDs get `reset` responses)"},
        about={"send_bytes", "close"},
        shown_by="mutant:reset-unseen",
    ),
)

CONFLICTS: Final = (
    Scenario(
        id="tcp/two-receives",
        asks="What becomes of a second receive while another task's is blocked?",
        program=Program(
            {
                "main": (
                    *(*PAIR, Spawn("a"), Sleep(1), Spawn("b"), Sleep(1)),
                    *(SendBytes("s", "x"), Sleep(1), SendBytes("s", "y"), ended("a"), ended("b")),
                ),
                "a": (ReceiveSome("c", 1),),
                "b": (Attempt((ReceiveSome("c", 1),), on_error=()),),
            }
        ),
        answers={
            "second-fails": has(a="got 'x'", b="caught *"),
            "both-served": has(a="got '*", b="got '*"),
            "first-fails": ends(a="raised *"),
            "second-hangs": has(a="got '*") & ends(b="blocked*"),
            "first-hangs": ends(a="blocked*"),
        },
        rule=Rule("MUST", required=(has(a="got 'x'", b="caught Busy"),)),
        unjudged={"both-served", "first-fails"},
        sources={"trio": TRIO_RECEIVE, "anyio": ANYIO_BUSY},
        about={"receive_some"},
        shown_by="mutant:second-receive-displaces-first",
    ),
    Scenario(
        id="tcp/two-sends",
        asks="What becomes of a second send while another task's waits for the reader?",
        program=Program(
            {
                "main": (
                    *(*PAIR, Spawn("a"), Sleep(1), Spawn("b"), Sleep(1), Spawn("r")),
                    *(ended("a"), ended("b"), Close("s"), ended("r")),
                ),
                "a": (SendBytes("s", "abcdefgh", BIG // 8),),
                "b": (Attempt((SendBytes("s", "z", BIG // 8), Note("sent")), on_error=()),),
                "r": (ReceiveExactly("c", BIG), ReceiveUntilEof("c")),
            }
        ),
        answers={
            "second-fails": has(b="caught *"),
            "both-sent-in-turn": has(b="sent", r=received("abcdefgh", BIG // 8)),
            "both-sent-mixed": has(b="sent") & lacks(r=received("abcdefgh", BIG // 8)),
            "first-fails": ends(a="raised *") & lacks(b="caught *"),
        },
        rule=Rule("MUST", required=(has(b="caught Busy"),)),
        sources={"trio": TRIO_SEND, "anyio": ANYIO_BUSY},
        about={"send_bytes"},
        shown_by="asyncio both-sent-in-turn, the others second-fails",
    ),
)

SCENARIOS: Final = CLOSES + RESETS + CONFLICTS
