"""On a real clock, a loaded machine accuses nobody: what does not last with longer ticks does not count."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import pytest

from conformance.cli import main
from conformance.cli.run import make_oracle
from conformance.engine import verify as verify_module
from conformance.engine.bench import Bench
from conformance.engine.campaign import SLOWER
from conformance.engine.catalogue import load_catalogue
from conformance.engine.fuzz_batch import confirmed
from conformance.engine.fuzz_subject import Subject
from conformance.engine.membership import BUDGET
from conformance.engine.verify import verify
from conformance.errors import Exit
from conformance.judge.token import RunToken, encode_token, short_hash
from conformance.judge.witness import embed
from conformance.lang.ops import Note
from conformance.lang.outcome import Outcome, TaskOutcome
from conformance.lang.program import Program
from conformance.run.observation import REAL_TICK, Observation, RunOptions
from conformance.wire.client import Worker

PROGRAM = Program({"main": (Note("x"),)})
SCENARIO = "spawn/first-steps"
SLOW = SLOWER * REAL_TICK
Shows: TypeAlias = Callable[[float], bool]
Act: TypeAlias = Callable[[Shows], list[float]]


@pytest.fixture
def act(monkeypatch: pytest.MonkeyPatch) -> Act:
    """Has every worker show what is right or wrong by the length of a tick; the lengths that it was asked for."""
    real = Worker.run

    def start(is_right: Shows) -> list[float]:
        ticks: list[float] = []

        def run(
            worker: Worker, program: Program, options: RunOptions, *, limit: float
        ) -> Observation:
            assert limit > 0
            assert not options.virtual
            ticks.append(options.tick)
            if is_right(options.tick):
                return Observation(real(worker, program, RunOptions()).outcome.without_times())
            ends = tuple((task, TaskOutcome((), "cancelled")) for task in program.tasks)
            return Observation(Outcome(ends))

        monkeypatch.setattr(Worker, "run", run)
        return ticks

    return start


def late(tick: float) -> bool:
    """Right, if only the ticks are long enough."""
    return tick >= SLOW


def never(_: float) -> bool:
    """Wrong however long the ticks are."""
    return False


def test_fuzz_confirms_with_longer_ticks(act: Act) -> None:
    """A violation that only short ticks show is none; one that stays is asked for five times, each time slowly."""
    with Bench() as bench:
        subject = Subject(bench, "reference", BUDGET)
        ticks = act(late)
        seen = Outcome(())
        assert not confirmed(subject, PROGRAM, "real", None, 1.0, seen)
        assert ticks == [SLOW]
        ticks = act(never)
        assert confirmed(subject, PROGRAM, "real", None, 1.0, seen)
        assert ticks == [SLOW] * 5


@pytest.mark.parametrize(
    ("shows", "code", "grade"),
    [(late, Exit.OK, "ACCEPTABLE"), (never, Exit.VIOLATION, "FORBIDDEN")],
)
def test_replay_accuses_with_longer_ticks_only(
    shows: Shows,
    code: Exit,
    grade: str,
    act: Act,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A generated program that accuses is made again, slowly, and `replay` says so."""
    ticks = act(shows)
    token = RunToken(short_hash(PROGRAM), embed(PROGRAM), "reference", None, (), "real")
    assert main(["replay", encode_token(token), "--format", "json"]) == code
    told = capsys.readouterr()
    assert json.loads(told.out)["grade"] == grade
    assert f"ticks {SLOWER} times as long" in told.err
    assert ticks == [REAL_TICK, SLOW]


def test_replay_of_a_scenario_accuses_with_longer_ticks_only(
    act: Act, capsys: pytest.CaptureFixture[str]
) -> None:
    """As with a generated program; what accuses nobody is made once, and nothing is said."""
    program = load_catalogue().find(SCENARIO).program
    token = encode_token(RunToken(short_hash(program), SCENARIO, "reference", None, (), "real"))
    ticks = act(never)
    assert main(["replay", token]) == Exit.VIOLATION
    assert ticks == [REAL_TICK, SLOW]
    assert f"ticks {SLOWER} times as long" in capsys.readouterr().err


@pytest.mark.parametrize(("shows", "verdict"), [(late, "CONFORMS"), (never, "VIOLATES")])
def test_verify_accuses_with_longer_ticks_only(shows: Shows, verdict: str, act: Act) -> None:
    """A seed that accuses is made again as often, slowly, and only those runs are told of."""
    scenario = load_catalogue().find(SCENARIO)
    with Bench() as bench:
        bench.start(["reference"])
        facts = replace(bench.facts["reference"], virtual="none", steering="")
        ticks = act(shows)
        options = {"seeds": 5, "restarts": 2, "base": 0}
        told = list(verify(scenario, facts, bench, make_oracle(), limit=3.0, **options))
    assert ticks == [REAL_TICK] * 2 + [SLOW] * 2
    assert [(one.seed, one.slower, *(v.value for v in one.verdicts.values())) for one in told] == [
        (None, SLOWER, verdict)
    ]
    assert sum(told[0].counts.values()) == 2


def test_verify_says_what_was_made_again(
    act: Act, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the table's last lines, and in JSON for each seed."""
    act(never)
    monkeypatch.setattr(verify_module, "clock_of", lambda *_: "real")
    command = ["verify", SCENARIO, "--runtime", "reference", "--seeds", "1", "--restarts", "2"]
    assert main(command) == Exit.VIOLATION
    assert f"ticks {SLOWER} times as long: 1 seeds" in capsys.readouterr().out
    assert main([*command, "--format", "json"]) == Exit.VIOLATION
    assert json.loads(capsys.readouterr().out)["seeds"][0]["slower"] == SLOWER


def test_what_is_right_at_once_is_not_made_again(act: Act) -> None:
    """Longer ticks are for doubts: they cost time."""
    scenario = load_catalogue().find(SCENARIO)
    with Bench() as bench:
        bench.start(["reference"])
        facts = replace(bench.facts["reference"], virtual="none", steering="")
        ticks = act(lambda _: True)
        options = {"seeds": 5, "restarts": 2, "base": 0}
        told = list(verify(scenario, facts, bench, make_oracle(), limit=3.0, **options))
    assert (ticks, told[0].slower) == ([REAL_TICK] * 2, 1)
