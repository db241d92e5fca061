"""Connections with slow, silent and resetting peers outside of the runtime; and UNIX sockets."""

from __future__ import annotations

from typing import Final

from conformance.lang.ops import (
    Accept,
    Attempt,
    Cancel,
    Close,
    CloseListener,
    ConnectUnix,
    FailAfter,
    Listen,
    ListenUnix,
    Note,
    Op,
    PeerClose,
    PeerConnect,
    PeerEof,
    PeerReset,
    PeerSend,
    ReceiveExactly,
    ReceiveSome,
    ReceiveUntilEof,
    SendBytes,
    SendEof,
    Sleep,
    Spawn,
)
from conformance.lang.pattern import ends, has
from conformance.lang.program import Program
from conformance.lang.scenario import ANYBODY, Rule, Scenario
from scenarios.idioms import ended, soon
from scenarios.promises import POSIX, PYTHON, TCP
from scenarios.tcp import BIG, CLOSING, RELIABLE, tried

STREAM_SOCKETS: Final = {ANYBODY: POSIX + "socket.html (SOCK_STREAM: reliable, sequenced byte streams)"}
RESET: Final = TCP + "#section-3.10.7.4 (RST: outstanding RECEIVEs get `reset` responses)"


def accepted(*main: Op) -> Program:
    """`s` is the runtime's end of a connection that a peer `p` has made."""
    return Program({"main": (Listen("l"), PeerConnect("p", "l"), Accept("s", "l"), *main)})


def fed(*main: Op, reader: tuple[Op, ...]) -> Program:
    """The same, `r` being the task that receives."""
    opened = (Listen("l"), PeerConnect("p", "l"), Accept("s", "l"), Spawn("r"))
    return Program({"main": (*opened, *main), "r": reader})


PEERS: Final = (
    Scenario(
        id="tcp/peer-silent",
        asks="Does a receive from a silent peer end at its deadline, and lose nothing that comes later?",
        program=accepted(
            *(Attempt((FailAfter(2, (ReceiveSome("s", 4),)),), on_error=()), PeerSend("p", "late")),
            *(Sleep(1), soon(ReceiveExactly("s", 4))),
        ),
        rule=Rule("MUST", required=(has(main=["caught Timeout@2", "got 'late'@3"]),)),
        sources=RELIABLE,
        shown_by="mutant:bytes-lost-on-cancel",
    ),
    Scenario(
        id="tcp/peer-drips",
        asks="Is a receive of exactly four bytes made of one byte a tick?",
        program=fed(
            *(op for byte in "abcd" for op in (Sleep(1), PeerSend("p", byte))),
            ended("r"),
            reader=(ReceiveExactly("s", 4), Note("complete")),
        ),
        rule=Rule("MUST", required=(has(r=["got 'abcd'@4", "complete@4"]),)),
        sources=RELIABLE,
        shown_by="mutant:exact-read-short",
    ),
    Scenario(
        id="tcp/peer-drips-to-the-end",
        asks="Does a receive up to the end wait for it, and keep what came a byte at a time?",
        program=fed(
            *(op for byte in "abc" for op in (Sleep(1), PeerSend("p", byte))),
            *(Sleep(1), PeerEof("p"), ended("r")),
            reader=(ReceiveUntilEof("s"), Note("complete")),
        ),
        rule=Rule("MUST", required=(has(r=["got 'abc'@4", "complete@4"]),)),
        sources=CLOSING,
        shown_by="mutant:eof-lost",
    ),
    Scenario(
        id="tcp/peer-half-closes",
        asks="Can one still send to a peer that has closed its sending direction?",
        program=accepted(
            *(PeerSend("p", "x"), PeerEof("p"), Sleep(1), ReceiveUntilEof("s"), Sleep(1)),
            *(tried(SendBytes("s", "1"), "sent-1"), Sleep(1), tried(SendBytes("s", "2"), "sent-2")),
        ),
        rule=Rule("MUST", required=(has(main=["got 'x'", "sent-1", "sent-2"]),)),
        sources={ANYBODY: TCP + "#section-3.6 (the user who closes may continue to receive)"},
        shown_by="mutant:half-close-closes",
    ),
    Scenario(
        id="tcp/peer-reset-under-receive",
        asks="What does a blocked receive see when its peer resets?",
        program=fed(
            *(Sleep(1), PeerReset("p"), ended("r")),
            reader=(Attempt((ReceiveSome("s", 1), Note("returned")), on_error=(Note("failed"),)),),
        ),
        answers={
            "error": has(r="failed"),
            "eof": has(r=["got ''", "returned"]),
            "hangs": ends(r="blocked*"),
        },
        rule=Rule("MUST", forbidden=(ends(r="blocked*"),)),
        sources={ANYBODY: RESET},
        about={"receive_some"},
        shown_by="mutant:reset-unseen",
    ),
    Scenario(
        id="tcp/peer-sends-then-resets",
        asks="Are bytes still received that a peer has sent before it reset the connection?",
        program=accepted(
            *(PeerSend("p", "data"), Sleep(1), PeerReset("p"), Sleep(1)),
            tried(ReceiveSome("s", 4), "first", "first-failed"),
            tried(ReceiveSome("s", 4), "second", "second-failed"),
        ),
        answers={
            "data-then-error": has(main=["got 'data'", "second-failed"]),
            "data-then-eof": has(main=["got 'data'", "got ''", "second"]),
            "error": has(main="first-failed"),
            "eof": has(main=["got ''", "first"]),
        },
        sources={ANYBODY: RESET + "; whether data already there survives is nobody's promise"},
        about={"receive_some"},
        shown_by="asyncio has read it already, trio and curio lose it",
    ),
    Scenario(
        id="tcp/peer-resets-before-accept",
        asks="What becomes of an accept whose peer has reset its connection before?",
        program=Program(
            {
                "main": (
                    *(Listen("l"), PeerConnect("p", "l"), PeerReset("p"), Sleep(1), Spawn("a"), Sleep(2)),
                    *(PeerConnect("q", "l"), PeerSend("q", "x"), ended("a")),
                ),
                "a": (
                    tried(Accept("s", "l"), "accepted", "refused"),
                    Attempt((ReceiveSome("s", 1), Note("returned")), on_error=(Note("failed"),)),
                ),
            }
        ),
        answers={
            "a-dead-stream": has(a=["accepted@1", "failed"]),
            "an-ended-stream": has(a=["accepted@1", "got ''"]),
            "error": has(a="refused"),
            "waits-for-the-next": has(a="accepted@3"),
        },
        sources={ANYBODY: POSIX + "accept.html (ECONNABORTED, or a socket: systems differ)"},
        about={"accept"},
        shown_by="asyncio, trio and curio a dead stream, anyio an error; mutant:accepts-last-first",
    ),
    Scenario(
        id="tcp/peer-closes-before-accept",
        asks="Is a connection accepted whose peer has sent, and closed it before?",
        program=Program(
            {
                "main": (
                    *(Listen("l"), PeerConnect("p", "l"), PeerSend("p", "bye"), PeerClose("p"), Sleep(1)),
                    *(soon(Accept("s", "l")), soon(ReceiveUntilEof("s"))),
                )
            }
        ),
        rule=Rule("MUST", required=(has(main="got 'bye'"),)),
        sources=CLOSING,
        shown_by="mutant:bytes-dropped-at-close",
    ),
    Scenario(
        id="tcp/peer-never-reads",
        asks="Does a send to a peer that never reads end at its deadline?",
        program=accepted(
            Attempt((FailAfter(2, (SendBytes("s", "abcdefgh", BIG // 8),)), Note("sent")), on_error=()),
            Note("left"),
        ),
        answers={"ends": has(main=["caught Timeout@2", "left@2"]), "sent": has(main="sent")},
        rule=Rule("MUST", required=(has(main=["caught Timeout@2", "left@2"]),)),
        sources={ANYBODY: TCP + "#section-3.8.6 (the window limits what may be sent)"},
        about={"send_bytes"},
        shown_by="mutant:sends-without-room",
    ),
    Scenario(
        id="tcp/peer-resets-under-send",
        asks="Does a send that waits for its peer fail when that resets?",
        program=fed(
            *(Sleep(1), PeerReset("p"), ended("r")),
            reader=(tried(SendBytes("s", "abcdefgh", BIG // 8), "sent"),),
        ),
        answers={"error": has(r="failed"), "sent": has(r="sent"), "hangs": ends(r="blocked*")},
        rule=Rule("MUST", forbidden=(ends(r="blocked*"),)),
        sources={ANYBODY: TCP + "#section-3.10.7.4 (RST: outstanding SENDs get `reset` responses)"},
        about={"send_bytes"},
        shown_by="mutant:reset-unseen",
    ),
)

PAIR: Final = (ListenUnix("l"), ConnectUnix("c", "l"), Accept("s", "l"))

UNIX: Final = (
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
        shown_by="mutant:half-close-closes",
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
        shown_by="asyncio and anyio:asyncio eof (they have read it already), trio and curio reset",
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
            "asyncio": PYTHON + "asyncio-eventloop.html#asyncio.loop.create_unix_server (cleanup_socket,"
            " from CPython 3.13 on)",
        },
        about={"connect_unix"},
        shown_by="asyncio from CPython 3.13 on path gone, the others refused; mutant:closed-path-connects",
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
                    *(SendBytes("c", "1"), SendBytes("d", "2"), Accept("s", "l"), ReceiveSome("s", 1)),
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

SCENARIOS: Final = PEERS + UNIX
