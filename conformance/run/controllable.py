"""What the oracle needs of a reference: a run that can be stepped, saved and put back."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Protocol

from conformance.lang.outcome import Outcome
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics

Choose = Callable[[str, int], int]
"""The one door: `choose(kind, options)` returns an index. Index 0 is what a plain FIFO loop would do."""

Foreseen = tuple[Mapping[Any, tuple[int, int]], Sequence[tuple[int, int]], int]
"""Footprints to come. For each option: of its next step (a guess), and of all its steps (a bound). For whatever may
be set off: by what, and what is touched then (a bound). Last: the parts that are settled, only read from now on."""


class Aim(Protocol):
    """One outcome that a search wants to reach."""

    def astray(self) -> bool:
        """Whether no run that goes on from the present state can show it."""

    def reached(self) -> int:
        """How much of it has been shown."""


class Controllable(Protocol):
    """One program under given semantics.

    `reads` and `writes` are the footprint of the last step: bit sets over the parts of the state. Two steps
    commute when neither writes what the other reads or writes.
    """

    choose: Choose
    reads: int
    writes: int

    def options(self) -> Sequence[Hashable]:
        """What may happen next, each named by a label; empty when nothing ever can."""

    def step(self, option: Any) -> None:
        """Let it happen. Further decisions go through `choose`."""

    def foresee(self) -> Foreseen | None:
        """What may come from the state that was saved last; None when that is unknown."""

    def remaining(self, option: Any) -> int:
        """How many ops the option's task still has to do, those of tasks that it will spawn included; at least 1."""

    def snapshot(self) -> Hashable:
        """The complete state: equal states behave equally, and `restore` brings it back."""

    def restore(self, saved: Any) -> None:
        """Put a saved state back."""

    def reset(self) -> None:
        """Back to the start."""

    def outcome(self) -> Outcome:
        """What the run has shown, once there are no options."""

    def aim(self, outcome: Outcome) -> Aim:
        """What prunes a search for that outcome."""


MakeControllable = Callable[[Program, Semantics, bool], Controllable]
"""Makes one: program, semantics, whether time is lax (a real clock)."""
