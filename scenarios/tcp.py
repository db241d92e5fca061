"""TCP: connecting, bytes in order, the end of a stream, half-close, and slow readers."""

from __future__ import annotations

from typing import Final

from conformance.lang.ops import (
    Accept,
    Attempt,
    Close,
    CloseListener,
    Connect,
    Listen,
    Log,
    Note,
    Op,
    ReceiveExactly,
    ReceiveSome,
    ReceiveUntilEof,
    SendBytes,
    SendEof,
    Sleep,
    Spawn,
)
from conformance.lang.outcome import show_bytes
from conformance.lang.pattern import ends, has, lacks, logs, shared
from conformance.lang.program import Program
from conformance.lang.scenario import ANYBODY, Rule, Scenario
from scenarios.idioms import ended, soon
from scenarios.promises import (
    ANYIO_API,
    ASYNCIO_STREAMS,
    POSIX,
    PYTHON,
    TCP,
    TORNADO,
    TORNADO_STREAMS,
    TRIO_IO,
)

PAIR: Final = (Listen("l"), Connect("c", "l"), Accept("s", "l"))
"""`c` is the client's stream, `s` the server's; the backlog holds the connection."""

BIG: Final = 8 * 1024 * 1024
"""Bytes: more than the kernel and the runtimes buffer (4.3 MB on Linux when nobody reads)."""

RELIABLE: Final = {ANYBODY: TCP + "#section-2.2 (a reliable, in-order byte stream)"}
TORNADO_STOP: Final = TORNADO + "tcpserver.html#tornado.tcpserver.TCPServer.stop"
CLOSING: Final = {ANYBODY: TCP + "#section-3.6 (closing: what was sent arrives, then the end)"}


def received(data: str, times: int = 1) -> str:
    """The log entry of received bytes."""
    return f"got {show_bytes(data.encode() * times)}"


def alone(*ops: Op) -> Program:
    """One task holds both ends."""
    return Program({"main": (*PAIR, *ops)})


def tried(op: Op, done: str, failed: str = "failed") -> Op:
    """Note whether an op succeeds."""
    return Attempt((op, Note(done)), on_error=(Note(failed),))


CONNECTING: Final = (
    Scenario(
        id="tcp/connection-refused",
        asks="How does connecting to a port fail that nobody listens at any more?",
        program=Program(
            {
                "main": (
                    *(Listen("l"), CloseListener("l")),
                    Sleep(1),  # asyncio's Server.close: "closed asynchronously"
                    tried(Connect("c", "l"), "connected"),
                )
            }
        ),
        answers={
            "refused": has(main="caught Refused"),
            "another-error": has(main="failed") & lacks(main="caught Refused"),
            "connected": has(main="connected"),
        },
        rule=Rule("MUST", required=(has(main="failed"),)),
        sources={ANYBODY: POSIX + "connect.html (ECONNREFUSED)", "tornado": TORNADO_STOP},
        about={"connect"},
        shown_by="mutant:connects-to-nobody",
    ),
    Scenario(
        id="tcp/connect-before-accept",
        asks="Is a client served that connects and sends before anybody accepts?",
        program=Program(
            {
                "main": (
                    *(Listen("l"), Connect("c", "l"), SendBytes("c", "early"), Sleep(1)),
                    *(Accept("s", "l"), ReceiveExactly("s", 5)),
                )
            }
        ),
        rule=Rule("MUST", required=(logs(main=["got 'early'"]),)),
        sources={ANYBODY: POSIX + "listen.html (the backlog)"},
        shown_by="mutant:byte-dropped",
    ),
    Scenario(
        id="tcp/accept-order",
        asks="Are two connections accepted in the order in which they were made?",
        program=Program(
            {
                "main": (
                    *(Listen("l"), Connect("c", "l"), Connect("d", "l")),
                    *(SendBytes("c", "1"), SendBytes("d", "2"), Accept("s", "l")),
                    ReceiveSome("s", 1),
                )
            }
        ),
        answers={"in-order": has(main="got '1'"), "reversed": has(main="got '2'")},
        sources={ANYBODY: POSIX + "accept.html (the first connection on the queue)"},
        about={"accept"},
        rule=Rule("SHOULD", required=(has(main="got '1'"),)),
        shown_by="mutant:accepts-last-first",
    ),
    Scenario(
        id="tcp/listener-close-keeps-connections",
        asks="Does an accepted connection live on when its listener is closed?",
        program=alone(CloseListener("l"), SendBytes("c", "x"), ReceiveSome("s", 1)),
        rule=Rule("MUST", required=(has(main="got 'x'"),)),
        sources={
            "tornado": TORNADO_STOP,
            "asyncio": PYTHON + "asyncio-eventloop.html#asyncio.Server.close",
            ANYBODY: POSIX + "accept.html (a new socket for each connection)",
        },
        about={"close_listener"},
        shown_by="mutant:listener-takes-connections-along",
    ),
)

BYTES: Final = (
    Scenario(
        id="tcp/order-across-sends",
        asks="Do the bytes of several sends arrive whole and in order?",
        program=alone(
            *(SendBytes("c", "ab"), SendBytes("c", "c"), SendBytes("c", "def")),
            ReceiveExactly("s", 6),
        ),
        rule=Rule("MUST", required=(has(main="got 'abcdef'"),)),
        sources=RELIABLE,
        about={"send_bytes"},
        shown_by="mutant:byte-dropped",
    ),
    Scenario(
        id="tcp/receive-at-most",
        asks="Does a receive return no more than asked for, and keep the rest?",
        program=alone(
            *(SendBytes("c", "abcde"), Close("c"), ReceiveSome("s", 2), ReceiveUntilEof("s"))
        ),
        rule=Rule(
            "MUST",
            required=(
                logs(main=["got 'ab'", "got 'cde'"]),
                logs(main=["got 'a'", "got 'bcde'"]),
            ),
        ),
        sources={
            ANYBODY: POSIX + "recv.html (length)",
            "asyncio": ASYNCIO_STREAMS + "#asyncio.StreamReader.read",
            "tornado": TORNADO_STREAMS + "BaseIOStream.read_bytes (never more than num_bytes)",
            "trio": TRIO_IO + "#trio.abc.ReceiveStream.receive_some",
            "anyio": ANYIO_API + "#anyio.abc.ByteReceiveStream.receive",
        },
        about={"receive_some"},
        shown_by="mutant:rest-dropped",
    ),
    Scenario(
        id="tcp/large-send-to-slow-reader",
        asks="Does a large send wait for a late reader, and does all of it arrive in order?",
        program=Program(
            {
                "main": (
                    *(*PAIR, Spawn("a"), Sleep(2)),
                    *(Log("reading"), ReceiveExactly("s", BIG), ended("a")),
                ),
                "a": (SendBytes("c", "abcdefgh", BIG // 8), Log("sent")),
            }
        ),
        answers={
            "waits-for-reader": shared("main reading", "a sent"),
            "returns-before-read": shared("a sent", "main reading"),
        },
        rule=Rule("MUST", required=(has(main=received("abcdefgh", BIG // 8)),)),
        sources=RELIABLE,
        about={"send_bytes"},
        shown_by="anyio:asyncio returns-before-read, the others wait; mutant:byte-dropped",
    ),
)

ENDS: Final = (
    Scenario(
        id="tcp/eof-after-close",
        asks="Does a receive tell the end when the peer has closed?",
        program=alone(Close("s"), ReceiveSome("c", 1)),
        rule=Rule("MUST", required=(logs(main=["got ''"]),)),
        sources={ANYBODY: POSIX + "recv.html (orderly shutdown: 0)"},
        about={"close", "receive_some"},
        shown_by="mutant:eof-lost",
    ),
    Scenario(
        id="tcp/eof-after-data",
        asks="Is what was sent before a close received before the end is told?",
        program=alone(
            *(SendBytes("s", "last"), Close("s"), ReceiveExactly("c", 4), ReceiveSome("c", 1))
        ),
        rule=Rule("MUST", required=(logs(main=["got 'last'", "got ''"]),)),
        sources=CLOSING,
        about={"close"},
        shown_by="mutant:bytes-dropped-at-close",
    ),
    Scenario(
        id="tcp/eof-again",
        asks="What does a receive say once the end has been told?",
        program=alone(*(Close("s"), ReceiveSome("c", 1), tried(ReceiveSome("c", 1), "returned"))),
        answers={
            "eof": logs(main=["got ''", "got ''", "returned"]),
            "error": has(main="failed"),
            "hangs": ends(main="blocked*"),
        },
        rule=Rule("MUST", required=(logs(main=["got ''", "got ''", "returned"]),)),
        sources={ANYBODY: POSIX + "recv.html (orderly shutdown: 0)"},
        about={"receive_some"},
        shown_by="mutant:eof-once",
    ),
    Scenario(
        id="tcp/exactly-early-eof",
        asks="Does receiving an exact number of bytes fail when the end comes first?",
        program=alone(
            *(SendBytes("s", "ab"), Close("s"), tried(ReceiveExactly("c", 5), "returned"))
        ),
        rule=Rule("MUST", required=(has(main=["caught IncompleteRead", "failed"]),)),
        sources={
            "asyncio": ASYNCIO_STREAMS + "#asyncio.StreamReader.readexactly",
            "anyio": ANYIO_API
            + "#anyio.streams.buffered.BufferedByteReceiveStream.receive_exactly",
            "tornado": TORNADO_STREAMS
            + "BaseIOStream (resolve with StreamClosedError when the stream is closed)",
        },
        about={"receive_exactly"},
        shown_by="mutant:short-read",
    ),
    Scenario(
        id="tcp/close-delivers-what-was-sent",
        asks="Does everything arrive that was sent before a close, although the reader is late?",
        program=Program(
            {
                "main": (*PAIR, Spawn("a"), Sleep(2), ReceiveUntilEof("s"), ended("a")),
                "a": (SendBytes("c", "abcdefgh", 12_500), Close("c")),
            }
        ),
        rule=Rule("MUST", required=(has(main=received("abcdefgh", 12_500)),)),
        sources=CLOSING,
        about={"close"},
        shown_by="mutant:bytes-dropped-at-close",
    ),
    Scenario(
        id="tcp/half-close-by-client",
        asks="Is a client answered that has closed its sending direction?",
        program=alone(
            *(SendBytes("c", "ask"), SendEof("c"), ReceiveUntilEof("s")),
            *(SendBytes("s", "answer"), Close("s"), ReceiveUntilEof("c")),
        ),
        rule=Rule("MUST", required=(logs(main=["got 'ask'", "got 'answer'"]),)),
        sources=CLOSING,
        about={"send_eof"},
        shown_by="mutant:eof-closes-both",
    ),
    Scenario(
        id="tcp/half-close-by-server",
        asks="Does a server hear its client after it has closed its own sending direction?",
        program=alone(
            *(SendEof("s"), ReceiveSome("c", 1)),
            *(SendBytes("c", "late"), ReceiveExactly("s", 4)),
        ),
        rule=Rule("MUST", required=(logs(main=["got ''", "got 'late'"]),)),
        sources=CLOSING,
        about={"send_eof"},
        shown_by="mutant:eof-closes-both",
    ),
    Scenario(
        id="tcp/send-after-send-eof",
        asks="What becomes of a send after one's own end of stream?",
        program=alone(SendEof("c"), tried(SendBytes("c", "x"), "sent"), soon(ReceiveSome("s", 1))),
        answers={
            "error": has(main="failed"),
            "silent": has(main=["sent", "got ''"]),
            "sent": has(main=["sent", "got 'x'"]),
        },
        rule=Rule("MUST", forbidden=(has(main="got 'x'"),)),
        sources=CLOSING,
        about={"send_eof"},
        shown_by="mutant:sends-after-eof",
    ),
    Scenario(
        id="tcp/send-eof-twice",
        asks="Is a second end of stream without effect?",
        program=alone(SendEof("c"), tried(SendEof("c"), "fine"), ReceiveSome("s", 1)),
        answers={"no-op": has(main="fine"), "error": has(main="failed")},
        rule=Rule("MUST", required=(has(main=["fine", "got ''"]),)),
        unjudged={"error"},
        sources={
            "trio": TRIO_IO + "#trio.abc.HalfCloseableStream.send_eof",
            "anyio": ANYIO_API + "#anyio.abc.ByteStream.send_eof",
        },
        about={"send_eof"},
        shown_by="mutant:second-close-fails",
    ),
)

SCENARIOS: Final = CONNECTING + BYTES + ENDS
