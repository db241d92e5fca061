"""Schedulers: each answers choices as its name says, and none leaves the allowed set."""

from __future__ import annotations

import random

import pytest

from conformance.engine.explore import explore
from conformance.engine.schedulers.audit import Audit
from conformance.engine.schedulers.delay import DelayBounded
from conformance.engine.schedulers.exhaustive import Exhaustive
from conformance.engine.schedulers.fifo import Fifo
from conformance.engine.schedulers.pct import Pct
from conformance.engine.schedulers.pos import Pos
from conformance.engine.schedulers.replay import Replay
from conformance.engine.schedulers.uniform import Uniform
from conformance.engine.schedulers.urw import UniformRandomWalk
from conformance.errors import InternalError, ReplayDiverged
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


@pytest.mark.parametrize("scheduler", [Uniform, UniformRandomWalk, Pct, Pos])
def test_a_seed_repeats_its_runs(
    scheduler: type[Uniform | UniformRandomWalk | Pct | Pos],
) -> None:
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


def test_delay_bounding_counts_departures_from_fifo() -> None:
    """No delay is FIFO; one delay puts one task off; each schedule comes once; enough of them are all."""
    machine = Machine(ORDERS, STRUCTURED)
    assert _orders(sample(machine, DelayBounded(0), 100)) == {"abc"}
    once = sample(machine, DelayBounded(1), 100)
    assert _orders(once) == {"abc", "bac", "acb"}
    assert set(once.values()) == {1}
    assert _orders(sample(machine, DelayBounded(9), 100)) == _orders(
        sample(machine, Exhaustive(), 100)
    )


def test_pct_finds_a_bug_of_its_depth_more_often_than_chance() -> None:
    """The last of many tasks going first is one constraint: priorities meet it once in n, a random walk hardly ever."""
    names = "abcdef"
    body = tuple(op for _ in range(4) for op in (ops.Log("x"), ops.Checkpoint()))
    program = Program({"main": tuple(map(ops.Spawn, names)), **dict.fromkeys(names, body)})
    machine = Machine(program, STRUCTURED)

    def runs_through(scheduler: Pct | Uniform) -> int:
        counts = sample(machine, scheduler, 200)
        return sum(
            count
            for outcome, count in counts.items()
            if [entry.text[0] for entry in outcome.shared][:4] == ["f"] * 4
        )

    assert runs_through(Pct(3, depth=1)) > 15 > runs_through(Uniform(3))


def test_pos_leaves_independent_steps_their_places() -> None:
    """It reaches every order of steps that race, in few runs."""
    counts = sample(Machine(ORDERS, STRUCTURED), Pos(1), 60)
    assert len(_orders(counts)) == 6


def test_an_audit_is_silent_where_nothing_is_hidden() -> None:
    """The machine decides everything through the one door, so a second run offers the same."""
    machine = Machine(ORDERS, STRUCTURED)
    assert sum(sample(machine, Audit(Uniform(3)), 40).values()) == 40


def test_an_audit_notices_a_hidden_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that drops an option now and then, by chance of its own, is caught."""
    machine = Machine(ORDERS, STRUCTURED)
    whole, chance = machine.options, random.Random(1)

    def flickering() -> list[object]:
        options: list[object] = list(whole())
        return options[:-1] if len(options) > 1 and chance.random() < 0.3 else options

    monkeypatch.setattr(machine, "options", flickering)
    with pytest.raises(InternalError, match="another one"):
        sample(machine, Audit(Uniform(3)), 20)
