"""Transports and protocols: the life of a connection, from connection_made to connection_lost."""

from __future__ import annotations

from conformance.lang.ops import (
    AbortTransport,
    AdoptSocket,
    Attempt,
    CanWriteEof,
    CloseTransport,
    IsClosing,
    Note,
    Op,
    RawEof,
    RawReceive,
    RawReset,
    RawSend,
    React,
    Received,
    Return,
    Sleep,
    SocketPair,
    WaitReceived,
    WaitTold,
    Write,
    WriteEof,
)
from conformance.lang.pattern import has, logs
from scenarios.loop_phrases import BIG, CLOSE, LOST, loop_page, protocol_page, question, rule

_MADE = protocol_page("BaseProtocol.connection_made")
_ABORT = protocol_page("WriteTransport.abort")
_DATA = protocol_page("Protocol.data_received")
_EOF = protocol_page("Protocol.eof_received")
_WRITE = protocol_page("WriteTransport.write")
_WRITE_EOF = protocol_page("WriteTransport.write_eof")
_OPEN: tuple[Op, ...] = (SocketPair("s", "p"), AdoptSocket("t", "s"))
_BOTH: tuple[Op, ...] = (*_OPEN, AdoptSocket("u", "p"))

_LIFE = (
    rule(
        "made-before-return",
        "Is connection_made called before create_connection returns?",
        {"main": (*_OPEN, Note("returned"))},
        logs(main=["t made", "returned"]),
        source=loop_page("loop.create_connection"),
        about={"adopt_socket"},
        mutant="made-late",
    ),
    rule(
        "made-then-data",
        "Is connection_made called before data_received when bytes are there already?",
        {
            "main": (
                SocketPair("s", "p"),
                RawSend("p", "ab"),
                AdoptSocket("t", "s"),
                Sleep(1),
                Received("t"),
            )
        },
        logs(main=["t made", "t got 'ab'"]),
        source=_MADE,
        about={"adopt_socket"},
        mutant="made-late",
    ),
    rule(
        "close-then-lost",
        "Is connection_lost called once, with None, after close?",
        {"main": (*_OPEN, CloseTransport("t"), WaitTold("t", "lost"), Sleep(1))},
        logs(main=["t made", "t lost"]),
        source=CLOSE,
        about={"adopt_socket", "close_transport"},
        mutant="lost-twice",
    ),
    rule(
        "close-twice-lost-once",
        "Is connection_lost called once when the transport is closed, closed and aborted?",
        {
            "main": (
                *_OPEN,
                CloseTransport("t"),
                CloseTransport("t"),
                AbortTransport("t"),
                WaitTold("t", "lost"),
                Sleep(1),
            )
        },
        logs(main=["t made", "t lost"]),
        source=LOST,
        about={"adopt_socket", "close_transport", "abort_transport"},
        mutant="lost-twice",
    ),
    question(
        "lost-within-close",
        "Is connection_lost called before close returns?",
        {"main": (*_OPEN, CloseTransport("t"), Note("closed"), WaitTold("t", "lost"))},
        {
            "no": logs(main=["t made", "closed", "t lost"]),
            "yes": logs(main=["t made", "t lost", "closed"]),
        },
        source=CLOSE,
        about={"adopt_socket", "close_transport"},
        shown_by="mutant:loop-lost-at-once",
    ),
    rule(
        "close-flushes",
        "Is everything that was written before close delivered?",
        {
            "main": (
                *_OPEN,
                Write("t", "x", BIG),
                CloseTransport("t"),
                AdoptSocket("u", "p"),
                WaitTold("u", "lost"),
                WaitTold("t", "lost"),
            )
        },
        has(main=[f"u got {BIG} bytes crc *", "u eof", "u lost"]) & has(main="t lost"),
        source=CLOSE,
        about={"adopt_socket", "close_transport", "write"},
        mutant="close-drops-buffer",
    ),
    rule(
        "lost-after-flush",
        "Is connection_lost called only once all that was written is flushed?",
        {
            "main": (
                *_OPEN,
                Write("t", "x", BIG),
                CloseTransport("t"),
                Sleep(1),
                Note("full"),
                AdoptSocket("u", "p"),
                WaitTold("t", "lost"),
            )
        },
        has(main=["full", "t lost"]),
        source=CLOSE,
        about={"adopt_socket", "close_transport", "write"},
        mutant="lost-before-flush",
    ),
    rule(
        "close-stops-data",
        "Is nothing received after close, also while the buffer is being flushed?",
        {
            "main": (
                *_OPEN,
                Write("t", "x", BIG),
                CloseTransport("t"),
                RawSend("p", "ab"),
                Sleep(1),
                Received("t"),
            )
        },
        has(main="t got ''"),
        source=CLOSE,
        about={"adopt_socket", "close_transport", "write"},
        mutant="close-keeps-reading",
    ),
    rule(
        "close-in-data-received",
        "Is nothing more received once data_received has closed the transport?",
        {
            "main": (
                *_OPEN,
                React("t", "data", "r"),
                RawSend("p", "ab"),
                WaitTold("t", "lost"),
                Sleep(1),
            ),
            "r": (CloseTransport("t"),),
        },
        logs(main=["t made", "t got 'ab'", "t lost"]),
        source=CLOSE,
        about={"adopt_socket", "close_transport"},
        mutant="lost-twice",
    ),
    rule(
        "abort-drops-buffer",
        "Does abort close without waiting for a far end that reads nothing, and without an error?",
        {"main": (*_OPEN, Write("t", "x", BIG), AbortTransport("t"), WaitTold("t", "lost"))},
        has(main="t lost"),
        source=_ABORT,
        about={"adopt_socket", "abort_transport", "write"},
        mutant="abort-flushes",
    ),
    rule(
        "abort-while-closing",
        "Does abort end a close that waits for the far end?",
        {
            "main": (
                *_OPEN,
                Write("t", "x", BIG),
                CloseTransport("t"),
                Sleep(1),
                AbortTransport("t"),
                WaitTold("t", "lost"),
            )
        },
        has(main="t lost"),
        source=_ABORT,
        about={"adopt_socket", "abort_transport", "close_transport", "write"},
        mutant="abort-flushes",
    ),
    question(
        "abort-seen-by-peer",
        "What does the far end see of an abort with nothing in flight?",
        {"main": (*_BOTH, AbortTransport("t"), WaitTold("u", "lost"))},
        {"eof": has(main=["u eof", "u lost"]), "reset": has(main="u lost Broken")},
        source=_ABORT,
        about={"adopt_socket", "abort_transport"},
        shown_by="mutant:loop-abort-resets",
    ),
    rule(
        "is-closing",
        "Does the transport say whether it is closing?",
        {"main": (*_OPEN, IsClosing("t"), CloseTransport("t"), IsClosing("t"))},
        has(main=["t made", "got false", "got true"]),
        source=protocol_page("BaseTransport.is_closing"),
        about={"adopt_socket", "is_closing", "close_transport"},
        mutant="denies-transport-closing",
    ),
    rule(
        "reset-is-an-error",
        "Is connection_lost told an error when the far end resets the connection?",
        {"main": (*_OPEN, RawReset("p"), WaitTold("t", "lost"))},
        has(main="t lost *"),
        source=LOST,
        about={"adopt_socket"},
        mutant="reset-is-eof",
    ),
)

_EOFS = (
    rule(
        "eof-closes",
        "Does a transport close itself after eof_received returned None, with no error?",
        {"main": (*_OPEN, RawSend("p", "ab"), RawEof("p"), WaitTold("t", "lost"), Sleep(1))},
        logs(main=["t made", "t got 'ab'", "t eof", "t lost"]),
        source=_EOF,
        about={"adopt_socket"},
        mutant="eof-keeps-open",
    ),
    rule(
        "eof-kept-open",
        "Can a protocol whose eof_received returned true go on writing?",
        {
            "main": (
                *_OPEN,
                React("t", "eof", "r"),
                RawEof("p"),
                Sleep(1),
                IsClosing("t"),
                Write("t", "late"),
                Sleep(1),
                RawReceive("p", 9),
            ),
            "r": (Return(value=True),),
        },
        logs(main=["t made", "t eof", "got false", "got 'late'"]),
        source=_EOF,
        about={"adopt_socket", "write"},
        mutant="eof-closes-anyway",
    ),
    rule(
        "eof-flushes",
        "Is what was written flushed when the transport closes itself at EOF?",
        {
            "main": (
                *_OPEN,
                Write("t", "x", BIG),
                RawEof("p"),
                WaitTold("t", "eof"),
                AdoptSocket("u", "p"),
                WaitTold("u", "lost"),
            )
        },
        has(main=["t eof", f"u got {BIG} bytes crc *", "u eof"]),
        source=_EOF,
        about={"adopt_socket", "write"},
        mutant="close-drops-buffer",
    ),
    rule(
        "write-eof",
        "Does write_eof close the writing direction alone?",
        {
            "main": (
                *_OPEN,
                Write("t", "ab"),
                WriteEof("t"),
                Sleep(1),
                RawReceive("p", 9),
                RawReceive("p", 9),
                RawSend("p", "cd"),
                WaitReceived("t", 2),
            )
        },
        logs(main=["t made", "got 'ab'", "got ''", "t got 'cd'"]),
        source=_WRITE_EOF,
        about={"adopt_socket", "write", "write_eof"},
        mutant="write-eof-closes",
    ),
    rule(
        "write-eof-flushes",
        "Is everything that was written before write_eof delivered?",
        {
            "main": (
                *_OPEN,
                Write("t", "x", BIG),
                WriteEof("t"),
                AdoptSocket("u", "p"),
                WaitTold("u", "eof"),
            )
        },
        has(main=[f"u got {BIG} bytes crc *", "u eof"]),
        source=_WRITE_EOF,
        about={"adopt_socket", "write", "write_eof"},
        mutant="write-eof-at-once",
    ),
    rule(
        "can-write-eof",
        "Does a TCP transport, whose write_eof works, say that it can?",
        {"main": (*_OPEN, CanWriteEof("t"))},
        has(main="got true"),
        source=protocol_page("WriteTransport.can_write_eof"),
        about={"adopt_socket", "can_write_eof"},
        mutant="cannot-write-eof",
    ),
    question(
        "write-after-eof",
        "What does write do after write_eof?",
        {
            "main": (
                *_OPEN,
                WriteEof("t"),
                Attempt((Write("t", "ab"),), on_error=()),
                Note("on"),
                Sleep(1),
            )
        },
        {"raises": has(main=["caught *", "on"]), "is-ignored": logs(main=["t made", "on"])},
        source=_WRITE_EOF,
        about={"adopt_socket", "write", "write_eof"},
        shown_by="mutant:loop-write-after-eof-ignored",
    ),
    question(
        "write-after-close",
        "What does write do after close?",
        {
            "main": (
                *_OPEN,
                CloseTransport("t"),
                WaitTold("t", "lost"),
                Attempt((Write("t", "ab"),), on_error=()),
                Note("on"),
                Sleep(1),
            )
        },
        {
            "raises": has(main=["caught *", "on"]),
            "is-ignored": logs(main=["t made", "t lost", "on"]),
        },
        source=CLOSE,
        about={"adopt_socket", "write", "close_transport"},
        shown_by="mutant:loop-write-after-close-raises",
    ),
)

SCENARIOS = _LIFE + _EOFS
