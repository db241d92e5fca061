"""The oracle on primitives and ends of channels: held against enumeration and coroutines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.engine.explore import explore
from conformance.interpreter import run_program
from conformance.lang import ops
from conformance.lang.outcome import show_outcome
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics
from conformance.lang.text import show_program
from conformance.run.observation import RunOptions
from runtimes._asyncio_semantics import SHIPPED
from runtimes.reference.adapter import Reference
from runtimes.reference.machine import Machine
from tests.unit.programs import ALL
from tests.unit.sync_programs import AREAS, SyncMaker
from tests.unit.test_oracle import differences

VARIANTS: dict[str, Semantics] = {
    "structured": replace(ALL["structured"], notified="queued", waiters="blocked"),
    "shielded": replace(
        ALL["structured"], reacquire="shielded", lost_notify="passed_on", race="either"
    ),
    "edge": replace(ALL["edge"], lost_notify="made_up"),
    "waiting": replace(ALL["waiting"], reacquire="at_once"),
    "eager": replace(ALL["eager"], permits="barging", conditions="unordered"),
    "loose": ALL["loose"],
    "unordered": replace(ALL["loose"], locks="unordered", permits="unordered"),
}
PER_SEED = 40


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", VARIANTS)
def test_reduced_search_equals_plain_enumeration(name: str, seed: int) -> None:
    """Sleep sets, state caching and persistent sets lose no outcome and invent none."""
    make = SyncMaker(seed * 1000 + len(name))
    for _ in range(PER_SEED):
        tasks = make.random.choice([1, 2, 2, 3])
        program = make.program(tasks, make.random.randint(1, 4 - tasks))
        lax = make.random.random() < 0.3
        assert differences(program, VARIANTS[name], lax=lax) == ""


@pytest.mark.parametrize("area", AREAS)
def test_persistent_sets_lose_nothing(area: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On programs too large to enumerate, search with persistent sets finds what search without them finds."""
    make = SyncMaker(50 + len(area))
    programs = [make.program(3, make.random.randint(1, 2), area) for _ in range(25)]
    reduced = [explore(Machine(p, VARIANTS["structured"]), budget=8000) for p in programs]
    monkeypatch.setattr(Machine, "foresee", lambda _machine: None)
    for program, found in zip(programs, reduced, strict=True):
        whole = explore(Machine(program, VARIANTS["structured"]), budget=8000)
        if whole.complete:
            assert set(found.outcomes) == set(whole.outcomes), show_program(program)


@pytest.mark.parametrize("seed", range(4))
def test_every_change_is_in_the_footprint(seed: int) -> None:
    """Whatever part of the state a step changes, its footprint names it: snapshots rely on that."""
    make = SyncMaker(seed)
    for _ in range(80):
        semantics = make.random.choice(list(VARIANTS.values()))
        machine = Machine(make.program(3, 3), semantics, lax=make.random.random() < 0.3)
        machine.choose = lambda _kind, options: make.random.randrange(options)
        while options := machine.options():
            before = [thing.save(thing) for thing in machine.things]
            machine.step(make.random.choice(options))
            for thing, saved in zip(machine.things, before, strict=True):
                if not machine.writes & thing.bit:
                    assert thing.save(thing) == saved, type(thing).__name__


@pytest.mark.parametrize("seed", range(6))
def test_coroutines_stay_inside_the_allowed_set(seed: int) -> None:
    """The coroutine executor, driven by the interpreter under random schedules, shows only what the oracle allows."""
    make = SyncMaker(100 + seed)
    runtime = Reference()
    for _ in range(60):
        program = make.program(make.random.choice([1, 2, 2, 3]), make.random.randint(1, 2))
        allowed = explore(Machine(program, Reference.semantics))
        for steering in (None, *range(4)):
            outcome = run_program(program, runtime, RunOptions(seed=steering)).outcome.judged()
            known = outcome in allowed.outcomes or not allowed.complete
            assert known, f"{show_program(program)}\n{show_outcome(outcome)}"


REENTRANT: dict[str, Semantics] = {
    "structured": replace(ALL["structured"], relock="reenters"),
    "edge": replace(ALL["edge"], relock="reenters", unowned="error"),
    "barging": replace(ALL["eager"], relock="reenters", unowned="works"),
}
"""Of locks that their holder may take again; the first breaks when that one has ended."""


class Reentrant(Reference):
    """The reference, with such locks."""

    semantics = replace(Reference.semantics, relock="reenters")


@pytest.mark.parametrize("name", REENTRANT)
def test_reduced_search_equals_plain_enumeration_for_reentrant_locks(name: str) -> None:
    """The depth of a lock is part of the state that is saved, compared and put back."""
    make = SyncMaker(300 + len(name))
    for _ in range(150):
        tasks = make.random.choice([1, 2, 2, 3])
        program = make.program(tasks, make.random.randint(2, 5 - tasks), "lock")
        lax = make.random.random() < 0.3
        assert differences(program, REENTRANT[name], lax=lax) == ""


def test_coroutines_agree_on_reentrant_locks() -> None:
    """The executor, under random schedules, shows of such locks only what the oracle allows."""
    make = SyncMaker(17)
    runtime = Reentrant()
    for _ in range(150):
        program = make.program(make.random.choice([1, 2, 2]), make.random.randint(2, 4), "lock")
        allowed = explore(Machine(program, Reentrant.semantics))
        for steering in (None, *range(3)):
            outcome = run_program(program, runtime, RunOptions(seed=steering)).outcome.judged()
            known = outcome in allowed.outcomes or not allowed.complete
            assert known, f"{show_program(program)}\n{show_outcome(outcome)}"


@pytest.mark.parametrize("name", REENTRANT)
@pytest.mark.parametrize("again", [ops.Acquire("l"), ops.AcquireNowait("l")])
def test_a_reentrant_lock_takes_as_many_releases_as_acquires(name: str, again: ops.Op) -> None:
    """Another task gets it after the last of them, not before; one more is refused, unless somebody has it by then."""
    later = (ops.Checkpoint(),) * 3
    main = (
        ops.Acquire("l"),
        again,
        ops.Spawn("a"),
        *later,
        ops.Release("l"),
        *later,
        ops.Locked("l"),
        ops.Log("last"),
    )
    program = Program(
        {
            "main": (
                *main,
                ops.Release("l"),
                ops.Join("a"),
                ops.Attempt((ops.Release("l"),), on_error=()),
            ),
            "a": (ops.Acquire("l"), ops.Log("in"), ops.Release("l")),
        },
        locks=("l",),
    )
    found = explore(Machine(program, REENTRANT[name]))
    assert found.complete
    for outcome in found.outcomes:
        assert [entry.text for entry in outcome.shared] == ["main last", "a in"]
        assert [entry.text for entry in outcome.task("main").log] == ["got true", "caught Misuse"]


def test_a_lock_that_was_handed_to_who_is_cancelled_is_passed_on_when_that_one_goes_on() -> None:
    """asyncio: whoever is cancelled as a lock is handed to it keeps its turn till it runs; others queue behind it."""
    program = Program(
        {
            "main": (
                *(ops.Acquire("k"), ops.Spawn("a"), ops.Checkpoint(), ops.Spawn("b")),
                ops.Sleep(12),
            ),
            "a": (
                ops.Attempt((ops.Acquire("k"),), on_cancel=(ops.Note("told"),)),
                ops.Log(1),
            ),
            "b": (ops.Release("k"), ops.Cancel("a"), ops.Acquire("k"), ops.Log(2)),
        },
        locks=("k",),
    )
    found = explore(Machine(program, SHIPPED))
    orders = {tuple(entry.text for entry in outcome.shared) for outcome in found.outcomes}
    assert found.complete
    assert ("a 1", "b 2") in orders
