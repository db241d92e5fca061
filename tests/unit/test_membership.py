"""Membership: searching for one outcome gives the answer that enumerating all of them gives."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from conformance.engine.explore import enumerate_plainly, explore, schedule_of
from conformance.engine.fuzz_subject import modelled
from conformance.engine.generate.decode import decode
from conformance.engine.generate.tape import seeded
from conformance.engine.membership import member
from conformance.engine.schedulers.replay import Replay
from conformance.lang import ops
from conformance.lang.outcome import Entry, Outcome, TaskOutcome, show_outcome
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics
from conformance.lang.text import show_program
from conformance.run.scheduler import run_once
from runtimes.reference.aim import Aim
from runtimes.reference.machine import Machine
from tests.unit.programs import ALL, Maker

BUDGET = 3000
"""Steps: programs that take more are too large to be enumerated here."""


def _edits(outcome: Outcome) -> Iterator[Outcome]:
    """The outcome with one thing changed: an entry dropped, doubled, altered, late; another end; another ending."""
    for at, (name, task) in enumerate(outcome.tasks):
        for changed in _task_edits(task):
            yield replace(
                outcome, tasks=(*outcome.tasks[:at], (name, changed), *outcome.tasks[at + 1 :])
            )
    for at in range(len(outcome.shared)):
        yield replace(outcome, shared=outcome.shared[:at] + outcome.shared[at + 1 :])
    if len(outcome.shared) > 1:
        yield replace(outcome, shared=outcome.shared[::-1])
    yield replace(outcome, ending="completed" if outcome.ending != "completed" else "deadlocked")


def _task_edits(task: TaskOutcome) -> Iterator[TaskOutcome]:
    log = task.log
    for at, entry in enumerate(log):
        yield replace(task, log=log[:at] + log[at + 1 :])
        yield replace(task, log=(*log[:at], entry, *log[at:]))
        yield replace(task, log=(*log[:at], Entry("got 99", entry.tick), *log[at + 1 :]))
        if entry.tick is not None:
            yield replace(task, log=(*log[:at], Entry(entry.text, entry.tick + 1), *log[at + 1 :]))
    for end in ("returned", "cancelled", "raised E", "blocked: checkpoint", "unspawned"):
        yield replace(task, end=end)
    if task.tick is not None:
        yield replace(task, tick=task.tick + 1)


def check_membership(
    program: Program, semantics: Semantics, *, lax: bool, chance: random.Random
) -> int:
    """Every allowed outcome is found, and by a path that replays; a sample of the edited ones as enumeration says."""
    machine = Machine(program, semantics, lax=lax)
    found = explore(machine, BUDGET)
    if not found.complete:
        return 0
    allowed = sorted(found.outcomes, key=show_outcome)
    edited = [other for outcome in allowed for other in _edits(outcome)]
    asked = chance.sample(allowed, min(3, len(allowed))) + chance.sample(edited, 8)
    for outcome in asked:
        answer = member(machine, outcome, BUDGET * 2)
        wanted = "allowed" if outcome in found.outcomes else "forbidden"
        assert answer.answer == wanted, f"{show_program(program)}\n{show_outcome(outcome)}"
        assert set(answer.nearest) <= set(found.outcomes)
        if wanted == "allowed":
            replayed = run_once(machine, Replay(schedule_of(machine, answer.path)))
            assert replayed is not None
            assert replayed[0] == outcome
        else:
            assert answer.nearest
    return len(asked)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", ALL)
def test_pruned_equals_unpruned(name: str, seed: int) -> None:
    """On allowed outcomes and on ones that are edited in one place, with cancels and shields (DESIGN section 5)."""
    make = Maker(seed * 1000 + len(name))
    asked = 0
    for index in range(30):
        program = (
            make.program(make.random.choice([2, 3]), make.random.randint(1, 3))
            if index % 5
            else make.tcp()
        )
        lax = make.random.random() < 0.3
        asked += check_membership(program, ALL[name], lax=lax, chance=make.random)
    assert asked > 100


@pytest.mark.parametrize("name", ALL)
def test_pruned_equals_unpruned_for_generated_programs(name: str) -> None:
    """The same for the programs that the fuzzer makes."""
    chance = random.Random(len(name))
    asked = sum(
        check_membership(
            decode(seeded(f"membership/{index}"), modelled()), ALL[name], lax=False, chance=chance
        )
        for index in range(40)
    )
    assert asked > 100


def _lying(monkeypatch: pytest.MonkeyPatch, attribute: str, lie: object) -> bool:
    """Whether the comparison notices an `Aim` with one method replaced."""
    monkeypatch.setattr(Aim, attribute, lie)
    make = Maker(4)
    for _ in range(200):
        program = make.program(make.random.choice([2, 3]), 3)
        semantics = make.random.choice(list(ALL.values()))
        try:
            check_membership(program, semantics, lax=False, chance=make.random)
        except AssertionError:
            return True
    return False


def test_pruning_too_much_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An aim that gives a state up one tick too early loses outcomes, and the comparison can fail."""
    late = Aim._next
    assert _lying(monkeypatch, "_next", lambda aim, task, wanted: late(aim, task, wanted) - 1)


def test_an_aim_that_forgets_what_is_known_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any pruning the answers are the same: pruning is for speed only."""
    monkeypatch.setattr(Aim, "astray", lambda _aim: False)
    make = Maker(9)
    asked = sum(
        check_membership(
            make.program(2, 2),
            make.random.choice(list(ALL.values())),
            lax=False,
            chance=make.random,
        )
        for _ in range(30)
    )
    assert asked > 100


def test_a_connect_may_lose_its_listener_under_way() -> None:
    """A reset that comes while a connect is under way may be told right there; fuzzing the reference showed it."""
    program = Program(
        {
            "main": (ops.Listen("L"), ops.Spawn("a"), ops.Checkpoint(), ops.Detach("c")),
            "a": (ops.Connect("c3", "L"),),
            "c": (ops.CloseListener("L"),),
        }
    )
    machine = Machine(program, ALL["structured"])
    found = set(explore(machine).outcomes)
    assert found == enumerate_plainly(machine)
    assert {outcome.task("a").end for outcome in found} == {
        "returned",
        "raised Refused",
        "raised Broken",
    }


def test_a_spent_budget_is_unknown() -> None:
    """A search that ran out of budget answers neither way."""
    make = Maker(1)
    program = make.program(3, 3, ("send", "receive"))
    machine = Machine(program, ALL["structured"])
    outcome = next(iter(explore(machine).outcomes))
    wrong = replace(outcome, ending="hung")
    assert member(machine, wrong, 5).answer == "unknown"


def test_the_nearest_outcome_agrees_for_longest() -> None:
    """Of the allowed outcomes, the one that shares the longest beginning with what was seen is told first."""
    program = decode(seeded("membership/3"), modelled())
    machine = Machine(program, ALL["structured"])
    found = explore(machine)
    outcome = max(found.outcomes, key=lambda o: sum(len(t.log) for _, t in o.tasks))
    name, task = max(outcome.tasks, key=lambda part: len(part[1].log))
    log = (*task.log[:-1], Entry("got 99", task.log[-1].tick))
    tasks = tuple((n, replace(t, log=log) if n == name else t) for n, t in outcome.tasks)
    answer = member(machine, replace(outcome, tasks=tasks))
    assert answer.answer == "forbidden"
    assert dict(answer.nearest[0].tasks)[name].log[: len(task.log) - 1] == task.log[:-1]
