"""What the generator knows of servers: visits that are handled, handlers that fail or do not close, and a server's end.

Nobody visits without an announced handler, each of which is a task of its own; in the end there is one visit more.
"""

from __future__ import annotations

from typing import Final

from conformance.engine.generate.area import Area, caught, gap, mark, pause, shielded, within
from conformance.engine.generate.scene import MOST_TASKS, Scene
from conformance.lang import ops
from conformance.lang.ops import Block, Op

LISTENER: Final = "V"


def _prelude(scene: Scene) -> Block:
    """Somebody serves; the server may be given up, and what comes out of it is seen."""
    server = scene.server = scene.add_task()
    serves: Block = (ops.Serve(LISTENER),)
    if scene.has("move_on_after") and scene.tape.chance(6):
        serves = (ops.MoveOnAfter(scene.tape.pick((2, 1, 3)), serves), *mark(scene))
    if scene.tape.chance(2):
        serves = (ops.Attempt(serves, on_error=(), finally_=(ops.Log(6),)),)
    scene.bodies[server] = [*serves, *mark(scene)]
    return (ops.Listen(LISTENER),)


def _handler(scene: Scene) -> None:
    """One more connection can be handled: answered or not, at once or later; by one who fails, waits, or forgets."""
    task, stream = scene.add_task(named=False), scene.fresh("s")
    scene.bodies["main"].append(ops.Handler(task, stream, LISTENER))
    hears: Block = (ops.ReceiveExactly(stream, 1),)
    how = scene.tape.below(8)
    if how == 1:
        hears = (*gap(scene), ops.Raise("E"))
    elif how == 2:
        hears = (*hears, ops.Raise("F"))
    elif how == 3:
        slow: Block = gap(scene)[:1]
        if scene.has("cleanup:waits") and scene.tape.chance(2):
            slow = shielded(scene, pause(scene, 1))  # whoever serves waits for it
        hears = (ops.Attempt((pause(scene, 3), ops.Log("h")), finally_=(*slow, ops.Log(7))),)
    elif how == 4:
        hears = gap(scene)
    else:
        hears = (*hears, *gap(scene)[:1], ops.SendBytes(stream, "y"))
    closes: Block = (ops.Close(stream),) if how > 4 and scene.tape.chance(2) else ()
    scene.bodies[task] = [*hears, *closes, *mark(scene)]


def _visit(scene: Scene, _: str) -> Op | None:
    """A connection from a client, which asks, waits for the answer or for the end, and leaves."""
    if len(scene.tasks) > MOST_TASKS:
        return None
    _handler(scene)
    client = scene.fresh("c")
    asks: Block = (ops.Connect(client, LISTENER), *gap(scene)[:1])
    how = scene.tape.below(4)
    if how != 1:
        asks += (ops.SendBytes(client, "x"),)
    reads: Op = ops.ReceiveExactly(client, 1) if how < 2 else ops.ReceiveUntilEof(client)
    if how == 3 and scene.has("receive_some"):
        reads = ops.ReceiveSome(client, 2)
    limit = scene.has("move_on_after") and scene.tape.chance(2)
    asks += (ops.MoveOnAfter(2, (reads,)),) if limit else (reads,)
    leaves: Block = (caught(ops.Close(client)),) if scene.tape.chance(2) else ()
    return ops.Attempt((*asks, *mark(scene)), on_error=(), finally_=leaves or None)


def _stop(scene: Scene, _: str) -> Op | None:
    """The server is cancelled; seldom its listener is closed."""
    if not scene.has("cancel") or scene.tape.chance(3):
        return ops.CloseListener(LISTENER) if scene.has("close_listener") else None
    return ops.Cancel(scene.server)


def _visits(scene: Scene) -> Block:
    """Two visits, one beside the other or one after it; perhaps the server is stopped meanwhile."""
    visitor = scene.add_task()
    first = _visit(scene, visitor)
    if first is None:
        return gap(scene)
    scene.bodies[visitor] = [*gap(scene)[:1], first]
    second = _visit(scene, "main")
    stop = _stop(scene, "main") if scene.tape.chance(2) else None
    stops: Block = (*gap(scene), caught(stop)) if stop is not None else ()
    visits: Block = (*gap(scene), second) if second is not None else ()
    return (
        (*gap(scene), *stops, *visits) if scene.tape.chance(2) else (*visits, *gap(scene), *stops)
    )


def _ends(scene: Scene) -> Block:
    """A visit, and the end of the server, which is seen at the visitor's end, too."""
    visitor = scene.add_task()
    visit = _visit(scene, visitor)
    scene.bodies[visitor] = [visit] if visit is not None else []
    stop = _stop(scene, "main")
    joins: Block = (caught(ops.Join(scene.server)),) if scene.has("join") else ()
    return (pause(scene, 1), *gap(scene), *((caught(stop),) if stop is not None else ()), *joins)


def _epilogue(scene: Scene) -> Block:
    """A new visitor is served, or refused; then the server is stopped."""
    task, stream = scene.add_task(named=False), scene.fresh("s")
    scene.bodies["main"].append(ops.Handler(task, stream, LISTENER))
    answers = (ops.ReceiveExactly(stream, 1), ops.SendBytes(stream, "y"))
    scene.bodies[task] = [caught(*answers)]
    last: Block = within(
        scene,
        ops.Connect("z", LISTENER),
        ops.SendBytes("z", "x"),
        ops.ReceiveExactly("z", 1),
    )
    stops: Block = (ops.Cancel(scene.server),) if scene.has("cancel") else ()
    closes = tuple(caught(op) for op in (ops.Close("z"), ops.CloseListener(LISTENER)))
    return (*last, *stops, pause(scene, 1), *closes)


SERVERS: Final = Area(
    ops={"connect": _visit, "close_listener": _stop},
    prelude=_prelude,
    epilogue=_epilogue,
    needs=("serve", "handler", "listen", "connect", "send_bytes", "receive_exactly", "close"),
    stories=(_visits, _ends, _visits),
)
