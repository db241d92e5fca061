"""A program under construction: what it declares, who its tasks are, what its runtime can do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, final

from conformance.engine.generate.tape import Tape
from conformance.lang.ops import Op, Ticks, Value
from conformance.lang.program import Program

VALUES: Final[tuple[Value, ...]] = (1, 2, None, 0, False)
"""Items and results: two that are told apart, and the falsy ones."""
SHORT: Final[tuple[Ticks, ...]] = (1, 0, 2, 1, 3, 2)
ODD: Final[tuple[Ticks, ...]] = (-1, 0.5, 10**6, float("inf"))
"""Ticks that are worth a try now and then; the huge one lies beyond the horizon of every run."""


MOST_TASKS: Final = 5
"""Main included; what starts more does something else."""


@final
class Scene:
    """Mutable, for as long as one program is being decoded.

    can       what the runtime has, as `conformance.lang.capability` names it.
    tasks     every task, main first; nobody can name those that are `nameless`, for want of a handle.
    bodies    the ops of each task so far.
    calling   whether threads call the loop; None until there is one.
    objects   what is declared: for each field of `Program`, sizes by name.
    streams   the TCP streams that some op opens; likewise `scopes` (`deadlines`: those with one), `groups`, and the
              clones of a channel's ends, `senders` and `receivers`. `set`: events that some op sets; `gates`: what
              threads are held at.
    server    the task that serves, if there is one.
    unix      whether the listener is a UNIX socket.
    tight     whether what is declared now has the first of its sizes, the one that is soonest used up.
    """

    __slots__ = (
        "bodies", "calling", "can", "deadlines", "gates", "groups", "nameless", "objects", "opened", "receivers",
        "scopes", "senders", "server", "set", "streams", "tape", "tasks", "tight", "unix",
    )  # fmt: skip

    def __init__(self, tape: Tape, can: frozenset[str]) -> None:
        self.tape = tape
        self.can = can
        self.tasks: list[str] = ["main"]
        self.bodies: dict[str, list[Op]] = {"main": []}
        self.nameless: set[str] = set()
        self.objects: dict[str, dict[str, Any]] = {}
        self.streams: list[str] = []
        self.scopes: list[str] = []
        self.deadlines: set[str] = set()
        self.groups: list[str] = []
        self.senders: list[str] = []
        self.receivers: list[str] = []
        self.gates: set[str] = set()
        self.calling: bool | None = None
        self.server = ""
        self.set: set[str] = set()
        self.opened = 0
        self.tight = False
        self.unix = False

    def add_task(self, *, named: bool = True) -> str:
        """A new task, which somebody still has to start; with a handle or without."""
        name = "abcdefghijkl"[len(self.tasks) - 1]
        self.tasks.append(name)
        self.bodies[name] = []
        if not named:
            self.nameless.add(name)
        return name

    def has(self, *kinds: str) -> bool:
        """Whether the runtime has all of these."""
        return all(kind in self.can for kind in kinds)

    def object(self, field: str, *sizes: Any) -> str:
        """The name of an object of that field of `Program`: nearly always the same one, so that tasks collide.

        `sizes` are what a new one may be declared with; none where there is nothing to declare.
        """
        known = self.objects.setdefault(field, {})
        name = field[:2] + ("1" if self.tape.chance(16) else "0")
        if name not in known:
            size = self.tape.pick(sizes) if sizes and not self.tight else next(iter(sizes), None)
            known[name] = size
        return name

    def fresh(self, prefix: str) -> str:
        """A name that nobody has yet."""
        self.opened += 1
        return f"{prefix}{self.opened}"

    def cancellable(self) -> list[str]:
        """The scopes that can be cancelled by hand."""
        if "cancel_scope:deadline" in self.can:
            return self.scopes
        return [name for name in self.scopes if name not in self.deadlines]

    def other(self, task: str) -> str | None:
        """A task to do something to: seldom main, seldom oneself (and only where that is possible)."""
        if self.tape.chance(12):
            return self._named(("main",), task) if "main:handle" in self.can else None
        if self.tape.chance(12):
            return self._named((task,), task) if task != "main" or self.has("main:handle") else None
        return self._named([name for name in self.tasks[1:] if name != task], task)

    def later(self, task: str) -> str | None:
        """A task that this one may join without ever closing a circle of joins; None if there is none."""
        return self._named(self.tasks[self.tasks.index(task) + 1 :], task)

    def _named(self, names: Sequence[str], task: str) -> str | None:
        """One of those that have a handle."""
        known = [name for name in names if name not in self.nameless]
        chosen = self.tape.pick(known) if known else None
        return chosen if chosen != task or "cancel:self" in self.can else None

    def value(self) -> Value:
        """An item or a result."""
        return self.tape.pick(VALUES)

    def ticks(self, noun: str, *, nan: bool = False) -> Ticks:
        """A duration: small, seldom an odd one that the runtime has an answer to, with `nan` also no number.

        `noun`: `sleep` or `deadline`.
        """
        if not self.tape.chance(5 if nan else 8):
            return self.tape.pick(SHORT)
        odd = self.tape.pick((*ODD, math.nan) if nan else ODD)
        if math.isnan(odd):
            return odd if self.has(f"{noun}:nan") else 1
        if odd < 0:
            return odd if self.has(f"{noun}:negative") else 0
        if odd == float("inf"):
            return odd if self.has(f"{noun}:infinite") else 3
        return odd

    def program(self) -> Program:
        """What was made."""
        declared: dict[str, Any] = {}
        for field, sizes in self.objects.items():
            plain = all(size is None for size in sizes.values())
            declared[field] = tuple(sizes) if plain else sizes
        return Program({name: tuple(self.bodies[name]) for name in self.tasks}, **declared)
