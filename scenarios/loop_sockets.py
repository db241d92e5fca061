"""An event loop's sockets, watched descriptors and threads."""

from __future__ import annotations

from conformance.lang.ops import (
    AddReader,
    AddWriter,
    AdoptSocket,
    Attempt,
    CallSoonThreadsafe,
    Cancel,
    Checkpoint,
    Join,
    Log,
    Note,
    Op,
    Raise,
    RawClose,
    RawEof,
    RawReceive,
    RawSend,
    RemoveReader,
    RemoveWriter,
    Return,
    RunInExecutor,
    Sleep,
    SockAccept,
    SockConnect,
    SocketListen,
    SocketPair,
    SockRecv,
    SockRecvInto,
    SockSendall,
    Spawn,
    WaitReceived,
)
from conformance.lang.pattern import ends, has, lacks, logs, shared
from scenarios.loop_phrases import BIG, loop_page, question, rule

_READER = loop_page("loop.add_reader")
_WRITER = loop_page("loop.add_writer")
_RECV = loop_page("loop.sock_recv")
_EXECUTOR = loop_page("loop.run_in_executor")
_PAIR: Op = SocketPair("s", "p")


_WATCHED = (
    rule(
        "reader-called",
        "Is the reader of a socket called once there is something to read?",
        {
            "main": (_PAIR, AddReader("s", "r"), Sleep(1), RawSend("p", "ab"), Sleep(1)),
            "r": (RawReceive("s", 9),),
        },
        logs(r=["got 'ab'"]),
        source=_READER,
        about={"add_reader"},
        mutant="reader-deaf",
    ),
    question(
        "reader-level",
        "Is the reader called again when it has left something to read?",
        {
            "main": (_PAIR, AddReader("s", "r"), RawSend("p", "ab"), Sleep(1)),
            "r": (RawReceive("s", 1),),
        },
        {"again": logs(r=["got 'a'", "got 'b'"]), "once": logs(r=["got 'a'"])},
        source=_READER,
        about={"add_reader"},
        shown_by="mutant:loop-reader-once",
    ),
    rule(
        "reader-at-eof",
        "Is the reader called when the far end closes?",
        {
            "main": (_PAIR, AddReader("s", "r"), RawClose("p"), Sleep(1)),
            "r": (RawReceive("s", 1), RemoveReader("s")),
        },
        has(r="got ''"),
        source=_READER,
        about={"add_reader"},
        mutant="reader-deaf",
    ),
    rule(
        "remove-reader",
        "Is a reader that was removed no longer called?",
        {
            "main": (
                _PAIR,
                AddReader("s", "r"),
                Sleep(1),
                RemoveReader("s"),
                RawSend("p", "a"),
                Sleep(1),
            ),
            "r": (RawReceive("s", 9),),
        },
        ends(r="unstarted"),
        source=loop_page("loop.remove_reader"),
        about={"add_reader", "remove_reader"},
        mutant="reader-stays",
    ),
    rule(
        "remove-reader-answer",
        "Does remove_reader say whether the socket was watched?",
        {
            "main": (_PAIR, AddReader("s", "r"), RemoveReader("s"), RemoveReader("s")),
            "r": (Note("called"),),
        },
        logs(main=["got true", "got false"]),
        source=loop_page("loop.remove_reader"),
        about={"add_reader", "remove_reader"},
        mutant="remove-says-nothing",
    ),
    rule(
        "remove-writer-answer",
        "Does remove_writer say whether the socket was watched?",
        {
            "main": (_PAIR, AddWriter("s", "w"), RemoveWriter("s"), RemoveWriter("s")),
            "w": (Note("called"),),
        },
        logs(main=["got true", "got false"]),
        source=loop_page("loop.remove_writer"),
        about={"add_writer", "remove_writer"},
        mutant="remove-says-nothing",
    ),
    rule(
        "reader-removes-itself",
        "Is a reader that removes itself called once, though there is more to read?",
        {
            "main": (_PAIR, AddReader("s", "r"), RawSend("p", "ab"), Sleep(1)),
            "r": (RawReceive("s", 1), RemoveReader("s"), Note("removed")),
        },
        logs(r=["got 'a'", "got *", "removed"]),
        source=loop_page("loop.remove_reader"),
        about={"add_reader", "remove_reader"},
        mutant="reader-stays",
    ),
    rule(
        "reader-replaced",
        "Does a second reader of a socket replace the first?",
        {
            "main": (
                _PAIR,
                AddReader("s", "r"),
                AddReader("s", "q"),
                RawSend("p", "ab"),
                Sleep(1),
            ),
            "r": (RawReceive("s", 9),),
            "q": (RawReceive("s", 9),),
        },
        logs(q=["got 'ab'"]) & ends(r="unstarted"),
        source=_READER,
        about={"add_reader"},
        mutant="first-reader-stays",
    ),
    rule(
        "writer-called",
        "Is the writer of a socket called while there is room to write?",
        {
            "main": (_PAIR, AddWriter("s", "w"), Sleep(1), Note("on")),
            "w": (Note("called"), RemoveWriter("s")),
        },
        has(w="called", main="on"),
        source=_WRITER,
        about={"add_writer"},
        mutant="writer-deaf",
    ),
    rule(
        "reader-and-writer",
        "Are the reader and the writer of one socket independent of each other?",
        {
            "main": (
                _PAIR,
                AddReader("s", "r"),
                AddWriter("s", "w"),
                Sleep(1),
                RawSend("p", "a"),
                Sleep(1),
            ),
            "r": (RawReceive("s", 9),),
            "w": (Note("called"), RemoveWriter("s")),
        },
        logs(r=["got 'a'"]) & has(w="called"),
        source=_WRITER,
        about={"add_reader", "add_writer", "remove_writer"},
        mutant="remove-takes-both",
    ),
)

_SOCKETS = (
    rule(
        "sock-recv-waits",
        "Does sock_recv wait until there are bytes?",
        {
            "main": (_PAIR, Spawn("r"), Sleep(1), Log("sent"), RawSend("p", "ab"), Join("r")),
            "r": (SockRecv("s", 9), Log("received")),
        },
        logs(r=["got 'ab'"]) & shared("main sent", "r received"),
        source=_RECV,
        about={"sock_recv"},
        mutant="sock-recv-sleeps-on",
    ),
    rule(
        "sock-recv-at-most",
        "Does sock_recv return no more than it was asked for, and the rest the next time?",
        {"main": (_PAIR, RawSend("p", "abc"), SockRecv("s", 2), SockRecv("s", 2))},
        logs(main=["got 'ab'", "got 'c'"]),
        source=_RECV,
        about={"sock_recv"},
        mutant="sock-recv-drops-rest",
    ),
    rule(
        "sock-recv-eof",
        "Does sock_recv return nothing once the far end has closed, and all bytes before?",
        {"main": (_PAIR, RawSend("p", "ab"), RawEof("p"), SockRecv("s", 9), SockRecv("s", 9))},
        logs(main=["got 'ab'", "got ''"]),
        source=_RECV,
        about={"sock_recv"},
        mutant="sock-eof-is-an-error",
    ),
    rule(
        "sock-recv-into",
        "Does sock_recv_into fill the buffer and say how far?",
        {"main": (_PAIR, RawSend("p", "abc"), SockRecvInto("s", 2), SockRecvInto("s", 9))},
        logs(main=["got 'ab'", "got 'c'"]),
        source=loop_page("loop.sock_recv_into"),
        about={"sock_recv_into"},
        mutant="sock-recv-into-says-one",
    ),
    question(
        "sock-recv-cancelled",
        "Does a cancelled sock_recv leave the bytes that come later to the next one?",
        {
            "main": (
                _PAIR,
                Spawn("r"),
                Sleep(1),
                Cancel("r"),
                Attempt((Join("r"),), on_cancel=()),
                RawSend("p", "ab"),
                Sleep(1),
                SockRecv("s", 9),
            ),
            "r": (SockRecv("s", 9),),
        },
        {
            "yes": has(main="got 'ab'") & ends(r="cancelled"),
            "no": lacks(main="got 'ab'") & ends(r="cancelled"),
        },
        source=_RECV,
        about={"sock_recv"},
        shown_by="mutant:loop-cancelled-sock-recv-eats",
    ),
    rule(
        "sock-sendall-big",
        "Does sock_sendall send everything to a far end that reads slowly?",
        {
            "main": (
                _PAIR,
                Spawn("w"),
                Sleep(1),
                AdoptSocket("t", "p"),
                WaitReceived("t", BIG),
                Join("w"),
                Log("sent"),
            ),
            "w": (SockSendall("s", "x", BIG),),
        },
        has(main=f"t got {BIG} bytes crc *") & shared("main sent"),
        source=loop_page("loop.sock_sendall"),
        about={"sock_sendall"},
        mutant="sock-sendall-once",
    ),
    rule(
        "sock-sendall-waits",
        "Does sock_sendall wait while the far end reads nothing?",
        {
            "main": (_PAIR, Spawn("w"), Sleep(1), Log("waits"), AdoptSocket("t", "p"), Join("w")),
            "w": (SockSendall("s", "x", BIG), Log("sent")),
        },
        shared("main waits", "w sent"),
        source=loop_page("loop.sock_sendall"),
        about={"sock_sendall"},
        mutant="sock-sendall-once",
    ),
    rule(
        "sock-accept-connect",
        "Do sock_connect and sock_accept make a connection that works both ways?",
        {
            "main": (
                SocketListen("l"),
                SockConnect("c", "l"),
                SockAccept("d", "l"),
                SockSendall("c", "hello"),
                SockRecv("d", 9),
                SockSendall("d", "you"),
                SockRecv("c", 9),
            )
        },
        has(main=["got 'hello'", "got 'you'"]),
        source=loop_page("loop.sock_accept"),
        about={"sock_accept", "sock_connect"},
        mutant="accepts-somebody-else",
    ),
    question(
        "sock-accept-blocking",
        "Is the socket that sock_accept returns non-blocking, as the loop's own calls need it?",
        {
            "main": (
                SocketListen("l"),
                SockConnect("c", "l"),
                SockAccept("d", "l"),
                Note("accepted"),
            )
        },
        {"yes": logs(main=["accepted"]), "no": has(main=["got blocking", "accepted"])},
        source=loop_page("loop.sock_accept"),
        about={"sock_accept"},
        shown_by="mutant:loop-accepts-blocking-sockets",
    ),
    rule(
        "sock-connect-refused",
        "Does sock_connect raise when nobody listens, as socket.connect does?",
        {
            "main": (
                SocketListen("l"),
                RawClose("l"),
                Attempt((SockConnect("c", "l"),), on_error=()),
            )
        },
        logs(main=["caught Refused"]),
        source=loop_page("loop.sock_connect"),
        about={"sock_connect"},
        mutant="sock-connect-believes",
    ),
)

_THREADS = (
    rule(
        "executor-value",
        "Does run_in_executor return the function's value?",
        {"main": (RunInExecutor("t"),), "t": (Note("ran"), Return(7))},
        logs(main=["got 7"], t=["ran"]),
        source=_EXECUTOR,
        about={"run_in_executor"},
        mutant="executor-loses-value",
    ),
    rule(
        "executor-error",
        "Does run_in_executor raise the function's error?",
        {"main": (Attempt((RunInExecutor("t"),), on_error=()),), "t": (Raise("E"),)},
        logs(main=["caught E"]),
        source=_EXECUTOR,
        about={"run_in_executor"},
        mutant="executor-loses-error",
    ),
    rule(
        "executor-beside-the-loop",
        "Does the loop go on while a function is in the executor?",
        {
            "main": (Spawn("b"), RunInExecutor("t"), Log("done")),
            "b": (Log("ran"), Checkpoint()),
            "t": (Note("ran"),),
        },
        shared("b ran", "main done") & logs(t=["ran"]),
        source=_EXECUTOR,
        about={"run_in_executor"},
        mutant="executor-in-the-loop",
    ),
    rule(
        "threadsafe-from-thread",
        "Is a callback that a thread registers called?",
        {
            "main": (RunInExecutor("t"), Sleep(1)),
            "t": (CallSoonThreadsafe("a"),),
            "a": (Note("ran"),),
        },
        logs(a=["ran"]),
        source=loop_page("loop.call_soon_threadsafe"),
        about={"call_soon_threadsafe"},
        mutant="threadsafe-drops",
    ),
)

SCENARIOS = _WATCHED + _SOCKETS + _THREADS
