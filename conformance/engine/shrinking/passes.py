"""Proposals of smaller programs, the boldest first. Each is smaller by `weight`, so that shrinking ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from itertools import product
from typing import Any, Final

from conformance.engine.shrinking.rewrite import every_op, mended, rewrite
from conformance.lang import ops
from conformance.lang.check_loop import started_by
from conformance.lang.ops import BLOCKS, Block, Op
from conformance.lang.program import SIZED, Channel, Program

Pass = Callable[[Program], Iterator["Program | None"]]


def weight(program: Program) -> tuple[int, int, int, float]:
    """What is to become small: ops, then tasks, then declarations, then numbers and values."""
    every = [op for _, op in program.walk()]
    declared = sum(1 for _ in program.declared())
    return len(every), len(program.tasks), declared, sum(map(_bulk, every)) + _sizes(program)


def _bulk(op: Op) -> float:
    """How far an op's arguments are from the plainest ones. A deadline without a name is plainer than one with."""
    values = ((item.name, getattr(op, item.name)) for item in fields(op) if item.name not in BLOCKS)
    return sum(_distance(value) for name, value in values if value is not None or name != "scope")


def _distance(value: Any) -> float:
    if isinstance(value, bool) or value is None:
        return 2.0
    if isinstance(value, int | float):
        return 3.0 if not 0 <= value <= 3 else abs(value - 1) / 2 + (value != int(value))
    return len(str(value)) / 100


def _sizes(program: Program) -> float:
    """How large the declared sizes are."""
    sizes = [c.capacity for c in program.channels.values()]
    sizes += [size for kind in SIZED for size in getattr(program, kind).values()]
    return sum(min(size, 9) if size else 1 for size in sizes) / 1000


def drop_tasks(program: Program) -> Iterator[Program | None]:
    """Without one task, and all that names it."""
    for task in reversed(tuple(program.tasks)):
        if task != "main":
            yield mended(program, {n: b for n, b in program.tasks.items() if n != task})


def drop_ops(program: Program) -> Iterator[Program | None]:
    """Without one op, and all that is inside it; late ones first."""
    for path, _ in sorted(program.walk(), key=lambda place: (len(place[0]), place[0][1:])):
        yield rewrite(program, path, ())


WAITS: Final = (ops.Checkpoint, ops.Sleep)
"""Ops that do nothing but let others go on."""


def drop_pairs(program: Program) -> Iterator[Program | None]:
    """Without two neighbours, such as an acquire and its release; or with a wait where they took time."""
    every = dict(program.walk())
    for path, op in every.items():
        following = every.get((*path[:-1], str(int(path[-1]) + 1)))
        if following is None or isinstance(following, ops.Return):
            continue
        alone = rewrite(program, path, ())
        for instead in ((), (ops.Checkpoint(),), (ops.Sleep(1),), (ops.Sleep(2),)):
            if not isinstance(op, WAITS) or not isinstance(following, WAITS) or not instead:
                yield alone and rewrite(alone, path, instead)


def unwrap(program: Program) -> Iterator[Program | None]:
    """With a block's inside in its place; with all of them in a row, if it has more than one."""
    for path, op in program.walk():
        blocks = [inner for _, inner in op.blocks()]
        for inner in blocks:
            yield rewrite(program, path, inner)
        if len(blocks) > 1:
            yield rewrite(program, path, tuple(op for inner in blocks for op in inner))


def drop_parts(program: Program) -> Iterator[Program | None]:
    """An attempt without one of its parts."""
    for path, op in program.walk():
        if isinstance(op, ops.Attempt):
            for part in ("finally_", "on_error", "on_cancel"):
                if getattr(op, part) is not None:
                    changed: dict[str, Any] = {part: None}
                    yield rewrite(program, path, (replace(op, **changed),))


def start_plainly(program: Program) -> Iterator[Program | None]:
    """A task that is detached or waited for until it is ready, or a child of a group, is spawned on its own."""
    for path, op in program.walk():
        if isinstance(op, ops.Detach | ops.Start) or (isinstance(op, ops.Spawn) and op.group):
            yield rewrite(program, path, (ops.Spawn(op.task),))


def inline(program: Program) -> Iterator[Program | None]:
    """Without a task: whoever spawns it does the same, there or at the end."""
    for path, op in program.walk():
        if isinstance(op, ops.Spawn) and len(path) == PLAIN:
            body = program.tasks[op.task]
            others = {name: other for name, other in program.tasks.items() if name != op.task}
            around, at = others[path[0]], int(path[1])
            for changed in (
                (*around[:at], *around[at + 1 :], *body),
                (*around[:at], *body, *around[at + 1 :]),
            ):
                yield mended(program, {**others, path[0]: changed})


PLAIN: Final = 2
"""The length of the path of an op that is in no block."""


def trade_places(program: Program) -> Iterator[Program | None]:
    """Without a wait: what stands behind it goes into a task that is started last, whose ops the starter does itself.

    A task that starts others, waits for them to come so far, and goes on, becomes one of them.
    """
    for task, body in program.tasks.items():
        spawns = [at for at, op in enumerate(body) if isinstance(op, ops.Spawn)]
        if not spawns:
            continue
        after = body[spawns[-1] + 1 :]
        for wait in [at for at, op in enumerate(after) if isinstance(op, WAITS)]:
            left = (*after[:wait], *after[wait + 1 :])
            for at in spawns:
                child = body[at]
                assert isinstance(child, ops.Spawn)
                first = (*body[:at], *body[at + 1 : spawns[-1] + 1], child)
                here = (*first, *program.tasks[child.task])
                yield mended(program, {**program.tasks, task: here, child.task: left})


def start_later(program: Program) -> Iterator[Program | None]:
    """Without a wait that a task begins with: it is spawned behind its neighbours instead."""
    for task, body in program.tasks.items():
        if not body or not isinstance(body[0], WAITS):
            continue
        for path, op in program.walk():
            if isinstance(op, ops.Spawn) and op.task == task and len(path) == PLAIN:
                around, at = program.tasks[path[0]], int(path[1])
                end = at + 1
                while end < len(around) and isinstance(around[end], ops.Spawn):
                    end += 1
                moved = (*around[:at], *around[at + 1 : end], op, *around[end:])
                yield mended(program, {**program.tasks, path[0]: moved, task: body[1:]})


def start_in_turn(program: Program) -> Iterator[Program | None]:
    """Without a wait that a task begins with: whom it waited for starts it when that one has come so far."""
    for path, op in program.walk():
        if not isinstance(op, ops.Spawn) or len(path) != PLAIN:
            continue
        starter, body = path[0], program.tasks[op.task]
        around = [other for other in program.tasks[starter] if other != op]
        if not body or not isinstance(body[0], WAITS):
            continue
        for child in [other for other in around if isinstance(other, ops.Spawn)]:
            first, there = program.tasks[child.task], around.index(child)
            rest = (*around[:there], *around[there + 1 :])
            for at, so_far in product(range(there, len(rest) + 1), range(1, len(first) + 1)):
                changed = {
                    starter: (*rest[:at], child, *rest[at:]),
                    child.task: (*first[:so_far], op, *first[so_far:]),
                    op.task: body[1:],
                }
                yield mended(program, {**program.tasks, **changed})


def lift_children(program: Program) -> Iterator[Program | None]:
    """Without a task that starts others: they are spawned in its place, and one of them goes by its name."""
    for task, body in program.tasks.items():
        children = [op.task for op in every_op([body]) if isinstance(op, ops.Spawn | ops.Detach)]
        if task == "main":
            continue
        started: Block = tuple(map(ops.Spawn, children))
        for heir in children:
            bodies = {
                name: _renamed(_instead(other, task, started), task, heir)
                for name, other in program.tasks.items()
                if name != task
            }
            yield mended(program, bodies)


def _instead(block: Block, task: str, started: Block) -> Block:
    """With these ops in the place of what starts the task."""
    changed: list[Op] = []
    for op in block:
        if isinstance(op, ops.Spawn | ops.Detach | ops.Start) and op.task == task:
            changed += started
            continue
        inner: dict[str, Any] = {name: _instead(part, task, started) for name, part in op.blocks()}
        found: Any = op
        changed.append(replace(found, **inner) if inner else op)
    return tuple(changed)


def simplify(program: Program) -> Iterator[Program | None]:
    """With plainer arguments: 1 for an odd number, a plain item, one byte."""
    for path, op in program.walk():
        for changed in _simpler(op):
            yield rewrite(program, path, (changed,))


def _simpler(op: Any) -> Iterator[Op]:
    for item in fields(op):
        value = getattr(op, item.name)
        plainer = _PLAINER.get(item.name, ())
        for other in plainer:
            if other != value and _distance(other) < _distance(value):
                yield replace(op, **{item.name: other})
    if isinstance(op, ops.FailAfter | ops.MoveOnAfter) and op.scope is not None:
        yield replace(op, scope=None)
    if isinstance(op, ops.FailAfter):
        yield ops.MoveOnAfter(op.ticks, op.body)


_PLAINER: Final[Mapping[str, tuple[Any, ...]]] = {
    "ticks": (1, 0, 2, 3),
    "tick": (1, 0, 2, 3),
    "word": (1,),
    "item": (1,),
    "value": (1,),
    "data": ("x",),
    "times": (1,),
    "max": (1,),
    "count": (1,),
}


def shrink_sizes(program: Program) -> Iterator[Program | None]:
    """Channels with room for one item; one permit, token or party less, and without a task that took it."""
    for name, channel in program.channels.items():
        if channel.capacity not in (0, 1):
            yield replace(program, channels={**program.channels, name: Channel(1)})
    for kind, least in SIZED.items():
        sizes: Mapping[str, int] = getattr(program, kind)
        for name, size in sizes.items():
            if size <= max(least, 1):
                continue
            changed: dict[str, Any] = {kind: {**sizes, name: size - 1}}
            fewer = replace(program, **changed)
            yield from drop_tasks(fewer)
            yield fewer


def merge_objects(program: Program) -> Iterator[Program | None]:
    """One object where there were two of a kind."""
    for item in fields(program):
        value = getattr(program, item.name)
        if item.name == "tasks" or not item.init or len(value) < 2:
            continue
        first, *others = value
        for other in others:
            bodies = {task: _renamed(body, other, first) for task, body in program.tasks.items()}
            yield mended(program, bodies)


def _renamed(block: Block, old: str, new: str) -> Block:
    renamed: list[Op] = []
    for op in block:
        changes: dict[str, Any] = {
            item.name: new for item in fields(op) if getattr(op, item.name) == old
        }
        changes |= {name: _renamed(inner, old, new) for name, inner in op.blocks()}
        changed: Any = op
        renamed.append(replace(changed, **changes) if changes else op)
    return tuple(renamed)


def with_plain_names(program: Program) -> Program:
    """The same program with its tasks called `a`, `b`, … as they are started; itself where those names are in use."""
    old = [task for _, op in program.walk() if (task := started_by(op)) is not None]
    new = [chr(ord("a") + index) for index in range(len(old))]
    if len(old) > LETTERS or set(new) & (set(program.declared()) - set(old)):
        return program
    bodies = dict(program.tasks)
    for before, after in ((old, [f"_{name}" for name in new]), ([f"_{name}" for name in new], new)):
        names = dict(zip(before, after, strict=True))
        for was, now in names.items():
            bodies = {name: _renamed(body, was, now) for name, body in bodies.items()}
        bodies = {names.get(name, name): body for name, body in bodies.items()}
    return mended(program, bodies) or program


LETTERS: Final = 26
"""Programs with more tasks keep their names."""

PASSES: Final[tuple[Pass, ...]] = (
    drop_tasks,
    drop_ops,
    unwrap,
    drop_parts,
    start_plainly,
    inline,
    lift_children,
    drop_pairs,
    trade_places,
    start_later,
    start_in_turn,
    merge_objects,
    simplify,
    shrink_sizes,
)
