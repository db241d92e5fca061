import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.cli import main
from conformance.errors import Exit
from conformance.judge.baseline import Baseline, Entry
from conformance.judge.baseline_file import write_baseline
from conformance.judge.case import Case
from conformance.judge.results import Results, ResultsWriter
from conformance.judge.verdict import Verdict
from reports import badge, markdown
from tests.unit.cases import a_case, results


def test_markdown_tells_the_verdicts() -> None:
    """A table of runtimes and areas, then each violation with its replay line."""
    bad = a_case("area/two", Verdict.VIOLATES, breaks="it", reason="MUST it")
    text = markdown.render(results(a_case("area/one"), bad))
    assert "| **toy** 1.0, Python 3.12.1 | ❌ 1/2 | ❌ 1/2 |" in text
    assert "- **area/two** on toy 1.0, Python 3.12.1: Is it?" in text
    assert "MUST it" in text
    assert "`conformance replay ar1.1.00000000.run,area/two`" in text


def test_markdown_of_strangers_is_text() -> None:
    """Nothing that a scenario or a runtime supplies becomes a link, a tag, a mention or a table."""
    evil = "<script>alert(1)</script> [x](https://evil.example) | `rm` @all #1 ![i](j)\n# h"
    case = replace(a_case(verdict=Verdict.VIOLATES, reason=evil), asks=evil, runtime="t|oy")
    text = markdown.render(results(case))
    for active in ("<script>", "[x](", " | `rm`", " @all", " #1", "![i]", "\n# h"):
        assert active not in text


def test_badges() -> None:
    """Green with all conforming, red with a violation, yellow with doubt, grey with nothing."""

    def colour(*verdicts: Verdict) -> str:
        cases = [a_case(f"area/n{i}", verdict) for i, verdict in enumerate(verdicts)]
        made: dict[str, str] = json.loads(badge.render(results(*cases)))
        return f"{made['message']} {made['color']}"

    good, bad = Verdict.CONFORMS, Verdict.VIOLATES
    assert colour(good, Verdict.NOT_APPLICABLE) == "1/1 brightgreen"
    assert colour(good, bad, Verdict.UNKNOWN) == "1/3 red"
    assert colour(good, Verdict.UNKNOWN) == "1/2 yellow"
    assert colour(Verdict.NOT_APPLICABLE) == "nothing ran lightgrey"
    cut = json.loads(badge.render(Results((), (a_case(),), ("f",))))
    assert cut["message"] == "truncated"


# ---------------------------------------------------------------- what the gate says

KNOWN = Entry("area/known", ("VIOLATES: rule",), "https://example.org/9", "a" * 16)
EXPECTED = Baseline("toy", rules=frozenset({"area/one"}), entries=(KNOWN,))


def known(scenario: str = "area/known") -> Case:
    """A violation that the baseline expects."""
    return a_case(scenario, Verdict.VIOLATES, breaks="it", reason="MUST it")


Gate = Callable[..., tuple[int, str, str, str]]


@pytest.fixture
def gated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Gates cases against a baseline: the exit code, the Markdown, the badge and the job's summary."""

    def call(*cases: Case, expected: Baseline = EXPECTED) -> tuple[int, str, str, str]:
        told = results(*cases)
        file, path, page, badge_file, summary = (
            tmp_path / name for name in ("r.jsonl", "b.toml", "p.md", "b.json", "summary.md")
        )
        write_baseline(path, expected)
        with file.open("w") as out:
            writer = ResultsWriter(out, told.headers[0])
            for case in told.cases:
                writer.add(case)
            writer.finish()
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
        where = ["--runtime", "toy", "--baseline", path, "--results", file]
        where += ["--markdown", page, "--badge", badge_file]
        code = main(["gate", *map(str, where)])
        shown = json.loads(badge_file.read_text())
        return code, page.read_text(), f"{shown['message']} {shown['color']}", summary.read_text()

    return call


def test_a_known_violation_is_as_expected_in_every_report(gated: Gate) -> None:
    """Exit 0 is green: neither the Markdown nor the badge accuses what the baseline knows."""
    code, page, shown, summary = gated(a_case(), known())
    assert (code, shown) == (Exit.OK, "2/2 as expected brightgreen")
    assert "✅ toy against its baseline: as expected (exit 0)" in page
    assert "MUST it" not in page
    assert page in summary


def test_a_regression_is_told_in_every_report(gated: Gate) -> None:
    """What regressed stands first, with its replay line; the badge is red."""
    code, page, shown, summary = gated(known("area/one"), known())
    assert (code, shown) == (Exit.VIOLATION, "1 regressed red")
    assert "❌ toy against its baseline: regressed (exit 1)" in page
    assert "#### regressed (1)" in page
    assert "- **area/one** (Python 3.12.1): VIOLATES: rule, expected CONFORMS: MUST it" in page
    assert "`conformance replay ar1.1.00000000.run,area/one`" in page
    assert page in summary


def test_an_unexpected_pass_is_told_in_every_report(gated: Gate) -> None:
    """A known violation that is gone wants the baseline updated: exit 3, a yellow badge."""
    code, page, shown, _ = gated(a_case(), a_case("area/known"))
    assert (code, shown) == (Exit.STALE, "1 unexpected yellow")
    assert "⚠️ toy against its baseline: the baseline wants an update (exit 3)" in page
    assert "#### passes unexpectedly (1)" in page


def test_what_is_new_or_vanished_is_told_in_every_report(gated: Gate) -> None:
    """Neither fails anything; no catalogue has these scenarios."""
    code, page, shown, _ = gated(known(), a_case("area/new"))
    assert (code, shown) == (Exit.OK, "1/2 as expected brightgreen")
    assert "#### new (1)" in page
    assert "#### vanished (1)" in page


def test_what_did_not_run_is_told_in_every_report(gated: Gate) -> None:
    """A scenario of the catalogue that the baseline knows and the results lack makes it inconclusive."""
    missed = replace(EXPECTED, answers={"join/order": "in-order"})
    code, page, shown, _ = gated(a_case(), known(), expected=missed)
    assert (code, shown) == (Exit.INCONCLUSIVE, "inconclusive yellow")
    assert "❔ toy against its baseline: inconclusive (exit 2)" in page
    assert "- **join/order** (Python 3.12): the results have no such case" in page


def test_a_gate_reports_its_own_runtime_only(gated: Gate) -> None:
    """Results of many runtimes: the violations of another one are not this gate's."""
    other = a_case("area/one", Verdict.VIOLATES, breaks="it", reason="not mine", runtime="other")
    code, page, shown, _ = gated(a_case(), known(), other)
    assert (code, shown) == (Exit.OK, "2/2 as expected brightgreen")
    assert "other" not in page


def test_a_gate_s_markdown_of_strangers_is_text(gated: Gate) -> None:
    """What a runtime supplies is text here too."""
    evil = "<script>x</script> [x](https://evil.example) @all"
    _, page, _, _ = gated(a_case(verdict=Verdict.VIOLATES, breaks="it", reason=evil), known())
    assert "VIOLATES: rule, expected CONFORMS" in page
    for active in ("<script>", "[x](", " @all"):
        assert active not in page
