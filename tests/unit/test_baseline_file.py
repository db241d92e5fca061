import codecs
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.cli import main
from conformance.errors import DataError
from conformance.judge.baseline import Baseline, Entry
from conformance.judge.baseline_file import read_baseline, update_baseline, write_baseline
from conformance.judge.results import ResultsWriter
from conformance.judge.verdict import Verdict
from tests.unit.cases import a_case, results

FULL = Baseline(
    "toy",
    answers={"area/two": "yes | no"},
    rules=frozenset({"area/one", "area/five"}),
    not_applicable=frozenset({"area/three"}),
    entries=(
        Entry("area/four", ("VIOLATES: rule", "CONFORMS"), "https://example.org", "a" * 16),
        Entry("area/one", ("CONFORMS",), "old", "", ("no",), 'python < "3.12"'),
    ),
    semantics={"order": "fifo", "cancel_points": {"default": "always", "send": "never"}},
    python="3.13",
    elsewhere={"3.12": {"order": "any", "cancel_points": {"send": "always"}, "cancel_waits": True}},
    rates={"3.12": {"area/one": {"0a": 3, "0b": 7}}},
    rated={"3.12": 1},
)


def test_round_trip(tmp_path: Path) -> None:
    """A baseline that is written is read as it was."""
    path = tmp_path / "b.toml"
    write_baseline(path, FULL)
    assert read_baseline(path) == FULL
    write_baseline(path, Baseline("toy"))
    assert read_baseline(path) == Baseline("toy")


def test_writing_again_changes_nothing(tmp_path: Path) -> None:
    """The same baseline leaves the file as it is, to the byte."""
    path = tmp_path / "b.toml"
    write_baseline(path, FULL)
    before = path.read_bytes()
    write_baseline(path, FULL)
    assert path.read_bytes() == before


@pytest.mark.parametrize("value", [True, False, "fifo", {"send": "never"}])
def test_a_changed_declaration_carries_its_reason(tmp_path: Path, value: object) -> None:
    """Whatever a field holds, the reason stands beside it, in one line, and the file reads as meant."""
    path = tmp_path / "b.toml"
    write_baseline(path, Baseline("toy", semantics={"field": "old"}))
    now = Baseline("toy", semantics={"field": value})
    write_baseline(path, now, "since 2.0:\nrewritten")
    assert read_baseline(path) == now
    assert "# since 2.0: rewritten" in path.read_text()


def test_an_answer_that_is_none_is_explained(tmp_path: Path) -> None:
    """`other` stands for none of a scenario's answers, and says so where it stands."""
    path = tmp_path / "b.toml"
    write_baseline(path, Baseline("toy", answers={"a/b": "other", "a/c": "yes"}))
    told = [line for line in path.read_text().splitlines() if "#" in line and "=" in line]
    assert told == ['"a/b" = "other" # none of the answers that the scenario lists']


PERSONAL = """\
# Our own words.
format = 1
runtime = "toy"

rules = [
    "z/last",  # the one that matters
    "a/first",
]

# Waiting for the next release.
[[expect]]
scenario = "m/middle"  # flickers
expected = ["VIOLATES: rule"]
reason = "https://example.org/3"

[answers]
"q/b" = "yes" # why not
"q/a" = "no"
"""


def test_what_a_person_wrote_is_kept(tmp_path: Path) -> None:
    """Comments and order survive an update that adds, changes and removes elsewhere."""
    path = tmp_path / "b.toml"
    path.write_text(PERSONAL)
    read = read_baseline(path)
    write_baseline(path, read)
    assert path.read_text() == PERSONAL
    more = Baseline(
        "toy",
        answers={**read.answers, "q/c": "yes", "q/a": "yes"},
        rules=read.rules | {"b/new"},
        entries=(*read.entries, Entry("n/new", ("VIOLATES",), "why")),
    )
    write_baseline(path, more)
    text = path.read_text()
    assert read_baseline(path) == more
    for kept in (
        "# Our own words.",
        "# the one that matters",
        "# Waiting",
        "# flickers",
        "# why not",
    ):
        assert kept in text
    assert text.index("z/last") < text.index("a/first") < text.index("b/new")
    assert text.index('"q/b"') < text.index('"q/a"') < text.index('"q/c"')


HEAD = 'format = 1\nruntime = "toy"\n'
ENTRY = HEAD + '[[expect]]\nscenario = "a/b"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "lacks `format`"),
        ("\x00", "no TOML"),
        ("format = 1", "lacks `runtime`"),
        ('format = 2\nruntime = "toy"', "format 2"),
        ("format = true\nruntime = 'toy'", "`format` of the file is no int"),
        (HEAD + "surprise = 1", "unknown field `surprise`"),
        (HEAD + "rules = [1]", "no string"),
        (
            HEAD + 'rules = ["a/b"]\nnot_applicable = ["a/b"]',
            "stands in rules and in not_applicable",
        ),
        (ENTRY + 'expected = ["VIOLATES"]', "lacks `reason`"),
        (ENTRY + 'expected = ["VIOLATES"]\nreason = " "', "has no reason"),
        (ENTRY + 'expected = []\nreason = "x"', "expects nothing"),
        (ENTRY + 'expected = ["FAILS"]\nreason = "x"', "expects `FAILS`"),
        (ENTRY + 'expected = ["VIOLATES"]\nreason = "x"\ncondition = "soon"', "cannot be read"),
        (HEAD + "[rates]\n3 = 4", "rates"),
        (HEAD + "[semantics_elsewhere]\norder = 'any'", "semantics_elsewhere"),
        (HEAD + "[semantics_elsewhere.nowhere]\norder = 'any'", "semantics_elsewhere"),
        (HEAD + "rated = {'3.12' = 'x'}", "rated"),
        (HEAD + "rated = {'3.12' = -1}", "rated"),
        (HEAD + "rated = 3", "rated"),
        (HEAD + "expect = [1]", "is no table"),
        (HEAD + "python = 'banana'", "has to be like 3.12"),
        (HEAD + "[rates.'3.12']\n'a/b' = {'0a' = 1" + "0" * 30 + "}", "counts of at most"),
        (
            ENTRY
            + "expected = ['VIOLATES']\nreason = 'x'\n"
            + ENTRY[len(HEAD) :]
            + "expected = ['CONFORMS']\nreason = 'y'",
            "has 2 entries",
        ),
        (HEAD + "# x\n" * 1_200_000, "larger than"),
    ],
)
def test_bad_files_get_one_clear_line(tmp_path: Path, text: str, told: str) -> None:
    """Whatever is wrong with a baseline is told with the file's name, and nothing is guessed."""
    path = tmp_path / "b.toml"
    path.write_text(text)
    with pytest.raises(DataError) as caught:
        read_baseline(path)
    assert told in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    """A binary file is named as such."""
    path = tmp_path / "b.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="not a text file in UTF-8"):
        read_baseline(path)


def test_a_byte_order_mark_is_read_over_and_kept(tmp_path: Path) -> None:
    """What some editors put before a text changes nothing, and stays; a file of ours never begins with one."""
    path = tmp_path / "b.toml"
    path.write_bytes(codecs.BOM_UTF8 + PERSONAL.encode())
    read = read_baseline(path)
    update_baseline(path, read, read)
    assert path.read_bytes() == codecs.BOM_UTF8 + PERSONAL.encode()
    more = replace(read, rules=read.rules | {"b/new"})
    update_baseline(path, read, more)
    assert path.read_bytes().count(codecs.BOM_UTF8) == 1
    assert read_baseline(path) == more
    fresh = tmp_path / "fresh.toml"
    write_baseline(fresh, more)
    assert not fresh.read_bytes().startswith(codecs.BOM_UTF8)


def test_what_another_wrote_meanwhile_is_kept(tmp_path: Path) -> None:
    """Of two that read the same file and write, the second is told, and the first one's work stays."""
    path = tmp_path / "b.toml"
    first, second = (Baseline("toy", rules=frozenset({name})) for name in ("a/one", "a/two"))
    update_baseline(path, None, first)
    with pytest.raises(DataError, match="changed meanwhile"):
        update_baseline(path, None, second)
    assert read_baseline(path) == first
    update_baseline(path, first, second)
    assert read_baseline(path) == second


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """A baseline that is kept elsewhere is updated there."""
    real, link = tmp_path / "real.toml", tmp_path / "link.toml"
    link.symlink_to(real)
    update_baseline(link, None, FULL)
    assert link.is_symlink()
    assert read_baseline(real) == FULL


# ---------------------------------------------------------------- the commands


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A results file with one case that conforms and one that answers."""
    return _write(tmp_path / "good.jsonl", a_case(), a_case("area/two", answer="yes"))


def _write(path: Path, *cases: object, finish: bool = True) -> Path:
    told = results(*cases)  # type: ignore[arg-type]
    with path.open("w") as out:
        writer = ResultsWriter(out, told.headers[0])
        for case in told.cases:
            writer.add(case)
        if finish:
            writer.finish()
    return path


def _call(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def test_accept_then_gate(good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The commands do it over results gathered elsewhere; scenarios of nobody's catalogue count as run."""
    path = tmp_path / "b.toml"
    where = ("--runtime", "toy", "--baseline", path, "--results")
    assert _call("accept", *where, good) == 0
    assert _call("gate", *where, good) == 0
    bad = _write(
        tmp_path / "bad.jsonl",
        a_case(verdict=Verdict.VIOLATES, breaks="it", reason="MUST it"),
        a_case("area/two", answer="yes"),
    )
    capsys.readouterr()
    assert _call("gate", *where, bad) == 1
    text = capsys.readouterr().out
    assert "regressed (1)" in text
    assert "VIOLATES: rule, expected CONFORMS: MUST it" in text
    assert "conformance replay ar1" in text


def test_a_reason_that_is_not_written_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An entry that was there keeps its reason; who gives another one hears where to change it."""
    path = tmp_path / "b.toml"
    bad = _write(tmp_path / "bad.jsonl", a_case(verdict=Verdict.VIOLATES, breaks="it"))
    arguments = ("accept", "--runtime", "toy", "--baseline", path, "--results", bad, "--reason")
    assert _call(*arguments, "first") == 0
    assert "stay" not in capsys.readouterr().err
    assert _call(*arguments, "second") == 0
    assert "the reasons of area/one stay as they were" in capsys.readouterr().err
    assert read_baseline(path).entries[0].reason == "first"


def test_exit_codes_of_the_gate(good: Path, tmp_path: Path) -> None:
    """3 for a pass that was not expected, 2 for truncated results, 66 for none of the runtime, 65 unreadable."""
    path = tmp_path / "b.toml"
    where = ("--runtime", "toy", "--baseline", path, "--results")
    assert _call("gate", *where, good) == 65  # there is no baseline yet
    bad = _write(
        tmp_path / "bad.jsonl",
        a_case(verdict=Verdict.VIOLATES, breaks="it"),
        a_case("area/two", answer="yes"),
    )
    assert _call("accept", *where, bad, "--reason", "known") == 0
    assert _call("gate", *where, good) == 3
    cut = _write(
        tmp_path / "cut.jsonl",
        a_case(verdict=Verdict.VIOLATES, breaks="it"),
        a_case("area/two", answer="yes"),
        finish=False,
    )
    assert _call("gate", *where, cut) == 2
    other = _write(tmp_path / "other.jsonl", a_case(runtime="other"))
    assert _call("gate", *where, other) == 66
    path.write_text("nonsense")
    assert _call("gate", *where, good) == 65
    assert path.read_text() == "nonsense"


def test_a_baseline_of_another_runtime_is_refused(good: Path, tmp_path: Path) -> None:
    """Nothing is overwritten, and nothing judged, with the wrong file."""
    path = tmp_path / "b.toml"
    write_baseline(path, Baseline("other"))
    before = path.read_bytes()
    where = ("--runtime", "toy", "--baseline", path, "--results", good)
    assert _call("accept", *where) == 64
    assert _call("gate", *where) == 64
    assert path.read_bytes() == before


def test_paths_that_lead_nowhere(good: Path, tmp_path: Path) -> None:
    """A circle of links, a file where a directory should be: one line and 65, for both commands."""
    (tmp_path / "loop.toml").symlink_to("loop.toml")
    for path in (tmp_path / "loop.toml", good / "b.toml"):
        where = ("--runtime", "toy", "--baseline", path, "--results", good)
        assert (_call("accept", *where), _call("gate", *where)) == (65, 65)


def test_a_file_that_is_left_out_is_no_success(good: Path, tmp_path: Path) -> None:
    """Beside good results an unreadable file makes 65 of what would be 0."""
    path, bad = tmp_path / "b.toml", tmp_path / "bad.jsonl"
    bad.write_bytes(b"\xff")
    where = ("--runtime", "toy", "--baseline", path, "--results", good)
    assert _call("accept", *where) == 0
    assert _call("gate", *where, "--results", bad) == 65


def test_a_report_that_cannot_be_written_hides_nothing(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The gate's verdict is told before its files are written."""
    path = tmp_path / "b.toml"
    where = ("--runtime", "toy", "--baseline", path, "--results", good)
    assert _call("accept", *where) == 0
    assert _call("gate", *where, "--html", "/dev/full") == 65
    assert "2 of 2 cases as expected" in capsys.readouterr().out


def test_truncated_results_are_not_accepted(tmp_path: Path) -> None:
    """A run that did not end makes no baseline."""
    cut = _write(tmp_path / "cut.jsonl", a_case(), finish=False)
    path = tmp_path / "b.toml"
    assert _call("accept", "--runtime", "toy", "--baseline", path, "--results", cut) == 64
    assert not path.exists()


def test_annotations_on_github(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under GitHub Actions every difference is an annotation, escaped as its documents say."""
    path = tmp_path / "b.toml"
    write_baseline(path, Baseline("toy", rules=frozenset({"area/one"}), answers={"area/two": "no"}))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    _call("gate", "--runtime", "toy", "--baseline", path, "--results", good)
    told = capsys.readouterr().err
    assert "::error title=semantics changed%3A area/two::answers yes, expected no" in told


def test_a_baseline_cut_at_any_line_of_its_rates_is_told(tmp_path: Path) -> None:
    """Wherever the file ends within its rates and is TOML still, the gate names the loss and exits with 3."""
    counted = [a_case(f"area/{name}", counts={"a": 5, "b": 5}) for name in ("one", "two", "six")]
    results_file = _write(tmp_path / "r.jsonl", *counted)
    path = tmp_path / "b.toml"
    where = ("--runtime", "toy", "--baseline", path, "--results", results_file)
    assert _call("accept", *where) == 0
    lines = path.read_text().splitlines(keepends=True)
    first = next(i for i, line in enumerate(lines) if line.startswith("[rates"))
    assert len(lines) - first >= 4
    for end in range(first, len(lines)):
        path.write_text("".join(lines[:end]))
        assert _call("gate", *where) == 3, f"cut before line {end}"
        assert _call("gate", *where, "--fail-on-drift") == 3
    path.write_text("".join(lines))
    assert _call("gate", *where) == 0
