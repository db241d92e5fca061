"""Servers of an event loop: connections, close, start."""

from __future__ import annotations

from conformance.lang.ops import (
    AbortTransport,
    AdoptSocket,
    Attempt,
    CloseServer,
    CloseTransport,
    CreateConnection,
    CreateServer,
    Incoming,
    IsServing,
    Join,
    Log,
    Note,
    Op,
    Sleep,
    SocketPair,
    Spawn,
    StartServing,
    WaitReceived,
    WaitServerClosed,
    WaitTold,
    Write,
)
from conformance.lang.pattern import has, lacks, logs, shared
from scenarios.loop_phrases import LOST, loop_page, protocol_page, question, rule

_PAUSE = protocol_page("ReadTransport.pause_reading")
_RESUME = protocol_page("ReadTransport.resume_reading")
_CLOSE = loop_page("Server.close")
_OPEN: tuple[Op, ...] = (SocketPair("s", "p"), AdoptSocket("t", "s"))
_SERVED: tuple[Op, ...] = (CreateServer("v"), Incoming("t", "v"), CreateConnection("c", "v"),
                           WaitTold("t", "made"))  # fmt: skip

SCENARIOS = (
    rule(
        "server-connection",
        "Is each connection to a server told to a protocol of its own?",
        {
            "main": (
                CreateServer("v"),
                Incoming("t", "v"),
                CreateConnection("c", "v"),
                WaitTold("t", "made"),
                Incoming("u", "v"),
                CreateConnection("d", "v"),
                WaitTold("u", "made"),
                Write("c", "ab"),
                Write("d", "cd"),
                WaitReceived("t", 2),
                WaitReceived("u", 2),
            )
        },
        has(main=["t made", "u made", "t got 'ab'", "u got 'cd'"]),
        source=loop_page("loop.create_server"),
        about={"create_server", "create_connection"},
        mutant="one-protocol-for-all",
    ),
    rule(
        "peer-closes",
        "Are both ends of a connection lost, once each, when one end closes it?",
        {
            "main": (
                *_SERVED,
                CloseTransport("c"),
                WaitTold("t", "lost"),
                WaitTold("c", "lost"),
                Sleep(1),
            )
        },
        has(main=["t eof", "t lost"]) & has(main=["c made", "c lost"]),
        source=LOST,
        about={"create_server", "create_connection", "close_transport"},
        mutant="close-leaves-socket-open",
    ),
    rule(
        "server-close-keeps-connections",
        "Do connections outlive their server's close?",
        {"main": (*_SERVED, CloseServer("v"), Sleep(1), Write("c", "ab"), WaitReceived("t", 2))},
        has(main="t got 'ab'") & lacks(main=["t lost", "t eof"]),
        source=_CLOSE,
        about={"create_server", "create_connection", "close_server"},
        mutant="server-takes-connections-along",
    ),
    rule(
        "server-close-refuses",
        "Is a connection to a server that was closed refused?",
        {
            "main": (
                CreateServer("v"),
                CloseServer("v"),
                Sleep(1),
                Attempt((CreateConnection("c", "v"),), on_error=()),
            )
        },
        logs(main=["caught Refused"]),
        source=_CLOSE,
        about={"create_server", "create_connection", "close_server"},
        mutant="server-goes-on-listening",
    ),
    rule(
        "server-serving",
        "Does a server say whether it serves: once started, and not when closed?",
        {
            "main": (
                CreateServer("v", serving=False),
                IsServing("v"),
                StartServing("v"),
                IsServing("v"),
                CloseServer("v"),
                IsServing("v"),
            )
        },
        logs(main=["got false", "got true", "got false"]),
        source=loop_page("Server.is_serving"),
        about={"create_server", "start_serving", "is_serving", "close_server"},
        mutant="always-serving",
    ),
    rule(
        "server-start-twice",
        "Has a second start_serving no effect?",
        {
            "main": (
                CreateServer("v", serving=False),
                StartServing("v"),
                StartServing("v"),
                Incoming("t", "v"),
                CreateConnection("c", "v"),
                WaitTold("t", "made"),
            )
        },
        has(main="t made"),
        source=loop_page("Server.start_serving"),
        about={"create_server", "start_serving"},
        mutant="second-start-fails",
    ),
    rule(
        "server-close-twice",
        "Has a second close of a server no effect, and does wait_closed then return?",
        {
            "main": (
                CreateServer("v"),
                CloseServer("v"),
                CloseServer("v"),
                WaitServerClosed("v"),
                Note("closed"),
            )
        },
        logs(main=["closed"]),
        source=_CLOSE,
        about={"create_server", "close_server", "wait_server_closed"},
        mutant="second-server-close-fails",
    ),
    question(
        "server-wait-closed",
        "Does wait_closed of a closed server wait for its connections?",
        {
            "main": (
                *_SERVED,
                CloseServer("v"),
                Spawn("w"),
                Sleep(1),
                Log("open"),
                AbortTransport("t"),
                AbortTransport("c"),
                Join("w"),
            ),
            "w": (WaitServerClosed("v"), Log("closed")),
        },
        {"yes": shared("main open", "w closed"), "no": shared("w closed", "main open")},
        source=loop_page("Server.wait_closed"),
        about={"create_server", "close_server", "wait_server_closed"},
        shown_by="asyncio answers yes from CPython 3.12 on, uvloop no",
    ),
    question(
        "connect-to-idle-server",
        "What does a connection to a server that does not serve yet meet?",
        {
            "main": (
                CreateServer("v", serving=False),
                Incoming("t", "v"),
                Attempt((CreateConnection("c", "v"),), on_error=()),
                Sleep(1),
                Note("on"),
            )
        },
        {
            "refused": has(main=["caught Refused", "on"]),
            "waits": has(main=["c made", "on"]) & lacks(main="t made"),
            "served": has(main="t made"),
        },
        source=loop_page("loop.create_server"),
        about={"create_server", "create_connection"},
        shown_by="mutant:loop-serves-unasked",
    ),
)
