"""The reference as the oracle uses it: random schedules a second, and whole allowed sets."""

from __future__ import annotations

import statistics

from benchmarks.generate import FOUR, THREE, read_set
from benchmarks.measure import Row, Table, Times, p90
from conformance.engine.explore import explore
from conformance.engine.schedulers.uniform import Uniform
from conformance.engine.schedulers.urw import UniformRandomWalk
from conformance.run.scheduler import Scheduler, run_once
from runtimes.reference.declared import REFERENCE
from runtimes.reference.machine import Machine

ROUNDS = 15
SCHEDULES = 40
"""Schedules of each program in a round."""


def schedules() -> Table:
    """Whole runs of three tasks of three ops from start to outcome, every decision at random."""
    machines = [Machine(program, REFERENCE) for program in read_set(THREE)]
    count = len(machines) * SCHEDULES
    rows = []
    schedulers: tuple[tuple[str, Scheduler], ...] = (
        ("random", Uniform(1)),
        ("URW", UniformRandomWalk(1)),
    )
    for name, scheduler in schedulers:
        times = Times()
        for _ in range(ROUNDS):
            with times.sample():
                for machine in machines:
                    for _ in range(SCHEDULES):
                        run_once(machine, scheduler)
        row = times.row(name, "schedules/s", lambda seconds: count / seconds, target="30,000")
        rows.append(row)
    about = (
        f"{len(machines)} programs of `{THREE.name}`, {SCHEDULES} schedules of each in a round, "
        f"median of "
        f"{ROUNDS} rounds, one core, outcome included. Machines are made before the clock starts."
    )
    return Table("schedules", "Reference schedules", tuple(rows), about)


def oracle() -> Table:
    """Every allowed outcome of four tasks of four ops."""
    times = Times()
    found = []
    for program in read_set(FOUR):
        with times.sample(collect=False):
            found.append(explore(Machine(program, REFERENCE)))
    counts = [len(exploration.outcomes) for exploration in found]
    steps = [exploration.steps for exploration in found]

    def ms(seconds: float) -> float:
        return seconds * 1000

    rows = (
        times.row("median", "ms", ms, target="< 5"),
        times.row("90th percentile", "ms", ms, p90, target="< 40"),
        times.row("all programs", "s", float, sum),
        Row("median of allowed outcomes", "outcomes", statistics.median(counts), target=">= 4"),
        Row("median of steps", "steps", statistics.median(steps)),
        Row("90th percentile of steps", "steps", p90(steps)),
        Row("searches that gave up", "programs", sum(not e.complete for e in found), target="0"),
    )
    about = (
        f"{len(found)} programs of `{FOUR.name}` under the reference's own semantics, each "
        f"once, compiling "
        "included, in one process on one core."
    )
    return Table("oracle", "Every allowed outcome of a program", rows, about)
