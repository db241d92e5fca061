"""What the generator knows of TCP: the life of a connection rather than its payload."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from conformance.engine.generate.area import Area, Make, Meeting, caught, gap, pause, within
from conformance.engine.generate.scene import Scene
from conformance.lang import ops
from conformance.lang.ops import Block, Op
from conformance.lang.ops.network import NO_ROOM

LISTENER: Final = "L"
DATA: Final = ("x", "ab")
"""Payloads: a few bytes, so that every way of cutting them up can be followed."""


def _connecting(scene: Scene, name: str) -> Op:
    """A connection to the listener, which is on TCP or a UNIX socket."""
    return ops.ConnectUnix(name, LISTENER) if scene.unix else ops.Connect(name, LISTENER)


def _connect(scene: Scene, _: str) -> Op:
    name = scene.fresh("c")
    scene.streams.append(name)
    return _connecting(scene, name)


def _accept(scene: Scene, _: str) -> Op:
    name = scene.fresh("s")
    scene.streams.append(name)
    return ops.Accept(name, LISTENER)


def on_stream(make: Callable[[Scene, str], Op | None]) -> Make:
    """Makes an op on a stream that somebody opens; nothing where there is none."""

    def made(scene: Scene, _: str) -> Op | None:
        return make(scene, scene.tape.pick(scene.streams)) if scene.streams else None

    return made


def _prelude(scene: Scene) -> Block:
    """A listener; three times out of four a connection that is established before anybody else runs.

    Seldom somebody sleeps all the while, for longer than anybody waits: sockets are looked at all the same.
    """
    scene.unix = scene.has("listen_unix", "connect_unix") and scene.tape.chance(4)
    opened: Block = (ops.ListenUnix(LISTENER) if scene.unix else ops.Listen(LISTENER),)
    if scene.has("sleep", "sleep:infinite", "move_on_after") and scene.tape.chance(12):
        scene.bodies[scene.add_task()] = [ops.MoveOnAfter(30, (ops.Sleep(math.inf),))]
    if scene.tape.chance(4):
        return opened
    client, server = scene.fresh("c"), scene.fresh("s")
    scene.streams += [client, server]
    return (*opened, _connecting(scene, client), ops.Accept(server, LISTENER))


def _epilogue(scene: Scene) -> Block:
    """A new connection is still served."""
    client, server = scene.fresh("c"), scene.fresh("s")
    return within(
        scene,
        _connecting(scene, client),
        ops.Accept(server, LISTENER),
        ops.SendBytes(client, "z"),
        ops.ReceiveExactly(server, 1),
        ops.Close(client),
        ops.Close(server),
    )


# ---------------------------------------------------------------- stories


def _says(scene: Scene, stream: str) -> Block:
    """One end sends once or twice, and then ends its sending, closes, breaks off, or does nothing more."""
    said: Block = ()
    for _ in range(1 + scene.tape.below(2)):
        said += (*gap(scene), caught(ops.SendBytes(stream, scene.tape.pick(DATA))))
    end: Make = scene.tape.pick(_LAST)
    last = end(scene, stream)
    if last is None or not scene.has(last.kind):
        return said
    return (*said, *gap(scene), caught(last))


_LAST: Final[tuple[Make, ...]] = (
    lambda _, stream: ops.Close(stream),
    lambda _, stream: ops.SendEof(stream),
    lambda scene, stream: None if scene.unix else ops.Abort(stream),
    lambda _, __: None,
)


def _hears(scene: Scene, stream: str) -> Block:
    """The other end reads piece by piece; one of the reads may be given up, and what it missed be read after it."""
    heard: Block = ()
    for _ in range(1 + scene.tape.below(3)):
        how = scene.tape.below(5)
        read: Op = ops.ReceiveExactly(stream, scene.tape.pick((1, 2)))
        if how < 3 and scene.has("receive_some"):
            read = ops.ReceiveSome(stream, scene.tape.pick((1, 2)))
        elif how == 4 and scene.has("receive_until_eof"):
            read = ops.ReceiveUntilEof(stream)
        if scene.has("move_on_after") and scene.tape.chance(3):
            read = ops.MoveOnAfter(scene.tape.pick((0, 1)), (read,))
        heard += (*gap(scene)[:1], caught(read))
    return heard


def _pair(scene: Scene) -> tuple[Block, str, str]:
    """What opens a connection, unless there is one, and its two ends."""
    opened: Block = ()
    if len(scene.streams) < 2:
        client, server = scene.fresh("c"), scene.fresh("s")
        scene.streams += [client, server]
        opened = (_connecting(scene, client), ops.Accept(server, LISTENER))
    one, other = scene.streams[:2] if scene.tape.chance(2) else scene.streams[1::-1]
    return opened, one, other


def _over(scene: Scene) -> Block:
    """One end breaks off or closes; the other may notice; then it is closed, too, and says so to who uses it still."""
    opened, one, other = _pair(scene)
    aborts = scene.has("abort") and not scene.unix and scene.tape.chance(2)
    used: Block = ()
    for _ in range(scene.tape.below(3)):
        used += (caught(_use(scene, other)), *gap(scene))
    ended = (caught(ops.Abort(one) if aborts else ops.Close(one)), *gap(scene))
    return (
        *opened,
        *ended,
        *used,
        caught(ops.Close(other)),
        *gap(scene),
        caught(_use(scene, other)),
    )


def _use(scene: Scene, stream: str) -> Op:
    """Sends or receives."""
    return ops.SendBytes(stream, "x") if scene.tape.chance(2) else ops.ReceiveExactly(stream, 1)


def _talk(scene: Scene) -> Block:
    """One end talks, the other listens; the listener of both may be closed meanwhile."""
    opened, one, other = _pair(scene)
    says, hears = _says(scene, one), _hears(scene, other)
    if scene.tape.chance(6):
        hears = (caught(ops.CloseListener(LISTENER)), *hears)
    if opened or scene.tape.chance(2):
        return (*opened, *says, *hears)
    task = scene.add_task()
    scene.bodies[task] = list(hears)
    if not scene.has("cancel") or scene.tape.chance(2):
        return (*gap(scene), *says, *gap(scene))
    cut: Block = (*gap(scene), ops.Cancel(task), *gap(scene))
    again = _hears(scene, other)
    return (*cut, *says, *again) if scene.tape.chance(2) else (*says, *cut, *again)


def _answered(scene: Scene) -> Block:
    """One end has said all that it will, and the other hears of it; it answers all the same, and the answer is read."""
    opened, one, other = _pair(scene)
    if not scene.has("send_eof"):
        return (*opened, *_says(scene, one), *_hears(scene, other))
    said: Block = (
        (caught(ops.SendBytes(one, scene.tape.pick(DATA))),) if scene.tape.chance(2) else ()
    )
    asks = (*said, *gap(scene), caught(ops.SendEof(one)))
    hears, answers = _hears(scene, other), _says(scene, other)
    if opened or scene.tape.chance(2):
        return (*opened, *asks, *gap(scene), *hears, *answers, *_hears(scene, one))
    task = scene.add_task()
    scene.bodies[task] = [*hears, *answers]
    return (*asks, *gap(scene), *_hears(scene, one))


def _dropped(scene: Scene) -> Block:
    """Who reads is cancelled, and what it reads from is closed, in one round; the other end is used after that."""
    opened, one, other = _pair(scene)
    if not scene.has("cancel"):
        return (*opened, *_hears(scene, other))
    task = scene.add_task()
    reads: Op = ops.ReceiveExactly(other, 1)
    if scene.has("receive_some") and scene.tape.chance(2):
        reads = ops.ReceiveSome(other, 1)
    scene.bodies[task] = [*((pause(scene, 1),) if opened else ()), reads, ops.Note("read")]
    closed, cancelled = caught(ops.Close(other)), ops.Cancel(task)
    between = gap(scene) if scene.tape.chance(4) else ()
    race = (cancelled, *between, closed) if scene.tape.chance(2) else (closed, *between, cancelled)
    return (*opened, pause(scene, 2), *race, *gap(scene), caught(_use(scene, one)))


def _doomed(scene: Scene) -> Block:
    """Who has been told to go uses a connection that is ready for it; then what it left is read."""
    opened, one, other = _pair(scene)
    use: Op = ops.SendBytes(other, "x")
    if not scene.tape.chance(4):
        some = scene.has("receive_some") and scene.tape.chance(2)
        use = ops.ReceiveSome(other, 1) if some else ops.ReceiveExactly(other, 1)
    if scene.has("scope", "cancel_scope"):
        name = scene.fresh("n")
        told: Block = (ops.Scope(name, (ops.CancelScope(name), caught(use))),)
    elif scene.has("cancel", "cancel:self"):
        task = scene.add_task()
        scene.bodies[task] = [pause(scene, 2), ops.Cancel(task), caught(use)]
        told = (pause(scene, 3),)
    else:
        told = (caught(use),)
    said = caught(ops.SendBytes(one, scene.tape.pick(DATA)))
    return (*opened, said, *gap(scene), *told, *gap(scene)[:1], *_hears(scene, other)[:1])


def _full(scene: Scene) -> Block:
    """A send for which there is no room is cancelled, or either end is closed under it; perhaps it is tried again."""
    if not scene.has("send_bytes:no_room"):
        return _talk(scene)
    opened, _, _ = _pair(scene)
    client, server = scene.streams[:2]
    large = ops.SendBytes(server, "x", NO_ROOM)
    waits: Op = caught(large)
    if scene.has("move_on_after") and scene.tape.chance(3):
        waits = ops.MoveOnAfter(1, (waits,))
    again = scene.tape.pick(((), (caught(large),), (caught(ops.SendBytes(server, "x")),)))
    task = scene.add_task()
    scene.bodies[task] = [*((pause(scene, 1),) if opened else ()), waits, ops.Note("a"), *again]
    acts: list[Op] = [ops.Close(server), ops.Close(client), ops.ReceiveExactly(client, 1)]
    acts += [] if scene.unix else [ops.Abort(client), ops.Abort(server)]
    acts += [ops.Cancel(task), ops.Cancel(task)] if scene.has("cancel") else []
    first, second = scene.tape.pick(acts), scene.tape.pick(acts)
    tail = (
        () if scene.tape.chance(2) else within(scene, scene.tape.pick((large, _use(scene, server))))
    )
    return (
        *opened,
        pause(scene, 2),
        caught(first),
        *gap(scene),
        caught(second),
        *gap(scene),
        *tail,
    )


def _outside(scene: Scene) -> Block:
    """A peer outside of the runtime talks, and ends, closes or resets, at once: that is what the other end is told."""
    if scene.unix or not scene.has("peer_connect", "peer_send", "peer_reset", "peer_eof"):
        return _talk(scene)
    peer, server = scene.fresh("p"), scene.fresh("s")
    scene.streams.append(server)
    opened = (ops.PeerConnect(peer, LISTENER), ops.Accept(server, LISTENER))
    says: Block = ()
    for _ in range(scene.tape.below(3)):
        says += (ops.PeerSend(peer, scene.tape.pick(DATA)), *gap(scene))
    ends: tuple[Op, ...] = (ops.PeerReset(peer), ops.PeerEof(peer))
    if scene.has("peer_close"):
        ends += (ops.PeerClose(peer),)
    says += (scene.tape.pick(ends),) if not scene.tape.chance(6) else ()
    hears = (*_hears(scene, server), *((caught(_use(scene, server)),) * scene.tape.below(2)))
    if scene.tape.chance(2):
        return (*opened, *says, *gap(scene), *hears)
    task = scene.add_task()
    scene.bodies[task] = [*opened, *hears]
    cut = (*gap(scene), ops.Cancel(task)) if scene.has("cancel") and scene.tape.chance(4) else ()
    return (pause(scene, 1), *says, *cut, *gap(scene))


def _late(scene: Scene) -> Block:
    """A connection that is accepted only when its other end has talked, or is gone, or never came to be."""
    client, server = scene.fresh("c"), scene.fresh("s")
    scene.streams += [client, server]
    connect: Op = _connecting(scene, client)
    if scene.has("move_on_after") and scene.tape.chance(3):
        connect = ops.MoveOnAfter(0, (connect,))
    opens = (caught(connect), *_says(scene, client))
    accepts = (*within(scene, ops.Accept(server, LISTENER)), *_hears(scene, server))
    if scene.has("close_listener") and scene.tape.chance(4):  # nobody ever will
        accepts = (caught(ops.CloseListener(LISTENER)), *accepts, *_hears(scene, client))
    if scene.tape.chance(2):
        return (*opens, *gap(scene), *accepts)
    task = scene.add_task()
    scene.bodies[task] = list(opens)
    cut: Block = ()
    if scene.has("cancel") and scene.tape.chance(2):
        cut = (*gap(scene), ops.Cancel(task))
    return (*cut, *gap(scene), *accepts)


def _met(scene: Scene) -> Block:
    """Who connects and who accepts have met, and one cancels the other rounds later; then it looks who is there."""
    client, server = scene.fresh("c"), scene.fresh("s")
    scene.streams += [client, server]
    other, own = _connecting(scene, client), ops.Accept(server, LISTENER)
    mine = server
    if scene.tape.chance(4):
        other, own, mine = own, other, client
    task = scene.add_task()
    scene.bodies[task] = [other, ops.Note("met")]
    rounds = (ops.Checkpoint(),) * scene.tape.below(ROUNDS)
    strike = (*rounds, ops.Cancel(task)) if scene.has("cancel") else ()
    return (*gap(scene)[:1], *within(scene, own), *strike, *within(scene, _use(scene, mine)))


def _whole(scene: Scene) -> Block:
    """One end sends more than may find room; the other reads all of it at one go, perhaps later."""
    opened, one, other = _pair(scene)
    begins = (pause(scene, 1),) if opened else ()
    read: Op = ops.ReceiveExactly(other, MUCH)
    end: Op = scene.tape.pick((ops.Close(one), ops.SendEof(one)))
    if scene.has("receive_until_eof", end.kind) and scene.tape.chance(2):
        read = ops.ReceiveUntilEof(other)
    sender, reader = scene.add_task(), scene.add_task()
    sent = (caught(ops.SendBytes(one, "x", MUCH)), ops.Note("sent"))
    scene.bodies[sender] = [*begins, *sent, caught(end)]
    late = (pause(scene, 1),) if scene.tape.chance(2) else ()
    scene.bodies[reader] = [*begins, *late, caught(read), ops.Note("read")]
    return opened


MUCH: Final = 3_000_000
"""Bytes: more than a connection of any kind holds as the system sets it up, so that a send has to wait."""
ROUNDS: Final = 7
"""A connection that is made is told to who asked for it some rounds later, and to who accepts it as many."""


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
        "abort": on_stream(lambda scene, name: None if scene.unix else ops.Abort(name)),
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
    stories=(_talk, _late, _over, _outside, _dropped, _doomed, _full, _met, _whole, _answered),
    weight=3,
)
