"""The oracle: every outcome that a program may show under given semantics.

Exhaustive search over the reference with sleep sets and state caching. A step's footprint is what it really read
and wrote (the reference records it), not a guess about an op; a state's key is the very snapshot that
restores it. Sleep sets: Godefroid, "Partial-Order Methods for the Verification of Concurrent Systems", chapter
5; with caching, a state is skipped only if the stored sleep set is contained in the new one, and otherwise
only what was asleep then is explored now (chapter 5.2). Steps that nobody else can be concerned by are a
persistent set (chapter 4). `tests/unit/test_oracle.py` holds the search against plain enumeration.
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


class _SpentError(Exception):
    """The budget is spent."""


@final
class _Search:
    """One search in progress."""

    def __init__(self, machine: Controllable, budget: int) -> None:
        self.machine = machine
        self.budget = budget
        self.steps = 0
        self.seen: dict[Hashable, frozenset[Hashable]] = {}
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
        length = len(self.path)
        todo = self._run_ahead(sleep) if self.machine.decisive else (self.machine.options(), sleep)
        if todo is not None:
            self._branch(*todo)
        del self.path[length:]

    def _run_ahead(self, sleep: Asleep) -> tuple[Sequence[Any], Asleep] | None:
        """Go on while there is one option only, and nothing to decide: no state needs to be saved for that.

        Returns the options at the first state that has not one, and who sleeps there; None when the way was
        explored from elsewhere.
        """
        machine = self.machine
        while True:
            options = machine.options()
            if len(options) != 1 or options[0] is None:
                return options, sleep
            option = options[0]
            if option in sleep:
                return None
            self._count()
            machine.step(option)
            self.path.append((option, ()))
            sleep = _still_asleep(sleep, machine.reads, machine.writes)

    def _count(self) -> None:
        self.steps += 1
        if self.steps > self.budget:
            raise _SpentError

    def _branch(self, todo: Any, sleep: Asleep) -> None:
        """Explore the options of the present state."""
        machine = self.machine
        key = machine.snapshot()
        if not todo:
            if key not in self.seen:
                self.seen[key] = frozenset()
                self.outcomes.setdefault(machine.outcome(), tuple(self.path))
            return
        old = self.seen.get(key)
        enough: _Enough | None = None
        if old is None:
            self.seen[key] = frozenset(sleep)
            if len(todo) > 1 and (foreseen := machine.foresee()) is not None:
                enough = _Enough(foreseen, todo, sleep)
                todo = enough.order
            elif sleep:
                todo = [option for option in todo if option not in sleep]
        else:
            todo = [option for option in todo if option in old and option not in sleep]
            sleep = {option: foot for option, foot in sleep.items() if option in old}
            self.seen[key] = frozenset(sleep)
        moved = False
        for option in todo:
            if moved:
                machine.restore(key)
            foot = self._variants(option, key, sleep)
            if enough is not None and enough.after(option, foot):
                return
            sleep = {**sleep, option: foot}
            moved = True

    def _variants(self, option: Hashable, key: Hashable, sleep: Asleep) -> tuple[int, int]:
        """Take one option in every way that its inner decisions allow; the union of the footprints."""
        machine = self.machine
        all_reads = all_writes = 0
        prefix: tuple[int, ...] | None = ()
        while prefix is not None:
            if prefix:
                machine.restore(key)
            self.prefix, self.taken, self.counts = prefix, [], []
            self._count()
            machine.step(option)
            taken = tuple(self.taken)
            prefix = _following(taken, self.counts) if taken else None
            reads, writes = machine.reads, machine.writes
            all_reads |= reads
            all_writes |= writes
            self.path.append((option, taken))
            self.visit(_still_asleep(sleep, reads, writes))
            self.path.pop()
        return all_reads, all_writes


def _still_asleep(sleep: Asleep, reads: int, writes: int) -> Asleep:
    """Who sleeps on after a step with that footprint: those whose own steps commute with it."""
    if not sleep:
        return sleep
    both = reads | writes
    return {o: f for o, f in sleep.items() if not (f[1] & both or f[0] & writes)}


@final
class _Enough:
    """Which options are enough to explore from a state: a persistent set, found by guessing and then checked.

    A set of options is persistent when nothing that the others may do before one of them is taken touches what
    its steps touch: the others may as well come later. `order` is what to explore, the chosen set first.
    """

    def __init__(self, foreseen: Foreseen, todo: Sequence[Any], sleep: Asleep) -> None:
        ahead, self.blocked = foreseen
        self.todo = todo
        self.futures = [ahead[option][1] for option in todo]
        self.feet = [ahead[option][0] for option in todo]
        asleep = 0
        for at, option in enumerate(todo):
            if option in sleep:
                asleep |= 1 << at
                self.feet[at] = sleep[option][0] | sleep[option][1]
        best = self._least(asleep)
        least = (best & ~asleep).bit_count()
        self.foot = 0
        self.taken = best & asleep
        first, rest = [], []
        for at, option in enumerate(todo):
            if asleep & 1 << at:
                self.foot |= self.feet[at] if best & 1 << at else 0
            elif best & 1 << at:
                first.append(option)
            else:
                rest.append(option)
        self.waiting = least
        self.order = (
            first + rest if least else []
        )  # none: all was explored with those that sleep first

    def _least(self, asleep: int) -> int:
        """The persistent set (a bit set) with the fewest options to explore, if the guesses are right."""
        count = len(self.todo)
        alone = -1
        for at in range(count):
            if not self.feet[at] & self._outside(1 << at):
                if asleep & 1 << at or not asleep:
                    return 1 << at
                alone = at
        if alone >= 0:
            return 1 << alone
        best = (1 << count) - 1
        least = (best & ~asleep).bit_count()
        for seed in range(count) if count > 2 else ():
            chosen = self._close(seed)
            fewer = (chosen & ~asleep).bit_count()
            if fewer < least:
                best, least = chosen, fewer
        return best

    def _close(self, seed: int) -> int:
        """The least persistent set with this option in it, if the guesses are right."""
        chosen, foot, futures = 1 << seed, self.feet[seed], self.futures
        while foot & self._outside(chosen):
            before = chosen
            touched = foot
            for at, future in enumerate(futures):
                if touched & future and not chosen & 1 << at:
                    chosen |= 1 << at
                    foot |= self.feet[at]
            if chosen == before:
                return (1 << len(futures)) - 1
        return chosen

    def _outside(self, chosen: int) -> int:
        """What may be touched before one of these options (a bit set) is taken."""
        mask = 0
        for at, future in enumerate(self.futures):
            if not chosen & 1 << at:
                mask |= future
        blocked = self.blocked
        while blocked and mask:
            still = []
            for entry in blocked:
                if mask & entry[0]:
                    mask |= entry[1]
                else:
                    still.append(entry)
            if len(still) == len(blocked):
                break
            blocked = still
        return mask

    def after(self, option: Any, foot: tuple[int, int]) -> bool:
        """Whether the options explored so far, this one with its footprint, are a persistent set."""
        self.taken |= 1 << self.todo.index(option)
        self.foot |= foot[0] | foot[1]
        self.waiting -= 1
        return self.waiting <= 0 and not self.foot & self._outside(self.taken)


def _following(taken: tuple[int, ...], counts: list[int]) -> tuple[int, ...] | None:
    """The next inner decisions after these, as an odometer counts; None after the last."""
    for at in range(len(taken) - 1, -1, -1):
        if taken[at] + 1 < counts[at]:
            return (*taken[:at], taken[at] + 1)
    return None


def explore(machine: Controllable, budget: int = BUDGET) -> Exploration:
    """Every outcome of the machine's program. `budget` is in steps; when spent, `complete` is false."""
    machine.reset()
    search = _Search(machine, budget)
    complete = True
    collecting = gc.isenabled()
    gc.disable()  # a search keeps nearly all that it makes, and makes no cycles: collections are in vain
    try:
        search.visit({})
    except (_SpentError, RecursionError):
        complete = False
    finally:
        if collecting:
            gc.enable()
    return Exploration(search.outcomes, complete, len(search.seen), search.steps)


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
