import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from conformance.cli import main
from conformance.judge.atlas import Column, make_atlas, reply, spelled
from conformance.judge.case import Case, Histogram, RuleText, Seen
from conformance.judge.results import Header, Results, ResultsWriter
from conformance.judge.verdict import Grade, Verdict
from conformance.lang.ops import Note
from conformance.lang.outcome import Outcome, TaskOutcome
from conformance.lang.program import Program

ANSWERS = {"skips": "", "runs": ""}


def a_case(
    scenario: str,
    runtime: str,
    answer: str | None = None,
    *,
    python: str = "3.11.7",
    ops: int = 1,
    answers: Mapping[str, str] = ANSWERS,
    labels: tuple[str, ...] = (),
    verdict: Verdict = Verdict.CONFORMS,
) -> Case:
    """A case that showed one outcome with these labels, or that does not apply."""
    program = Program({"main": (Note("x"),) * ops})
    seen = Seen(Outcome((("main", TaskOutcome()),)), 1, Grade.ACCEPTABLE, labels)
    applicable = verdict is not Verdict.NOT_APPLICABLE
    return Case(
        scenario=scenario,
        hash="0" * 16,
        asks="Is it?",
        runtime=runtime,
        version="1",
        python=python,
        program=program,
        verdict=verdict,
        reason="" if applicable else "lacks join",
        answer=answer,
        answers=dict(answers),
        rule=None if answers else RuleText("MUST", binds=False, required=("it",)),
        histograms=(Histogram(program, seen=(seen,)),) if applicable else (),
    )


def results(*cases: Case) -> Results:
    """The results of one run."""
    return Results((Header(),), cases)


def test_differences_come_first() -> None:
    """A question that is answered differently stands before one that all answer alike."""
    made = make_atlas(
        results(
            a_case("a/same", "x", "runs"),
            a_case("a/same", "y", "runs"),
            a_case("b/other", "x", "runs"),
            a_case("b/other", "y", "skips"),
        )
    )
    assert [(q.scenario, q.differs) for q in made.questions] == [
        ("b/other", True),
        ("a/same", False),
    ]
    assert list(made.questions[0].answers) == ["skips", "runs"]  # the order of the question


def test_who_did_not_answer_is_named_with_the_reason() -> None:
    """What does not apply is no answer, and neither is what did not run."""
    made = make_atlas(
        results(
            a_case("a/q", "x", "runs"),
            a_case("a/q", "y", verdict=Verdict.NOT_APPLICABLE),
            a_case("a/other", "z", "runs"),
        )
    )
    question = next(q for q in made.questions if q.scenario == "a/q")
    assert {c.address: why for c, why in question.absent.items()} == {
        "y": "lacks join",
        "z": "did not run",
    }


def test_the_smallest_program_tells_a_pair_apart() -> None:
    """Of the scenarios that two runtimes answer differently the one with the fewest ops is shown."""
    (pair,) = make_atlas(
        results(
            a_case("a/large", "x", "runs", ops=5),
            a_case("a/large", "y", "skips", ops=5),
            a_case("b/small", "x", "runs", ops=2),
            a_case("b/small", "y", "skips", ops=2),
            a_case("c/alike", "x", "runs"),
            a_case("c/alike", "y", "runs"),
        )
    ).pairs
    assert (pair.scenario, pair.ops, pair.answer, pair.other_answer) == (
        "b/small",
        2,
        "runs",
        "skips",
    )
    assert (pair.surely, pair.apart, pair.common) == (True, 2, 3)


def test_luck_with_schedules_does_not_count_before_a_sure_difference() -> None:
    """Answers that overlap may differ by chance alone: a disjoint pair of answers is preferred."""
    lucky = (a_case("a/luck", "x", "runs"), a_case("a/luck", "y", "skips | runs"))
    sure = (a_case("b/sure", "x", "runs", ops=9), a_case("b/sure", "y", "skips", ops=9))
    (pair,) = make_atlas(results(*lucky, *sure)).pairs
    assert (pair.scenario, pair.surely) == ("b/sure", True)
    (pair,) = make_atlas(results(*lucky)).pairs
    assert (pair.scenario, pair.surely) == ("a/luck", False)


def test_pairs_are_compared_on_the_newest_python_that_both_ran_on() -> None:
    """A difference between two Pythons is not shown as one between two runtimes."""
    (pair,) = make_atlas(
        results(
            a_case("a/q", "x", "skips", python="3.9.1"),
            a_case("a/q", "x", "runs", python="3.11.7"),
            a_case("a/q", "x", "skips", python="3.13.0"),
            a_case("a/q", "y", "runs", python="3.9.1"),
            a_case("a/q", "y", "runs", python="3.11.7"),
        )
    ).pairs
    assert (pair.one.python, pair.other.python, pair.scenario) == ("3.11.7", "3.11.7", "")


@pytest.mark.parametrize(
    ("labels", "said"),
    [(("required",), "keeps"), ((), "breaks"), (("required", "forbidden"), "breaks")],
)
def test_a_rule_is_answered_by_keeping_it(labels: tuple[str, ...], said: str) -> None:
    """A scenario without a question tells runtimes apart by its rule, bound by it or not."""
    assert reply(a_case("a/rule", "x", answers={}, labels=labels)) == said


def test_a_runtime_is_named_once_where_all_its_pythons_agree() -> None:
    """Only a runtime whose Pythons differ is spelled out."""
    old, new = Column("x", "1", "3.11.7"), Column("x", "1", "3.13.0")
    alone = Column("y", "2", "3.11.7")
    newer = Column("x", "2", "3.13.0")
    assert spelled([old, new, alone], [old, new, alone]) == ["x", "y"]
    assert spelled([new, alone], [old, new, alone]) == ["x (3.13)", "y"]
    assert spelled([newer], [old, new, newer]) == ["x (2 on 3.13)"]


@pytest.fixture
def a_file(tmp_path: Path) -> Path:
    """A results file with a question that tells x and y apart, and one that does not."""
    path = tmp_path / "r.jsonl"
    with path.open("w") as out:
        writer = ResultsWriter(out, Header())
        for runtime, answer in (("x", "runs"), ("y", "skips")):
            writer.add(a_case("a/q", runtime, answer))
            writer.add(a_case("a/same", runtime, "runs"))
        writer.finish()
    return path


def test_command_reads_results(a_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`conformance atlas FILE` prints differences and pairs, `--all` what is alike too."""
    assert main(["atlas", str(a_file)]) == 0
    text = capsys.readouterr().out
    assert "a/q" in text
    assert "a/same" not in text
    assert "2 questions to 2 runtimes, 1 answered differently, 1 alike" in text
    assert main(["atlas", str(a_file), "--all"]) == 0
    assert "a/same" in capsys.readouterr().out


def test_facts_are_json(a_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--format json` holds every answer and every pair."""
    assert main(["atlas", str(a_file), "--format", "json", "--scenario", "a/q"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert [q["scenario"] for q in facts["questions"]] == ["a/q"]
    assert facts["pairs"][0]["answers"] == ["runs", "skips"]


def test_nothing_to_show_is_an_error(a_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A glob that leaves no case is named, with the exit code of a wrong use."""
    assert main(["atlas", str(a_file), "--scenario", "z/*"]) == 64
    assert "error: no case is left" in capsys.readouterr().err
