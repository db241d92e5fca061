import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from conformance.cli import main
from conformance.engine import compare as compare_module
from conformance.engine.bench import Bench
from conformance.engine.campaign import observe
from conformance.engine.compare import Compare, Difference, Question
from conformance.errors import Exit
from conformance.judge.evidence import RuntimeFacts
from conformance.judge.token import RunToken, decode_token
from conformance.judge.witness import extract
from conformance.lang.outcome import Outcome, TaskOutcome
from conformance.lang.program import Program
from conformance.wire.address import Address
from conformance.wire.client import Worker


def compared(one: str, other: str, question: Question) -> tuple[Compare, Difference | None]:
    """A whole search."""
    with Bench() as bench:
        search = Compare(bench, one, other, question)
        for _ in search.search():
            pass
        return search, search.smallest()


@pytest.mark.parametrize(
    ("mutant", "areas", "most"),
    [("mutant:lifo-timers", ("tasks", "time"), 6), ("mutant:join-cancels-target", ("tasks",), 6)],
)
def test_a_mutant_is_told_from_the_reference(
    mutant: str, areas: tuple[str, ...], most: int
) -> None:
    """By a small program whose outcomes on the two, made again elsewhere, have nothing in common."""
    _, found = compared("reference", mutant, Question(300, areas))
    assert found is not None
    assert found.program.size() <= most
    shown = []
    for side in found.sides:
        token = decode_token(side.token)
        assert isinstance(token, RunToken)
        assert (token.runtime, extract(token.scenario)) == (side.address, found.program)
        with Worker(Address.parse(side.address)) as worker:
            shown.append(
                {
                    observe(worker, found.program, "virtual", s, 20).outcome.judged()
                    for s in (None, 3, 4)
                }
            )
        assert {outcome for outcome, _ in side.outcomes} & shown[-1]
    assert not shown[0] & shown[1]


def test_a_runtime_is_never_told_from_itself() -> None:
    """Whatever the seeds do to it, some outcome is always the same."""
    search, found = compared("reference", "reference", Question(150))
    assert (found, search.state.told, search.state.tried) == (None, [], 150)


def test_the_same_seed_gives_the_same_programs() -> None:
    """And another seed others."""
    with Bench() as bench:
        searches = [Compare(bench, "reference", "trio", Question(seed=seed)) for seed in (1, 1, 2)]
        one, again, other = ([s.program(n) for n in range(20)] for s in searches)
    assert one == again
    assert one != other


@dataclass
class Fickle:
    """Stands for a subject: its tasks are cancelled in so many runs, and then return."""

    facts: RuntimeFacts
    cancelled_for: float = 0
    runs: int = 0
    fresh: int = 0

    def run(self, program: Program, *_: Any) -> Any:
        """One run."""
        self.runs += 1
        end = "cancelled" if self.runs <= self.cancelled_for else "returned"
        return Shown(Outcome(tuple((task, TaskOutcome((), end)) for task in program.tasks)))

    def refresh(self) -> None:
        """Count it."""
        self.fresh += 1


@dataclass
class Shown:
    """An observation."""

    outcome: Outcome
    trace: tuple[()] = field(default=())


@pytest.fixture
def facts() -> Iterator[RuntimeFacts]:
    """Of the reference."""
    with Bench() as bench:
        bench.start(["reference"])
        yield bench.facts["reference"]


@pytest.mark.parametrize(
    ("cancelled_for", "code", "unsure"),
    [(0, Exit.OK, False), (math.inf, Exit.OK, False), (6, Exit.INCONCLUSIVE, True)],
    ids=["alike", "apart", "fickle"],
)
def test_what_does_not_show_again_settles_nothing(
    cancelled_for: float,
    code: Exit,
    unsure: bool,
    facts: RuntimeFacts,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Told apart once and not again is exit 2, and nobody is said to differ; else it is 0 either way."""
    sides = {
        "one": Fickle(replace(facts, address="one")),
        "other": Fickle(replace(facts, address="other"), cancelled_for),
    }
    monkeypatch.setattr(compare_module, "Subject", lambda _, address, __: sides[address])
    assert main(["compare", "one", "other", "--programs", "1", "--format", "json"]) == code
    told = json.loads(capsys.readouterr().out)
    assert (told["exit"], bool(told["unsure"])) == (code, unsure)
    assert (told["difference"] is not None) == (cancelled_for == math.inf)
    if told["difference"] is not None:
        assert told["difference"]["ops"] == 0
        assert sides["one"].fresh >= 2
