"""The oracle is sound and complete: held against plain enumeration, against coroutines and against sockets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

import pytest

from conformance.engine.explore import enumerate_plainly, explore, schedule_of
from conformance.engine.schedulers.replay import Replay
from conformance.interpreter import run_program
from conformance.lang import ops
from conformance.lang.outcome import show_outcome
from conformance.lang.program import Channel, Program
from conformance.lang.semantics import Point, Semantics
from conformance.lang.text import show_program
from conformance.run.controllable import Foreseen
from conformance.run.observation import RunOptions
from conformance.run.scheduler import run_once
from runtimes.reference.adapter import Reference
from runtimes.reference.machine import Machine
from tests.unit.programs import ALL, STRUCTURED, Maker

SEEDS = range(6)
PER_SEED = 40
LIMIT = 700


def differences(program: Program, semantics: Semantics, *, lax: bool) -> str:
    """What reduced search lost or invented; empty when nothing, or when there is too much to enumerate."""
    try:
        plain = enumerate_plainly(Machine(program, semantics, lax=lax), LIMIT)
    except OverflowError:
        return ""
    found = explore(Machine(program, semantics, lax=lax))
    assert found.complete
    lost, invented = plain - set(found.outcomes), set(found.outcomes) - plain
    if not lost and not invented:
        return ""
    shown = [f"lost: {show_outcome(o)}" for o in lost] + [
        f"invented: {show_outcome(o)}" for o in invented
    ]
    return "\n".join([show_program(program), *shown])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ALL)
def test_reduced_search_equals_plain_enumeration(name: str, seed: int) -> None:
    """Sleep sets, state caching and persistent sets lose no outcome and invent none (DESIGN section 5)."""
    make = Maker(seed * 1000 + len(name))
    for _ in range(PER_SEED):
        tasks = make.random.choice([2, 2, 3])
        program = make.program(tasks, make.random.randint(1, 4 - tasks + 1))
        assert differences(program, ALL[name], lax=make.random.random() < 0.3) == ""


@pytest.mark.parametrize("name", ALL)
def test_reduced_search_equals_plain_enumeration_for_tcp(name: str) -> None:
    """The same for the in-memory network."""
    make = Maker(7 + len(name))
    for _ in range(60):
        assert differences(make.tcp(), ALL[name], lax=False) == ""


def _mutated_finds(
    monkeypatch: pytest.MonkeyPatch, attribute: str, replacement: object, programs: int
) -> bool:
    """Whether the comparison notices a machine with one method replaced (a crash of the search counts).

    Not under `fatal`: with it among those drawn, 1,200 seeds did not notice `pending`; why is not known.
    """
    declared = [ALL[name] for name in ALL if name != "fatal"]
    monkeypatch.setattr(Machine, attribute, replacement)
    for seed in range(programs):
        make = Maker(seed)
        program = make.program(make.random.choice([2, 3]), 2)
        try:
            if differences(program, make.random.choice(declared), lax=False):
                return True
        except (ValueError, AssertionError, LookupError):
            return True
    return False


def test_a_lost_dependence_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An independence relation that forgets channels is caught: the comparison can fail."""
    step = Machine.step

    def forgetful(self: Machine, option: object) -> None:
        step(self, option)  # type: ignore[arg-type]
        for thing in self.channels.values():
            self.writes &= ~thing.bit

    assert _mutated_finds(monkeypatch, "step", forgetful, 400)


def test_lost_wakeups_in_the_footprint_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An independence relation that forgets whom a step wakes is caught."""
    step = Machine.step

    def forgetful(self: Machine, option: object) -> None:
        step(self, option)  # type: ignore[arg-type]
        for task in self.tasks:
            if task is not option:
                self.writes &= ~task.bit

    assert _mutated_finds(monkeypatch, "step", forgetful, 400)


@pytest.mark.parametrize("part", ["log", "wake", "pending", "at"])
def test_an_incomplete_state_key_is_noticed(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    """A state key that leaves out one kind of state is caught.

    Waiter queues and channel contents are not among them: in programs this small they follow from the positions,
    or the same outcome is reached another way (reviewed by hand, and not found in hundreds of programs).
    """
    snapshot = Machine.snapshot

    def incomplete(self: Machine) -> tuple[object, ...]:
        full = snapshot(self)
        kept = tuple(_without(thing, part) for thing in self.things)
        return _Key(full, (*full[:5], *kept))

    assert _mutated_finds(monkeypatch, "snapshot", incomplete, 400)


class _Key(tuple[object, ...]):  # noqa: SLOT001 - a tuple takes no slots that hold anything
    """A snapshot that restores completely but compares by an incomplete key."""

    key: tuple[object, ...]

    def __new__(cls, full: tuple[object, ...], key: tuple[object, ...]) -> Self:
        self = super().__new__(cls, full)
        self.key = key
        return self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


def _without(thing: object, part: str) -> object:
    names = thing.STATE  # type: ignore[attr-defined]
    saved = thing.save(thing)  # type: ignore[attr-defined]
    return tuple(
        value for name, value in zip(names, saved, strict=True) if name.rpartition(".")[2] != part
    )


@pytest.mark.parametrize("seed", range(8))
def test_every_change_is_in_the_footprint(seed: int) -> None:
    """Whatever part of the state a step changes, its footprint names it: snapshots rely on that."""
    make = Maker(seed)
    for _ in range(80):
        program = (
            make.tcp() if make.random.random() < 0.3 else make.program(make.random.randint(2, 4), 3)
        )
        machine = Machine(
            program, make.random.choice(list(ALL.values())), lax=make.random.random() < 0.3
        )
        machine.choose = lambda _kind, options: make.random.randrange(options)
        while options := machine.options():
            before = [thing.save(thing) for thing in machine.things]
            machine.step(make.random.choice(options))
            for thing, saved in zip(machine.things, before, strict=True):
                if not machine.writes & thing.bit:
                    assert thing.save(thing) == saved, (
                        f"{type(thing).__name__} changed behind the footprint's back"
                    )


@pytest.mark.parametrize("seed", range(4))
def test_restoring_brings_everything_back(seed: int) -> None:
    """A restored machine is in the state that was saved, whatever happened in between."""
    make = Maker(seed)
    for _ in range(40):
        machine = Machine(make.program(3, 3), make.random.choice(list(ALL.values())))
        machine.choose = lambda _kind, options: make.random.randrange(options)
        marks = []
        while options := machine.options():
            marks.append((machine.snapshot(), [thing.save(thing) for thing in machine.things]))
            machine.step(make.random.choice(options))
        for saved, parts in make.random.sample(marks, len(marks)):
            machine.restore(saved)
            assert [thing.save(thing) for thing in machine.things] == parts
            assert machine.snapshot() == saved


@pytest.mark.parametrize("seed", range(5))
def test_coroutines_stay_inside_the_allowed_set(seed: int) -> None:
    """The coroutine executor, driven by the interpreter under random schedules, shows only what the oracle allows."""
    make = Maker(100 + seed)
    runtime = Reference()
    for _ in range(60):
        program = make.program(make.random.randint(2, 3), make.random.randint(1, 3))
        allowed = explore(Machine(program, Reference.semantics)).outcomes
        for steering in (None, *range(5)):
            outcome = run_program(program, runtime, RunOptions(seed=steering)).outcome.judged()
            assert outcome in allowed, f"{show_program(program)}\n{show_outcome(outcome)}"


def test_coroutines_reach_the_whole_allowed_set() -> None:
    """Random schedules of the coroutine executor reach every outcome that the oracle allows (small programs)."""
    make = Maker(5)
    runtime = Reference()
    reached = allowed = 0
    for _ in range(25):
        program = make.program(2, 2, ("send", "receive", "wait", "set", "checkpoint"))
        outcomes = set(explore(Machine(program, Reference.semantics)).outcomes)
        seen = {
            run_program(program, runtime, RunOptions(seed=s)).outcome.judged() for s in range(60)
        }
        assert seen <= outcomes
        reached, allowed = reached + len(seen), allowed + len(outcomes)
    assert reached == allowed


@pytest.mark.parametrize("seed", range(4))
def test_raw_sockets_stay_inside_the_allowed_set(seed: int) -> None:
    """TCP programs over the kernel's own loopback sockets show only what the in-memory network allows."""
    make = Maker(200 + seed)
    runtime = Reference()
    for _ in range(40):
        program = make.tcp()
        found = explore(Machine(program, Reference.semantics))
        assert found.complete
        for steering in (None, 1, 2):
            outcome = run_program(program, runtime, RunOptions(seed=steering)).outcome.judged()
            assert outcome in found.outcomes, f"{show_program(program)}\n{show_outcome(outcome)}"


def test_each_outcome_replays_from_its_schedule() -> None:
    """The schedule of an outcome, replayed strictly from the start, shows that outcome."""
    make = Maker(3)
    for _ in range(60):
        program = make.program(3, 2)
        for semantics in ALL.values():
            machine = Machine(program, semantics)
            for outcome, path in explore(machine).outcomes.items():
                replay = Replay(schedule_of(machine, path))
                result = run_once(machine, replay)
                replay.finish()
                assert result is not None
                assert result[0] == outcome


def test_the_textbook_race() -> None:
    """Two senders and a receiver of one: either item arrives, and the other sender's item stays behind."""
    program = Program(
        {
            "main": (ops.Spawn("a"), ops.Spawn("b"), ops.Receive("q")),
            "a": (ops.Send("q", 1),),
            "b": (ops.Send("q", 2),),
        },
        channels={"q": Channel(1)},
    )
    logs = {o.task("main").log[0].text for o in explore(Machine(program, STRUCTURED)).outcomes}
    assert logs == {"got 1", "got 2"}


def test_logs_of_their_own_do_not_multiply_outcomes() -> None:
    """Three tasks of three notes have one outcome, found in few steps; a shared log has 1,680."""
    spawns = tuple(ops.Spawn(n) for n in "abc")
    own = Program({"main": spawns, **{n: tuple(ops.Note(i) for i in range(3)) for n in "abc"}})
    logged = {
        n: tuple(op for i in range(3) for op in (ops.Log(i), ops.Checkpoint())) for n in "abc"
    }
    assert len(explore(Machine(own, STRUCTURED)).outcomes) == 1
    assert len(explore(Machine(Program({"main": spawns, **logged}), STRUCTURED)).outcomes) == 1680


@pytest.mark.parametrize("name", ALL)
def test_persistent_sets_lose_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On programs too large to enumerate, search with persistent sets finds what search without them finds."""
    make = Maker(40 + len(name))
    programs = [
        make.program(make.random.choice([3, 4]), make.random.randint(2, 3)) for _ in range(40)
    ]
    reduced = [explore(Machine(p, ALL[name]), budget=8000) for p in programs]
    monkeypatch.setattr(Machine, "foresee", lambda _machine: None)
    for program, found in zip(programs, reduced, strict=True):
        whole = explore(Machine(program, ALL[name]), budget=8000)
        if whole.complete:
            assert set(found.outcomes) == set(whole.outcomes), show_program(program)


@pytest.mark.parametrize("part", ["channels", "locks", "scopes"])
def test_what_is_settled_too_early_is_noticed(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    """A part that is taken for settled, though it can still change, loses outcomes, and that is caught."""
    foresee = Machine.foresee

    def careless(self: Machine) -> Foreseen | None:
        found = foresee(self)
        if found is None:
            return None
        parts: dict[str, list[Any]] = {
            "channels": [*self.channels.values()],
            "locks": [*self.locks.values()],
            "scopes": [task.own for task in self.tasks],
        }
        ahead, woken, settled = found
        for thing in parts[part]:
            settled |= thing.bit
        return ahead, woken, settled

    monkeypatch.setattr(Machine, "foresee", careless)
    kinds = {
        "channels": ("send", "receive"),
        "locks": ("acquire", "release"),
        "scopes": ("cancel", "checkpoint"),
    }
    make = Maker(11)
    programs = [make.program(3, 1, (*kinds[part], "log", "note")) for _ in range(200)]
    assert any(differences(program, STRUCTURED, lax=False) for program in programs)


def test_main_may_be_cancelled_while_it_spawns() -> None:
    """Where spawning is a cancel point, main can fail there, and takes its orphans along: no step is independent."""
    points: dict[str, Point] = {"default": "always"}
    semantics = replace(STRUCTURED, schedule_points=points, cancel_points=points)
    bodies = {name: (ops.Checkpoint(), ops.Note(1)) for name in "bc"}
    main = tuple(map(ops.Spawn, "abc"))
    program = Program({"main": main, "a": (ops.Cancel("main"),), **bodies})
    assert differences(program, semantics, lax=False) == ""


@pytest.mark.parametrize("seed", range(4))
def test_what_no_cancel_takes_back_need_not_be_kept(seed: int) -> None:
    """Where a completion wins over a cancel, what its wake-up would undo is forgotten, and no outcome with it."""
    make = Maker(300 + seed)
    for _ in range(40):
        program = make.tcp() if make.random.random() < 0.1 else make.program(3, 2)
        semantics = replace(make.random.choice(list(ALL.values())), race="completion")
        machine = Machine(program, semantics)
        keeps = Machine(program, semantics)
        keeps.regrets = True
        found, whole = explore(machine, budget=8000), explore(keeps, budget=8000)
        if found.complete and whole.complete:
            assert set(found.outcomes) == set(whole.outcomes), show_program(program)


def test_one_true_and_one_point_zero_are_three_items() -> None:
    """Items that Python calls equal are told apart: 1, true and the order in which they arrive."""
    program = Program(
        {
            "main": (
                ops.Spawn("a"),
                ops.Spawn("b"),
                ops.Sleep(1),
                ops.Receive("q"),
                ops.Receive("q"),
            ),
            "a": (ops.Send("q", 1),),
            "b": (ops.Send("q", True),),
        },
        channels={"q": Channel(2)},
    )
    found = explore(Machine(program, STRUCTURED)).outcomes
    logs = {tuple(entry.text for entry in o.task("main").log) for o in found}
    assert logs == {("got 1", "got true"), ("got true", "got 1")}


def test_a_spent_budget_says_so() -> None:
    """A search that ran out of budget is not complete."""
    found = explore(Machine(Maker(1).program(3, 3, ("send", "receive")), STRUCTURED), budget=5)
    assert not found.complete
