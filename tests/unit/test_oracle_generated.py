"""The search on programs that the fuzzer makes: footprints, reductions and pruning lose and invent nothing."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import pytest

from conformance.engine.explore import enumerate_plainly, explore
from conformance.engine.fuzz_subject import modelled
from conformance.engine.generate.areas import AREAS
from conformance.engine.generate.decode import decode
from conformance.engine.generate.tape import seeded
from conformance.engine.membership import member
from conformance.engine.shrinking.passes import drop_ops, unwrap
from conformance.engine.unmodelled import beyond_failing, unmodelled
from conformance.lang import ops
from conformance.lang.outcome import show_outcome
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics
from conformance.lang.text import show_program
from runtimes.on_anyio_semantics import ASYNCIO as ANYIO
from runtimes.on_curio_semantics import SEMANTICS as CURIO
from runtimes.on_trio_semantics import SEMANTICS as TRIO
from runtimes.reference.machine import Machine
from tests.unit.programs import ALL

DECLARED: Final[Mapping[str, Semantics]] = {"anyio": ANYIO, "curio": CURIO, "trio": TRIO, **ALL}
BUDGET: Final = 3000
"""Steps of a search: programs that take more are too large to be enumerated here."""
RUNS: Final = 4000
"""Schedules, likewise."""
LARGEST: Final = 9
"""Ops of a program that is enumerated."""


def judged(program: Program, semantics: Semantics) -> bool:
    """Whether the reference has a model of that."""
    return not (unmodelled(program, semantics) or beyond_failing(semantics))


def small(chance: random.Random, areas: tuple[str, ...]) -> Program:
    """What is left of a generated program when one op after the other was taken out of it."""
    program = decode(seeded(f"small/{chance.random()}"), modelled(), areas)
    size = chance.randint(4, LARGEST)
    while program.size() > size:
        ways = unwrap if chance.random() < 0.2 else drop_ops
        smaller = [s for s in ways(program) if s is not None and s.size() < program.size()]
        program = chance.choice(smaller or [s for s in drop_ops(program) if s is not None])
    return program


@pytest.mark.parametrize("name", DECLARED)
def test_every_change_is_in_the_footprint(name: str) -> None:
    """Whatever part of the state a step changes, its footprint names it: snapshots and reductions rely on that."""
    semantics, chance = DECLARED[name], random.Random(name)
    for index in range(60):
        program = decode(seeded(f"{name}/{index}"), modelled())
        if judged(program, semantics):
            walk(Machine(program, semantics), chance)


def walk(machine: Machine, chance: random.Random) -> None:
    """Run it at random: nothing changes but what is written."""
    machine.choose = lambda _kind, options: chance.randrange(options)
    while options := machine.options():
        machine.snapshot()
        before = [thing.save(thing) for thing in machine.things]
        machine.step(chance.choice(options))
        for thing, saved in zip(machine.things, before, strict=True):
            if not machine.writes & thing.bit:
                assert thing.save(thing) == saved, show_program(machine.program)


def test_who_gives_a_join_up_leaves_a_failure_unheard() -> None:
    """Where a task that fails ends the run, unless it is joined, the step of its joiner may be what makes it so."""
    program = Program(
        {
            "main": (
                *(ops.Spawn("a"), ops.Spawn("b"), ops.Checkpoint(), ops.Checkpoint()),
                ops.Cancel("b"),
            ),
            "a": (ops.Checkpoint(), ops.Raise("E")),
            "b": (ops.Join("a"),),
        }
    )
    machine, chance = Machine(program, ALL["fatal"]), random.Random(1)
    for _ in range(300):
        machine.reset()
        walk(machine, chance)


@pytest.mark.parametrize("name", DECLARED)
def test_what_is_left_of_generated_programs(name: str) -> None:
    """The search finds what running every schedule finds, and each of that is a member."""
    semantics, chance = DECLARED[name], random.Random(name)
    done = 0
    for _ in range(40):
        program = small(chance, ("tasks", *chance.sample(list(AREAS), 2)))
        if not judged(program, semantics):
            continue
        machine = Machine(program, semantics)
        found = explore(machine, BUDGET)
        try:
            plain = enumerate_plainly(machine, RUNS)
        except OverflowError:
            continue
        assert found.complete
        assert set(found.outcomes) == plain, show_program(program)
        for outcome in sorted(plain, key=show_outcome)[:12]:
            assert member(machine, outcome).answer == "allowed", show_program(program)
        done += 1
    assert done >= 5


def test_a_reader_that_goes_on_waiting_is_in_the_footprint() -> None:
    """Who finds its stream closed under it and waits on is the stream's reader, to others who look at it, too."""
    program = Program(
        {
            "main": (
                *(ops.Listen("L"), ops.Connect("c", "L"), ops.Spawn("a")),
                ops.ReceiveSome("c", 1),
            ),
            "a": (ops.Abort("c"), ops.Checkpoint(), ops.ReceiveSome("c", 1)),
        }
    )
    machine = Machine(program, replace(CURIO, citations={}))
    assert set(explore(machine).outcomes) == enumerate_plainly(machine)


def test_a_handler_may_end_later_than_its_body() -> None:
    """A server closes the connection behind its handler, and time may pass meanwhile: what ended is not overdue."""
    program = Program(
        {
            "main": (
                *(ops.Listen("V"), ops.Handler("d", "s", "V"), ops.Handler("e", "t", "V")),
                *(ops.Spawn("a"), ops.Spawn("b"), ops.Connect("c", "V"), ops.Sleep(2)),
                *(ops.Close("c"), ops.Block_(1)),
            ),
            "a": (ops.Serve("V"),),
            "b": (ops.Connect("f", "V"), ops.Sleep(2), ops.Close("f")),
            "d": (ops.Sleep(3), ops.Log("h")),
            "e": (ops.ReceiveExactly("t", 1),),
        }
    )
    machine = Machine(program, replace(TRIO, citations={}))
    found = explore(machine).outcomes
    late = [outcome for outcome in found if outcome.shared and outcome.task("e").tick == 2]
    assert late
    for outcome in found:
        assert member(machine, outcome).answer == "allowed", show_outcome(outcome)
