import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.synthetic import synthetic
from conformance.cli import main
from conformance.errors import Exit
from conformance.judge.results import Results, ResultsWriter
from conformance.judge.verdict import Verdict
from tests.pages import blocks_of, data_of

_ALL = synthetic(8, 2, 1)
MADE = Results(_ALL.headers, tuple(c for c in _ALL.cases if c.verdict is not Verdict.VIOLATES))
"""Results without violations."""


def written(path: Path, results: Results) -> Path:
    """A results file."""
    with path.open("w", encoding="utf-8") as out:
        writer = ResultsWriter(out, results.headers[0])
        for case in results.cases:
            writer.add(case)
        writer.finish()
    return path


@pytest.fixture
def now(tmp_path: Path) -> Path:
    """A results file without violations."""
    return written(tmp_path / "now.jsonl", MADE)


def test_what_the_page_is_held_against_reaches_it(now: Path, tmp_path: Path) -> None:
    """Earlier results, older ones for the trend: both are options, and both are on the page."""
    page = tmp_path / "page.html"
    rest = tuple(case for case in MADE.cases if case.runtime == "loop-00")
    before = written(tmp_path / "before.jsonl", Results(MADE.headers, rest))
    told = ["report", str(now), "--html", str(page), "--previous", str(before)]
    assert main([*told, "--history", str(before)]) == Exit.OK
    text = page.read_text(encoding="utf-8")
    assert '"what":"since 2026-01-01"' in text
    assert '"kind":"new"' in text


def test_a_baseline_is_held_against(now: Path, tmp_path: Path) -> None:
    """What the gate would say of a runtime stands on the page."""
    baseline = tmp_path / "baseline.toml"
    rule = next(c for c in MADE.cases if c.runtime == "loop-00" and c.verdict is Verdict.CONFORMS)
    baseline.write_text(
        f'format = 1\nruntime = "loop-00"\nnot_applicable = ["{rule.scenario}"]\n',
        encoding="utf-8",
    )
    page = tmp_path / "page.html"
    code = main(["report", str(now), "--html", str(page), "--baseline", str(baseline)])
    assert code == Exit.OK
    assert "loop-00 against its baseline" in page.read_text(encoding="utf-8")


def test_a_corpus_gives_findings(now: Path, tmp_path: Path) -> None:
    """Each witness of a corpus is a finding on the page; a script of its name goes with it."""
    from conformance.engine.fuzz_corpus import Corpus  # noqa: PLC0415 — beside its only use
    from tests.browser.sample import WITNESS  # noqa: PLC0415

    witness, _ = WITNESS
    corpus = Corpus(tmp_path / "corpus")
    corpus.keep(witness)
    (tmp_path / "corpus" / f"{witness.slug}.py").write_text("print('shown')\n", encoding="utf-8")
    page = tmp_path / "page.html"
    told = ["report", str(now), "--html", str(page), "--corpus", str(tmp_path / "corpus")]
    assert main(told) == Exit.OK
    text = page.read_text(encoding="utf-8")
    assert f'"slug":"{witness.slug}"' in text
    assert blocks_of(text)["finding-0"]["script"] == "print('shown')\n"


def test_a_finding_gets_its_script(now: Path, tmp_path: Path) -> None:
    """Where none lies beside a witness, the script is made, in the API of its runtime if that is here."""
    from conformance.engine.fuzz_corpus import Corpus  # noqa: PLC0415 — beside its only use
    from tests.browser.sample import WITNESS  # noqa: PLC0415 — as above

    corpus = Corpus(tmp_path / "corpus")
    absent = replace(WITNESS[0], runtime="no-such-runtime")
    here = replace(WITNESS[0], runtime="asyncio")
    for witness in (absent, here):
        corpus.keep(witness)
    page = tmp_path / "page.html"
    told = ["report", str(now), "--html", str(page), "--corpus", str(tmp_path / "corpus")]
    assert main(told) == Exit.OK
    text = page.read_text(encoding="utf-8")
    blocks = blocks_of(text)
    told_of = {
        line["runtime"]: blocks[f"finding-{at}"]["script"]
        for at, line in enumerate(data_of(text)["findings"])
    }
    assert "import asyncio" in told_of["asyncio"]
    assert "conformance" not in told_of["asyncio"]
    assert not told_of["no-such-runtime"]


def test_a_damaged_witness_is_one_clear_line(
    now: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A log, a tick or a task of a wrong type in a corpus is the data's fault, named with its file."""
    from conformance.judge.witness import witness_to_json  # noqa: PLC0415 — beside its only use
    from tests.browser.sample import WITNESS  # noqa: PLC0415

    whole = witness_to_json(WITNESS[0])
    (task, *_) = whole["outcome"]["tasks"]
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for part in ({"end": "x", "log": 7}, {"end": "x", "log": [7]}, {"end": "x", "tick": "y"}, 7):
        outcome = {**whole["outcome"], "tasks": {**whole["outcome"]["tasks"], task: part}}
        file = corpus / "odd.json"
        file.write_text(json.dumps({**whole, "outcome": outcome}), encoding="utf-8")
        told = ["report", str(now), "--html", str(tmp_path / "p.html"), "--corpus", str(corpus)]
        assert main(told) == Exit.DATA
        assert f"{file}: a damaged witness" in capsys.readouterr().err


def test_a_directory_has_an_index(now: Path, tmp_path: Path) -> None:
    """The directory form is files beside one another, the first of them the index."""
    assert main(["report", str(now), "--directory", str(tmp_path / "site")]) == Exit.OK
    names = sorted(path.name for path in (tmp_path / "site").iterdir())
    assert names == ["index.html", "part-1.html"]


def test_foreign_files_are_named_on_the_page(now: Path, tmp_path: Path) -> None:
    """A file that is none of ours is left out, loudly: exit code, message, and a line on the page."""
    foreign = tmp_path / "foreign.txt"
    foreign.write_text("hello\n", encoding="utf-8")
    page = tmp_path / "page.html"
    assert main(["report", str(now), str(foreign), "--html", str(page)]) == Exit.DATA
    text = page.read_text(encoding="utf-8")
    assert "<b>Left out:</b>" in text
    assert "foreign.txt" in text
