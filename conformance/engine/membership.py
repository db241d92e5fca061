"""Membership: whether the reference could have shown this one outcome.

Enumerating all outcomes is not needed to answer that: the search of `explore` is pruned by what was seen, and
stops at the first schedule that shows it. What has gone astray stays astray, on whichever path, so every
reduction of the search stays sound. `tests/unit/test_membership.py` holds it against plain enumeration.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Hashable
from dataclasses import dataclass
from heapq import heappush, heappushpop
from typing import Literal, TypeAlias, final

from conformance.engine.explore import Asleep, Path, Search, SpentError
from conformance.lang.outcome import Outcome
from conformance.run.controllable import Controllable

Answer: TypeAlias = Literal["allowed", "forbidden", "unknown"]

BUDGET = 20_000
"""Steps after which the search gives up."""
NEAREST = 3
"""How many of the nearest allowed outcomes are told."""
_FRAMES = 100_000
"""Depth of recursion: two frames for each step of a schedule. In CPython 3.11 they take no C stack."""


@final
@dataclass(frozen=True, slots=True)
class Membership:
    """The answer. `path` leads to an allowed outcome (`conformance.engine.explore.schedule_of`).

    nearest  for a forbidden outcome: allowed ones, those first that agree with it for longest.
    steps    what the search took.
    """

    answer: Answer
    path: Path = ()
    nearest: tuple[Outcome, ...] = ()
    steps: int = 0


class _FoundError(Exception):
    """The outcome was reached."""


@final
class _Pruned(Search):
    """A search for one outcome. `furthest` holds the astray states that had shown most of it."""

    def __init__(self, machine: Controllable, budget: int, outcome: Outcome) -> None:
        super().__init__(machine, budget)
        self.wanted = outcome
        self.aim = machine.aim(outcome)
        self.furthest: list[tuple[int, int, Hashable]] = []

    def visit(self, sleep: Asleep) -> None:
        """As `explore` does, unless this leads nowhere."""
        if self.aim.astray():
            self._remember()
            return
        super().visit(sleep)
        if self.outcomes:
            if self.wanted in self.outcomes:
                raise _FoundError
            self._remember()
            self.outcomes.clear()

    def _remember(self) -> None:
        reached = self.aim.reached()
        if len(self.furthest) == NEAREST and reached <= self.furthest[0][0]:
            return
        entry = (reached, -self.steps, self.machine.snapshot())
        (heappushpop if len(self.furthest) == NEAREST else heappush)(self.furthest, entry)

    def nearest(self) -> tuple[Outcome, ...]:
        """From each of the furthest states, on to the end as a plain loop would go."""
        machine = self.machine
        machine.choose = lambda _kind, _options: 0
        found = []
        for _, _, state in sorted(self.furthest, reverse=True):
            machine.restore(state)
            while options := machine.options():
                machine.step(options[0])
            found.append(machine.outcome())
        return tuple(dict.fromkeys(found))


def member(machine: Controllable, outcome: Outcome, budget: int = BUDGET) -> Membership:
    """Whether some schedule of the machine's program shows the outcome. `budget` is in steps."""
    machine.reset()
    search = _Pruned(machine, budget, outcome)
    limit, collecting = sys.getrecursionlimit(), gc.isenabled()
    sys.setrecursionlimit(max(limit, _FRAMES))
    gc.disable()
    try:
        search.visit({})
    except _FoundError:
        return Membership("allowed", search.outcomes[outcome], steps=search.steps)
    except (SpentError, RecursionError):
        return Membership("unknown", steps=search.steps)
    finally:
        sys.setrecursionlimit(limit)
        if collecting:
            gc.enable()
    return Membership("forbidden", nearest=search.nearest(), steps=search.steps)
