"""Whether a program makes sense: names are known, numbers are possible, every task starts once."""

from __future__ import annotations

import math
import re
from dataclasses import fields

from conformance.errors import ScenarioError
from conformance.lang import ops
from conformance.lang.program import Path, Program, no_sense

WORD = re.compile(r"[\w.+-]{1,64}")
NAME = re.compile(r"[A-Za-z_][\w-]{0,63}")
MAX_BYTES = 64 * 2**20
MAX_OPS = 10_000
MAX_DEPTH = 40

_SPAWNING = (ops.Spawn, ops.Detach)
_WORDS = frozenset(
    {"error", "data", "stream", "listener", "name", "group", "task", "event", "lock", "channel"}
)


def check_program(program: Program) -> None:
    """Raise ScenarioError, naming the op, for the first thing that makes no sense."""
    if "main" not in program.tasks:
        raise ScenarioError("the program has no task `main`", hint="name the first task `main`")
    _check_names(program)
    starters: dict[str, Path] = {}
    streams = {op.stream for _, op in program.walk() if isinstance(op, ops.Connect | ops.Accept)}
    listeners = {op.listener for _, op in program.walk() if isinstance(op, ops.Listen)}
    bound: set[str] = set()
    for count, (path, op) in enumerate(program.walk()):
        if count >= MAX_OPS or len(path) > 2 * MAX_DEPTH:
            raise no_sense(path, op, f"the program is longer than {MAX_OPS} ops or deeper than {MAX_DEPTH}")
        _check_arguments(path, op)
        _check_references(program, path, op, streams, listeners)
        _check_structure(program, path, op)
        if isinstance(op, _SPAWNING):
            _check_start(starters, path, op)
        name = getattr(op, "stream", None) if isinstance(op, ops.Connect | ops.Accept) else None
        name = op.listener if isinstance(op, ops.Listen) else name
        if name is not None and name in bound:
            raise no_sense(path, op, f"`{name}` is opened twice")
        bound |= {name} if name is not None else set()
    for task in program.tasks:
        if task != "main" and task not in starters:
            raise ScenarioError(f"task `{task}` is never spawned", hint="spawn it, or delete it")
    _check_reachable(program, starters)


def _check_names(program: Program) -> None:
    names = [*program.tasks, *program.events, *program.locks, *program.channels]
    for name in names:
        if not NAME.fullmatch(name):
            raise ScenarioError(f"`{name!r}` is no name", hint="letters, digits, `_` and `-`")
    for name in names:
        if names.count(name) > 1:
            raise ScenarioError(f"`{name}` is declared twice", hint="one name for one thing")
    for name, channel in program.channels.items():
        if type(channel.capacity) is not int or channel.capacity < 1:
            raise ScenarioError(f"channel `{name}`: capacity {channel.capacity} is not at least 1")


def _check_arguments(path: Path, op: ops.Op) -> None:
    for field in fields(op):
        value = getattr(op, field.name)
        if field.name in ("ticks", "tick"):
            if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
                raise no_sense(path, op, f"{value!r} is no number of ticks")
        elif field.name in ("word", "item", "value"):
            if isinstance(value, str) and not WORD.fullmatch(value):
                raise no_sense(path, op, f"{value!r} is no word (letters, digits and `_ . + -`)")
            if not isinstance(value, str | int | None):
                raise no_sense(path, op, f"{value!r} is not a word, a whole number, true, false or none")
        elif field.name in _WORDS:
            if value is None and field.default is None:
                continue
            if not isinstance(value, str) or not WORD.fullmatch(value):
                raise no_sense(path, op, f"{value!r} is no word (letters, digits and `_ . + -`)")
        elif field.name in ("times", "max", "count") and type(value) is not int:
            raise no_sense(path, op, f"{value!r} is no whole number")
    if isinstance(op, ops.Block_) and not 0 <= op.ticks < math.inf:
        raise no_sense(path, op, "a loop can be held up for a finite number of ticks only")
    if isinstance(op, ops.SendBytes) and not 1 <= len(op.data) * op.times <= MAX_BYTES:
        raise no_sense(path, op, f"sends {len(op.data) * op.times} bytes, not 1 to {MAX_BYTES}")
    if isinstance(op, ops.ReceiveSome) and op.max < 1:
        raise no_sense(path, op, f"cannot receive at most {op.max} bytes")
    if isinstance(op, ops.ReceiveExactly) and not 1 <= op.count <= MAX_BYTES:
        raise no_sense(path, op, f"cannot receive exactly {op.count} bytes")


def _check_references(
    program: Program, path: Path, op: ops.Op, streams: set[str], listeners: set[str]
) -> None:
    known = {
        "task": program.tasks,
        "event": program.events,
        "lock": program.locks,
        "channel": program.channels,
        "stream": streams,
        "listener": listeners,
    }
    for field in fields(op):
        value = getattr(op, field.name)
        if field.name in known and value not in known[field.name]:
            raise no_sense(path, op, f"unknown {field.name} `{value}`")


def _check_structure(program: Program, path: Path, op: ops.Op) -> None:
    if isinstance(op, ops.Return) and (len(path) > 2 or int(path[1]) != len(program.tasks[path[0]]) - 1):
        raise no_sense(path, op, "may only be the last op of a task")
    if isinstance(op, ops.Attempt) and (op.on_error, op.on_cancel, op.finally_) == (None, None, None):
        raise no_sense(path, op, "neither catches nor cleans up")
    if isinstance(op, ops.Spawn) and op.group is not None and op.group not in _open_groups(program, path):
        raise no_sense(path, op, f"group `{op.group}` is not open here")


def _open_groups(program: Program, path: Path) -> set[str]:
    """The groups whose body encloses the op at `path`."""
    groups, block = set(), program.tasks[path[0]]
    for index, name in zip(path[1::2], path[2::2], strict=False):
        op = block[int(index)]
        if isinstance(op, ops.Group):
            groups.add(op.name)
        block = getattr(op, name)
    return groups


def _check_start(starters: dict[str, Path], path: Path, op: ops.Spawn | ops.Detach) -> None:
    if op.task == "main":
        raise no_sense(path, op, "`main` is the first task and cannot be spawned")
    if op.task == path[0]:
        raise no_sense(path, op, "an unbounded recursion: a task cannot spawn itself")
    if op.task in starters:
        first = starters[op.task]
        raise no_sense(path, op, f"task `{op.task}` is spawned twice (first by `{first[0]}`)")
    starters[op.task] = path


def _check_reachable(program: Program, starters: dict[str, Path]) -> None:
    """Spawns form a tree rooted at main: a cycle of spawns would be an unbounded recursion."""
    for task, path in starters.items():
        seen, above = {task}, path[0]
        while above != "main":
            if above in seen:
                raise ScenarioError(
                    f"`{path[0]}` spawns `{task}` in a cycle: an unbounded recursion of spawns",
                    hint="let `main` or a task that it starts spawn them",
                )
            seen.add(above)
            above = starters[above][0]
