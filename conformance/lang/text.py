"""The readable form of a program: one line per op, nested blocks indented."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import fields

from conformance.lang.ops import (
    BLOCKS,
    Attempt,
    Block,
    FailAfter,
    MoveOnAfter,
    Op,
    RunInThread,
    SendBytes,
    Spawn,
    Start,
)
from conformance.lang.program import SIZED, Program


def show_op(op: Op) -> str:
    """One op in one line, without its nested blocks: `move_on_after 3`, `send c 1`."""
    if isinstance(op, Spawn):
        return f"spawn {op.task}" + (f" in {op.group}" if op.group else "")
    if isinstance(op, Start):
        return f"start {op.task} in {op.group}"
    if isinstance(op, RunInThread):
        how = {None: "", True: ", abandoned if cancelled", False: ", awaited if cancelled"}
        return f"run_in_thread {op.thread}{how[op.abandon]}"
    if isinstance(op, Attempt):
        return "attempt"
    if isinstance(op, SendBytes):
        return f"send_bytes {op.stream} '{op.data}'" + (f" x {op.times}" if op.times != 1 else "")
    if isinstance(op, MoveOnAfter | FailAfter):
        return f"{op.kind} {_show_value(op.ticks)}" + (f" as {op.scope}" if op.scope else "")
    values = [getattr(op, f.name) for f in fields(op) if f.name not in BLOCKS]
    if values == [None]:
        return op.kind
    return " ".join([op.kind, *map(_show_value, values)])


def _show_value(value: object) -> str:
    if isinstance(value, float) and math.isinf(value):
        return "forever" if value > 0 else "-forever"
    if value is None or isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _lines(block: Block, indent: str) -> Iterator[str]:
    for op in block:
        inner = op.blocks()
        yield indent + show_op(op) + (":" if inner else "")
        for name, nested in inner:
            if name != "body":
                yield indent + name.rstrip("_") + ":"
            yield from _lines(nested, indent + "    ") if nested else [indent + "    pass"]


def show_program(program: Program) -> str:
    """The whole program, one line per op."""
    lines = [f"event {name}" for name in program.events]
    lines += [f"lock {name}" for name in program.locks]
    lines += [f"condition {name}" for name in program.conditions]
    lines += [f"variable {name}" for name in program.variables]
    lines += [f"channel {name} of {channel.capacity}" for name, channel in program.channels.items()]
    for kind in SIZED:
        lines += [f"{kind[:-1]} {n} of {size}" for n, size in getattr(program, kind).items()]
    for task, body in program.tasks.items():
        lines.append(f"task {task}:")
        lines.extend(_lines(body, "    ") if body else ["    pass"])
    return "\n".join(lines)
