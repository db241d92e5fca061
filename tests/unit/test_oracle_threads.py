"""The oracle on threads, UNIX sockets and peers: held against enumeration, real threads and real sockets."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.engine.explore import explore
from conformance.engine.unmodelled import unmodelled
from conformance.interpreter import run_program
from conformance.lang.outcome import show_outcome
from conformance.lang.semantics import Semantics
from conformance.lang.text import show_program
from conformance.run.observation import RunOptions
from runtimes.reference.adapter import Reference
from runtimes.reference.machine import Machine
from tests.unit.programs import ALL
from tests.unit.test_oracle import differences
from tests.unit.thread_programs import ThreadMaker

VARIANTS: dict[str, Semantics] = {
    **ALL,
    "awaited": replace(
        ALL["structured"],
        cancelled_thread="awaited",
        thread_call="inside",
        leftover_threads="abandoned",
    ),
    "bare": replace(ALL["edge"], thread_context="none"),
}
PER_SEED = 30


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", VARIANTS)
def test_reduced_search_equals_plain_enumeration(name: str, seed: int) -> None:
    """Sleep sets and state caching lose no outcome of a program with threads, and invent none."""
    make = ThreadMaker(seed * 1000 + len(name))
    for _ in range(PER_SEED):
        program = make.program(make.random.choice([1, 1, 2]), make.random.randint(0, 2))
        lax = make.random.random() < 0.3
        assert differences(program, VARIANTS[name], lax=lax) == ""


@pytest.mark.parametrize("name", ALL)
def test_reduced_search_equals_plain_enumeration_for_sockets(name: str) -> None:
    """The same for UNIX sockets, and for connections from outside."""
    make = ThreadMaker(7 + len(name))
    for _ in range(60):
        assert differences(make.connection(), ALL[name], lax=False) == ""


@pytest.mark.parametrize("name", VARIANTS)
def test_reduced_search_equals_plain_enumeration_for_late_tasks(name: str) -> None:
    """The same for tasks that are started while the run ends."""
    make = ThreadMaker(70 + len(name))
    for _ in range(60):
        assert differences(make.late(), VARIANTS[name], lax=make.random.random() < 0.3) == ""


@pytest.mark.parametrize("seed", range(4))
def test_every_change_is_in_the_footprint(seed: int) -> None:
    """Whatever part of the state a step changes, its footprint names it: snapshots rely on that."""
    make = ThreadMaker(seed)
    for _ in range(80):
        semantics = make.random.choice(list(VARIANTS.values()))
        program = make.random.choice([make.connection(), make.late(), make.program(3, 2)])
        machine = Machine(program, semantics, lax=make.random.random() < 0.3)
        machine.choose = lambda _kind, options: make.random.randrange(options)
        while options := machine.options():
            before = [thing.save(thing) for thing in machine.things]
            machine.step(make.random.choice(options))
            for thing, saved in zip(machine.things, before, strict=True):
                if not machine.writes & thing.bit:
                    assert thing.save(thing) == saved, type(thing).__name__


@pytest.mark.parametrize("seed", range(4))
def test_real_threads_stay_inside_the_allowed_set(seed: int) -> None:
    """The executor, its threads real ones, shows only what the oracle allows."""
    make = ThreadMaker(100 + seed)
    runtime = Reference()
    for _ in range(40):
        program = make.program(make.random.choice([1, 2]), make.random.randint(0, 2))
        if unmodelled(program, Reference.semantics):
            continue
        allowed = explore(Machine(program, Reference.semantics))
        for steering in (None, *range(3)):
            outcome = run_program(program, runtime, RunOptions(seed=steering)).outcome.judged()
            known = outcome in allowed.outcomes or not allowed.complete
            assert known, f"{show_program(program)}\n{show_outcome(outcome)}"


@pytest.mark.parametrize("seed", range(3))
def test_real_sockets_stay_inside_the_allowed_set(seed: int) -> None:
    """Programs over the kernel's UNIX sockets, and with real peers, show only what the network in memory allows."""
    make = ThreadMaker(200 + seed)
    runtime = Reference()
    for _ in range(40):
        program = make.connection()
        found = explore(Machine(program, Reference.semantics))
        assert found.complete
        for steering in (None, 1, 2):
            outcome = run_program(program, runtime, RunOptions(seed=steering)).outcome.judged()
            assert outcome in found.outcomes, f"{show_program(program)}\n{show_outcome(outcome)}"
