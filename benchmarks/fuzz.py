"""What fuzzing costs, and what it finds: judged programs per second of one core; mutants and programs to find them."""

from __future__ import annotations

import re
import resource
import signal
import statistics
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from benchmarks.measure import Row, Table
from conformance.engine.bench import Bench
from conformance.engine.catalogue import load_catalogue
from conformance.engine.fuzz import BATCH
from conformance.engine.fuzz_batch import Batch, perform_batch
from conformance.engine.fuzz_judge import Judge
from conformance.engine.fuzz_subject import HORIZON, Recipe, Subject, modelled
from conformance.engine.generate.areas import AREAS
from conformance.engine.generate.decode import decode
from conformance.engine.generate.tape import seeded
from conformance.engine.membership import BUDGET
from conformance.engine.oracle import beyond, find_reference
from conformance.errors import AdapterError, ConformanceError
from conformance.interpreter import run_program
from conformance.judge.verdict import Grade
from conformance.run.observation import RunOptions
from runtimes.mutants import NAMES, find

RUNTIMES: Final = {
    "asyncio": "200", "trio": "120", "uvloop": "", "curio": "", "anyio:asyncio": "", "anyio:trio": ""
}  # fmt: skip
"""Addresses, and the programs a second that each is to reach."""
PROGRAMS: Final = 1000
WITHIN: Final = 2000
"""A mutant counts as found when one of so many programs shows it."""
HUNG: Final = 10
"""Seconds after which a run in this process counts as hung: then it was found."""


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
    with Bench() as bench:
        _warm(bench, recipe)
    start = _children() - before  # what workers take to start is not what programs take
    batches = [Batch(address, start, BATCH) for start in range(0, PROGRAMS, BATCH)]
    with Bench() as bench:
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


class _HungError(Exception):
    """A mutant does not end."""


@contextmanager
def _limit() -> Iterator[None]:
    """Raise _HungError in the block after HUNG seconds."""

    def ring(*_: object) -> None:
        raise _HungError

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(HUNG)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def first_program(name: str, within: int = WITHIN) -> tuple[int | None, str]:
    """The number of programs of seed 0 until one shows the mutant; None if none of them does.

    And the first further freedom that would have explained one of them.
    """
    marked = ""
    runtime = find(name)
    declared = Judge(find_reference(), runtime.semantics)
    plain = Judge(
        find_reference(), replace(runtime.semantics, order="fifo")
    )  # as shipped, it is a plain loop
    can = frozenset(runtime.capabilities()) & modelled()
    for index in range(within):
        program = decode(seeded(f"0/{index}"), can)
        for seed in (None, index):
            try:
                with _limit():
                    seen = run_program(program, runtime, RunOptions(horizon=HORIZON, seed=seed))
            except (_HungError, AdapterError):
                return index + 1, marked
            judge = plain if seed is None else declared
            judged = judge.outcome(program, seen.outcome, "virtual")
            if judged.grade is Grade.FORBIDDEN:
                return index + 1, marked
            if judged.grade is Grade.INTERESTING:
                marked = marked or judged.reason
    return None, marked


def _out_of_reach(names: Iterable[str]) -> set[str]:
    """Mutants of which every scenario that they show in has an op that the reference cannot judge."""
    shown: dict[str, list[bool]] = {}
    for scenario in load_catalogue().scenarios:
        for name in re.findall(r"mutant:([a-z-]+)", scenario.shown_by):
            shown.setdefault(name, []).append(bool(beyond(scenario.program)))
    return {name for name in names if all(shown.get(name, [False]))}


def mutants() -> Table:
    """How many mutants are found, and by how many programs."""
    warnings.simplefilter("ignore", ResourceWarning)  # a broken runtime leaves sockets behind
    names = [name for name in NAMES if not name.startswith("loop-")]
    found = {name: first_program(name) for name in names}
    firsts = sorted(number for number, _ in found.values() if number is not None)
    left = {name: marked for name, (number, marked) in found.items() if number is None}
    named = sorted(f"{name} ({marked})" for name, marked in left.items() if marked)
    out_of_reach = _out_of_reach(names)
    missed = sorted(
        name for name, marked in left.items() if not marked and name not in out_of_reach
    )
    within_reach = [name for name in names if name not in out_of_reach or name not in left]
    shown = len(firsts) + len(named)
    rows = (
        Row("mutants found", "%", 100 * len(firsts) / len(names), target="95"),
        Row("found, or explained by a further freedom only", "%", 100 * shown / len(names)),
        Row("the same, of those that programs can reach", "%", 100 * shown / len(within_reach)),
        Row("programs to first detection, median", "programs", statistics.median(firsts)),
        Row(
            "programs to first detection, 90th percentile",
            "programs",
            firsts[len(firsts) * 9 // 10],
        ),
    )
    about = (
        f"{len(names)} mutants, at most {WITHIN} programs of seed 0 each, as shipped and with one seed, judged by the "
        f"oracle alone. Explained by a further freedom only: {', '.join(named) or 'none'}. Not found: "
        f"{', '.join(missed) or 'none'}. Out of reach, since all scenarios that show them have ops that the reference "
        f"does not model (servers, Ctrl-C, exits): {', '.join(sorted(out_of_reach & set(left))) or 'none'}."
    )
    return Table("fuzz-mutants", "Mutants found by fuzzing", rows, about)
