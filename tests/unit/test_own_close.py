"""What the reference allows of sockets: what runtimes have shown, and no document of theirs forbids."""

from __future__ import annotations

from typing import Final

import pytest

from conformance.engine.explore import explore
from conformance.engine.unmodelled import unmodelled
from conformance.lang.ops import (
    Abort,
    Accept,
    Attempt,
    Block,
    Cancel,
    CancelScope,
    Checkpoint,
    Close,
    CloseListener,
    CloseReceiver,
    CloseSender,
    Connect,
    Group,
    Join,
    Listen,
    MoveOnAfter,
    Note,
    Op,
    Raise,
    ReceiveExactly,
    ReceiveSome,
    ReceiveUntilEof,
    Scope,
    Send,
    SendBytes,
    SendEof,
    SendNowait,
    Sleep,
    Spawn,
)
from conformance.lang.ops.network import NO_ROOM
from conformance.lang.pattern import Pattern, ends, has, lacks
from conformance.lang.program import Channel, Program
from conformance.lang.semantics import Semantics
from runtimes._asyncio_semantics import PLAIN
from runtimes.on_anyio_semantics import ASYNCIO as ANYIO
from runtimes.on_trio_semantics import SEMANTICS as TRIO
from runtimes.reference.machine import Machine

PAIR: Final = (Listen("l"), Connect("c", "l"), Accept("s", "l"))


def tried(op: Op) -> Op:
    """The op, whose error is logged."""
    return Attempt((op,), on_error=())


def shows(program: Program, semantics: Semantics, what: Pattern) -> bool:
    """Whether the reference can show that."""
    found = explore(Machine(program, semantics))
    assert found.complete
    return any(what.matches(outcome) for outcome in found.outcomes)


def alone(*block: Op) -> Program:
    """One task with a connection."""
    return Program({"main": (*PAIR, *block)})


USES: Final[tuple[Op, ...]] = (
    SendBytes("c", "x"),
    ReceiveSome("c", 1),
    ReceiveExactly("c", 1),
    ReceiveUntilEof("c"),
)
"""Ops on an end that was closed."""


@pytest.mark.parametrize("use", USES, ids=lambda op: op.kind)
@pytest.mark.parametrize("semantics", [TRIO, ANYIO], ids=["trio", "anyio"])
def test_who_closed_an_end_is_told_that_it_is_closed(semantics: Semantics, use: Op) -> None:
    """Whatever became of the connection before: trio and anyio promise their Closed error."""
    broken = (Abort("s"), tried(SendBytes("c", "x")), Sleep(1), tried(SendBytes("c", "y")))
    program = alone(*broken, Close("c"), Note("closed"), tried(use), Note("past"))
    assert shows(program, semantics, has(main=["closed", "caught Closed", "past"]))
    assert not shows(program, semantics, has(main=["closed", "caught Broken", "past"]))
    assert not shows(program, semantics, has(main="past") & lacks(main="caught Closed"))
    assert shows(program, PLAIN, has(main=["closed", "caught Broken", "past"]))


def test_what_was_read_before_may_still_be_given() -> None:
    """Bytes that came before one's own close: not on trio, perhaps on anyio and asyncio; then Closed, or the end."""
    again = (tried(ReceiveSome("c", 1)), tried(ReceiveSome("c", 1)))
    program = alone(SendBytes("s", "a"), Close("c"), *again)
    assert not shows(program, TRIO, has(main="got 'a'"))
    assert shows(program, ANYIO, has(main=["got 'a'", "caught Closed"]))
    assert not shows(program, ANYIO, has(main="got ''"))
    assert shows(program, PLAIN, has(main=["got 'a'", "got ''"]))


def test_a_close_under_a_receive_is_told() -> None:
    """Promised by trio to who is inside; elsewhere the receive may hang."""
    program = Program(
        {"main": (*PAIR, Spawn("a"), Sleep(1), Close("c")), "a": (ReceiveSome("c", 1), Note("on"))}
    )
    assert not shows(program, TRIO, has(a="on"))
    assert shows(program, TRIO, ends(a="raised Closed"))
    assert shows(program, PLAIN, has(a="got ''"))


TASK: Final = (ReceiveUntilEof("c"),)
MET: Final[dict[str, tuple[Semantics, Program, Pattern]]] = {
    "an abort may send an end first": (
        *(TRIO, alone(Abort("s"), tried(ReceiveSome("c", 1)))),
        has(main="got ''"),
    ),
    "bytes before a reset are lost when it is noticed": (
        PLAIN,
        alone(
            SendBytes("s", "ab"),
            Abort("s"),
            ReceiveExactly("c", 1),
            Sleep(1),
            tried(ReceiveSome("c", 1)),
        ),
        has(main=["got 'a'", "caught Broken"]),
    ),
    "a read of several parts takes bytes along into a reset": (
        TRIO,
        alone(
            SendBytes("s", "a"),
            Abort("s"),
            tried(ReceiveUntilEof("c")),
            tried(ReceiveExactly("c", 1)),
        ),
        has(main=["caught Broken", "caught IncompleteRead"]),
    ),
    "a read of several parts is cancelled between them": (
        TRIO,
        Program(
            {
                "main": (
                    *PAIR,
                    Spawn("a"),
                    SendBytes("s", "x"),
                    SendEof("s"),
                    Cancel("a"),
                    ReceiveSome("c", 1),
                ),
                "a": TASK,
            }
        ),
        has(main="got ''") & ends(a="cancelled"),
    ),
    "a deadline strikes between the parts": (
        PLAIN,
        alone(SendBytes("s", "x"), SendEof("s"), MoveOnAfter(0, TASK), ReceiveUntilEof("c")),
        has(main=["scope expired", "got ''"]),
    ),
    "a second reader finds enough while the first one waits for more": (
        PLAIN,
        Program(
            {
                "main": (
                    *PAIR,
                    Spawn("a"),
                    SendBytes("s", "x"),
                    Sleep(1),
                    tried(ReceiveExactly("c", 1)),
                ),
                "a": (ReceiveExactly("c", 2),),
            }
        ),
        has(main="got 'x'"),
    ),
    "a close in a cancelled scope lets others run before it tells": (
        TRIO,
        Program(
            {
                "main": (Listen("l"), Group("g", (Spawn("a", "g"), Spawn("b", "g")))),
                "a": (Accept("s", "l"),),
                "b": (Scope("n", (CancelScope("n"), CloseListener("l"))),),
            }
        ),
        ends(a="raised Closed", b="cancelled"),
    ),
    "who goes on after a close is cancelled at the next op, which would have failed": (
        TRIO,
        Program(
            {
                "main": (*PAIR, Close("c"), Spawn("a"), Checkpoint(), Close("s"), Raise("B")),
                "a": (Abort("s"), Note("1"), tried(SendEof("c"))),
            }
        ),
        has(a="1") & ends(a="cancelled"),
    ),
    "a second end is silent though the stream was closed": (
        TRIO,
        alone(SendEof("c"), Close("c"), SendEof("c"), Note("silent")),
        has(main="silent"),
    ),
}
"""What runtimes have shown, in programs that the fuzzer made."""


@pytest.mark.parametrize("name", MET)
def test_what_no_document_forbids_is_allowed(name: str) -> None:
    """Each was once held against a runtime."""
    semantics, program, what = MET[name]
    assert shows(program, semantics, what)


def test_no_cancelled_receive_loses_bytes() -> None:
    """That reads of several parts may lose some changes nothing for one that is of one part."""
    read: Block = (ReceiveSome("c", 1),)
    main = (*PAIR, Spawn("a"), SendBytes("s", "x"), Cancel("a"), SendEof("s"), ReceiveSome("c", 1))
    program = Program({"main": main, "a": read})
    assert not shows(program, TRIO, has(main="got ''") & ends(a="cancelled"))
    assert not shows(program, PLAIN, has(main="got ''") & ends(a="cancelled"))


def test_a_sender_whose_own_end_is_closed_too_before_it_goes_on() -> None:
    """In anyio it looks then, and may say either; trio has told it already that nobody receives."""
    program = Program(
        {
            "main": (
                SendNowait("q", 1),
                *(Spawn("a"), Sleep(1), CloseReceiver("q"), CloseSender("q")),
            ),
            "a": (tried(Send("q", 2)),),
        },
        channels={"q": Channel(1)},
    )
    closed, broken = has(a="caught Closed"), has(a="caught Broken")
    assert shows(program, ANYIO, closed)
    assert shows(program, ANYIO, broken)
    assert shows(program, TRIO, broken)
    assert not shows(program, TRIO, closed)


LARGE: Final = SendBytes("s", "x", NO_ROOM)
STUCK: Final = {
    "nobody reads": (Note("on"), ends(a="blocked: send_bytes s 'x' x 33554432"), lacks(a="sent")),
    "next to nothing is read": (ReceiveExactly("c", 2), has(main="got 'xx'"), lacks(a="sent")),
    "its own end is closed": (Close("s"), has(a="caught Closed"), lacks(a="caught Broken")),
    "the other end is closed": (Close("c"), has(a="caught Broken"), lacks(a="caught Closed")),
    "the other end is reset": (Abort("c"), has(a="caught Broken"), lacks(a="caught Closed")),
    "it is cancelled": (Cancel("a"), ends(a="cancelled"), lacks(a="sent")),
}
"""What happens while a send waits for room that never comes; what it must come to; what none may show."""


@pytest.mark.parametrize("name", STUCK)
@pytest.mark.parametrize("semantics", [TRIO, ANYIO], ids=["trio", "anyio"])
def test_a_send_without_room(semantics: Semantics, name: str) -> None:
    """It waits until something ends it, and is told of that."""
    act, must, never = STUCK[name]
    sends = Attempt((LARGE, Note("sent")), on_error=())
    program = Program({"main": (*PAIR, Spawn("a"), Sleep(1), act), "a": (sends,)})
    assert not unmodelled(program, semantics)
    found = explore(Machine(program, semantics))
    assert found.complete
    assert all(must.matches(outcome) and never.matches(outcome) for outcome in found.outcomes)


@pytest.mark.parametrize(
    "program",
    [
        Program({"main": (*PAIR, SendBytes("c", "x", NO_ROOM))}),
        Program({"main": (*PAIR, SendBytes("s", "x", NO_ROOM - 1), ReceiveSome("c", 5))}),
        Program({"main": (*PAIR, Spawn("a"), ReceiveUntilEof("c")), "a": (LARGE,)}),
        Program({"main": (*PAIR, Spawn("a"), ReceiveExactly("c", 65)), "a": (LARGE,)}),
        Program({"main": (*PAIR, Spawn("a"), SendEof("s")), "a": (LARGE,)}),
    ],
)
def test_what_depends_on_buffers_is_not_judged(program: Program) -> None:
    """Who accepted may read ahead; and what is read of a large payload depends on when it found room."""
    assert unmodelled(program, TRIO)
    assert unmodelled(Program({"main": (*PAIR, LARGE)}), PLAIN)


def test_a_large_send_to_a_connection_that_was_reset_before() -> None:
    """It may return, or tell; it never waits."""
    program = Program({"main": (*PAIR, Abort("c"), tried(LARGE), Note("on"))})
    assert shows(program, ANYIO, lacks(main="caught Broken"))
    assert shows(program, ANYIO, has(main="caught Broken"))
    assert not shows(program, ANYIO, lacks(main="on"))


def test_who_joins_itself_with_its_own_cancellation_pending_is_told_of_either() -> None:
    """In asyncio the error of awaiting oneself comes at the next step, and so does the cancellation."""
    body = (Cancel("a"), tried(Join("a")), Note("on"))
    program = Program({"main": (Spawn("a"), Sleep(1)), "a": body})
    assert shows(program, PLAIN, ends(a="cancelled"))
    assert shows(program, PLAIN, has(a="caught Misuse"))
    unpending = Program({"main": (Spawn("a"), Sleep(1)), "a": body[1:]})
    assert not shows(unpending, PLAIN, ends(a="cancelled"))
