"""Schedules to the first bug: each scheduler on ports of the classic programs of SCTBench.

A cell that is written once is an event that is set, and a read asks whether it is; before each a task pauses, as the
originals may be interrupted there. An assertion that fails is a log that no correct run shows.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from benchmarks.measure import Row, Table
from conformance.engine.schedulers.delay import DelayBounded
from conformance.engine.schedulers.pct import Pct
from conformance.engine.schedulers.pos import Pos
from conformance.engine.schedulers.uniform import Uniform
from conformance.engine.schedulers.urw import UniformRandomWalk
from conformance.lang.ops import Acquire, Block, Checkpoint, IsSet, Op, Release, Set, Spawn
from conformance.lang.outcome import Outcome
from conformance.lang.program import Program
from conformance.run.scheduler import Scheduler, run_once
from runtimes.reference.declared import REFERENCE
from runtimes.reference.machine import Machine

TRIALS: Final = 20
MOST: Final = 2000
"""Schedules after which a trial is given up."""

Shows: TypeAlias = Callable[[Outcome], bool]


def _tasks(**bodies: Block) -> dict[str, Block]:
    return {"main": tuple(map(Spawn, bodies)), **bodies}


def _read(cell: str) -> Block:
    return (Checkpoint(), IsSet(cell))


def _write(cell: str) -> Block:
    return (Checkpoint(), Set(cell))


def _logs(outcome: Outcome, task: str) -> tuple[str, ...]:
    return tuple(entry.text for entry in dict(outcome.tasks)[task].log)


def reorder(number: int) -> tuple[Program, Shows]:
    """All but one write two cells in order; one reads the first twice, as the original does, then the second.

    It fails where it sees the first write, and not the second.
    """
    writers = {f"w{n}": (*_write("a"), *_write("b")) for n in range(number - 1)}
    program = Program(
        _tasks(**writers, r=(*_read("a"), *_read("a"), *_read("b"))), events=("a", "b")
    )
    return program, lambda outcome: _logs(outcome, "r") == ("got true", "got true", "got false")


def _locked(lock: str, op: Op) -> Block:
    return (Acquire(lock), op, Release(lock))


def twostage(number: int) -> tuple[Program, Shows]:
    """One writes two cells, each under its own lock; the others read both and see the first write alone."""
    writer = (*_locked("k", Set("a")), *_locked("l", Set("b")))
    reader = (*_locked("k", IsSet("a")), *_locked("l", IsSet("b")))
    readers = {f"r{n}": reader for n in range(number - 1)}
    program = Program(_tasks(w=writer, **readers), events=("a", "b"), locks=("k", "l"))
    return program, lambda outcome: any(
        _logs(outcome, name) == ("got true", "got false") for name in readers
    )


def philosophers(number: int) -> tuple[Program, Shows]:
    """Each takes the fork on his left, then the one on his right: all may starve."""
    forks = tuple(f"f{n}" for n in range(number))
    diners = {
        f"p{n}": (
            *(Acquire(forks[n]), Acquire(forks[(n + 1) % number])),
            *(Release(forks[(n + 1) % number]), Release(forks[n])),
        )
        for n in range(number)
    }
    return Program(_tasks(**diners), locks=forks), lambda outcome: outcome.ending == "deadlocked"


PROGRAMS: Final[Mapping[str, tuple[Program, Shows]]] = {
    **{f"reorder_{n}": reorder(n) for n in (3, 5, 10, 20)},
    "twostage": twostage(2),
    "twostage_20": twostage(20),
    "deadlock01": philosophers(2),  # two locks, taken in opposite orders
    **{f"din_phil{n}": philosophers(n) for n in (3, 5, 7)},
}

SCHEDULERS: Final[Mapping[str, Callable[[int], Scheduler]]] = {
    "random": Uniform,
    "URW": UniformRandomWalk,
    "POS": Pos,
    "PCT": Pct,
    "delays": lambda _: DelayBounded(2),
}


def first_bug(program: Program, shows: Shows, scheduler: Scheduler) -> int | None:
    """How many schedules it takes; None if there is no bug in so many, or there are no more to try."""
    machine = Machine(program, REFERENCE)
    for count in range(1, MOST + 1):
        found = run_once(machine, scheduler)
        if found is None:
            return None
        if shows(found[0]):
            return count
    return None


def classics() -> Table:
    """The median of the trials, of those in which the bug was found."""
    rows = []
    for name, (program, shows) in PROGRAMS.items():
        for kind, make in SCHEDULERS.items():
            trials = 1 if kind == "delays" else TRIALS  # nothing in it is random
            counts = [first_bug(program, shows, make(seed)) for seed in range(trials)]
            found = [count for count in counts if count is not None]
            note = "" if len(found) == trials else f"found in {len(found)} of {trials} trials"
            note = note if found else f"not found in {MOST}, or there are no more"
            median = statistics.median(found) if found else float(MOST)
            rows.append(Row(f"{name}: {kind}", "schedules", median, note=note))
    about = (
        f"Schedules up to the first that shows the bug, median of {TRIALS} seeds, at most {MOST}. PCT has depth 3; "
        "`delays` tries all schedules of at most 2 delays, once each, FIFO first."
    )
    return Table("classics", "Schedules to the first bug", tuple(rows), about)
