"""The reference's servers: a `serve` is a group with a task for each connection, written as ops that there are.

Who accepts is a task of its own, which closes the listener at its end (trio.serve_listeners), or whoever serves
(anyio.abc.Listener.serve). Tasks that the program does not name are no part of its outcome; a name with a space
is none of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from functools import lru_cache
from typing import Any

from conformance.lang import ops
from conformance.lang.ops import Block, Op
from conformance.lang.program import Path, Program
from runtimes.reference.calls_shutdown import ShutdownCalls
from runtimes.reference.kernel import WAIT
from runtimes.reference.objects import (
    ASLEEP,
    DONE,
    RUNNING,
    SHUT,
    START,
    Group,
    Stateful,
    Stream,
    Task,
)

CONNECTS = (ops.Connect, ops.ConnectUnix, ops.PeerConnect)


class Announced(Stateful):
    """The handlers that wait for connections of one listener, and what they call them."""

    __slots__ = ("handlers",)
    STATE = ("handlers",)

    def __init__(self, bit: int) -> None:
        self.bit = bit
        self.handlers: tuple[tuple[str, str], ...] = ()


class Handling(Stateful):
    """The connection that a task handles."""

    __slots__ = ("stream",)
    STATE = ("stream",)

    def __init__(self, bit: int) -> None:
        self.bit = bit
        self.stream: Stream | None = None


class Servers(ShutdownCalls):
    """Kernel that knows a program's servers.

    handling   what each handler handles, by its name
    announced  by listener
    serving    the groups of servers, by name
    """

    slots: dict[str, Any]

    def build_servers(self, program: Program) -> None:
        """Make what servers need."""
        self.announced: dict[str, Announced] = {}
        self.handling: dict[str, Handling] = {}
        self.serving: dict[str, Group] = {}
        for _, op in program.walk():
            if isinstance(op, ops.Handler) and op.task:
                self.handling[op.task] = self.make_thing(Handling)
                if op.listener not in self.announced:
                    self.announced[op.listener] = self.make_thing(Announced)

    def open_group(self, path: Path, name: str) -> Group:
        """That of a server is known to the task that accepts for it."""
        return self.serving[name] if name in self.serving else super().open_group(path, name)

    def resolve_handler(self, op: ops.Handler) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """The call that announces a handler; or, of a task without a name, the one by which it becomes one."""
        known = self.announced.get(op.listener)
        if op.task:
            return self._announce, (known, (op.task, op.stream))
        return self._take_up, (known, self.slots[op.stream])

    def _announce(self, task: Task, announced: Announced, handler: tuple[str, str]) -> None:
        self.writes |= announced.bit
        announced.handlers += (handler,)

    def _take_up(self, task: Task, announced: Announced | None, slot: Any) -> Any:
        """The first step of a task for a connection: it is the first handler that is announced, from now on."""
        if announced is None or not announced.handlers:
            return None
        (name, called), announced.handlers = announced.handlers[0], announced.handlers[1:]
        handler, known = self.by_name[name], self.slots[called]
        handling = self.handling[name]
        known.stream = handling.stream = slot.stream
        group = task.group
        assert group is not None
        group.alive = tuple(handler if child is task else child for child in group.alive)
        handler.group = group
        handler.scopes = (*task.scopes[:-1], handler.own)
        handler.own.owner = handler
        self.writes |= announced.bit | known.bit | handling.bit | group.bit | handler.bit
        if self.contexts:
            self.writes |= self.contexts[name].bit
            self.contexts[name].values = self.contexts[task.name].values
        task.state, task.wake, task.doing = DONE, ASLEEP, ""
        task.end.result = ("returned", None)
        self.writes |= task.end.bit
        handler.state, handler.wake = RUNNING, (START, None)
        self.advance(handler)
        return WAIT

    def body_over(self, task: Task, end: tuple[str, Any]) -> None:
        """A task has performed its ops. Its server closes the connection that it handled before it is over."""
        handling = self.handling.get(task.name)
        if handling is None or self.semantics.handled != "closed":
            self.finish(task, end)
            return
        stream = handling.stream
        assert stream is not None
        self.writes |= stream.bit
        if not stream.closed:
            self.drop(stream, reset=bool(stream.inbox) and bool(self.choose("io", 2)))
        if self._yields["close"]:
            task.doing = "close"
            self.make_ready(task, SHUT)
        else:
            self.finish(task, end)

    def closed_behind(self, task: Task) -> None:
        """The task is over now; a cancellation that came meanwhile takes the place of its error (trio: Cancelled)."""
        end = task.body.end
        self.finish(task, ("failed", self.fault("Cancelled")) if self.cancel_due(task) else end)


@lru_cache(maxsize=8)
def with_servers(program: Program, apart: bool) -> Program:  # noqa: FBT001 - of two kinds of servers
    """The program, each `serve` in it written as a group; tasks for connections, and `apart` who accepts, are added."""
    every = [op for _, op in program.walk()]
    served = [op.listener for op in every if isinstance(op, ops.Serve)]
    if not served:
        return program
    more: dict[str, Block] = {}
    groups: dict[str, Op] = {}
    for listener in served:
        name = f"{listener} serving"
        accepts: Block = ()
        for number in range(sum(isinstance(o, CONNECTS) and o.listener == listener for o in every)):
            stream, task = f"{listener} stream {number}", f"{listener} handler {number}"
            accepts += (ops.Accept(stream, listener), ops.Spawn(task, name))
            more[task] = (ops.Handler("", stream, listener), ops.Close(stream))
        accepts += (ops.Accept(f"{listener} stream", listener),)
        if apart:
            closes = (ops.CloseListener(listener),)
            more[f"{listener} server"] = (ops.Attempt(accepts, finally_=closes),)
            accepts = (ops.Spawn(f"{listener} server", name),)
        groups[listener] = ops.Group(name, accepts)
    tasks = {name: _rewritten(block, groups) for name, block in program.tasks.items()}
    return _unchecked(program, {**tasks, **more})


def _rewritten(block: Block, groups: dict[str, Op]) -> Block:
    """The block with groups instead of servers, also inside of its blocks."""
    made = []
    for op in block:
        if isinstance(op, ops.Serve):
            made.append(groups[op.listener])
            continue
        inner = {name: _rewritten(inside, groups) for name, inside in op.blocks()}
        made.append(replace(op, **inner) if inner else op)
    return tuple(made)


def _unchecked(program: Program, tasks: dict[str, Block]) -> Program:
    """A program that need make no sense to anybody else."""
    made: Program = object.__new__(Program)
    for field in fields(Program):
        object.__setattr__(made, field.name, getattr(program, field.name))
    object.__setattr__(made, "tasks", tasks)
    object.__setattr__(made, "_walked", None)
    object.__setattr__(made, "_hash", hash((hash(program), "served")))
    return made
