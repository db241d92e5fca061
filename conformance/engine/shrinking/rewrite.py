"""Rewriting a program: one place is changed, and whatever no longer makes sense goes with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from conformance.errors import ScenarioError
from conformance.lang import ops
from conformance.lang.check_loop import started_by
from conformance.lang.check_sync import CLONES
from conformance.lang.check_threads import LISTENERS, STREAMS
from conformance.lang.ops import Block, Op
from conformance.lang.program import Path, Program

Bodies = Mapping[str, Block]


def rewrite(program: Program, path: Path, new: Block) -> Program | None:
    """The program with these ops in place of the one at `path`; None if no sensible program comes of it."""
    bodies = {
        task: _put(body, path[1:], new) if task == path[0] else body
        for task, body in program.tasks.items()
    }
    return mended(program, bodies)


def _put(block: Block, path: Path, new: Block) -> Block:
    at, rest = int(path[0]), path[1:]
    if not rest:
        return (*block[:at], *new, *block[at + 1 :])
    op: Any = block[at]
    changed = replace(op, **{rest[0]: _put(getattr(op, rest[0]), rest[1:], new)})
    return (*block[:at], changed, *block[at + 1 :])


def mended(program: Program, bodies: Bodies) -> Program | None:
    """A program of these bodies, without what names something that is gone; None if there is none."""
    while True:
        kept = _without_orphans(bodies)
        names = _Names(kept, program.channels)
        kept = {task: _sensible(task, body, names, frozenset()) for task, body in kept.items()}
        kept = {task: _ending(body) for task, body in kept.items()}
        if kept == bodies:
            break
        bodies = kept
    try:
        return replace(program, tasks=kept, **_declared(program, kept))
    except ScenarioError:
        return None


def _without_orphans(bodies: Bodies) -> dict[str, Block]:
    """Without tasks that nobody starts any more."""
    started = {started_by(op) for op in every_op(bodies.values())}
    return {task: body for task, body in bodies.items() if task == "main" or task in started}


class _Names:
    """What the ops of a program may still name."""

    def __init__(self, bodies: Bodies, declared: Iterable[str]) -> None:
        self.tasks = set(bodies)
        every = list(every_op(bodies.values()))
        self.streams = {op.stream for op in every if isinstance(op, STREAMS)}
        self.listeners = {op.listener for op in every if isinstance(op, LISTENERS)}
        self.started = {op.task for op in every if isinstance(op, ops.Start)}
        opened = Counter(op.name for op in every if isinstance(op, ops.Group))
        self.groups = {name for name, number in opened.items() if number == 1}
        self.clones = {op.clone for op in every if isinstance(op, CLONES)} | {*declared}

    def knows(self, op: Any) -> bool:
        """Whether everything that the op names is there."""
        return (
            getattr(op, "task", "main") in self.tasks
            and getattr(op, "thread", "main") in self.tasks
            and (not hasattr(op, "channel") or op.channel in self.clones)
            and (not hasattr(op, "stream") or op.stream in self.streams)
            and (not hasattr(op, "listener") or op.listener in self.listeners)
        )


def every_op(blocks: Iterable[Block]) -> Iterable[Op]:
    """Every op of these blocks, outer ones before inner ones."""
    for block in blocks:
        for op in block:
            yield op
            yield from every_op(inner for _, inner in op.blocks())


def _sensible(task: str, block: Block, names: _Names, groups: frozenset[str]) -> Block:
    """Without ops that name what is gone; a child of a group that is gone is started without one."""
    kept: list[Op] = []
    for op in block:
        if not names.knows(op) or (isinstance(op, ops.Started) and task not in names.started):
            continue
        if (
            isinstance(op, ops.Spawn | ops.Start)
            and op.group is not None
            and op.group not in groups
            and op.group not in names.groups
        ):
            op = ops.Spawn(op.task)
        inside = groups | {op.name} if isinstance(op, ops.Group) else groups
        inner: dict[str, Any] = {
            name: _sensible(task, body, names, inside) for name, body in op.blocks()
        }
        if isinstance(op, ops.Attempt) and set(inner) == {"body"}:
            kept.extend(inner["body"])
        else:
            changed: Any = op
            kept.append(replace(changed, **inner) if inner else op)
    return tuple(kept)


def _ending(body: Block) -> Block:
    """A return stands last or not at all."""
    return tuple(
        op for at, op in enumerate(body) if not isinstance(op, ops.Return) or at == len(body) - 1
    )


def _declared(program: Program, bodies: Bodies) -> dict[str, Any]:
    """The declarations that some op still names."""
    named = {
        value
        for op in every_op(bodies.values())
        for item in fields(op)
        if isinstance(value := getattr(op, item.name), str)
    }
    declared: dict[str, Any] = {}
    for item in fields(program):
        value = getattr(program, item.name)
        if item.name == "tasks" or not item.init:
            continue
        if isinstance(value, Mapping):
            declared[item.name] = {name: size for name, size in value.items() if name in named}
        else:
            declared[item.name] = tuple(name for name in value if name in named)
    return declared
