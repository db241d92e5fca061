"""The oracle on exits and Ctrl-C: held against enumeration and coroutines, and what each answer means."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from conformance.engine.explore import explore
from conformance.engine.unmodelled import unanswered, unmodelled
from conformance.interpreter import run_program
from conformance.lang.ops import (
    Attempt,
    Checkpoint,
    Exit,
    Group,
    Interrupt,
    Note,
    RunInThread,
    Sleep,
    Spawn,
)
from conformance.lang.outcome import show_outcome
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics
from conformance.lang.text import show_program
from conformance.run.observation import RunOptions
from runtimes._asyncio_semantics import PLAIN, SHIPPED
from runtimes.on_anyio_semantics import ASYNCIO as ANYIO_ON_ASYNCIO
from runtimes.reference.adapter import Reference
from runtimes.reference.machine import Machine
from tests.unit.ending_programs import ENDING, EndingMaker
from tests.unit.test_membership import check_membership
from tests.unit.test_oracle import differences

PER_SEED = 40


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ENDING)
def test_reduced_search_equals_plain_enumeration(name: str, seed: int) -> None:
    """Sleep sets and state caching lose no outcome of a run that ends early, and invent none."""
    make = EndingMaker(seed * 1000 + len(name))
    for _ in range(PER_SEED):
        program = make.program(make.random.choice([1, 2]), make.random.randint(1, 2))
        assert differences(program, ENDING[name], lax=make.random.random() < 0.3) == ""


@pytest.mark.parametrize("name", ENDING)
def test_pruned_equals_unpruned(name: str) -> None:
    """Membership agrees with enumeration on what may be shown of an end, and on what nearly may."""
    make, chance = EndingMaker(17 + len(name)), random.Random(3)
    asked = 0
    for _ in range(PER_SEED):
        program = make.program(make.random.choice([1, 2]), make.random.randint(1, 2))
        asked += check_membership(program, ENDING[name], lax=chance.random() < 0.3, chance=chance)
    assert asked > PER_SEED


@pytest.mark.parametrize("seed", range(4))
def test_every_change_is_in_the_footprint(seed: int) -> None:
    """Whatever part of the state a step changes, its footprint names it: snapshots rely on that."""
    make = EndingMaker(seed)
    for _ in range(80):
        machine = Machine(make.program(3, 2), make.random.choice(list(ENDING.values())))
        machine.choose = lambda _kind, options: make.random.randrange(options)
        while options := machine.options():
            before = [thing.save(thing) for thing in machine.things]
            machine.step(make.random.choice(options))
            for thing, saved in zip(machine.things, before, strict=True):
                if not machine.writes & thing.bit:
                    assert thing.save(thing) == saved, type(thing).__name__


@pytest.mark.parametrize("seed", range(4))
def test_coroutines_stay_inside_the_allowed_set(seed: int) -> None:
    """The executor ends runs only as the oracle allows."""
    make = EndingMaker(100 + seed)
    runtime = Reference()
    for _ in range(40):
        program = make.program(make.random.randint(1, 3), make.random.randint(1, 2))
        allowed = explore(Machine(program, Reference.semantics)).outcomes
        for steering in (None, *range(4)):
            outcome = run_program(program, runtime, RunOptions(seed=steering)).outcome.judged()
            assert outcome in allowed, f"{show_program(program)}\n{show_outcome(outcome)}"


def shown(program: Program, semantics: Semantics) -> set[str]:
    """All that a program may show."""
    return {show_outcome(outcome) for outcome in explore(Machine(program, semantics)).outcomes}


def beside(*child: object, clean_up: object = None) -> Program:
    """A child does that; main sleeps, and then cleans up."""
    sleeps = Attempt((Sleep(5),), finally_=(clean_up or Note("cleaned"),))  # type: ignore[arg-type]
    return Program({"main": (Spawn("a"), sleeps), "a": child})  # type: ignore[dict-item]


def test_a_first_ctrl_c_cancels_main_and_a_second_strikes_there() -> None:
    """asyncio-runner.html#handling-keyboard-interruption."""
    once = beside(Interrupt(), Note("on"))
    assert shown(once, SHIPPED) == {"main: cleaned, cancelled; a: on, returned"}
    twice = beside(Interrupt(), Interrupt(), Note("on"))
    assert shown(twice, SHIPPED) == {"main: cleaned, cancelled; a: raised KeyboardInterrupt"}


def test_a_second_exit_cuts_the_shutdown_short() -> None:
    """Nobody catches what leaves the loop while asyncio.Runner.close gathers what is left: whoever waits is left."""
    told = Attempt((Sleep(9),), finally_=(Exit(),))
    waits = Attempt((Sleep(5),), finally_=(Sleep(1), Note("cleaned")))
    program = Program(
        {"main": (Spawn("a"), Spawn("b"), waits), "a": (told,), "b": (Checkpoint(), Exit())}
    )
    assert shown(program, SHIPPED) == {
        "main: destroyed; a: raised SystemExit; b: raised SystemExit",
    }


def test_a_group_raises_an_exit_as_it_is_or_in_a_group() -> None:
    """A group of asyncio re-raises the initial one (asyncio-task.html#task-groups); a nursery groups all."""
    program = Program({"main": (Group("g", (Spawn("a", "g"),)),), "a": (Exit(),)})
    assert shown(program, SHIPPED) == {"main: raised SystemExit; a: raised SystemExit"}
    assert shown(program, Reference.semantics) == {
        "main: raised Group(SystemExit); a: raised SystemExit"
    }


def test_what_the_documents_do_not_answer_is_not_judged() -> None:
    """Nobody is accused by an answer that nobody gave; beside threads neither."""
    program = Program({"main": (Exit(),)})
    assert unmodelled(program, PLAIN)
    assert unmodelled(program, ANYIO_ON_ASYNCIO)
    assert not unmodelled(program, SHIPPED)
    assert unmodelled(program, replace(SHIPPED, start="eager"))
    silent = unanswered(replace(SHIPPED, interrupts="unknown"))
    assert silent & {"exit", "interrupt"} == {"interrupt"}
    threaded = Program({"main": (RunInThread("t"), Exit()), "t": ()})
    assert unmodelled(threaded, SHIPPED)
