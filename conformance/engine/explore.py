"""The oracle: every outcome that a program may show under given semantics.

Exhaustive search over the reference with sleep sets and state caching. A step's footprint is what it really read
and wrote (the reference records it), not a guess about an op; a state's key is the very snapshot that
restores it. Sleep sets: Godefroid, "Partial-Order Methods for the Verification of Concurrent Systems", chapter
5; with caching, a state is skipped only if the stored sleep set is contained in the new one, and otherwise
only what was asleep then is explored now (chapter 5.2). A step that concerns nobody else is a
persistent set of its own (chapter 4). `tests/unit/test_oracle.py` holds the search against plain enumeration.
"""

from __future__ import annotations

import gc
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, final

from conformance.engine.schedulers.exhaustive import Exhaustive
from conformance.lang.outcome import Outcome
from conformance.run.controllable import Controllable, Foreseen
from conformance.run.scheduler import run_once

Asleep: TypeAlias = dict[Hashable, tuple[int, int]]
Path: TypeAlias = tuple[tuple[Hashable, tuple[int, ...]], ...]

BUDGET = 200_000
"""Steps after which a search gives up."""


@final
@dataclass(frozen=True, slots=True)
class Exploration:
    """The result of a search: outcomes with a path to each; `complete` when nothing was left out."""

    outcomes: dict[Outcome, Path]
    complete: bool
    states: int
    steps: int


_NOBODY: Asleep = {}


class SpentError(Exception):
    """The budget is spent."""


class Search:
    """One search in progress (`conformance.engine.membership` prunes it)."""

    def __init__(self, machine: Controllable, budget: int) -> None:
        self.machine = machine
        self.budget = budget
        self.steps = 0
        self.seen: dict[Hashable, Asleep] = {}
        self.outcomes: dict[Outcome, Path] = {}
        self.path: list[tuple[Hashable, tuple[int, ...]]] = []
        self.prefix: tuple[int, ...] = ()
        self.taken: list[int] = []
        self.counts: list[int] = []
        machine.choose = self._choose

    def _choose(self, kind: str, options: int) -> int:
        """A decision inside a step: as the prefix says, then 0."""
        at = len(self.taken)
        value = self.prefix[at] if at < len(self.prefix) else 0
        self.taken.append(value)
        self.counts.append(options)
        return value

    def visit(self, sleep: Asleep) -> None:
        """Explore everything from the machine's present state, except what sleeps."""
        machine = self.machine
        key = machine.snapshot()
        known = len(self.seen)
        old = self.seen.setdefault(key, sleep)
        seen = len(self.seen) == known
        if seen and not old:
            return  # all was explored, nobody slept
        todo: Any = machine.options()
        rivals = -1  # what others may touch before the first option is taken; -1: anything
        if not todo:
            self.outcomes.setdefault(machine.outcome(), tuple(self.path))
        elif seen:
            todo = [option for option in todo if option in old and option not in sleep]
            sleep = {option: foot for option, foot in sleep.items() if option in old}
            self.seen[key] = sleep
        else:
            foreseen = machine.foresee() if len(todo) > 1 else None
            first, rivals = _alone(foreseen, todo, sleep) if foreseen is not None else (None, -1)
            if rivals != -1 and first in sleep:
                return  # all that follows was explored with that step first
            todo = [option for option in todo if option not in sleep]
            if rivals != -1:
                todo.sort(key=lambda option: option is not first)
        path, taken = self.path, self.taken
        for at, option in enumerate(todo):
            if at:
                machine.restore(key)
            self.steps += 1
            if self.steps > self.budget:
                raise SpentError
            machine.step(option)
            reads, writes = foot = machine.reads, machine.writes
            if taken:
                reads, writes = foot = self._variants(option, key, sleep)
            else:
                path.append((option, ()))
                self.visit(_still_asleep(sleep, reads, writes) if sleep else sleep)
                path.pop()
            if not (reads | writes) & rivals:
                return  # nobody else is concerned by this step: the others may as well come later
            rivals = -1
            sleep = {**sleep, option: foot}

    def _variants(self, option: Hashable, key: Hashable, sleep: Asleep) -> tuple[int, int]:
        """An option was taken that asked for inner decisions: go on, then take it in every other way.

        Returns the union of the footprints.
        """
        machine = self.machine
        all_reads = all_writes = 0
        while True:
            reads, writes = machine.reads, machine.writes
            all_reads |= reads
            all_writes |= writes
            taken = tuple(self.taken)
            following = _following(taken, self.counts)
            self.prefix = ()
            self.taken.clear()
            self.counts.clear()
            self.path.append((option, taken))
            self.visit(_still_asleep(sleep, reads, writes))
            self.path.pop()
            if following is None:
                return all_reads, all_writes
            machine.restore(key)
            self.prefix = following
            self.steps += 1
            machine.step(option)


def _still_asleep(sleep: Asleep, reads: int, writes: int) -> Asleep:
    """Who sleeps on after a step with that footprint: those whose own steps commute with it."""
    both = reads | writes
    return {o: f for o, f in sleep.items() if not (f[1] & both or f[0] & writes)} or _NOBODY


def _alone(foreseen: Foreseen, todo: Sequence[Any], sleep: Asleep) -> tuple[Any, int]:
    """An option whose step concerns nobody else, if the guess is right, and what the others may touch.

    -1, anything, when there is no such option. What they may touch is a bound; the step's footprint is a guess,
    held against the real one when the step was taken.
    """
    ahead, blocked, settled = foreseen
    unsettled = ~settled
    for option in todo:
        known = sleep.get(option)
        foot = (ahead[option][0] if known is None else known[0] | known[1]) & unsettled
        mask = 0
        for other in todo:
            if other is not option:
                mask |= ahead[other][1]
                if foot & mask:
                    break
        else:
            mask = _with_woken(mask, blocked, unsettled)
            if not foot & mask:
                return option, mask
    return None, -1


def _with_woken(mask: int, blocked: Sequence[tuple[int, int]], unsettled: int) -> int:
    """What may be touched, by those as well whom that may wake; what is settled left out."""
    mask &= unsettled
    before = -1
    while before != mask:
        before = mask
        for trigger, future in blocked:
            if mask & trigger:
                mask |= future & unsettled
    return mask


def _following(taken: tuple[int, ...], counts: list[int]) -> tuple[int, ...] | None:
    """The next inner decisions after these, as an odometer counts; None after the last."""
    for at in range(len(taken) - 1, -1, -1):
        if taken[at] + 1 < counts[at]:
            return (*taken[:at], taken[at] + 1)
    return None


def explore(machine: Controllable, budget: int = BUDGET) -> Exploration:
    """Every outcome of the machine's program. `budget` is in steps; when spent, `complete` is false."""
    machine.reset()
    search = Search(machine, budget)
    complete = True
    collecting = gc.isenabled()
    gc.disable()  # a search keeps nearly all that it makes, and makes no cycles: collections are in vain
    try:
        search.visit(_NOBODY)
    except (SpentError, RecursionError):
        complete = False
    finally:
        states = len(search.seen)
        search.seen.clear()  # or the first collection walks over all of them (a tenth of the time)
        if collecting:
            gc.enable()
    return Exploration(search.outcomes, complete, states, search.steps)


def schedule_of(machine: Controllable, path: Path) -> list[int]:
    """The decisions that lead along a path, as a list of indices for the replay scheduler."""
    machine.reset()
    schedule: list[int] = []
    inner: list[int] = []

    def choose(_kind: str, _options: int) -> int:
        value = inner.pop(0)
        schedule.append(value)
        return value

    machine.choose = choose
    for option, taken in path:
        options = list(machine.options())
        if len(options) > 1:
            schedule.append(options.index(option))
        inner = list(taken)
        machine.step(option)
    return schedule


def enumerate_plainly(machine: Controllable, limit: int = 1_000_000) -> set[Outcome]:
    """Every outcome by running every schedule from the start: no reduction, no snapshot, no key.

    Slow, and obviously right: what `explore` is held against. Raises OverflowError after `limit` runs.
    """
    outcomes: set[Outcome] = set()
    scheduler = Exhaustive()
    for _ in range(limit):
        result = run_once(machine, scheduler)
        if result is None:
            return outcomes
        outcomes.add(result[0])
    raise OverflowError(f"more than {limit} schedules")
