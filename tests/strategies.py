"""Hypothesis strategies for well-formed programs over every op.

Draws are flat: a list of small choices, from which a builder makes nested blocks. A recursive
strategy is slower by far and shrinks worse.
"""

from __future__ import annotations

import math
import string
from dataclasses import dataclass, field, fields
from typing import Any

from hypothesis import strategies as st

from conformance.lang import ops
from conformance.lang.check import LARGEST
from conformance.lang.ops import Op
from conformance.lang.program import Channel, Program

words = st.text(string.ascii_letters + string.digits + "_.+-", min_size=1, max_size=12)
values = st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | st.integers(0, 1) | words
ticks = (
    st.integers(-2, 20)
    | st.integers(-LARGEST, LARGEST)
    | st.floats(allow_nan=False)
    | st.sampled_from([0, -0.0, 1, 1.0, math.inf, -math.inf])
)

PLAIN = (
    "join", "cancel", "raise", "raise_group", "checkpoint", "block", "sleep", "sleep_until", "wait", "set",
    "acquire", "release", "send", "receive", "send_nowait", "receive_nowait", "listen",
    "close_listener", "connect", "accept", "send_bytes", "receive_some", "receive_exactly",
    "receive_until_eof", "send_eof", "close", "abort", "note", "log", "done", "cancelled", "cancelling",
    "get_variable", "set_variable", "reset_variable", "started", "cancel_scope", "move_deadline",
    "cancel_called", "cancel_pending", "cancelled_caught", "cancel_group", "clear", "is_set",
    "acquire_nowait", "locked",
    "wait_condition", "notify", "notify_all", "acquire_semaphore", "acquire_semaphore_nowait",
    "release_semaphore", "semaphore_value", "acquire_limiter", "acquire_limiter_nowait",
    "release_limiter", "set_limit", "available_tokens", "wait_barrier", "length", "close_sender",
    "close_receiver", "clone_sender", "clone_receiver", *ops.WAITERS,
)  # fmt: skip
THREADED = (
    "run_in_thread", "hold", "open_gate", "from_thread", "check_cancelled", "interrupt", "exit",
    "listen_unix", "connect_unix", "handler", "serve", "peer_connect", "peer_send", "peer_eof",
    "peer_reset", "peer_close",
)  # fmt: skip
OBJECTS = (
    "event", "lock", "channel", "variable", "condition", "semaphore", "limiter", "barrier",
)  # fmt: skip
NESTING = ("group", "shield", "scope", "move_on_after", "fail_after", "attempt")
SCOPED = ("cancel_scope", "move_deadline", "cancel_called", "cancelled_caught")
PARTS = ("on_error", "on_cancel", "finally_")

_place = st.integers(0, 11)
_choice = st.tuples(
    st.sampled_from(PLAIN + NESTING + THREADED), _place, _place, values, ticks, words
)


@dataclass
class _Open:
    """A block under construction: its op, the parts still to come, and the ops so far."""

    kind: str
    arguments: dict[str, Any]
    parts: list[str]
    done: dict[str, tuple[Op, ...]] = field(default_factory=dict)
    ops: list[Op] = field(default_factory=list)


@dataclass
class _Builder:
    """One program under construction; each task has a stack of open blocks."""

    tasks: tuple[str, ...]
    stacks: dict[str, list[_Open]] = field(default_factory=dict)
    streams: list[str] = field(default_factory=list)
    listeners: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    groups: int = 0
    clones: int = 0
    unix: int = 0
    served: int = 0
    peers: int = 0
    threads: dict[str, list[Op]] = field(default_factory=dict)
    extra: dict[str, tuple[Op, ...]] = field(default_factory=dict)
    scopes: list[str] = field(default_factory=list)
    ready: set[str] = field(default_factory=set)
    been_set: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.stacks = {task: [_Open("", {}, ["body"])] for task in self.tasks}

    def add(self, task: str, op: Op) -> None:
        """Append to the innermost open block."""
        self.stacks[task][-1].ops.append(op)

    def close(self, task: str) -> None:
        """Go on with the next part of the innermost block, or close it."""
        stack = self.stacks[task]
        inner = stack[-1]
        inner.done[inner.parts.pop(0)] = tuple(inner.ops)
        inner.ops.clear()
        if not inner.parts:
            stack.pop()
            self.add(task, ops.OPS[inner.kind](**inner.arguments, **inner.done))

    def finish(self, task: str, last: tuple[Op, ...]) -> tuple[Op, ...]:
        """The task's body."""
        while len(self.stacks[task]) > 1:
            self.close(task)
        return (*self.stacks[task][0].ops, *last)

    def spawn(self, parent: str, task: str, how: int) -> None:
        """Start a task: on its own, in a group, or detached."""
        if how % 4 == 0:
            self.add(parent, ops.Spawn(task))
        elif how % 4 == 1:
            self.add(parent, ops.Detach(task))
        else:
            self.groups += 1
            group = f"g{self.groups}"
            start = ops.Spawn if how % 4 == 2 else ops.Start
            self.add(parent, ops.Group(group, (start(task, group),)))
            if start is ops.Start:
                self.ready.add(task)

    def choose(self, draw: tuple[str, int, int, Any, Any, str]) -> None:
        """One choice: close a block, or put one op somewhere."""
        kind, place, number, value, tick, word = draw
        task = self.tasks[place % len(self.tasks)]
        if number % 3 == 0 and len(self.stacks[task]) > 1:
            self.close(task)
        if kind in NESTING:
            self._open(kind, task, number, tick)
        elif kind in THREADED:
            self.add(task, self._threaded(kind, number, value, word))
        else:
            self.add(task, self._plain(task, kind, number, value, tick, word))

    def _open(self, kind: str, task: str, number: int, tick: Any) -> None:
        if len(self.stacks[task]) > 6:
            return
        arguments: dict[str, Any] = {}
        parts = ["body"]
        if kind == "group":
            self.groups += 1
            arguments["name"] = f"g{self.groups}"
        elif kind == "attempt":
            parts += [part for bit, part in enumerate(PARTS) if (number % 7 + 1) >> bit & 1]
        elif kind != "shield":
            if kind != "scope":
                arguments["ticks"] = tick
            if kind == "scope" or number % 2:
                self.scopes.append(f"z{len(self.scopes)}")
                arguments["scope"] = self.scopes[-1]
        self.stacks[task].append(_Open(kind, arguments, parts))

    def handling(self, task: str) -> bool:
        """Whether what comes next in the task stands where a cancellation is handled."""
        return any(opened.parts[0] == "on_cancel" for opened in self.stacks[task])

    def _plain(self, task: str, kind: str, number: int, value: Any, tick: Any, word: str) -> Op:
        lacking = (
            (kind in SCOPED and not self.scopes)
            or (kind == "cancel_group" and not self.groups)
            or (kind == "started" and task not in self.ready)
            or (kind == "reset_variable" and task not in self.been_set)
            or (kind == "raise_group" and not self.handling(task))
        )
        if lacking:
            return ops.Note(value)
        if kind == "set_variable":
            self.been_set.add(task)
        if kind == "block":
            tick = min(abs(tick), 1e300)
        choices = {
            "task": self.tasks[number % len(self.tasks)],
            "error": word,
            "ticks": tick,
            "tick": tick,
            "event": "ef"[number % 2],
            "lock": "kj"[number % 2],
            "condition": "j",
            "semaphore": "pq"[number % 2],
            "limiter": "m",
            "barrier": "b",
            "tokens": number,
            "clone": f"y{self.clones}",
            "channel": "cd"[number % 2],
            "variable": "v",
            "value": value,
            "scope": self.scopes[number % len(self.scopes)] if self.scopes else None,
            "group": f"g{number % self.groups + 1}" if self.groups else None,
            "word": value,
            "item": value,
            "data": word,
            "times": 1 + number % 3,
            "max": number + 1,
            "count": number + 1,
        }
        made = ops.OPS[kind]
        names = [argument.name for argument in fields(made)]
        if "listener" in names:
            choices["listener"] = self._listener(number, opens=kind == "listen")
        if "stream" in names:
            choices["stream"] = self._stream(number, opens=kind in ("connect", "accept"))
        self.clones += "clone" in names
        self.used.update(choices[name] for name in OBJECTS if name in names)
        return made(**{name: choices[name] for name in names})

    def _threaded(self, kind: str, number: int, value: Any, word: str) -> Op:
        """An op on threads, servers or peers; what only a thread does goes into one."""
        if kind == "run_in_thread":
            name = f"h{len(self.threads)}"
            self.threads[name] = [ops.Note(value)]
            return ops.RunInThread(name, (None, True, False)[number % 3])
        if kind in ("hold", "from_thread", "check_cancelled"):
            if self.threads:
                self.threads[f"h{number % len(self.threads)}"].append(self._in_thread(kind, value))
            return ops.Note(value)
        if kind in ("listen_unix", "connect_unix"):
            self.unix += 1
            name = f"u{self.unix}"
            if kind == "listen_unix":
                return ops.ListenUnix(name)
            self.add("main", ops.ListenUnix(name))
            return ops.ConnectUnix(f"x{self.unix}", name)
        if kind in ("handler", "serve"):
            self.served += 1
            name, handler = f"w{self.served}", f"i{self.served}"
            self.add("main", ops.Listen(name))
            self.extra[handler] = (ops.Note(value),)
            announced = ops.Handler(handler, f"o{self.served}", name)
            if kind == "handler":
                return announced
            self.add("main", announced)
            return ops.Serve(name)
        if kind.startswith("peer_"):
            return self._peer(kind, number, word)
        return ops.OpenGate("gate") if kind == "open_gate" else ops.OPS[kind]()

    def _in_thread(self, kind: str, value: Any) -> Op:
        if kind == "from_thread":
            name = f"n{len(self.extra)}"
            self.extra[name] = (ops.Note(value),)
            return ops.FromThread(name)
        return ops.Hold("gate") if kind == "hold" else ops.CheckCancelled()

    def _peer(self, kind: str, number: int, word: str) -> Op:
        if kind == "peer_connect" or not self.peers:
            self.peers += 1
            opened = ops.PeerConnect(f"r{self.peers}", self._listener(number, opens=False))
            if kind == "peer_connect":
                return opened
            self.add("main", opened)
        name = f"r{number % self.peers + 1}"
        return ops.PeerSend(name, word) if kind == "peer_send" else ops.OPS[kind](name)  # type: ignore[call-arg]

    def _listener(self, number: int, *, opens: bool) -> str:
        if opens or not self.listeners:
            self.listeners.append(f"l{len(self.listeners)}")
            if not opens:
                self.add("main", ops.Listen(self.listeners[-1]))
            return self.listeners[-1]
        return self.listeners[number % len(self.listeners)]

    def _stream(self, number: int, *, opens: bool) -> str:
        if opens or not self.streams:
            self.streams.append(f"s{len(self.streams)}")
            if not opens:
                listener = self._listener(number, opens=False)
                self.add("main", ops.Connect(self.streams[-1], listener))
            return self.streams[-1]
        return self.streams[number % len(self.streams)]


@st.composite
def programs(draw: st.DrawFn, max_tasks: int = 4, max_ops: int = 16) -> Program:
    """Well-formed programs: every op kind, nested blocks, odd values and ticks."""
    starts = draw(st.lists(st.tuples(_place, _place), max_size=max_tasks - 1))
    tasks = ("main", *(f"t{index}" for index in range(len(starts))))
    builder = _Builder(tasks)
    for index, (parent, how) in enumerate(starts):
        builder.spawn(tasks[parent % (index + 1)], tasks[index + 1], how)
    for choice in draw(st.lists(_choice, max_size=max_ops)):
        builder.choose(choice)
    returns = draw(st.lists(st.none() | st.builds(ops.Return, values), max_size=len(tasks)))
    last = dict(zip(tasks, returns, strict=False))
    bodies = {}
    for task in tasks:
        end = last.get(task)
        bodies[task] = builder.finish(task, (end,) if end is not None else ())
    bodies |= builder.extra | {name: tuple(body) for name, body in builder.threads.items()}
    unused = draw(st.booleans())
    used = {name for name in "efkcdvjpqmb" if unused or name in builder.used}
    odd = st.sampled_from((0, math.inf))
    capacities = draw(st.tuples(st.integers(0, 3), st.integers(1, LARGEST) | odd))
    size = draw(st.integers(1, 3) | st.integers(1, LARGEST))
    return Program(
        bodies,
        events=tuple(name for name in "ef" if name in used),
        locks=tuple(name for name in "k" if name in used),
        variables=tuple(name for name in "v" if name in used),
        channels={n: Channel(c) for n, c in zip("cd", capacities, strict=True) if n in used},
        conditions=tuple(name for name in "j" if name in used),
        semaphores={name: size - 1 for name in "p" if name in used},
        bounded_semaphores={name: size for name in "q" if name in used},
        limiters={name: size for name in "m" if name in used},
        barriers={name: size for name in "b" if name in used},
    )
