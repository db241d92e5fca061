"""The oracle on named scopes, started tasks and context variables: held against enumeration and coroutines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.engine.explore import explore
from conformance.interpreter import run_program
from conformance.lang.outcome import show_outcome
from conformance.lang.semantics import Semantics
from conformance.lang.text import show_program
from conformance.run.observation import RunOptions
from runtimes.reference.adapter import Reference
from runtimes.reference.machine import Machine
from tests.unit.programs import ALL
from tests.unit.scope_programs import ScopeMaker
from tests.unit.test_oracle import differences

VARIANTS: dict[str, Semantics] = {
    **ALL,
    "left": replace(ALL["structured"], fail_cancelled="left", start_cancelled="cancelled"),
    "late": replace(ALL["edge"], late_move="error", context="shared"),
    "requests": replace(ALL["structured"], requests="scopes"),
    "asked": replace(ALL["waiting"], called_cancelled="asked", context="shared"),
}
PER_SEED = 40


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", VARIANTS)
def test_reduced_search_equals_plain_enumeration(name: str, seed: int) -> None:
    """Sleep sets, state caching and persistent sets lose no outcome and invent none."""
    make = ScopeMaker(seed * 1000 + len(name))
    for _ in range(PER_SEED):
        program = make.program(make.random.choice([1, 2, 2]), make.random.randint(1, 2))
        lax = make.random.random() < 0.3
        assert differences(program, VARIANTS[name], lax=lax) == ""


@pytest.mark.parametrize("seed", range(4))
def test_every_change_is_in_the_footprint(seed: int) -> None:
    """Whatever part of the state a step changes, its footprint names it: snapshots rely on that."""
    make = ScopeMaker(seed)
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


@pytest.mark.parametrize("seed", range(4))
def test_coroutines_stay_inside_the_allowed_set(seed: int) -> None:
    """The coroutine executor, driven by the interpreter under random schedules, shows only what the oracle allows."""
    make = ScopeMaker(100 + seed)
    runtime = Reference()
    capabilities = runtime.capabilities()
    for _ in range(60):
        program = make.program(make.random.choice([1, 2, 2, 3]), make.random.randint(1, 2))
        if any(op.kind not in capabilities for _, op in program.walk()):
            continue
        allowed = explore(Machine(program, Reference.semantics))
        for steering in (None, *range(4)):
            outcome = run_program(program, runtime, RunOptions(seed=steering)).outcome.judged()
            known = outcome in allowed.outcomes or not allowed.complete
            assert known, f"{show_program(program)}\n{show_outcome(outcome)}"
