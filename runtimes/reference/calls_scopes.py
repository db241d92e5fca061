"""From a program's ops on named scopes, started tasks and context variables to the kernel's calls."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias

from conformance.lang import ops
from conformance.lang.check_scopes import handed
from conformance.lang.outcome import show_value
from conformance.lang.program import Path, Program
from runtimes.reference.kernel import Fault
from runtimes.reference.objects import UNSPAWNED, Group, Stateful, Task
from runtimes.reference.saving import Saving
from runtimes.reference.scopes import UNOPENED, NamedScope, Starter

Call: TypeAlias = tuple[Callable[..., Any], tuple[Any, ...]]
"""A kernel's function, and its arguments after the task."""


class Context(Stateful):
    """A task's context variables, in the order of the program; and what `reset_variable` goes back to."""

    __slots__ = ("tokens", "values")
    STATE = ("values", "tokens")

    def __init__(self, bit: int, number: int) -> None:
        self.bit = bit
        self.values: tuple[str, ...] = (show_value(None),) * number
        self.tokens: tuple[tuple[int, str], ...] = ()


class ScopeCalls(Saving):
    """Kernel that knows what has a name in a program only because ops speak of it later."""

    scopes: dict[Path, Any]
    by_name: dict[str, Task]
    program: Program
    serving: dict[str, Group]

    def build_named(self, program: Program) -> None:
        """Make the contexts; named scopes and starters come with their ops."""
        self.named: dict[str, NamedScope] = {}
        self.starters: dict[str, Starter] = {}
        self.handed: dict[str, Group] = {}
        self.variables = program.variables
        self.contexts: dict[str, Context] = {}
        if program.variables:
            number = len(program.variables)
            self.contexts = {name: self.make_thing(Context, number) for name in self.by_name}

    def build_scope(self, path: Path, op: Any) -> None:
        """Make what an op with a named scope needs."""
        if op.blocks():
            self.scopes[path] = self.named[op.scope] = self.make_thing(NamedScope, op.kind)

    def open_group(self, path: Path, name: str) -> Group:
        """The innermost group of that name around an op."""
        for length in range(len(path) - 2, 1, -2):
            group = self.scopes.get(path[:length])
            if isinstance(group, Group) and group.name == name:
                return group
        raise Fault("Unopened")

    def group_named(self, name: str) -> Group:
        """The group that one op opens by that name."""
        return next(g for g in self.scopes.values() if isinstance(g, Group) and g.name == name)

    def build_starts(self) -> None:
        """Which groups tasks are started in, also by others than their owners."""
        for path, op in self.program.of({ops.Spawn, ops.Start}):
            assert isinstance(op, ops.Spawn | ops.Start)
            if op.group is None:
                continue
            there = handed(self.program, path, op) and op.group not in self.serving
            group = self.group_named(op.group) if there else self.open_group(path, op.group)
            group.handed |= there
            if isinstance(op, ops.Start):
                self.starters[op.task] = self.make_thing(Starter, group)
                self.request = self._request_known  # type: ignore[method-assign]
            elif there:
                self.handed[op.task] = group

    def resolve_spawn(self, child: Task, name: str, path: Path) -> Call:
        """The call that starts a task in a group: the one around the op, or that of another task."""
        if child.name in self.handed:
            return self.inherit(self._spawn_there), (child, self.handed[child.name])
        return self.inherit(self.spawn), (child, self.open_group(path, name))

    def _spawn_there(self, task: Task, child: Task, group: Group) -> Any:
        self.check_group(group)
        return self.spawn(task, child, group)

    def check_group(self, group: Group) -> None:
        """Raise Fault for a group that is not open yet."""
        self.reads |= group.bit
        if not group.opened:
            raise Fault("Unopened")

    def enter_scope(self, op: Any, scope: NamedScope) -> Call:
        """How a named scope is entered."""
        return self.enter_named, (scope, getattr(op, "ticks", math.inf))

    # ------------------------------------------------------------ ops

    def resolve_scoped(self, task: Task, op: Any) -> Call:
        """The call for one of `SCOPED`."""
        kind = op.kind
        if kind in _VARIABLES:
            return self._resolve_variable(task, op)
        if kind == "start":
            starter = self.starters[op.task]
            child = self.by_name[op.task]
            return self.inherit(self.start), (child, starter)
        if kind == "started":
            return self.tell_ready, (self.starters[task.name], _value(op.value))
        if kind == "cancel_pending":
            return self.cancel_pending, ()
        if kind == "cancel_group":
            groups = self.scopes.values()
            group = next(g for g in groups if isinstance(g, Group) and g.name == op.group)
            return self._on_group, (group,)
        if kind in ("done", "cancelled", "cancelling"):
            return self._on_handle, (self.by_name[op.task], getattr(self, f"ask_{kind}"))
        call = self.cancel_named if kind == "cancel_scope" else getattr(self, kind)
        ticks = (op.ticks,) if kind == "move_deadline" else ()
        return self._on_scope, (self.named[op.scope], call, ticks)

    def _on_scope(
        self, task: Task, scope: NamedScope, call: Callable[..., Any], args: tuple[Any, ...]
    ) -> Any:
        self.reads |= scope.bit
        if scope.phase == UNOPENED:
            raise Fault("Unopened")
        return call(task, scope, *args)

    def _on_group(self, task: Task, group: Group) -> Any:
        self.reads |= group.scope.bit
        if group.owner is None or not group.opened:
            raise Fault("Unopened")
        return self.cancel_group(task, group)

    def _on_handle(self, task: Task, target: Task, call: Callable[..., Any]) -> Any:
        self.reads |= target.end.bit | target.bit
        if target.state == UNSPAWNED:
            raise Fault("Unopened")
        return call(task, target)

    def _request_known(self, task: Task, kind: str, call: Callable[..., Any], args: Any) -> Any:
        """`request`, for programs that start tasks so: one that is not ready has no handle."""
        if kind in _ON_HANDLE:
            starter = self.starters.get(args[0].name)
            if starter is not None:
                self.reads |= starter.bit
                if not starter.given:
                    raise Fault("Unopened")
        return super().request(task, kind, call, args)

    def given(self, name: str) -> None:
        """The `start` of that task has returned: the program has its handle."""
        starter = self.starters[name]
        starter.given = True
        self.writes |= starter.bit

    # ------------------------------------------------------------ context variables

    def inherit(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """The call, which starts a task; the new task gets a copy of its starter's context variables."""
        if not self.contexts or self.semantics.context != "copied":
            return call
        contexts = self.contexts

        def copying(task: Task, child: Task, *args: Any) -> Any:
            context = contexts[child.name]
            context.values = contexts[task.name].values
            self.writes |= context.bit
            return call(task, child, *args)

        return copying

    def _resolve_variable(self, task: Task, op: Any) -> Call:
        mine = self.contexts[task.name]
        shared = self.semantics.context == "shared" and task not in self.threads
        seen = self.contexts["main"] if shared else mine
        at = self.variables.index(op.variable)
        if op.kind == "set_variable":
            return self._set_variable, (mine, seen, at, show_value(op.value))
        if op.kind == "get_variable":
            return self._get_variable, (seen, at)
        return self._reset_variable, (mine, seen, at)

    def _set_variable(self, task: Task, mine: Context, seen: Context, at: int, value: str) -> None:
        self.writes |= mine.bit | seen.bit
        mine.tokens += ((at, seen.values[at]),)
        seen.values = (*seen.values[:at], value, *seen.values[at + 1 :])

    def _get_variable(self, task: Task, seen: Context, at: int) -> str:
        self.reads |= seen.bit
        return seen.values[at]

    def _reset_variable(self, task: Task, mine: Context, seen: Context, at: int) -> None:
        self.writes |= mine.bit | seen.bit
        places = [place for place, token in enumerate(mine.tokens) if token[0] == at]
        if not places:
            raise Fault("Unopened")
        last = places[-1]
        value = mine.tokens[last][1]
        mine.tokens = (*mine.tokens[:last], *mine.tokens[last + 1 :])
        seen.values = (*seen.values[:at], value, *seen.values[at + 1 :])


def _value(value: Any) -> Any:
    return None if value is None else show_value(value)


_VARIABLES = frozenset({"set_variable", "get_variable", "reset_variable"})
_ON_HANDLE = frozenset({"join", "cancel", "done", "cancelled", "cancelling"})
SCOPED = _VARIABLES | {
    "start", "started", "done", "cancelled", "cancelling", "cancel_scope", "cancel_group",
    "move_deadline", "cancel_called", "cancel_pending", "cancelled_caught",
}  # fmt: skip
"""Op kinds that are resolved here."""
