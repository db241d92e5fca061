"""The oracle on servers: held against enumeration and real sockets, and what each answer means."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from conformance.engine.explore import explore
from conformance.engine.unmodelled import unmodelled
from conformance.interpreter import run_program
from conformance.lang import ops
from conformance.lang.ops import Block, Op
from conformance.lang.outcome import show_outcome
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics
from conformance.lang.text import show_program
from conformance.run.observation import RunOptions
from runtimes._asyncio_semantics import SHIPPED
from runtimes.on_anyio_semantics import ASYNCIO as ANYIO_ON_ASYNCIO
from runtimes.on_anyio_semantics import TRIO as ANYIO_ON_TRIO
from runtimes.on_curio_semantics import SEMANTICS as CURIO
from runtimes.on_trio_semantics import SEMANTICS as TRIO
from runtimes.reference.adapter import Reference
from runtimes.reference.machine import Machine
from tests.unit.programs import ALL
from tests.unit.test_membership import check_membership
from tests.unit.test_oracle import differences

SERVING: dict[str, Semantics] = {
    "reference": Reference.semantics,
    "task": replace(ALL["structured"], serving="task"),
    "body": replace(ALL["structured"], serving="body", handled="open"),
}
"""Answers of every kind of server that is modelled."""


class ServerMaker:
    """Makes one program with a server after another from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def program(self) -> Program:
        """A server, one visit or two, and perhaps its end."""
        choice, chance = self.random.choice, self.random.random
        visits = choice([1, 1, 2])
        tasks: dict[str, Block] = {"srv": (ops.Serve("l"),)}
        main: list[Op] = [ops.Listen("l")]
        for number in range(visits):
            main.append(ops.Handler(f"h{number}", f"s{number}", "l"))
            tasks[f"h{number}"] = self._handler(f"s{number}")
        main.append(ops.Spawn("srv"))
        for number in range(visits):
            visit = self._visit(f"c{number}")
            if chance() < 0.3:
                tasks[f"v{number}"] = visit
                visit = (ops.Spawn(f"v{number}"),)
            main += [*([ops.Sleep(1)] if chance() < 0.6 else []), *visit]
        stops: tuple[Op, ...] = (ops.Cancel("srv"), ops.CloseListener("l"))
        if chance() < 0.7:
            main.insert(self.random.randint(len(main) - 1, len(main)), choice(stops))
        return Program({"main": tuple(main), **tasks})

    def _handler(self, stream: str) -> Block:
        answers = (ops.ReceiveExactly(stream, 1), ops.SendBytes(stream, "y"))
        return self.random.choice(
            [
                answers,
                (*answers, ops.Close(stream)),
                (ops.Raise("E"),),
                (ops.Log(1),),
                (ops.Sleep(2), ops.Log(2)),
            ]
        )

    def _visit(self, stream: str) -> Block:
        reads = self.random.choice([ops.ReceiveExactly(stream, 1), ops.ReceiveUntilEof(stream)])
        asks = (ops.Connect(stream, "l"), ops.SendBytes(stream, "x"), ops.MoveOnAfter(1, (reads,)))
        return (ops.Attempt(asks, on_error=()),)


@pytest.mark.parametrize("name", SERVING)
def test_reduced_search_equals_plain_enumeration(name: str) -> None:
    """Sleep sets and state caching lose no outcome of a server, and invent none."""
    make = ServerMaker(len(name))
    for _ in range(60):
        assert differences(make.program(), SERVING[name], lax=make.random.random() < 0.3) == ""


@pytest.mark.parametrize("name", SERVING)
def test_pruned_equals_unpruned(name: str) -> None:
    """Membership agrees with enumeration on what a server may show, and on what nearly may be."""
    make, chance = ServerMaker(17 + len(name)), random.Random(3)
    asked = sum(
        check_membership(make.program(), SERVING[name], lax=chance.random() < 0.3, chance=chance)
        for _ in range(40)
    )
    assert asked > 100


@pytest.mark.parametrize("seed", range(3))
def test_every_change_is_in_the_footprint(seed: int) -> None:
    """Whatever part of the state a step changes, its footprint names it: snapshots rely on that."""
    make = ServerMaker(seed)
    for _ in range(60):
        machine = Machine(make.program(), make.random.choice(list(SERVING.values())))
        machine.choose = lambda _kind, options: make.random.randrange(options)
        while options := machine.options():
            before = [thing.save(thing) for thing in machine.things]
            machine.step(make.random.choice(options))
            for thing, saved in zip(machine.things, before, strict=True):
                if not machine.writes & thing.bit:
                    assert thing.save(thing) == saved, type(thing).__name__


@pytest.mark.parametrize("seed", range(3))
def test_real_servers_stay_inside_the_allowed_set(seed: int) -> None:
    """The executor's servers, on the kernel's own sockets, show only what the oracle allows."""
    make = ServerMaker(100 + seed)
    runtime = Reference()
    for _ in range(40):
        program = make.program()
        found = explore(Machine(program, Reference.semantics))
        assert found.complete
        for steering in (None, 1, 2):
            outcome = run_program(program, runtime, RunOptions(seed=steering)).outcome.judged()
            assert outcome in found.outcomes, f"{show_program(program)}\n{show_outcome(outcome)}"


def stopped(*stop: Op) -> Program:
    """A server whose handler waits is stopped."""
    return Program(
        {
            "main": (
                *(ops.Listen("l"), ops.Handler("h", "s", "l"), ops.Handler("i", "t", "l")),
                *(ops.Spawn("srv"), ops.Sleep(1)),
                *(ops.Connect("c", "l"), ops.Sleep(1), *stop, ops.Sleep(1)),
                ops.Attempt((ops.Connect("d", "l"),), on_error=()),
            ),
            "srv": (ops.Serve("l"),),
            "h": (ops.Sleep(9),),
            "i": (),
        }
    )


def ends(program: Program, semantics: Semantics, task: str) -> set[str]:
    """How a task may end."""
    found = explore(Machine(program, semantics))
    assert found.complete
    return {outcome.task(task).end for outcome in found.outcomes}


STOPPED = stopped(ops.Cancel("srv"))
CLOSED = stopped(ops.CloseListener("l"))


@pytest.mark.parametrize("semantics", [Reference.semantics, TRIO, ANYIO_ON_TRIO])
def test_handlers_are_cancelled_with_their_server(semantics: Semantics) -> None:
    """trio.serve_listeners, anyio.abc.Listener.serve: the nursery of the handlers is the server's own."""
    assert ends(STOPPED, semantics, "h") == {"cancelled"}
    assert ends(STOPPED, semantics, "srv") == {"cancelled"}


def test_who_accepts_closes_the_listener_or_leaves_it_open() -> None:
    """trio.serve_listeners takes responsibility for closing the listeners; anyio's leaves them as they are."""
    refused = "caught Refused"
    for semantics, closes in ((TRIO, True), (ANYIO_ON_TRIO, False)):
        for outcome in explore(Machine(STOPPED, semantics)).outcomes:
            assert (refused in [entry.text for entry in outcome.task("main").log]) == closes


@pytest.mark.parametrize("semantics", [Reference.semantics, TRIO])
def test_a_server_whose_listener_is_closed_fails(semantics: Semantics) -> None:
    """trio.abc.Listener.accept: ClosedResourceError, also if another task closes the listener meanwhile."""
    assert ends(CLOSED, semantics, "srv") == {"raised Group(Closed)"}


def test_a_server_nobody_ends_shows_as_what_it_is() -> None:
    """What the oracle writes as a group is shown as the program has it."""
    assert ends(stopped(), Reference.semantics, "srv") == {"blocked: serve l"}


def test_what_is_not_modelled_is_not_judged() -> None:
    """Handlers of asyncio are tasks apart; of curio and of anyio on asyncio too little is said."""
    for semantics in (SHIPPED, CURIO, ANYIO_ON_ASYNCIO):
        assert unmodelled(STOPPED, semantics)
    assert not unmodelled(STOPPED, TRIO)
