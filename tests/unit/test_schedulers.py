"""Schedulers: each answers choices as its name says, and none leaves the allowed set."""

from __future__ import annotations

import pytest

from conformance.engine.explore import explore
from conformance.engine.schedulers.exhaustive import Exhaustive
from conformance.engine.schedulers.fifo import Fifo
from conformance.engine.schedulers.replay import Replay
from conformance.engine.schedulers.uniform import Uniform
from conformance.engine.schedulers.urw import UniformRandomWalk
from conformance.errors import ReplayDiverged
from conformance.lang import ops
from conformance.lang.outcome import Outcome
from conformance.lang.program import Program
from conformance.run.scheduler import run_once, sample
from runtimes.reference.machine import Machine
from tests.unit.programs import STRUCTURED

ORDERS = Program(
    {
        "main": tuple(ops.Spawn(name) for name in "abc"),
        **{name: (ops.Log("x"),) for name in "abc"},
    }
)


def _orders(outcomes: dict[Outcome, int]) -> set[str]:
    return {"".join(entry.text[0] for entry in outcome.shared) for outcome in outcomes}


def test_fifo_is_one_schedule() -> None:
    """FIFO takes the tasks in the order in which they were spawned, every time."""
    assert _orders(sample(Machine(ORDERS, STRUCTURED), Fifo(), 5)) == {"abc"}


def test_exhaustive_tries_each_schedule_once() -> None:
    """Three tasks of one step have six schedules; then there is no further one."""
    counts = sample(Machine(ORDERS, STRUCTURED), Exhaustive(), 100)
    assert len(_orders(counts)) == 6
    assert set(counts.values()) == {1}


@pytest.mark.parametrize("scheduler", [Uniform, UniformRandomWalk])
def test_a_seed_repeats_its_runs(scheduler: type[Uniform | UniformRandomWalk]) -> None:
    """The same seed gives the same histogram, inside the allowed set, and reaches all of it."""
    first = sample(Machine(ORDERS, STRUCTURED), scheduler(7), 200)
    machine = Machine(ORDERS, STRUCTURED)
    assert first == sample(machine, scheduler(7), 200)
    assert set(first) == set(explore(machine).outcomes)


def test_replay_is_strict_or_lenient() -> None:
    """A strict replay refuses what does not fit; a lenient one takes any list of integers."""
    machine = Machine(ORDERS, STRUCTURED)
    with pytest.raises(ReplayDiverged):
        run_once(machine, Replay([99]))
    with pytest.raises(ReplayDiverged):
        run_once(machine, Replay([]))
    assert run_once(machine, Replay([99], strict=False)) is not None
    longer = Replay([0] * 50)
    run_once(machine, longer)
    with pytest.raises(ReplayDiverged):
        longer.finish()
