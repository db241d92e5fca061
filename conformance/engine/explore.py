"""The oracle: every outcome that a program may show under given semantics.

Exhaustive search over the reference with sleep sets and state caching. A step's footprint is what it really read
and wrote (the reference records it), not a guess about an op; a state's key is the very snapshot that
restores it. Sleep sets: Godefroid, "Partial-Order Methods for the Verification of Concurrent Systems", chapter
5; with caching, a state is skipped only if the stored sleep set is contained in the new one, and otherwise
only what was asleep then is explored now (chapter 5.2). Steps that nobody else can be concerned by are a
persistent set (chapter 4). `tests/unit/test_oracle.py` holds the search against
plain enumeration.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
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
        machine = self.machine
        key = machine.snapshot()
        todo: Any = machine.options()
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
            self.steps += 1
            if self.steps > self.budget:
                raise _SpentError
            machine.step(option)
            taken = tuple(self.taken)
            prefix = _following(taken, self.counts) if taken else None
            reads, writes = machine.reads, machine.writes
            all_reads |= reads
            all_writes |= writes
            both = reads | writes
            self.path.append((option, taken))
            self.visit(
                {o: f for o, f in sleep.items() if not (f[1] & both or f[0] & writes)}
                if sleep
                else sleep
            )
            self.path.pop()
        return all_reads, all_writes


@final
class _Enough:
    """Which options are enough to explore from a state: a persistent set, found by guessing and then checked.

    A set of options is persistent when nothing that the others may do before one of them is taken touches what
    its steps touch: the others may as well come later. `order` is what to explore, the chosen set first.
    """

    def __init__(self, foreseen: Foreseen, todo: Sequence[Any], sleep: Asleep) -> None:
        self.awake, self.blocked = foreseen
        feet = {o: self._foot(sleep[o]) if o in sleep else self.awake[o][0] for o in todo}
        best: set[Any] = set(todo)
        least = sum(option not in sleep for option in todo)
        for seed in todo:
            chosen = self._close(seed, feet)
            count = sum(option not in sleep for option in chosen)
            if count < least:
                best, least = chosen, count
        self.order = [option for option in todo if option in best and option not in sleep]
        self.order += [option for option in todo if option not in best and option not in sleep]
        self.waiting = least
        self.taken = {option for option in best if option in sleep}
        self.foot = 0
        for option in self.taken:
            self.foot |= feet[option]
        if not least:  # all that follows was explored with those steps first
            self.order = []

    @staticmethod
    def _foot(foot: tuple[int, int]) -> int:
        return foot[0] | foot[1]

    def _close(self, seed: Any, feet: Mapping[Any, int]) -> set[Any]:
        """The least persistent set with this option in it, if the guesses are right."""
        chosen = {seed}
        foot = feet[seed]
        while foot & self._outside(chosen):
            more = [o for o in feet if o not in chosen and self.awake[o][1] & foot]
            if not more:
                return set(feet)
            for option in more:
                foot |= feet[option]
            chosen.update(more)
        return chosen

    def _outside(self, chosen: Collection[Any]) -> int:
        """What may be touched before one of these options is taken."""
        mask = 0
        for option, (_, future) in self.awake.items():
            if option not in chosen:
                mask |= future
        blocked = self.blocked
        while blocked:
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
        """An option was explored, with this footprint: are those so far a persistent set?"""
        self.taken.add(option)
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
    try:
        search.visit({})
    except (_SpentError, RecursionError):
        complete = False
    return Exploration(search.outcomes, complete, len(search.seen), search.steps)


def schedule_of(machine: Controllable, path: Path) -> list[int]:
    """The decisions that lead along a path, as a list of indices for the replay scheduler."""
    machine.reset()
    schedule: list[int] = []
    inner: list[int] = []

    def choose(kind: str, options: int) -> int:
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
