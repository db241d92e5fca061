"""TCP servers: a handler for each connection, their errors, and their end."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from conformance.lang.ops import (
    Attempt,
    Cancel,
    Close,
    CloseListener,
    Connect,
    FailAfter,
    Handler,
    Listen,
    Note,
    Op,
    Raise,
    ReceiveExactly,
    ReceiveSome,
    ReceiveUntilEof,
    SendBytes,
    Serve,
    Sleep,
    Spawn,
)
from conformance.lang.pattern import ends, has, lacks
from conformance.lang.program import Program
from conformance.lang.scenario import Rule, Scenario
from scenarios.idioms import ended
from scenarios.promises import ANYIO_API, ASYNCIO_STREAMS, CURIO, PYTHON, TRIO_IO

TRIO_SERVE: Final = TRIO_IO + "#trio.serve_listeners"
ANYIO_SERVE: Final = ANYIO_API + "#anyio.abc.Listener.serve"
CURIO_SERVE: Final = CURIO + "#tcp_server"
SERVES: Final = {
    "asyncio": ASYNCIO_STREAMS + "#asyncio.start_server",
    "trio": TRIO_SERVE,
    "curio": CURIO_SERVE,
    "anyio": ANYIO_SERVE,
}
"""Where each family promises a task for each connection."""
FOREVER: Final = PYTHON + "asyncio-eventloop.html#asyncio.Server.serve_forever"


def served(
    *main: Op,
    first: tuple[Op, ...],
    second: tuple[Op, ...] = (),
    before: tuple[Op, ...] = (),
    more: Mapping[str, tuple[Op, ...]] = MappingProxyType({}),
) -> Program:
    """`srv` serves `l`; its first connection is handled by `h` as `s`, its second by `i` as `z`."""
    tasks = {
        "main": (
            *(Listen("l"), Handler("h", "s", "l"), Handler("i", "z", "l")),
            *(*before, Spawn("srv"), Sleep(1), *main),
        ),
        "srv": (Serve("l"),),
        "h": first,
        "i": second,
        **more,
    }
    return Program(tasks)


ECHO: Final = (ReceiveExactly("s", 2), SendBytes("s", "hi"), Close("s"))
ECHO_TOO: Final = (ReceiveExactly("z", 2), SendBytes("z", "ho"), Close("z"))
STOP: Final = (Cancel("srv"), ended("srv"))


def asked(stream: str) -> Op:
    """Ask, and note whether there is an answer."""
    return Attempt(
        (FailAfter(3, (SendBytes(stream, "yo"), ReceiveExactly(stream, 2))), Note("answered")),
        on_error=(Note("unanswered"),),
    )


HANDLERS: Final = (
    Scenario(
        id="tcp/serve",
        asks="Is a connection handled by a task of its own?",
        program=served(Connect("c", "l"), asked("c"), Close("c"), *STOP, first=ECHO),
        rule=Rule("MUST", required=(has(main=["got 'hi'", "answered"], h="got 'yo'"),)),
        sources=SERVES,
        about={"serve"},
        shown_by="mutant:serves-nobody",
    ),
    Scenario(
        id="tcp/serve-two-at-once",
        asks="Is a second connection handled while the handler of the first waits?",
        program=served(
            *(Connect("c", "l"), Sleep(1), Connect("d", "l"), asked("d"), Close("d")),
            *(asked("c"), Close("c"), *STOP),
            first=ECHO,
            second=ECHO_TOO,
        ),
        rule=Rule("MUST", required=(has(main=["got 'ho'", "answered", "got 'hi'", "answered"]),)),
        sources=SERVES,
        about={"serve"},
        shown_by="mutant:serves-one-by-one",
    ),
    Scenario(
        id="tcp/serve-after-connect",
        asks="Is a connection served that was made before anybody served?",
        program=served(
            *(asked("c"), Close("c"), *STOP),
            first=ECHO,
            before=(Connect("c", "l"), Sleep(1)),
        ),
        rule=Rule("MUST", required=(has(main=["got 'hi'", "answered"]),)),
        sources={"trio": TRIO_IO + "#trio.open_tcp_listeners (the listeners are already queueing)"},
        about={"serve"},
        shown_by="mutant:serves-nobody",
    ),
    Scenario(
        id="tcp/serve-handler-error",
        asks="Does a server go on when one of its handlers fails?",
        program=served(
            *(Connect("c", "l"), Sleep(1)),
            Attempt((Connect("d", "l"), asked("d"), Close("d")), on_error=(Note("refused"),)),
            *STOP,
            first=(Raise("E"),),
            second=ECHO_TOO,
        ),
        answers={
            "goes-on": has(main="answered"),
            "ends": ends(srv="raised*") & lacks(main="answered"),
            "ends-silently": ends(srv="returned") & lacks(main="answered"),
        },
        rule=Rule("MUST", required=(ends(srv="raised*") & lacks(main="answered"),)),
        sources={
            "trio": TRIO_SERVE + " (the exception will propagate out and crash your server)",
            "anyio": ANYIO_SERVE + " (in a task group of its own)",
        },
        about={"serve"},
        shown_by="asyncio and curio go on, trio and anyio end; mutant:server-survives-handlers",
    ),
    Scenario(
        id="tcp/serve-handler-error-closes",
        asks="What becomes of a connection whose handler failed?",
        program=served(
            *(Connect("c", "l"), Sleep(1)),
            Attempt(
                (FailAfter(3, (ReceiveSome("c", 1),)), Note("ended")), on_error=(Note("no-end"),)
            ),
            *STOP,
            first=(Raise("E"),),
        ),
        answers={
            "closed": has(main=["got ''", "ended"]),
            "reset": has(main=["caught Broken", "no-end"]),
            "open": has(main=["caught Timeout", "no-end"]),
        },
        rule=Rule("MUST", forbidden=(has(main="caught Timeout"),)),
        sources={"trio": TRIO_SERVE + " (if it neglects to close the stream, it will be closed)"},
        about={"serve"},
        shown_by="anyio leaves it open, the others close it; mutant:server-leaves-open",
    ),
    Scenario(
        id="tcp/serve-handler-returns",
        asks="Is a connection closed whose handler returned without closing it?",
        program=served(
            *(Connect("c", "l"), Sleep(1)),
            Attempt(
                (FailAfter(3, (ReceiveSome("c", 1),)), Note("ended")), on_error=(Note("no-end"),)
            ),
            *STOP,
            first=(Note("done"),),
        ),
        answers={
            "closed": has(main=["got ''", "ended"]),
            "open": has(main=["caught Timeout", "no-end"]),
        },
        rule=Rule("MUST", required=(has(main="ended"),)),
        sources={"trio": TRIO_SERVE + " (if it neglects to close the stream, it will be closed)"},
        about={"serve"},
        shown_by="trio and curio closed, asyncio and anyio open; mutant:server-leaves-open",
    ),
)


def stopped(*main: Op, first: tuple[Op, ...]) -> Program:
    """`k` cancels the server at 2, while `h` handles its one connection."""
    return Program(
        {
            "main": (
                *(Listen("l"), Handler("h", "s", "l"), Spawn("srv"), Sleep(1), Connect("c", "l")),
                *(Sleep(1), Spawn("k"), *main),
            ),
            "srv": (Serve("l"),),
            "h": first,
            "k": (*STOP, Note("stopped")),
        }
    )


LIVES: Final = (ReceiveExactly("s", 1), Note("fed"))
"""A handler that waits."""

ENDS: Final = (
    Scenario(
        id="tcp/serve-cancel-handlers",
        asks="What becomes of its handlers when a server is cancelled?",
        program=stopped(
            *(
                Sleep(1),
                Attempt((SendBytes("c", "x"),), on_error=()),
                Sleep(2),
                Close("c"),
                Sleep(2),
            ),
            first=LIVES,
        ),
        answers={"cancelled": ends(h="cancelled"), "go-on": has(h="fed")},
        rule=Rule("MUST", required=(ends(h="cancelled"),)),
        sources={
            "trio": TRIO_SERVE + " (the nursery of the handlers is its own)",
            "anyio": ANYIO_SERVE + " (an ad-hoc task group)",
        },
        about={"serve"},
        shown_by="asyncio go on, the others cancelled; mutant:handlers-outlive-server",
    ),
    Scenario(
        id="tcp/serve-cancel-waits",
        asks="Does a server that is cancelled wait for its handlers?",
        program=stopped(
            Sleep(4),
            *(Attempt((SendBytes("c", "x"),), on_error=()), Sleep(1), Close("c"), Sleep(1)),
            first=(
                Attempt((ReceiveExactly("s", 1),), finally_=(Note("cleaned"),)),
                Note("fed"),
                Close("s"),
            ),
        ),
        answers={
            "waits": has(k="stopped@6"),
            "cancels-and-waits": has(k="stopped@2", h="cleaned@2"),
            "leaves": has(k="stopped@2", h="cleaned@6"),
        },
        sources={
            "asyncio": PYTHON + "asyncio-eventloop.html#asyncio.Server.wait_closed",
            "trio": TRIO_SERVE,
        },
        about={"serve"},
        shown_by="asyncio leaves up to CPython 3.11 and waits from 3.12 on, the others cancel",
    ),
    Scenario(
        id="tcp/serve-cancel-refuses",
        asks="Is a connection refused once the server was cancelled?",
        program=served(
            *STOP,
            Sleep(1),
            Attempt((Connect("c", "l"), Note("connected")), on_error=(Note("refused"),)),
            first=(Note("handled"),),
        ),
        answers={"refused": has(main="refused"), "connected": has(main="connected")},
        rule=Rule("MUST", required=(has(main="refused"),)),
        sources={
            "asyncio": FOREVER + " (cancelling the task that waits for it closes the server)",
            "trio": TRIO_SERVE + " (takes responsibility for closing the listeners)",
        },
        about={"serve"},
        shown_by="anyio connected; mutant:server-keeps-listening",
    ),
    Scenario(
        id="tcp/serve-listener-closed",
        asks="What becomes of a server when another task closes its listener?",
        program=served(
            CloseListener("l"), Sleep(2), Note("looked"), *STOP, first=(Note("handled"),)
        ),
        answers={
            "error": ends(srv="raised*"),
            "returns": ends(srv="returned"),
            "cancelled-by-it": ends(srv="cancelled@1"),
            "serves-on": ends(srv="cancelled@3"),
        },
        rule=Rule("MUST", required=(ends(srv="raised*@1"),)),
        sources={"trio": TRIO_IO + "#trio.abc.Listener.accept (ClosedResourceError)"},
        about={"serve", "close_listener"},
        shown_by="asyncio cancelled by it, trio error; mutant:server-misses-close",
    ),
    Scenario(
        id="tcp/serve-close-handlers",
        asks="What becomes of its handlers when the listener of their server is closed?",
        program=served(
            *(Connect("c", "l"), Sleep(1), CloseListener("l"), Sleep(1)),
            Attempt((SendBytes("c", "x"),), on_error=()),
            *(Sleep(2), Close("c"), Spawn("k"), Sleep(2)),
            first=LIVES,
            more={"k": STOP},
        ),
        answers={"cancelled": ends(h="cancelled"), "go-on": has(h="fed")},
        sources={
            "asyncio": PYTHON
            + "asyncio-eventloop.html#asyncio.Server.close (connections are left open)",
            "trio": TRIO_SERVE,
        },
        about={"serve", "close_listener"},
        shown_by="asyncio go on, trio cancelled",
    ),
    Scenario(
        id="tcp/serve-cancel-closes",
        asks="Does the peer of a live handler see an end when the server is cancelled?",
        program=stopped(
            Attempt(
                (FailAfter(3, (ReceiveUntilEof("c"),)), Note("ended")), on_error=(Note("no-end"),)
            ),
            first=LIVES,
        ),
        answers={
            "ended": has(main="ended"),
            "reset": has(main=["caught Broken", "no-end"]),
            "open": has(main=["caught Timeout", "no-end"]),
        },
        rule=Rule("MUST", forbidden=(has(main="caught Timeout"),)),
        sources={
            "trio": TRIO_SERVE + " (if a handler neglects to close the stream, it will be closed)"
        },
        about={"serve"},
        shown_by="asyncio and anyio open, trio and curio ended; mutant:server-leaves-open",
    ),
)

SCENARIOS: Final = HANDLERS + ENDS
