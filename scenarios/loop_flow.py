"""Transports' flow control in both directions, and servers."""

from __future__ import annotations

from conformance.lang.ops import (
    AdoptSocket,
    Attempt,
    CloseTransport,
    CreateConnection,
    CreateServer,
    Incoming,
    IsReading,
    Note,
    Op,
    PauseReading,
    RawSend,
    React,
    Received,
    ResumeReading,
    SetWriteLimits,
    Sleep,
    SocketPair,
    WaitReceived,
    WaitTold,
    Write,
    WriteBuffer,
    WriteLimits,
)
from conformance.lang.pattern import has, lacks, logs
from scenarios.loop_phrases import BIG, FLOW, loop_page, protocol_page, question, rule

_PAUSE = protocol_page("ReadTransport.pause_reading")
_RESUME = protocol_page("ReadTransport.resume_reading")
_CLOSE = loop_page("Server.close")
_OPEN: tuple[Op, ...] = (SocketPair("s", "p"), AdoptSocket("t", "s"))
_SERVED: tuple[Op, ...] = (CreateServer("v"), Incoming("t", "v"), CreateConnection("c", "v"),
                           WaitTold("t", "made"))  # fmt: skip

_READING = (
    rule(
        "pause-reading",
        "Is nothing received while reading is paused, and everything once it is resumed?",
        {
            "main": (
                *_OPEN,
                PauseReading("t"),
                RawSend("p", "ab"),
                Sleep(1),
                Received("t"),
                ResumeReading("t"),
                WaitReceived("t", 2),
            )
        },
        logs(main=["t made", "t got ''", "t got 'ab'"]),
        source=_PAUSE,
        about={"adopt_socket", "pause_reading", "resume_reading"},
        mutant="pause-reading-ignored",
    ),
    rule(
        "pause-in-data-received",
        "Is nothing received once data_received has paused reading?",
        {
            "main": (
                *_OPEN,
                React("t", "data", "r"),
                RawSend("p", "ab"),
                Sleep(1),
                RawSend("p", "cd"),
                Sleep(1),
                Received("t"),
            ),
            "r": (PauseReading("t"),),
        },
        logs(main=["t made", "t got 'ab'"]),
        source=_PAUSE,
        about={"adopt_socket", "pause_reading"},
        mutant="pause-reading-ignored",
    ),
    rule(
        "pause-and-resume-twice",
        "Have a second pause_reading and a second resume_reading no effect?",
        {
            "main": (
                *_OPEN,
                PauseReading("t"),
                PauseReading("t"),
                ResumeReading("t"),
                ResumeReading("t"),
                RawSend("p", "ab"),
                WaitReceived("t", 2),
            )
        },
        logs(main=["t made", "t got 'ab'"]),
        source=_PAUSE,
        about={"adopt_socket", "pause_reading", "resume_reading"},
        mutant="second-pause-fails",
    ),
    rule(
        "pause-and-resume-when-closed",
        "Have pause_reading and resume_reading of a closed transport no effect?",
        {
            "main": (
                *_OPEN,
                CloseTransport("t"),
                WaitTold("t", "lost"),
                PauseReading("t"),
                ResumeReading("t"),
                Note("on"),
            )
        },
        logs(main=["t made", "t lost", "on"]),
        source=_RESUME,
        about={"adopt_socket", "pause_reading", "resume_reading", "close_transport"},
        mutant="second-pause-fails",
    ),
    rule(
        "is-reading",
        "Does the transport say whether it is reading?",
        {
            "main": (
                *_OPEN,
                IsReading("t"),
                PauseReading("t"),
                IsReading("t"),
                ResumeReading("t"),
                IsReading("t"),
            )
        },
        logs(main=["t made", "got true", "got false", "got true"]),
        source=protocol_page("ReadTransport.is_reading"),
        about={"adopt_socket", "is_reading", "pause_reading", "resume_reading"},
        mutant="always-reading",
    ),
)

_WRITING = (
    rule(
        "pause-writing",
        "Is pause_writing called once, though more and more is written?",
        {
            "main": (
                *_OPEN,
                SetWriteLimits("t", 1000),
                Write("t", "x", BIG),
                Write("t", "x", 5000),
                Sleep(1),
                Write("t", "x", 5000),
                Sleep(1),
            )
        },
        logs(main=["t made", "t paused"]),
        source=FLOW,
        about={"adopt_socket", "set_write_limits", "write"},
        mutant="pauses-at-each-write",
    ),
    rule(
        "resume-writing",
        "Is resume_writing called once, after pause_writing, when the buffer has drained?",
        {
            "main": (
                *_OPEN,
                SetWriteLimits("t", 1000),
                Write("t", "x", BIG),
                Sleep(1),
                Note("full"),
                AdoptSocket("u", "p"),
                WaitReceived("u", BIG),
                WaitTold("t", "resumed"),
                Sleep(1),
            )
        },
        logs(
            main=["t made", "t paused", "full", "u made", "u got*", "t resumed"],
        ),
        logs(main=["t made", "t paused", "full", "u made", "t resumed", "u got*"]),
        source=FLOW,
        about={"adopt_socket", "set_write_limits", "write"},
        mutant="never-resumes-writing",
    ),
    rule(
        "resume-writing-at-low",
        "With a low limit of zero, is the buffer empty when resume_writing is called?",
        {
            "main": (
                *_OPEN,
                SetWriteLimits("t", 1000, 0),
                React("t", "resumed", "r"),
                Write("t", "x", BIG),
                AdoptSocket("u", "p"),
                WaitTold("t", "resumed"),
            ),
            "r": (WriteBuffer("t"),),
        },
        logs(r=["got empty"]),
        source=FLOW,
        about={"adopt_socket", "set_write_limits", "write", "write_buffer"},
        mutant="resumes-early",
    ),
    rule(
        "paused-and-resumed-again",
        "Are pause_writing and resume_writing called anew when the buffer fills again?",
        {
            "main": (
                *_OPEN,
                SetWriteLimits("t", 1000, 0),
                React("t", "resumed", "r"),
                Write("t", "x", BIG),
                AdoptSocket("u", "p"),
                WaitReceived("u", BIG),
                PauseReading("u"),
                WaitTold("t", "resumed"),
                Write("t", "x", BIG),
                Sleep(1),
                ResumeReading("u"),
                WaitReceived("u", 2 * BIG),
                Sleep(1),
            ),
            "r": (Note("resumed"),),
        },
        logs(r=["resumed", "resumed"]),
        source=FLOW,
        about={"adopt_socket", "set_write_limits", "write"},
        mutant="pauses-once-for-all",
    ),
    rule(
        "write-limits-zero",
        "Does a high limit of zero force the low limit to zero?",
        {"main": (*_OPEN, SetWriteLimits("t", 0), WriteLimits("t"))},
        has(main="got 0-0"),
        source=FLOW,
        about={"adopt_socket", "set_write_limits", "write_limits"},
        mutant="keeps-low-limit",
    ),
    rule(
        "write-limits",
        "Does the transport tell the limits that were set, low before high?",
        {"main": (*_OPEN, SetWriteLimits("t", 3000, 2000), WriteLimits("t"))},
        has(main="got 2000-3000"),
        source=protocol_page("WriteTransport.get_write_buffer_limits"),
        about={"adopt_socket", "set_write_limits", "write_limits"},
        mutant="keeps-low-limit",
    ),
    question(
        "write-limits-refused",
        "What does set_write_buffer_limits do with a low limit above the high one?",
        {
            "main": (
                *_OPEN,
                Attempt((SetWriteLimits("t", 10, 20),), on_error=()),
                Note("on"),
            )
        },
        {"is-refused": has(main=["caught ValueError", "on"]), "is-taken": lacks(main="caught *")},
        source=FLOW,
        about={"adopt_socket", "set_write_limits"},
        shown_by="mutant:loop-takes-any-limits",
    ),
    rule(
        "write-buffer",
        "Does the transport tell whether its buffer holds anything?",
        {
            "main": (
                *_OPEN,
                WriteBuffer("t"),
                Write("t", "x", BIG),
                Sleep(1),
                WriteBuffer("t"),
                AdoptSocket("u", "p"),
                WaitReceived("u", BIG),
                Sleep(1),
                WriteBuffer("t"),
            )
        },
        has(main=["got empty", "got some", "got empty"]),
        source=protocol_page("WriteTransport.get_write_buffer_size"),
        about={"adopt_socket", "write", "write_buffer"},
        mutant="buffer-looks-empty",
    ),
)

SCENARIOS = _READING + _WRITING
