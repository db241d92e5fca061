"""What judging costs as programs grow: from 2 to 50 tasks, in pairs, or all on one lock and one channel."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Final

from benchmarks.measure import Row, Table, Times
from conformance.engine.membership import BUDGET, member
from conformance.engine.schedulers.uniform import Uniform
from conformance.lang.ops import (
    Acquire,
    Block,
    Log,
    Note,
    Op,
    Receive,
    Release,
    Send,
    Set,
    Sleep,
    Spawn,
    Wait,
)
from conformance.lang.program import Channel, Program
from conformance.run.scheduler import run_once
from runtimes.on_trio_semantics import SEMANTICS as TRIO
from runtimes.reference.machine import Machine

SIZES: Final = (2, 5, 10, 20, 50)
RUNS: Final = 20
"""Outcomes judged for each size: of random schedules, so that all are allowed."""


def program(tasks: int, shared_by: int, write: Callable[[int], Op]) -> Program:
    """As many tasks, which write something down under a lock, then send or receive, once an event is set.

    So many of them share a lock and a channel.
    """
    bodies: dict[str, Block] = {}
    groups = -(-tasks // shared_by)
    for n in range(tasks):
        lock, channel = f"k{n // shared_by}", f"c{n // shared_by}"
        last: Op = Receive(channel) if n % 2 else Send(channel, 1)
        bodies[f"t{n}"] = (Wait("e"), Acquire(lock), write(n), Release(lock), last)
    main: Block = (*map(Spawn, bodies), Sleep(1), Set("e"))
    return Program(
        {"main": main, **bodies},
        events=("e",),
        locks=tuple(f"k{n}" for n in range(groups)),
        channels={f"c{n}": Channel(1) for n in range(groups)},
    )


def growth() -> Table:
    """Milliseconds and steps of the search for one outcome; how many searches gave up."""
    rows = []
    for size, shared_by, write, how in (
        *((size, 2, Note, "in pairs") for size in SIZES),
        *((size, size, Note, "on one lock") for size in SIZES),
        *((size, size, Log, "and one log") for size in SIZES),
    ):
        machine, times = Machine(program(size, shared_by, write), TRIO), Times()
        steps, given_up = [], 0
        for seed in range(RUNS):
            ran = run_once(machine, Uniform(seed))
            assert ran is not None
            with times.sample(collect=False):
                found = member(machine, ran[0])
            steps.append(found.steps)
            given_up += found.answer == "unknown"
        name = f"{size} tasks, {how}"
        rows += [
            times.row(name, "ms", lambda seconds: seconds * 1000),
            Row(f"{name}: steps", "steps", statistics.median(steps)),
            Row(f"{name}: UNKNOWN", "%", 100 * given_up / RUNS, target="0.5"),
        ]
    about = (
        f"{RUNS} outcomes of random schedules for each size, judged under trio's answers: the median of each. A search "
        f"may take {BUDGET} steps. A log that all share tells in which order they took the lock, and trio "
        "promises none: the search looks for that order among all."
    )
    return Table("growth", "Judging as programs grow", tuple(rows), about)
