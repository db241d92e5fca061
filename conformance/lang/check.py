"""Whether a program makes sense: names are known, numbers are possible, every task starts once."""

from __future__ import annotations

import math
import re
from collections.abc import Collection

from conformance.errors import ScenarioError
from conformance.lang import ops
from conformance.lang.check_loop import STARTERS, check_loop, started_by
from conformance.lang.check_scopes import check_scopes
from conformance.lang.check_sync import CLONES, check_sync
from conformance.lang.check_threads import LISTENERS, STREAMS, check_threads_and_servers
from conformance.lang.program import SIZED, Path, Program, brief, no_sense, show_path

WORD = re.compile(r"[A-Za-z0-9_.+-]{1,64}")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
MAX_BYTES = 64 * 2**20
MAX_OPS = 10_000
MAX_DEPTH = 40
LARGEST = 2**53
"""The largest whole number that JSON carries between any two languages without loss."""
TOO_LARGE = f"the program is longer than {MAX_OPS} ops or deeper than {MAX_DEPTH}"

_COUNTS = {"times": MAX_BYTES, "max": MAX_BYTES, "count": MAX_BYTES, "tokens": LARGEST}
_WORDS = frozenset(
    {
        "error",
        "data",
        "stream",
        "listener",
        "name",
        "group",
        "task",
        "event",
        "lock",
        "channel",
        "clone",
        "condition",
        "semaphore",
        "limiter",
        "barrier",
        "variable",
        "scope",
        "callback",
        "handle",
        "listening",
        "peer",
        "server",
        "socket",
        "told",
        "transport",
        "thread",
        "gate",
    }
)

_SCOPES = (ops.Scope, ops.MoveOnAfter, ops.FailAfter)
"""Ops that may give a scope a name."""
NAN = frozenset({ops.Sleep, ops.MoveOnAfter, ops.FailAfter})
"""Ops whose ticks may be no number (NaN): what comes of that is a question."""
_OPENERS = frozenset({*STREAMS, *LISTENERS, *_SCOPES, *CLONES, ops.Group})
"""Ops that give a name to what they open."""
_MEASURED = frozenset({ops.Block_, ops.SendBytes, ops.ReceiveSome, ops.ReceiveExactly})
"""Ops whose numbers have bounds of their own."""
_PLACED = frozenset({ops.Return, ops.Attempt, ops.RaiseGroup})
"""Ops that make sense in some places only."""


def check_program(program: Program) -> None:
    """Raise ScenarioError, naming the op, for the first thing that makes no sense."""
    if "main" not in program.tasks:
        raise ScenarioError("the program has no task `main`", hint="name the first task `main`")
    _check_names(program)
    for count, (path, op) in enumerate(program.walk()):
        if count >= MAX_OPS or len(path) > 2 * MAX_DEPTH:
            raise no_sense(path, op, TOO_LARGE)
        for name, kind, optional in _fields_of(type(op)):
            _check_field(path, op, name, kind, optional=optional)
    for path, op in program.of(_MEASURED):
        _check_numbers(path, op)
    for path, op in program.of(_PLACED):
        _check_structure(program, path, op)
    _check_opened(program)
    _check_references(program)
    _check_starts(program)
    check_loop(program)
    check_scopes(program)
    check_sync(program)
    check_threads_and_servers(program)


def check_name(name: object) -> None:
    """Raise ScenarioError for what cannot name a task, event, lock or channel."""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ScenarioError(f"{brief(name)} is no name", hint="letters, digits, `_` and `-`")


def _check_names(program: Program) -> None:
    seen: set[str] = set()
    for name in (*program.tasks, *program.declared()):
        check_name(name)
        if name in seen:
            raise ScenarioError(f"`{name}` is declared twice", hint="one name for one thing")
        seen.add(name)
    for task, body in program.tasks.items():
        if not _is_block(body):
            raise ScenarioError(f"task `{task}`: this is no tuple of ops: {brief(body)}")
    for name, channel in program.channels.items():
        capacity = channel.capacity
        if capacity != math.inf and (type(capacity) is not int or not 0 <= capacity <= LARGEST):
            raise ScenarioError(
                f"channel `{name}`: capacity {brief(capacity)} is no number of items"
            )
    for kind, least in SIZED.items():
        for name, size in getattr(program, kind).items():
            if type(size) is not int or not least <= size <= LARGEST:
                raise ScenarioError(f"{kind[:-1]} `{name}`: {brief(size)} is not at least {least}")


def _is_block(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(item, ops.Op) for item in value)


def _fields_of(kind: type[ops.Op]) -> tuple[tuple[str, str, bool], ...]:
    """Each field of an op: its name, what it holds, and whether it may be left out."""
    known = _FIELDS.get(kind)
    if known is None:
        told = ((f.name, _held(f.name), f.default is None) for f in ops.op_fields(kind))
        known = _FIELDS[kind] = tuple(told)
    return known


_FIELDS: dict[type[ops.Op], tuple[tuple[str, str, bool], ...]] = {}


def _held(field: str) -> str:
    if field in ops.BLOCKS:
        return "block"
    if field in ("ticks", "tick"):
        return "ticks"
    if field in _COUNTS:
        return "count"
    return "word" if field in _WORDS else "value"


def _check_field(path: Path, op: ops.Op, name: str, kind: str, *, optional: bool) -> None:
    """Whether a field holds a value of its kind."""
    value = getattr(op, name)
    if value is None and optional:
        return
    if kind == "block":
        if not _is_block(value):
            raise no_sense(path, op, f"{name} is no tuple of ops: {brief(value)}")
    elif kind == "ticks":
        if type(value) not in (int, float) or (value != value and type(op) not in NAN):  # noqa: PLR0124
            raise no_sense(path, op, f"{brief(value)} is no number of ticks")
    elif kind == "count":
        if type(value) is not int:
            raise no_sense(path, op, f"{brief(value)} is no whole number")
    elif kind == "word" or isinstance(value, str):
        if type(value) is not str or not WORD.fullmatch(value):
            raise no_sense(path, op, f"{brief(value)} is no word (letters, digits and `_ . + -`)")
    elif type(value) not in (int, bool, type(None)):
        allowed = "a word, a whole number, true, false or none"
        raise no_sense(path, op, f"{brief(value)} is not {allowed}")
    if type(value) is int and abs(value) > LARGEST:
        raise no_sense(path, op, f"a whole number beyond {LARGEST}")


def _check_numbers(path: Path, op: ops.Op) -> None:
    if isinstance(op, ops.Block_) and not 0 <= op.ticks < math.inf:
        raise no_sense(path, op, "a loop can be held up for a finite number of ticks only")
    if isinstance(op, ops.SendBytes):
        size = len(op.data.encode()) * op.times
        if not 1 <= size <= MAX_BYTES:
            raise no_sense(path, op, f"sends {size} bytes, not 1 to {MAX_BYTES}")
    if isinstance(op, ops.ReceiveSome) and not 1 <= op.max <= MAX_BYTES:
        raise no_sense(path, op, f"cannot receive at most {op.max} bytes")
    if isinstance(op, ops.ReceiveExactly) and not 1 <= op.count <= MAX_BYTES:
        raise no_sense(path, op, f"cannot receive exactly {op.count} bytes")


def _check_opened(program: Program) -> None:
    """What ops open has names of its own; only a task may open groups of one name one by one."""
    bound: dict[str, str] = dict.fromkeys(program.declared(), "")
    for path, op in program.of(_OPENERS):
        if isinstance(op, STREAMS):
            name, opener = op.stream, ""
        elif isinstance(op, LISTENERS):
            name, opener = op.listener, ""
        elif isinstance(op, ops.Group):
            name, opener = op.name, f"group of {path[0]}"
            if name in program.groups_around(path):
                raise no_sense(path, op, f"group `{name}` is open already")
        elif isinstance(op, _SCOPES) and op.scope is not None:
            name, opener = op.scope, ""
        elif isinstance(op, CLONES):
            name, opener = op.clone, ""
        else:
            continue
        if name in bound and not (opener and bound[name] == opener):
            raise no_sense(path, op, f"`{name}` is opened twice")
        bound[name] = opener


def _check_references(program: Program) -> None:
    known: dict[str, Collection[str | None]] = {
        "task": program.tasks,
        "callback": {*program.tasks, None},
        "event": frozenset(program.events),
        "lock": {*program.locks, *program.conditions},
        "channel": {
            *program.channels,
            *(op.clone for _, op in program.of(CLONES) if isinstance(op, CLONES)),
        },
        "condition": frozenset(program.conditions),
        "variable": frozenset(program.variables),
        "semaphore": {*program.semaphores, *program.bounded_semaphores},
        "limiter": program.limiters,
        "barrier": program.barriers,
        "thread": program.tasks,
        "stream": {op.stream for _, op in program.of(STREAMS) if isinstance(op, STREAMS)},
        "listener": {op.listener for _, op in program.of(LISTENERS) if isinstance(op, LISTENERS)},
        "scope": {None, *(op.scope for _, op in program.of(_SCOPES) if isinstance(op, _SCOPES))},
    }
    for path, op in program.walk():
        for name, kind, _ in _fields_of(type(op)):
            if kind == "word" and name in known and getattr(op, name) not in known[name]:
                raise no_sense(path, op, f"unknown {name} `{getattr(op, name)}`")


def _check_structure(program: Program, path: Path, op: ops.Op) -> None:
    if isinstance(op, ops.Return) and (
        len(path) > 2 or int(path[1]) != len(program.tasks[path[0]]) - 1
    ):
        raise no_sense(path, op, "may only be the last op of a task")
    if isinstance(op, ops.Attempt) and (op.on_error, op.on_cancel, op.finally_) == (
        None,
        None,
        None,
    ):
        raise no_sense(path, op, "neither catches nor cleans up")
    if isinstance(op, ops.RaiseGroup) and "on_cancel" not in path[2::2]:
        raise no_sense(path, op, "only where a cancellation is handled")


def _check_starts(program: Program) -> None:
    """Every task but main is spawned by one op, and spawns form a tree rooted at main."""
    starters: dict[str, Path] = {}
    for path, op in program.of(STARTERS):
        started = started_by(op)
        if started is None:
            continue
        if started == "main":
            raise no_sense(path, op, "`main` is the first task and cannot be spawned")
        if started == path[0]:
            raise no_sense(path, op, "an unbounded recursion: a task cannot spawn itself")
        if started in starters:
            first = starters[started]
            raise no_sense(path, op, f"task `{started}` is spawned twice (first by `{first[0]}`)")
        starters[started] = path
    for task in program.tasks:
        if task != "main" and task not in starters:
            raise ScenarioError(f"task `{task}` is never spawned", hint="spawn it, or delete it")
    _check_rooted(starters)


def _check_rooted(starters: dict[str, Path]) -> None:
    """A cycle of spawns would be an unbounded recursion."""
    rooted = {"main"}
    for task, path in starters.items():
        above, chain = task, {task: None}
        while above not in rooted:
            above = starters[above][0]
            if above in chain:
                raise ScenarioError(
                    f"{show_path(path)}: `{path[0]}` spawns `{task}` in a cycle: "
                    "an unbounded recursion of spawns",
                    hint="let `main` or a task that it starts spawn them",
                )
            chain[above] = None
        rooted.update(chain)
