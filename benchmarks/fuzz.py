"""What fuzzing costs, and what it finds: judged programs per second of one core; mutants and programs to find them."""

from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from benchmarks.measure import Row, Table
from conformance.engine.bench import Bench
from conformance.engine.fuzz import BATCH
from conformance.engine.fuzz_batch import Batch, perform_batch
from conformance.engine.fuzz_subject import Recipe, Subject
from conformance.engine.generate.areas import AREAS
from conformance.engine.membership import BUDGET
from conformance.errors import ConformanceError
from conformance.judge.verdict import Grade

RUNTIMES: Final = {
    "asyncio": "200", "trio": "120", "uvloop": "", "curio": "", "anyio:asyncio": "", "anyio:trio": ""
}  # fmt: skip
"""Addresses, and the programs a second that each is to reach."""
PROGRAMS: Final = 4000
"""So many that a search which uses up its budget, and takes over a second, is not what is measured."""


def speed() -> Table:
    """Programs a second, on one core: generated, run in a worker, judged."""
    rows: list[Row] = []
    for address, target in RUNTIMES.items():
        try:
            rows += _speed_of(address, target)
        except ConformanceError:
            continue
    about = (
        f"{PROGRAMS} programs of seed 0 over all areas: generation, the runs in a worker process and judging, but not "
        "its start, nor making findings small. CPU is of both processes together: what one core does. Under each, runs "
        f"that the budget of {BUDGET} steps did not decide, in percent."
    )
    return Table("fuzz", "Programs judged", tuple(rows), about)


def _speed_of(address: str, target: str) -> Iterator[Row]:
    recipe = Recipe(address, tuple(AREAS))
    before = _children()
    with Bench(renewable=True) as bench:
        _warm(bench, recipe)
    start = _children() - before  # what workers take to start is not what programs take
    batches = [Batch(address, start, BATCH) for start in range(0, PROGRAMS, BATCH)]
    with Bench(renewable=True) as bench:
        subject = _warm(bench, recipe)
        before, wall, own = _children(), time.perf_counter(), time.process_time()
        for batch in batches:
            perform_batch(subject, recipe, batch)
        wall, own = time.perf_counter() - wall, time.process_time() - own
    cpu = own + _children() - before - start
    yield Row(address, "programs/s", PROGRAMS / wall, PROGRAMS / cpu, target)
    tally = sum((batch.tally for batch in batches), Counter[str]())
    yield Row(
        f"{address}: UNKNOWN", "%", 100 * tally[Grade.UNJUDGED.value] / tally.total(), target="0.5"
    )


def _warm(bench: Bench, recipe: Recipe) -> Subject:
    """A subject whose workers have started."""
    subject = Subject(bench, recipe.address, BUDGET)
    perform_batch(subject, replace(recipe, seed=1), Batch(recipe.address, 0, BATCH))
    return subject


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
