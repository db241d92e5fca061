"""Saving and restoring a run: what makes the reference searchable."""

from __future__ import annotations

from collections.abc import Callable
from itertools import compress
from operator import attrgetter, ne
from typing import Any

from conformance.lang.ops import Ticks
from conformance.lang.semantics import Semantics
from runtimes.reference.kernel import EVERYTHING, FIRST
from runtimes.reference.objects import LOOSE, Scope, Task
from runtimes.reference.scopes import NamedScope
from runtimes.reference.threads import Threads


class Saving(Threads):
    """Kernel whose state is a list of things, each with a footprint bit of its own."""

    def __init__(self, semantics: Semantics, *, lax: bool) -> None:
        super().__init__(semantics, lax=lax)
        self.things: list[Any] = []
        self._all = 0
        self._orders: dict[tuple[Task, ...], tuple[Task, ...]] = {}
        self._numbers: dict[Any, int] = {}
        self._saved: list[Any] = []
        self._current: list[int] = []
        self.changed = EVERYTHING
        self._start: tuple[Any, ...] = ()
        self._first: list[int] = []
        self._indices = range(0)
        self._loads: dict[int, list[tuple[Callable[[Any], None], Any]]] = {}

    def make_thing(self, make: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """Make an object, with the next footprint bit, and remember it."""
        bit = FIRST << len(self.things)
        thing = (
            make(args[0], bit, *args[1:], **named)
            if make in _KIND_FIRST
            else make(bit, *args, **named)
        )
        thing.index = len(self.things)
        self.things.append(thing)
        self._all = (1 << len(self.things)) - 1
        self._current.append(-1)
        return thing

    def numbers(self) -> list[int]:
        """For each thing, the number that stands for its state as last saved."""
        return self._current

    def snapshot(self) -> tuple[Any, ...]:
        """The complete state: restores it, and is its key.

        Each part's state is held as a number that stands for the tuple of its slots. Only parts that the
        footprint of the last step names are read again (a permanent test checks that no other changed).
        """
        current, numbers, writes = self._current, self._numbers, self.changed | self.writes
        if writes:
            self.changed = self.writes = 0
            bits = writes // FIRST if writes > 0 else self._all
            things = self.things
            while bits:
                index = bits.bit_length() - 1
                bits ^= 1 << index
                thing = things[index]
                saved = thing.save(thing)
                number = numbers.get(saved)
                if number is None:
                    number = numbers[saved] = len(numbers)
                    self._saved.append(saved)
                current[index] = number
        ready, timers = tuple(self.ready), self.timers
        if len(ready) > 1:
            if self.fifo:
                ready = tuple(sorted(ready, key=_in_fifo))
            else:
                found = self._orders.get(ready)
                if found is None:
                    found = self._orders[ready] = tuple(sorted(ready, key=_bit))
                ready = found
        if len(timers) > 1 and self.semantics.ties == "any":
            timers = tuple(sorted(timers, key=_by_deadline))
        return self.now, ready, timers, self.cancelling, self.over, *current

    def _written(self, writes: int) -> list[Any]:
        things = self.things
        if writes < 0:
            return things
        written = []
        bits = writes // FIRST
        while bits:
            low = bits & -bits
            written.append(things[low.bit_length() - 1])
            bits ^= low
        return written

    def restore(self, saved: tuple[Any, ...]) -> None:
        """Put a saved state back."""
        unsaved = self.changed | self.writes
        if unsaved:
            for thing in self._written(unsaved):
                self._current[thing.index] = -1
            self.changed = self.writes = 0
        self.now, ready, self.timers, self.cancelling, self.over, *numbers = saved
        self.ready = list(ready)
        for index in compress(self._indices, map(ne, self._current, numbers)):
            self.things[index].load(self._saved[numbers[index]])
        self._current = numbers

    def begin_here(self) -> None:
        """Make the present state the one that `reset` goes back to."""
        self._start = self.snapshot()
        self._first = list(self._current)
        self._indices = range(len(self._first))
        self._loads.clear()

    def reset(self) -> None:
        """Back to the start; only what was written since is loaded, where nothing was saved in between."""
        if self._current != self._first:
            self.restore(self._start)
            return
        unsaved = self.changed | self.writes
        self.changed = self.writes = 0
        self.now, ready, self.timers, self.cancelling, self.over = self._start[:5]
        self.ready = list(ready)
        loads = self._loads.get(unsaved)
        if loads is None:
            loads = self._loads[unsaved] = [
                (thing.load, self._saved[number])
                for thing, number in zip(self.things, self._first, strict=True)
                if unsaved & thing.bit
            ]
        for load, state in loads:
            load(state)


_KIND_FIRST = (Scope, NamedScope, Task)
"""What is made with its kind or name before the bit."""

_bit = attrgetter("bit")


def _in_fifo(task: Task) -> int:
    """Loose tasks stand in no order; the others keep theirs, after them (sorting is stable)."""
    return task.bit if task.lane == LOOSE else 1 << 62


def _by_deadline(timer: tuple[Ticks, Any]) -> tuple[Ticks, int]:
    return timer[0], timer[1].bit
