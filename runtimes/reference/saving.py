"""Saving and restoring a run: what makes the reference searchable."""

from __future__ import annotations

from collections.abc import Callable
from itertools import compress
from operator import attrgetter, ne
from typing import Any

from conformance.lang.ops import Ticks
from conformance.lang.semantics import Semantics
from runtimes.reference.kernel import EVERYTHING, FIRST
from runtimes.reference.network import Network
from runtimes.reference.objects import LOOSE, Scope, Task


class Saving(Network):
    """Kernel whose state is a list of things, each with a footprint bit of its own."""

    def __init__(self, semantics: Semantics, *, lax: bool) -> None:
        super().__init__(semantics, lax=lax)
        self.things: list[Any] = []
        self._numbers: dict[Any, int] = {}
        self._saved: list[Any] = []
        self._current: list[int] = []
        self.changed = EVERYTHING
        self._start: tuple[Any, ...] = ()
        self._first: list[int] = []
        self._indices = range(0)
        self._states: list[Any] = []

    def make_thing(self, make: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """Make an object, with the next footprint bit, and remember it."""
        bit = FIRST << len(self.things)
        thing = (
            make(args[0], bit, *args[1:], **named)
            if make in (Scope, Task)
            else make(bit, *args, **named)
        )
        thing.index = len(self.things)
        self.things.append(thing)
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
            for thing in self._written(writes):
                saved = thing.save(thing)
                number = numbers.setdefault(saved, len(numbers))
                if number == len(self._saved):
                    self._saved.append(saved)
                current[thing.index] = number
        ready, timers = tuple(self.ready), self.timers
        if len(ready) > 1:
            ready = tuple(sorted(ready, key=_in_fifo if self.fifo else _bit))
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
        self._states = [self._saved[number] for number in self._first]

    def reset(self) -> None:
        """Back to the start; only what was written since is loaded, where nothing was saved in between."""
        if self._current != self._first:
            self.restore(self._start)
            return
        unsaved = self.changed | self.writes
        self.changed = self.writes = 0
        self.now, ready, self.timers, self.cancelling, self.over = self._start[:5]
        self.ready = list(ready)
        states = self._states
        for index, thing in enumerate(self.things):
            if unsaved & thing.bit:
                thing.load(states[index])


_bit = attrgetter("bit")


def _in_fifo(task: Task) -> int:
    """Loose tasks stand in no order; the others keep theirs, after them (sorting is stable)."""
    return task.bit if task.lane == LOOSE else 1 << 62


def _by_deadline(timer: tuple[Ticks, Any]) -> tuple[Ticks, int]:
    return timer[0], timer[1].bit
