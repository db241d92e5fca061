"""What the generator knows of channels: items handed over, and the ends closed and cloned."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from conformance.engine.generate.area import Area, Make, Meeting, caught, each, gap, mark, within
from conformance.engine.generate.scene import Scene
from conformance.lang import ops
from conformance.lang.capability import CHANNELS
from conformance.lang.ops import Block, Op
from conformance.lang.program import Channel

_ROOM: Final = (Channel(1), Channel(2))


def _channel(scene: Scene) -> str:
    """A channel; its room is drawn when it is declared."""
    room: tuple[Channel, ...] = _ROOM if scene.has("channel:bounded") else ()
    if scene.has("channel:rendezvous"):
        room += (Channel(0),)
    if scene.has("channel:unbounded"):
        room += (Channel(math.inf),)
    return scene.object("channels", *room)


def _on(make: Callable[[str], Op]) -> Make:
    return lambda scene, _: make(_channel(scene))


def _item(make: Callable[[str, Any], Op]) -> Make:
    """Makes an op that puts an item into a channel."""
    return lambda scene, _: make(_channel(scene), scene.value())


def _serves(scene: Scene, channel: str) -> Block:
    """What is left is taken out, then an item still flows."""
    left: Block = within(scene, ops.Receive(channel))
    if scene.has("receive_nowait"):
        left = (ops.Attempt((ops.ReceiveNowait(channel),), on_error=()),)
    return (*left, *left, *_flows(scene, channel))


def _flows(scene: Scene, channel: str) -> Block:
    """One task cannot hand an item to itself where there is no room for it."""
    if scene.objects["channels"][channel].capacity:
        return within(scene, ops.Send(channel, "z"), ops.Receive(channel))
    return ()


CHANNEL: Final = Area(
    ops={
        "send": _item(ops.Send),
        "receive": _on(ops.Receive),
        "send_nowait": _item(ops.SendNowait),
        "receive_nowait": _on(ops.ReceiveNowait),
        "length": _on(ops.Length),
        "waiting_senders": _on(ops.WaitingSenders),
        "waiting_receivers": _on(ops.WaitingReceivers),
    },
    meetings=(
        Meeting(wait=("receive",), feeds=("send", "send_nowait")),
        Meeting(
            first=("send_nowait", "send_nowait"),
            wait=("send",),
            feeds=("receive", "receive_nowait"),
        ),
    ),
    epilogue=each("channels", _serves),
    either=tuple(CHANNELS),
    looks=("length", "waiting_senders", "waiting_receivers"),
)

# ---------------------------------------------------------------- the ends


def _end(scene: Scene, clones: list[str]) -> str:
    """An end of a channel: its own, or a clone of it."""
    return scene.tape.pick(clones) if clones and scene.tape.chance(2) else _channel(scene)


def _sender(scene: Scene) -> str:
    return _end(scene, scene.senders)


def _receiver(scene: Scene) -> str:
    return _end(scene, scene.receivers)


def _clone_sender(scene: Scene, _: str) -> Op:
    name = scene.fresh("k")
    scene.senders.append(name)
    return ops.CloneSender(_channel(scene), name)


def _clone_receiver(scene: Scene, _: str) -> Op:
    name = scene.fresh("k")
    scene.receivers.append(name)
    return ops.CloneReceiver(_channel(scene), name)


def _closing(scene: Scene) -> Block:
    """An end with a clone or two, all of which are closed, or all but one; the other side goes on until it is told."""
    channel = _channel(scene)
    sends = scene.tape.chance(2) or not scene.has("close_receiver")
    clones = [scene.fresh("k") for _ in range(scene.tape.below(3))]
    clone, close = (
        (ops.CloneSender, ops.CloseSender) if sends else (ops.CloneReceiver, ops.CloseReceiver)
    )
    clones = clones if scene.has(clone.kind) else []
    ends = [channel, *clones]
    cloned: Block = tuple(clone(channel, name) for name in clones)
    for _ in range(scene.tape.pick((1, 2, 3))):
        other = _receives(scene, channel) if sends else _sends(scene, channel)
        scene.bodies[scene.add_task()] = [*gap(scene)[:1], *other]
    driver: Block = ()
    for end in reversed(ends) if scene.tape.chance(2) else ends:
        used = _uses(scene, end, sends=sends) if scene.tape.chance(2) else ()
        left = scene.tape.chance(8)
        driver += (*used, *gap(scene), *(() if left else (caught(close(end)),)))
    if scene.has(clone.kind) and scene.tape.chance(3):
        driver += (caught(clone(channel, scene.fresh("k"))),)
    return (*cloned, *driver)


def _uses(scene: Scene, end: str, *, sends: bool) -> Block:
    """One item through an end, waiting or not."""
    at_once: Op = ops.SendNowait(end, scene.value()) if sends else ops.ReceiveNowait(end)
    if scene.has(at_once.kind) and scene.tape.chance(2):
        return (caught(at_once),)
    waits: Op = ops.Send(end, scene.value()) if sends else ops.Receive(end)
    return within(scene, waits)


def _receives(scene: Scene, channel: str) -> Block:
    """Takes a few items, waiting or not."""
    block: Block = ()
    for _ in range(2 + scene.tape.below(2)):
        at_once = scene.has("receive_nowait") and scene.tape.chance(4)
        op = ops.ReceiveNowait(channel) if at_once else ops.Receive(channel)
        block += (caught(op), *mark(scene))
    return block


def _sends(scene: Scene, channel: str) -> Block:
    """Gives a few items, waiting or not."""
    block: Block = ()
    for _ in range(2 + scene.tape.below(2)):
        item = scene.value()
        at_once = scene.has("send_nowait") and scene.tape.chance(4)
        op = ops.SendNowait(channel, item) if at_once else ops.Send(channel, item)
        block += (caught(op), *mark(scene))
    return block


ENDS: Final = Area(
    ops={
        "close_sender": lambda scene, _: ops.CloseSender(_sender(scene)),
        "close_receiver": lambda scene, _: ops.CloseReceiver(_receiver(scene)),
        "send": lambda scene, _: ops.Send(_sender(scene), scene.value()),
        "receive": lambda scene, _: ops.Receive(_receiver(scene)),
        "receive_nowait": lambda scene, _: ops.ReceiveNowait(_receiver(scene)),
        "send_nowait": lambda scene, _: ops.SendNowait(_sender(scene), scene.value()),
        "clone_sender": _clone_sender,
        "clone_receiver": _clone_receiver,
    },
    meetings=(
        Meeting(wait=("receive",), feeds=("close_sender", "close_receiver", "send")),
        Meeting(
            first=("send_nowait", "send_nowait"),
            wait=("send",),
            feeds=("close_receiver", "close_sender", "receive"),
        ),
    ),
    epilogue=each("channels", _serves),
    needs=("close_sender",),
    either=tuple(CHANNELS),
    stories=(_closing,),
    weight=2,
)
