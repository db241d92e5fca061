"""What the generator knows of TCP: the life of a connection rather than its payload."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from conformance.engine.generate.area import Area, Make, Meeting, within
from conformance.engine.generate.scene import Scene
from conformance.lang import ops
from conformance.lang.ops import Block, Op

LISTENER: Final = "L"
DATA: Final = ("x", "ab")
"""Payloads: a few bytes, so that every way of cutting them up can be followed."""


def _connect(scene: Scene, _: str) -> Op:
    name = scene.fresh("c")
    scene.streams.append(name)
    return ops.Connect(name, LISTENER)


def _accept(scene: Scene, _: str) -> Op:
    name = scene.fresh("s")
    scene.streams.append(name)
    return ops.Accept(name, LISTENER)


def on_stream(make: Callable[[Scene, str], Op]) -> Make:
    """Makes an op on a stream that somebody opens; nothing where there is none."""

    def made(scene: Scene, _: str) -> Op | None:
        return make(scene, scene.tape.pick(scene.streams)) if scene.streams else None

    return made


def _prelude(scene: Scene) -> Block:
    """A listener; three times out of four a connection that is established before anybody else runs."""
    opened: Block = (ops.Listen(LISTENER),)
    if scene.tape.chance(4):
        return opened
    client, server = scene.fresh("c"), scene.fresh("s")
    scene.streams += [client, server]
    return (*opened, ops.Connect(client, LISTENER), ops.Accept(server, LISTENER))


def _epilogue(scene: Scene) -> Block:
    """A new connection is still served."""
    client, server = scene.fresh("c"), scene.fresh("s")
    return within(
        scene,
        ops.Connect(client, LISTENER),
        ops.Accept(server, LISTENER),
        ops.SendBytes(client, "z"),
        ops.ReceiveExactly(server, 1),
        ops.Close(client),
        ops.Close(server),
    )


TCP: Final = Area(
    ops={
        "receive_exactly": on_stream(
            lambda scene, name: ops.ReceiveExactly(name, scene.tape.pick((1, 2, 3)))
        ),
        "send_bytes": on_stream(lambda scene, name: ops.SendBytes(name, scene.tape.pick(DATA))),
        "receive_until_eof": on_stream(lambda _, name: ops.ReceiveUntilEof(name)),
        "receive_some": on_stream(
            lambda scene, name: ops.ReceiveSome(name, scene.tape.pick((1, 2)))
        ),
        "close": on_stream(lambda _, name: ops.Close(name)),
        "send_eof": on_stream(lambda _, name: ops.SendEof(name)),
        "abort": on_stream(lambda _, name: ops.Abort(name)),
        "connect": _connect,
        "accept": _accept,
        "close_listener": lambda _scene, _task: ops.CloseListener(LISTENER),
    },
    meetings=(
        Meeting(wait=("receive_exactly",), feeds=("send_bytes", "close", "send_eof", "abort")),
        Meeting(wait=("receive_some",), feeds=("send_bytes", "close", "send_eof", "abort")),
        Meeting(wait=("receive_until_eof",), feeds=("send_eof", "close", "send_bytes", "abort")),
        Meeting(wait=("receive_exactly", "receive_some"), feeds=("send_bytes", "close")),
        Meeting(wait=("receive_some", "receive_until_eof"), feeds=("send_bytes", "send_eof")),
        Meeting(wait=("accept",), feeds=("connect", "close_listener")),
    ),
    prelude=_prelude,
    epilogue=_epilogue,
    needs=("listen", "connect", "accept"),
)
