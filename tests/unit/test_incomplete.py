"""Results that are not all there never pass for results that are."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.cli import main
from conformance.errors import Exit
from conformance.judge.accept import accept
from conformance.judge.baseline import Baseline, Entry
from conformance.judge.baseline_file import write_baseline
from conformance.judge.case import Case
from conformance.judge.gate import Kind, gate
from conformance.judge.results import Header, Results, ResultsWriter, RuntimeLine
from conformance.judge.verdict import Verdict
from tests.unit.cases import a_case, results

IDS = ["area/one", "area/two"]
ROOT = Path(__file__).resolve().parents[2]


def missing(baseline: Baseline, told: Results) -> list[tuple[str, str]]:
    """What did not run: subjects and Pythons."""
    changes = gate(baseline, told, IDS).of(Kind.MISSING)
    return [(change.subject, change.python) for change in changes]


def write(path: Path, *cases: Case, change: Callable[[Header], Header] = lambda h: h) -> Path:
    """A results file of these cases, its header changed."""
    told = results(*cases)
    with path.open("w", encoding="utf-8", errors="backslashreplace") as out:
        writer = ResultsWriter(out, change(told.headers[0]))
        for case in cases:
            writer.add(case)
        writer.finish()
    return path


def test_each_python_has_to_run_each_scenario() -> None:
    """All of one Python and a shard of another is not all: a forgotten shard is named with its Python."""
    whole = (a_case("area/one", python="3.11.7"), a_case("area/two", python="3.11.7"))
    baseline = Baseline("toy", rules=frozenset(IDS))
    assert missing(baseline, results(*whole)) == []
    assert missing(baseline, results(*whole, a_case("area/one", python="3.13.0"))) == [
        ("area/two", "3.13")
    ]


def test_what_is_expected_on_one_python_only_is_missing_there_only() -> None:
    """An entry with a condition asks for a case where it holds."""
    entry = Entry("area/two", ("VIOLATES",), "old", condition='python == "3.11"')
    baseline = Baseline("toy", rules=frozenset({"area/one"}), entries=(entry,))
    assert missing(baseline, results(a_case(python="3.13.0"))) == []
    assert missing(baseline, results(a_case(python="3.11.7"))) == [("area/two", "3.11")]


def test_a_python_that_started_and_ran_nothing_is_missed() -> None:
    """A runtime in the header without a single case has not been held to anything."""
    told = results(a_case(python="3.11.7"), a_case(python="3.13.0"))
    baseline = Baseline("toy", rules=frozenset({"area/one"}))
    assert missing(baseline, replace(told, cases=told.cases[:1])) == [("area/one", "3.13")]


def test_a_runtime_that_did_not_start_is_missed() -> None:
    """Trouble in the header makes the gate incomplete, though other cases are there."""
    told = results(a_case())
    (header,) = told.headers
    lines = (*header.runtimes, RuntimeLine("toy", trouble="not installed"), RuntimeLine("b", "x"))
    told = replace(told, headers=(replace(header, runtimes=lines),))
    baseline = Baseline("toy", rules=frozenset({"area/one"}))
    (change,) = gate(baseline, told, IDS).changes
    assert (change.kind, change.subject) == (Kind.MISSING, "toy")
    assert "not installed" in change.text


@pytest.mark.parametrize(
    "lines", [(), (RuntimeLine("toy", "1.0", "3.12.1"),)], ids=["no line", "no facts"]
)
def test_cases_of_which_the_header_says_nothing(lines: tuple[RuntimeLine, ...]) -> None:
    """Whether a declaration has changed cannot be told without it: that is said, and is no pass."""
    told = Results((Header(lines),), (a_case(),))
    (change,) = gate(Baseline("toy", rules=frozenset({"area/one"})), told, IDS).changes
    assert (change.kind, change.subject, change.python) == (Kind.MISSING, "semantics", "3.12.1")


def call(*arguments: object) -> int:
    """The command line."""
    return main([str(argument) for argument in arguments])


def test_a_broken_catalogue_is_incomplete_everywhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that could not load some scenarios passes in no command that reads it, and each says why."""
    path = tmp_path / "b.toml"
    write_baseline(path, accept(None, results(a_case()), "toy"))
    before = path.read_bytes()
    broken = ("area (mine): ImportError",)
    file = write(tmp_path / "r.jsonl", a_case(), change=lambda h: replace(h, broken=broken))
    where = ("--runtime", "toy", "--baseline", path, "--results", file)
    codes = {}
    asked: dict[str, tuple[object, ...]] = {
        "report": (file,),
        "rejudge": (file, "--results", tmp_path / "again.jsonl"),
        "gate": where,
        "accept": where,
    }
    for name, arguments in asked.items():
        codes[name] = call(name, *arguments)
        assert "area (mine): ImportError" in capsys.readouterr().err, name
    two = Exit.INCONCLUSIVE
    assert codes == {"report": two, "rejudge": two, "gate": two, "accept": Exit.USAGE}
    assert path.read_bytes() == before
    assert call("report", tmp_path / "again.jsonl") == two


# ---------------------------------------------------------------- what is read stays


def test_no_command_overwrites_what_it_reads(tmp_path: Path) -> None:
    """A report that would go where an input is, by another name too, is refused and writes nothing."""
    file = write(tmp_path / "r.jsonl", a_case())
    path = tmp_path / "b.toml"
    write_baseline(path, accept(None, results(a_case()), "toy"))
    link = tmp_path / "link.html"
    link.symlink_to(file)
    texts = file.read_bytes(), path.read_bytes()
    held = ("gate", "--runtime", "toy", "--results", file, "--baseline", path)
    for told in (
        ("report", file, "--html", file),
        ("report", file, "--junit", tmp_path / "." / "r.jsonl"),
        ("report", file, "--markdown", link),
        ("report", file, "--previous", file, "--badge", file),
        ("report", file, "--baseline", path, "--html", path),
        (*held, "--html", path),
        (*held, "--junit", file),
        ("rejudge", file, "--results", link),
    ):
        assert call(*told) == Exit.USAGE, told
    assert (file.read_bytes(), path.read_bytes()) == texts


def test_half_a_surrogate_pair_is_written_out(tmp_path: Path) -> None:
    """A lone surrogate anywhere in a case, as a path in no encoding leaves one, stops no command."""
    odd = "a\ud800b"
    case = replace(
        a_case(f"area/{odd}", Verdict.NOT_APPLICABLE, runtime=odd, version=odd, reason=odd),
        asks=odd,
        sources={odd: odd},
    )
    seen = a_case("area/two", answer=odd, runtime=odd, version=odd, counts={odd: 3, "x": 4})
    file = write(tmp_path / "r.jsonl", case, seen)
    path, page, xml = (tmp_path / name for name in ("b.toml", "page.html", "j.xml"))
    where = ("--runtime", "a\\ud800b", "--baseline", path, "--results", file)
    assert call("accept", *where) == Exit.OK
    assert "area/a\\\\ud800b" in path.read_text(encoding="utf-8")
    assert call("gate", *where, "--html", page, "--junit", xml) == Exit.OK
    assert call("report", file, "--html", page, "--junit", xml) == Exit.OK
    assert call("rejudge", file) == Exit.OK
    page.read_text(encoding="utf-8")


# ---------------------------------------------------------------- tools/baselines.py


def tool(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The tool, as CI calls it."""
    command = [sys.executable, str(ROOT / "tools" / "baselines.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_tool_and_a_runtime_without_a_baseline(tmp_path: Path) -> None:
    """Where nothing is known yet nothing is wrong: exit 0, and a note."""
    done = tool("gate", write(tmp_path / "r.jsonl", a_case()))
    assert (done.returncode, done.stderr) == (0, "")
    assert "toy: no baseline yet" in done.stdout


def test_the_tool_and_files_that_are_none(tmp_path: Path) -> None:
    """A corrupt file is one line and exit 65, also beside a good one; no runtime at all is exit 66."""
    good = write(tmp_path / "r.jsonl", a_case())
    for text in ("", "{", "[]", "7", '{"runtimes": [1]}', '{"runtimes": 1}', "{}"):
        bad = tmp_path / "bad.jsonl"
        bad.write_text(text)
        done = tool("gate", good, bad)
        assert done.returncode == 65, text
        assert f"{bad}: not a results file" in done.stderr, text
        assert "Traceback" not in done.stderr
    none = write(tmp_path / "none.jsonl", a_case(), change=lambda h: replace(h, runtimes=()))
    assert tool("gate", none).returncode == 66


@pytest.mark.parametrize(
    ("trouble", "options", "code", "told"),
    [
        ("No module named 'other'", (), 78, "other: NOT GATED: No module named 'other'"),
        ("No module named 'other'", ("--absent", "other"), 0, "other: not here: No module"),
        ("other needs CPython 3.12, this is 3.11.7", (), 0, "other: not here: other needs CPython"),
    ],
)
def test_the_tool_and_a_runtime_that_did_not_start(
    tmp_path: Path, trouble: str, options: tuple[str, ...], code: int, told: str
) -> None:
    """It is named; it fails the gate unless another CPython is all that it needs, or it may be missing."""
    lost = RuntimeLine("other", trouble=trouble, named=True)
    file = write(
        tmp_path / "r.jsonl",
        a_case(),
        change=lambda h: replace(h, runtimes=(*h.runtimes, lost)),
    )
    done = tool("gate", *options, file)
    assert (done.returncode, done.stderr) == (code, "")
    assert told in done.stdout
