import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from conformance.cli import main
from conformance.cli.output import plain
from conformance.cli.render import exit_code
from conformance.cli.run import open_results
from conformance.engine.catalogue import load_catalogue
from conformance.engine.explore import explore
from conformance.engine.oracle import make_machine
from conformance.engine.unmodelled import lacking
from conformance.errors import Exit
from conformance.judge.case import Case
from conformance.judge.results import Header, Results, ResultsWriter, read_results
from conformance.judge.token import encode_schedule
from conformance.judge.verdict import Verdict
from conformance.lang.ops import Note
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics

ONE = "spawn/first-steps"


def case(verdict: Verdict, number: int = 0) -> Case:
    """A case with that verdict."""
    program = Program({"main": (Note("x"),)})
    return Case(f"a/n{number}", "0" * 16, "?", "trio", "1", "3", program, verdict)


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ([], Exit.NOTHING_RAN),
        ([Verdict.NOT_APPLICABLE], Exit.NOTHING_RAN),
        ([Verdict.CONFORMS], Exit.OK),
        ([Verdict.UNKNOWN, Verdict.CONFORMS], Exit.INCONCLUSIVE),
        ([Verdict.UNKNOWN, Verdict.VIOLATES], Exit.VIOLATION),
        ([Verdict.UNKNOWN] + 99 * [Verdict.CONFORMS], Exit.OK),
        ([Verdict.UNKNOWN] * 2 + 98 * [Verdict.CONFORMS], Exit.INCONCLUSIVE),
    ],
)
def test_exit_codes(verdicts: list[Verdict], code: Exit) -> None:
    """Violations outweigh what is unknown, of which 1 % is tolerated; nothing applicable is 66."""
    cases = tuple(case(verdict, number) for number, verdict in enumerate(verdicts))
    assert exit_code(Results((), cases), 1.0) is code


def test_truncated_results_are_inconclusive() -> None:
    """A run that did not end proves nothing, unless it found a violation."""
    cut = Results((), (case(Verdict.CONFORMS),), ("f",))
    assert exit_code(cut, 1.0) is Exit.INCONCLUSIVE
    assert exit_code(Results((), (case(Verdict.VIOLATES),), ("f",)), 1.0) is Exit.VIOLATION


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["dance"], Exit.USAGE, "dance"),
        (["run", "--seeds", "0"], Exit.USAGE, "seeds"),
        (["run", "--runtime", "asyncoi"], Exit.USAGE, "did you mean `asyncio`"),
        (["run", "--scenario", "no/such", "--runtime", "asyncio"], Exit.USAGE, "no/such"),
        (["run", "--runtime", "asyncio@/no/such/python"], Exit.NOT_STARTED, "/no/such/python"),
        (["replay", "nonsense"], Exit.DATA, "no replay token"),
        (["replay", f"ar1.1.00000000.run,{ONE},asyncio,-,-,virtual"], Exit.DATA, "stale"),
        (["replay", "ar1.1.00000000.run,no/such,asyncio,-,-,virtual"], Exit.DATA, "stale"),
        (["report", "/no/such/file"], Exit.DATA, "/no/such/file"),
        (["explore", "/no/such/file.json"], Exit.DATA, "/no/such/file.json"),
        (["explore", "no/such"], Exit.USAGE, "no/such"),
        (["explore", "loop/call-soon-order"], Exit.USAGE, "no event loop"),
        (["check", "nowhere"], Exit.USAGE, "nowhere"),
    ],
)
def test_errors_are_one_clear_line(
    arguments: list[str], code: Exit, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistake costs the exit code that the design names and one line, never a traceback."""
    assert main(arguments) == code
    (line,) = [text for text in capsys.readouterr().err.splitlines() if "warning" not in text]
    assert line.startswith("error: ")
    assert words in line


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The files of one small run on asyncio."""
    place = tmp_path_factory.mktemp("run")
    paths = {name: place / f"r.{name}" for name in ("jsonl", "html", "junit")}
    told = ["--results", str(paths["jsonl"]), "--html", str(paths["html"])]
    told += ["--junit", str(paths["junit"]), "--seeds", "2", "--jobs", "1"]
    code = main(["run", "--runtime", "asyncio", "--scenario", "spawn/f*", *told])
    assert code in (Exit.OK, Exit.INCONCLUSIVE, Exit.VIOLATION)
    return paths


def test_a_run_leaves_its_files(files: dict[str, Path]) -> None:
    """Results with a footer, a page, JUnit XML: all from one command."""
    results = read_results(files["jsonl"])
    assert not results.truncated
    assert {found.runtime for found in results.cases} == {"asyncio"}
    assert files["html"].read_text().startswith("<!doctype html>")
    assert files["junit"].read_text().startswith("<")


def test_a_token_replays_its_run(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """The token of a case shows the same outcome again."""
    found = next(c for c in read_results(files["jsonl"]).cases if c.scenario == ONE)
    main(["replay", found.token, "--format", "json"])
    again = json.loads(capsys.readouterr().out)
    assert again["answer"] == found.answer
    assert again["token"] == found.token


def test_report_merges_and_names_what_it_leaves_out(
    files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A truncated file counts and is named; a foreign one is left out, loudly."""
    text = files["jsonl"].read_text()
    cut, foreign = tmp_path / "cut.jsonl", tmp_path / "foreign.jsonl"
    cut.write_text("\n".join(text.splitlines()[:-1]) + "\n")
    foreign.write_text("hello\n")
    code = main(["report", str(cut), str(foreign), "--format", "json"])
    said = capsys.readouterr()
    assert code in (Exit.DATA, Exit.VIOLATION)
    assert json.loads(said.out)["truncated"] == [str(cut)]
    assert "foreign.jsonl: not a results file" in said.err
    assert "cut.jsonl has no footer" in said.err


def test_explore_prints_tokens_that_replay(capsys: pytest.CaptureFixture[str]) -> None:
    """Every outcome of the reference comes with a schedule that shows just that outcome."""
    assert main(["explore", ONE, "--semantics", "trio", "--format", "json"]) == Exit.OK
    found = json.loads(capsys.readouterr().out)
    assert found["complete"]
    assert len(found["outcomes"]) >= 2
    for item in found["outcomes"]:
        assert main(["replay", item["token"], "--format", "json"]) == Exit.OK
        assert json.loads(capsys.readouterr().out)["outcome"] == item["outcome"]


def test_every_scenario_can_be_explored_or_says_why_not() -> None:
    """The reference begins to search every program of the catalogue, or the oracle names what it lacks."""
    searched = 0
    for ask in load_catalogue().scenarios:
        if not lacking(ask.program):
            explore(make_machine(ask.program, Semantics(), lax=False), 50)
            searched += 1
    assert searched > 400


def test_explore_reads_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A program in a JSON file is explored like a scenario."""
    file = tmp_path / "p.json"
    file.write_text('{"tasks": {"main": [{"op": "note", "word": "x"}]}}')
    assert main(["explore", str(file), "--format", "json"]) == Exit.OK
    assert len(json.loads(capsys.readouterr().out)["outcomes"]) == 1


def test_list_tells_the_catalogue(capsys: pytest.CaptureFixture[str]) -> None:
    """Facts about scenarios come as JSON, chosen by glob."""
    main(["list", "scenarios", "--scenario", ONE, "--format", "json"])
    (fact,) = json.loads(capsys.readouterr().out)
    assert fact["id"] == ONE
    assert fact["sources"]


@pytest.mark.parametrize(
    ("words", "has"),
    [("capabilities", "set:again"), ("errors", "Misuse"), ("semantics", "unjoined")],
)
def test_list_tells_the_words_of_an_adapter(
    words: str, has: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What goes into `lacks`, `special`, `errors` and `semantics`, each with what it means."""
    assert main(["list", words]) == Exit.OK
    assert has in capsys.readouterr().out
    main(["list", words, "--format", "json"])
    facts = json.loads(capsys.readouterr().out)
    assert all(fact["means"] for fact in facts)
    if words == "semantics":
        assert [fact["field"] for fact in facts if not fact["values"]] == ["citations"]
        assert {fact["field"] for fact in facts} == {field.name for field in fields(Semantics)}


def test_two_runs_never_share_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A results file that another run is writing to is refused, and stays as it is."""
    path = tmp_path / "r.jsonl"
    with open_results(path) as out:
        assert out is not None
        out.write("begun")
        out.flush()
        told = ["run", "--runtime", "asyncio", "--scenario", ONE, "--results", str(path)]
        assert main(told) == Exit.DATA
    assert "another run" in capsys.readouterr().err
    assert path.read_text() == "begun"


@pytest.mark.parametrize(
    "told",
    [
        ("--limit", "0"),
        ("--limit", "-1"),
        ("--limit", "nan"),
        ("--limit", "inf"),
        ("--max-unknown", "nan"),
        ("--max-unknown", "-1"),
        ("--results", "one", "--html", "one"),
    ],
)
def test_senseless_options_are_usage_errors(
    told: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """A limit of no seconds would accuse every runtime of hanging; two outputs need two files."""
    assert main(["run", "--runtime", "asyncio", "--scenario", ONE, *told]) == Exit.USAGE
    assert capsys.readouterr().err.count("\n") == 1
    assert not Path("one").exists()


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """No command is no use, and no error message either."""
    assert main([]) == Exit.USAGE
    assert capsys.readouterr().err.startswith("Usage:")


def test_results_go_to_a_device(capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be cut to length is written all the same; a full disk is one clear line."""
    told = ["run", "--runtime", "asyncio", "--scenario", ONE, "--seeds", "1", "--results"]
    assert main([*told, "/dev/null"]) == Exit.OK
    capsys.readouterr()
    if Path("/dev/full").exists():
        assert main([*told, "/dev/full"]) == Exit.DATA
        assert capsys.readouterr().err.startswith("error: ")


def test_a_program_nested_too_deeply_is_unreadable(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A hundred thousand brackets are a bad file, no bug of ours."""
    file = tmp_path / "deep.json"
    file.write_text("[" * 100_000)
    assert main(["explore", str(file)]) == Exit.DATA
    assert "no JSON" in capsys.readouterr().err


def test_a_token_with_choices_left_over_is_stale(capsys: pytest.CaptureFixture[str]) -> None:
    """A schedule that goes on after the run has ended is not this run's."""
    assert main(["explore", ONE, "--format", "json"]) == Exit.OK
    token = json.loads(capsys.readouterr().out)["outcomes"][0]["token"]
    longer = token.rsplit(",", 1)[0] + "," + encode_schedule([0] * 1000 + [1])
    assert main(["replay", longer]) == Exit.DATA
    assert "stale token" in capsys.readouterr().err


def test_a_reader_who_leaves_early_hides_no_violation(tmp_path: Path) -> None:
    """`conformance report … | head -1` ends with the code of the verdict."""
    file = tmp_path / "r.jsonl"
    with file.open("w") as out:
        writer = ResultsWriter(out, Header())
        for number in range(500):
            writer.add(case(Verdict.VIOLATES, number))
        writer.finish()
    command = [sys.executable, "-m", "conformance", "report", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert process.returncode == Exit.VIOLATION
    assert not said


def test_strangers_do_not_steer_the_terminal() -> None:
    """Escape sequences, bidirectional marks and lone surrogates are written out."""
    assert plain("a\x1b[31m\u202eb\ud800\nä") == "a\\x1b[31m\\u202eb\\ud800\nä"


def test_the_module_ends_as_the_command_does() -> None:
    """`python -m conformance` hands its exit code over."""
    command = [sys.executable, "-m", "conformance", "replay", "nonsense"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == Exit.DATA
