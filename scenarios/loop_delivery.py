"""What transports deliver: order, completeness, and what becomes of errors in protocols."""

from __future__ import annotations

from conformance.lang.ops import (
    AbortTransport,
    AdoptSocket,
    Attempt,
    Checkpoint,
    CloseTransport,
    GetVariable,
    Note,
    Op,
    PauseReading,
    Raise,
    RawEof,
    RawReceive,
    RawSend,
    React,
    Received,
    ResumeReading,
    Return,
    SetVariable,
    Sleep,
    SocketPair,
    WaitReceived,
    WaitTold,
    Write,
    WriteLines,
)
from conformance.lang.pattern import has, lacks, logs, reported, unreported
from scenarios.loop_phrases import BIG, protocol_page, question, rule

_MADE = protocol_page("BaseProtocol.connection_made")
_ABORT = protocol_page("WriteTransport.abort")
_DATA = protocol_page("Protocol.data_received")
_EOF = protocol_page("Protocol.eof_received")
_WRITE = protocol_page("WriteTransport.write")
_WRITE_EOF = protocol_page("WriteTransport.write_eof")
_OPEN: tuple[Op, ...] = (SocketPair("s", "p"), AdoptSocket("t", "s"))
_BOTH: tuple[Op, ...] = (*_OPEN, AdoptSocket("u", "p"))
_ENDED: tuple[Op, ...] = (*(Checkpoint(),) * 5, AbortTransport("t"), WaitTold("t", "lost"))
"""A few rounds, in which the loop sees the end of the stream again if it still looks."""

_DELIVERY = (
    rule(
        "write-order",
        "Does the far end receive everything in the order in which it was written?",
        {
            "main": (
                *_OPEN,
                Write("t", "ab"),
                WriteLines("t", "cd", 2),
                Write("t", "e"),
                Sleep(1),
                RawReceive("p", 9),
            )
        },
        has(main="got 'abcdcde'"),
        source=protocol_page("WriteTransport.writelines"),
        about={"adopt_socket", "write", "write_lines"},
        mutant="write-lines-drops-last",
    ),
    rule(
        "write-order-when-full",
        "Does that hold when the kernel takes no more?",
        {
            "main": (
                *_OPEN,
                Write("t", "x", BIG),
                Write("t", "ab"),
                WriteLines("t", "cd", 2),
                CloseTransport("t"),
                AdoptSocket("u", "p"),
                WaitReceived("u", BIG),
                WaitTold("u", "lost"),
            )
        },
        has(main=[f"u got {BIG + 6} bytes crc *", "u eof"]),
        has(main=[f"u got {BIG} bytes crc *", "u got 'abcdcd'", "u eof"]),
        has(main=[f"u got {BIG + 2} bytes crc *", "u got 'cdcd'", "u eof"]),
        source=_WRITE,
        about={"adopt_socket", "write", "write_lines"},
        mutant="close-drops-buffer",
    ),
    rule(
        "write-in-made",
        "Is what a protocol writes in connection_made sent?",
        {
            "main": (
                SocketPair("s", "p"),
                React("t", "made", "r"),
                AdoptSocket("t", "s"),
                Sleep(1),
                RawReceive("p", 9),
            ),
            "r": (Write("t", "hello"),),
        },
        logs(main=["t made", "got 'hello'"]),
        source=_WRITE,
        about={"adopt_socket", "write"},
        mutant="first-write-lost",
    ),
    rule(
        "buffered-protocol",
        "Does a buffered protocol receive everything, however small its buffer?",
        {
            "main": (
                SocketPair("s", "p"),
                AdoptSocket("t", "s", buffered=True),
                RawSend("p", "abcdefghij"),
                RawEof("p"),
                WaitTold("t", "lost"),
            )
        },
        logs(main=["t made", "t got 'abcdefghij'", "t eof", "t lost"]),
        source=protocol_page("BufferedProtocol.buffer_updated"),
        about={"adopt_socket"},
        mutant="buffer-filled-once",
    ),
    rule(
        "both-ways",
        "Do bytes flow both ways between two transports, each byte once?",
        {
            "main": (
                *_BOTH,
                Write("t", "ab"),
                Write("u", "cd"),
                WaitReceived("u", 2),
                WaitReceived("t", 2),
            )
        },
        has(main=["u got 'ab'", "t got 'cd'"]),
        source=_DATA,
        about={"adopt_socket", "write"},
        mutant="first-write-lost",
    ),
)

_CALLBACK_ERRORS = (
    question(
        "error-in-data-received",
        "What becomes of a connection whose data_received raises?",
        {
            "main": (*_OPEN, React("t", "data", "r"), RawSend("p", "a"), Sleep(1)),
            "r": (Raise("E"),),
        },
        {
            "is-closed": has(main=["t got 'a'", "t lost E"]) & reported("unhandled E"),
            "is-closed-without-error": has(main=["t got 'a'", "t lost"]),
            "stays-open": lacks(main=["t lost", "t lost E"]) & reported("unhandled E"),
            "error-lost": lacks(main=["t lost", "t lost E"]) & unreported("unhandled E"),
        },
        source=_DATA,
        about={"adopt_socket"},
        shown_by="mutant:loop-data-errors-ignored",
    ),
    question(
        "error-in-connection-made",
        "What becomes of a connection whose connection_made raises?",
        {
            "main": (
                SocketPair("s", "p"),
                React("t", "made", "r"),
                Attempt((AdoptSocket("t", "s"),), on_error=()),
                Note("on"),
                Sleep(1),
                RawSend("p", "a"),
                Sleep(1),
                Received("t"),
            ),
            "r": (Raise("E"),),
        },
        {
            "goes-on": has(main=["on", "t got 'a'"]) & lacks(main="caught E"),
            "create-raises": has(main=["caught E", "on"]),
            "receives-nothing": has(main=["on", "t got ''"]) & lacks(main="caught E"),
            "is-closed": has(main="t lost E"),
        },
        source=_MADE,
        about={"adopt_socket"},
        shown_by="mutant:loop-made-error-raised",
    ),
    question(
        "context-of-data-received",
        "In which context is data_received called: the one in which the transport was made?",
        {
            "main": (
                SetVariable("v", 1),
                *_OPEN,
                SetVariable("v", 2),
                React("t", "data", "r"),
                RawSend("p", "a"),
                Sleep(1),
            ),
            "r": (GetVariable("v"),),
        },
        {
            "yes": logs(r=["got 1"]),
            "the-loops": logs(r=["got none"]),
            "the-latest": logs(r=["got 2"]),
        },
        source=_DATA,
        about={"adopt_socket"},
        shown_by="mutant:loop-reader-in-loops-context",
        variables=("v",),
    ),
    rule(
        "pause-in-made",
        "Is nothing received when connection_made has paused reading, until it is resumed?",
        {
            "main": (
                SocketPair("s", "p"),
                RawSend("p", "ab"),
                React("t", "made", "r"),
                AdoptSocket("t", "s"),
                Sleep(1),
                Received("t"),
                ResumeReading("t"),
                WaitReceived("t", 2),
            ),
            "r": (PauseReading("t"),),
        },
        logs(main=["t made", "t got ''", "t got 'ab'"]),
        source=protocol_page("ReadTransport.pause_reading"),
        about={"adopt_socket", "pause_reading", "resume_reading"},
        mutant="pause-reading-ignored",
    ),
)

_AT_MOST_ONCE = (
    rule(
        "eof-once-while-flushing",
        "Is eof_received called once where the transport has still to flush before it closes itself?",
        {"main": (*_OPEN, Write("t", "x", BIG), RawEof("p"), WaitTold("t", "eof"), *_ENDED)},
        has(main=["t eof", "t lost"]),
        forbidden=(has(main=["t eof", "t eof"]),),
        source=_DATA,
        about={"adopt_socket", "write"},
        mutant="eof-until-flushed",
    ),
    rule(
        "eof-once-when-resumed",
        "Is eof_received, which returned true, called once though reading is paused and resumed after it?",
        {
            "main": (
                *_OPEN,
                React("t", "eof", "r"),
                RawEof("p"),
                WaitTold("t", "eof"),
                PauseReading("t"),
                ResumeReading("t"),
                *_ENDED,
            ),
            "r": (Return(value=True),),
        },
        has(main=["t eof", "t lost"]),
        forbidden=(has(main=["t eof", "t eof"]),),
        source=_DATA,
        about={"adopt_socket", "pause_reading", "resume_reading"},
        mutant="eof-at-resume",
    ),
)

SCENARIOS = _DELIVERY + _CALLBACK_ERRORS + _AT_MOST_ONCE
