"""UNIX sockets: where they do as TCP does, and where not."""

from __future__ import annotations

from typing import Final

from conformance.lang.ops import (
    Accept,
    Cancel,
    Close,
    CloseListener,
    ConnectUnix,
    FailAfter,
    ListenUnix,
    ReceiveExactly,
    ReceiveSome,
    ReceiveUntilEof,
    SendBytes,
    SendEof,
    Sleep,
    Spawn,
)
from conformance.lang.pattern import has
from conformance.lang.program import Program
from conformance.lang.scenario import ANYBODY, Rule, Scenario
from scenarios.idioms import ended, soon
from scenarios.promises import POSIX, PYTHON
from scenarios.tcp import tried

STREAM_SOCKETS: Final = {
    ANYBODY: POSIX + "socket.html (SOCK_STREAM: reliable, sequenced byte streams)"
}

PAIR: Final = (ListenUnix("l"), ConnectUnix("c", "l"), Accept("s", "l"))

SCENARIOS: Final = (
    Scenario(
        id="unix/both-ways",
        asks="Do bytes arrive in both directions of a UNIX socket, in order?",
        program=Program(
            {
                "main": (
                    *(*PAIR, SendBytes("c", "ab"), SendBytes("c", "cd"), ReceiveExactly("s", 4)),
                    *(SendBytes("s", "ef"), ReceiveExactly("c", 2)),
                )
            }
        ),
        rule=Rule("MUST", required=(has(main=["got 'abcd'", "got 'ef'"]),)),
        sources=STREAM_SOCKETS,
        shown_by="mutant:byte-dropped",
    ),
    Scenario(
        id="unix/end",
        asks="Does the peer see what was sent before a close of a UNIX socket, and then the end?",
        program=Program({"main": (*PAIR, SendBytes("c", "ab"), Close("c"), ReceiveUntilEof("s"))}),
        rule=Rule("MUST", required=(has(main="got 'ab'"),)),
        sources={ANYBODY: POSIX + "close.html"},
        shown_by="mutant:bytes-dropped-at-close",
    ),
    Scenario(
        id="unix/half-close",
        asks="Can the peer of a half-closed UNIX socket still answer?",
        program=Program(
            {
                "main": (
                    *(*PAIR, SendBytes("c", "ab"), SendEof("c"), ReceiveUntilEof("s")),
                    *(SendBytes("s", "cd"), soon(ReceiveExactly("c", 2))),
                )
            }
        ),
        rule=Rule("MUST", required=(has(main=["got 'ab'", "got 'cd'"]),)),
        sources={ANYBODY: POSIX + "shutdown.html (SHUT_WR)"},
        shown_by="mutant:eof-closes-both",
    ),
    Scenario(
        id="unix/close-with-unread-data",
        asks="What does the peer see when a UNIX socket is closed with data unread?",
        program=Program(
            {
                "main": (
                    *(*PAIR, SendBytes("c", "unread"), Sleep(1), Close("s"), Sleep(1)),
                    tried(ReceiveSome("c", 1), "returned"),
                )
            }
        ),
        answers={"reset": has(main="caught Broken"), "eof": has(main=["got ''", "returned"])},
        sources={ANYBODY: "man 7 unix (ECONNRESET on Linux); POSIX does not say"},
        about={"close"},
        shown_by="asyncio eof (it has read it already), the others reset",
    ),
    Scenario(
        id="unix/connect-after-close",
        asks="How does a connect to the path of a closed UNIX listener fail?",
        program=Program(
            {
                "main": (
                    *(ListenUnix("l"), CloseListener("l"), Sleep(1)),
                    tried(ConnectUnix("c", "l"), "connected"),
                )
            }
        ),
        answers={
            "refused": has(main="caught Refused"),
            "path-gone": has(main="caught Missing"),
            "connected": has(main="connected"),
        },
        rule=Rule("MUST", required=(has(main="failed"),)),
        sources={
            ANYBODY: POSIX + "connect.html (ECONNREFUSED, ENOENT)",
            "asyncio": PYTHON
            + "asyncio-eventloop.html#asyncio.loop.create_unix_server (cleanup_socket,"
            " from CPython 3.13 on)",
        },
        about={"connect_unix"},
        shown_by="asyncio from CPython 3.13 on path gone, the others refused; mutant:closed-path-connects",
    ),
    Scenario(
        id="unix/listener-close-unaccepted",
        asks="What becomes of a connection that nobody has accepted when its UNIX listener is closed?",
        program=Program(
            {
                "main": (
                    *(ListenUnix("l"), ConnectUnix("c", "l"), CloseListener("l")),
                    tried(FailAfter(3, (ReceiveSome("c", 1),)), "returned"),
                )
            }
        ),
        answers={
            "reset": has(main="caught Broken"),
            "eof": has(main=["got ''", "returned"]),
            "open": has(main="caught Timeout"),
        },
        rule=Rule("MUST", forbidden=(has(main="caught Timeout"),)),
        sources={
            ANYBODY: POSIX + "close.html (the socket is destroyed); Linux, man 7 unix (ECONNRESET)"
        },
        about={"close_listener"},
        shown_by="asyncio open, uvloop eof, the others reset; mutant:unaccepted-left-open",
    ),
    Scenario(
        id="unix/cancelled-accept",
        asks="Does an accept on a UNIX socket that is cancelled lose the next connection?",
        program=Program(
            {
                "main": (
                    *(ListenUnix("l"), Spawn("a"), Sleep(1), Cancel("a"), ended("a")),
                    *(ConnectUnix("c", "l"), SendBytes("c", "x"), soon(Accept("s", "l"))),
                    soon(ReceiveExactly("s", 1)),
                ),
                "a": (Accept("z", "l"),),
            }
        ),
        rule=Rule("MUST", required=(has(main="got 'x'"),)),
        sources={ANYBODY: POSIX + "accept.html (the queue of pending connections)"},
        about={"accept"},
        shown_by="mutant:connection-lost-on-cancel",
    ),
    Scenario(
        id="unix/accept-order",
        asks="Are two connections to a UNIX socket accepted in the order in which they were made?",
        program=Program(
            {
                "main": (
                    *(ListenUnix("l"), ConnectUnix("c", "l"), ConnectUnix("d", "l")),
                    *(
                        SendBytes("c", "1"),
                        SendBytes("d", "2"),
                        Accept("s", "l"),
                        ReceiveSome("s", 1),
                    ),
                    *(Accept("z", "l"), ReceiveSome("z", 1)),
                )
            }
        ),
        rule=Rule("MUST", required=(has(main=["got '1'", "got '2'"]),)),
        sources={ANYBODY: POSIX + "accept.html (the first connection on the queue)"},
        about={"accept"},
        shown_by="mutant:accepts-last-first",
    ),
)
