import codecs
import io
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from conformance.errors import DataError
from conformance.judge.case import Case, Histogram, RuleText, Seen
from conformance.judge.record import case_from_json, case_to_json
from conformance.judge.results import (
    Header,
    Results,
    ResultsWriter,
    RuntimeLine,
    merge_results,
    read_results,
    results_schema,
)
from conformance.judge.verdict import Grade, Verdict
from conformance.lang.ops import Note, Sleep
from conformance.lang.outcome import Entry, Outcome, TaskOutcome
from conformance.lang.program import Program
from conformance.run.observation import Event

PROGRAM = Program({"main": (Sleep(1.5), Note("x"))})
OUTCOME = Outcome(
    (("main", TaskOutcome((Entry("x", 1.5),), "returned", 1.5)),),
    (Entry("main y", None),),
    "completed",
    ("unretrieved E",),
)
SEEN = Seen(
    OUTCOME,
    3,
    Grade.INTERESTING,
    ("late", "required"),
    "",
    "any order",
    7,
    "ar1.x",
    (Event(None, "main", "begin", "sleep 1.5"), Event(1.5, "main", "end", "")),
)
CASE = Case(
    scenario="area/one",
    hash="0123456789abcdef",
    asks="Is it?",
    runtime="trio",
    version="1.0",
    python="3.11.0",
    program=PROGRAM,
    verdict=Verdict.CONFORMS,
    marks=("needs a further freedom (any order)",),
    answer="late",
    answers={"late": "main logs x"},
    rule=RuleText("MUST", binds=False, required=("main logs x",)),
    sources={"trio": "https://example.org"},
    histograms=(
        Histogram(PROGRAM, "-", (SEEN,), (OUTCOME.judged(),), 1),
        Histogram(PROGRAM, "main.0", (SEEN,), (), 0, "not applicable: budget"),
    ),
    seeds=(None, 7),
    token="ar1.x",
)
EMPTY = Case("area/two", "0" * 16, "?", "trio", "1.0", "3.11.0", PROGRAM, Verdict.NOT_APPLICABLE)


def written(*cases: Case, finish: bool = True) -> str:
    """A results file."""
    out = io.StringIO()
    writer = ResultsWriter(out, Header((RuntimeLine("trio", "1.0", "3.11.0"),), broken=("a",)))
    for case in cases:
        writer.add(case)
    if finish:
        writer.finish()
    return out.getvalue()


def doubled(text: str) -> str:
    """A file of one case with that case twice, and a footer that counts both."""
    header, case, footer = text.splitlines(keepends=True)
    return header + case + case + footer.replace("1", "2")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where to write."""
    return tmp_path / "results.jsonl"


@pytest.mark.parametrize("case", [CASE, EMPTY], ids=["full", "empty"])
def test_a_case_comes_back(case: Case) -> None:
    """A record loses nothing, and goes through JSON text."""
    assert case_from_json(json.loads(json.dumps(case_to_json(case)))) == case


def test_a_file_comes_back(file: Path) -> None:
    """Header and cases of a whole file are read as they were written; it is not truncated."""
    file.write_text(written(CASE, EMPTY))
    results = read_results(file)
    assert results.cases == (CASE, EMPTY)
    assert results.headers[0].broken == ("a",)
    assert results.runtimes == (RuntimeLine("trio", "1.0", "3.11.0"),)
    assert not results.truncated


def test_the_schema_is_a_schema_and_every_line_fits_it() -> None:
    """The published schema is valid, and what we write is valid under it."""
    jsonschema.Draft202012Validator.check_schema(results_schema())
    for line in written(CASE, EMPTY).splitlines():
        jsonschema.validate(json.loads(line), results_schema())


def test_without_a_footer_it_is_truncated(file: Path) -> None:
    """An interrupted file is read as far as it goes, and named."""
    file.write_text(written(CASE, finish=False))
    results = read_results(file)
    assert results.cases == (CASE,)
    assert results.truncated == (str(file),)


def test_a_line_cut_short_is_truncation(file: Path) -> None:
    """A last line without its end is what a full disk leaves: the lines before it count."""
    file.write_text(written(CASE, EMPTY, finish=False)[:-40])
    assert read_results(file).cases == (CASE,)
    assert read_results(file).truncated


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda _: "", "not a results file"),
        (lambda text: "{}\n" + text, "not a results file"),
        (lambda _: "\x00\x01\n", "not a results file"),
        (lambda text: text.replace('"version":1', '"version":9', 1), "version 9"),
        (lambda text: text.replace('"count":3', '"count":"3"'), "line 2 is corrupt"),
        (lambda text: text.replace('{"type":"case"', '{"type":"case', 1), "line 2 is corrupt"),
        (
            lambda text: text.replace('"verdict":"CONFORMS"', '"verdict":"FINE"'),
            "line 2 is corrupt",
        ),
        (lambda text: text.replace('"op":"note"', '"op":"dance"'), "line 2 is corrupt"),
        (lambda text: text.replace('"begin"', "7"), "line 2 is corrupt"),
        (lambda text: text.replace('["x",1.5]', '["x","y"]'), "line 2 is corrupt"),
        (lambda text: text.replace('"ending":"completed"', '"ending":"odd"'), "line 2 is corrupt"),
        (lambda text: text.replace('["x",1.5]', '["x",NaN]'), "line 2 is corrupt"),
        (lambda text: text.replace('"tick":1.5', '"tick":Infinity'), "line 2 is corrupt"),
        (lambda text: text.replace('[1.5,"main"', '[-Infinity,"main"'), "line 2 is corrupt"),
        (lambda text: text.replace('"tick":1.5', '"tick":1e999'), "line 2 is corrupt"),
        (
            lambda text: text.replace('{"main":{"end"', '{"other":{"end"'),
            "line 2 is corrupt: an outcome has other tasks",
        ),
        (
            lambda text: text.replace('"outcome":{"tasks":{"main"', '"outcome":{"tasks":{"b"'),
            "line 2 is corrupt: an outcome has other tasks",
        ),
        (doubled, "line 3 is corrupt: a second record of area/one on trio 1.0"),
        (lambda text: text.replace('"cases":1', '"cases":2'), "the footer counts 2"),
        (lambda text: text + text, "after the footer"),
    ],
)
def test_a_bad_file_is_one_clear_line(file: Path, change: object, words: str) -> None:
    """Corrupt, foreign and tampered files are a DataError that says where and what."""
    assert callable(change)
    file.write_text(change(written(CASE)))
    with pytest.raises(DataError, match=words) as caught:
        read_results(file)
    assert "\n" not in str(caught.value)
    assert str(file) in str(caught.value)


def test_bytes_and_absence_are_data_errors(file: Path) -> None:
    """A file that is not there, and one that is no text, are DataErrors."""
    with pytest.raises(DataError):
        read_results(file)
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="not a results file"):
        read_results(file)


def test_a_byte_order_mark_changes_nothing(file: Path) -> None:
    """A file that an editor saved, with a mark before it and its own ends of lines, is read as before."""
    file.write_text(written(CASE, EMPTY))
    before = read_results(file)
    file.write_bytes(codecs.BOM_UTF8 + file.read_bytes().replace(b"\n", b"\r\n"))
    assert read_results(file) == before


def test_merging_keeps_the_worse_record() -> None:
    """Two records of one case are one case, with the worse verdict, whichever file comes first."""
    for worse, better in (
        (Verdict.VIOLATES, Verdict.CONFORMS),
        (Verdict.VIOLATES, Verdict.UNKNOWN),
        (Verdict.UNKNOWN, Verdict.CONFORMS),
        (Verdict.CONFORMS, Verdict.NOT_APPLICABLE),
    ):
        parts = [Results((), (replace(CASE, verdict=verdict),)) for verdict in (worse, better)]
        for order in (parts, parts[::-1]):
            (case,) = merge_results(order).cases
            assert case.verdict is worse


def test_merging_inherits_truncation(file: Path) -> None:
    """What was truncated stays so, and no case is counted twice."""
    file.write_text(written(CASE, EMPTY))
    whole = read_results(file)
    file.write_text(written(EMPTY, finish=False))
    merged = merge_results([whole, read_results(file)])
    assert len(merged.cases) == 2
    assert merged.truncated == (str(file),)
