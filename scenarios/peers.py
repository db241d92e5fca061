"""TCP connections with slow, silent and resetting peers outside of the runtime."""

from __future__ import annotations

from typing import Final

from conformance.lang.ops import (
    Accept,
    Attempt,
    FailAfter,
    Listen,
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
    Sleep,
    Spawn,
)
from conformance.lang.pattern import ends, has
from conformance.lang.program import Program
from conformance.lang.scenario import ANYBODY, Rule, Scenario
from scenarios.idioms import ended, soon
from scenarios.promises import POSIX, TCP
from scenarios.tcp import BIG, CLOSING, RELIABLE, tried

STREAM_SOCKETS: Final = {
    ANYBODY: POSIX + "socket.html (SOCK_STREAM: reliable, sequenced byte streams)"
}
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
        shown_by="mutant:hasty-exact-read",
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
        shown_by="mutant:eof-lost",
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
        unjudged={"eof"},
        sources={ANYBODY: RESET},
        about={"receive_some"},
        shown_by="mutant:reset-unreceived",
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
        unjudged={"data-then-eof", "eof"},
        sources={ANYBODY: RESET + "; whether data already there survives is nobody's promise"},
        about={"receive_some"},
        shown_by="asyncio error, the others data then an error",
    ),
    Scenario(
        id="tcp/peer-resets-before-accept",
        asks="What becomes of an accept whose peer has reset its connection before?",
        program=Program(
            {
                "main": (
                    *(
                        Listen("l"),
                        PeerConnect("p", "l"),
                        PeerReset("p"),
                        Sleep(1),
                        Spawn("a"),
                        Sleep(2),
                    ),
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
        unjudged={"an-ended-stream", "error", "waits-for-the-next"},
        sources={ANYBODY: POSIX + "accept.html (ECONNABORTED, or a socket: systems differ)"},
        about={"accept"},
        shown_by="mutant:dead-connections-skipped",
    ),
    Scenario(
        id="tcp/peer-closes-before-accept",
        asks="Is a connection accepted whose peer has sent, and closed it before?",
        program=Program(
            {
                "main": (
                    *(
                        Listen("l"),
                        PeerConnect("p", "l"),
                        PeerSend("p", "bye"),
                        PeerClose("p"),
                        Sleep(1),
                    ),
                    *(soon(Accept("s", "l")), soon(ReceiveUntilEof("s"))),
                )
            }
        ),
        rule=Rule("MUST", required=(has(main="got 'bye'"),)),
        sources=CLOSING,
        shown_by="mutant:eof-lost",
    ),
    Scenario(
        id="tcp/peer-never-reads",
        asks="Does a send to a peer that never reads end at its deadline?",
        program=accepted(
            Attempt(
                (FailAfter(2, (SendBytes("s", "abcdefgh", BIG // 8),)), Note("sent")), on_error=()
            ),
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

SCENARIOS: Final = PEERS
