from __future__ import annotations

from dataclasses import replace

from benchmarks.synthetic import synthetic
from conformance.judge.case import Case
from conformance.judge.results import Header, Results, RuntimeLine
from conformance.judge.token import RunToken, encode_token
from conformance.judge.verdict import Verdict
from reports.html import render
from reports.plainly import plainly
from reports.trend import trend
from tests.pages import blocks_of, data_of
from tests.unit.test_report_page import applicable, changed

MADE = synthetic(24, 3)


def test_a_trend_by_date_names_what_broke() -> None:
    """Two runs of one runtime are two points; what broke between them is named."""
    case = applicable(MADE, "loop-01")
    after = changed(MADE, replace(case, verdict=Verdict.VIOLATES))
    found = trend([after, MADE])
    series = next(s for s in found if s["runtime"] == "loop-01" and s["python"] == "3.13")
    assert [point["label"] for point in series["points"]] == ["2026-01-01 00:00", "2026-02-01"]
    assert [(c["at"], c["kind"], c["scenario"]) for c in series["changes"]] == [
        (1, "broke", case.scenario)
    ]


def test_a_trend_by_release_sorts_releases() -> None:
    """Several releases in one file are points in the order of their numbers."""
    only = [c for c in MADE.cases if c.runtime == "loop-01" and c.python == "3.13.0"]
    cases = tuple(replace(c, version=v) for v in ("1.10", "1.9") for c in only)
    (series,) = trend([Results((Header(),), cases)])
    assert series["axis"] == "release"
    assert [point["label"] for point in series["points"]] == ["1.9", "1.10"]


def test_each_scenario_that_changed_is_shown_at_every_point() -> None:
    """The faces of what changed, of all points: what broke comes first; where it did not run there is none."""
    broken = next(c for c in MADE.cases if c.verdict is Verdict.CONFORMS and c.answers)
    key = (broken.runtime, broken.python)
    only = [c for c in MADE.cases if (c.runtime, c.python) == key]
    changed_word = next(
        c for c in only if c.verdict is Verdict.CONFORMS and c.answers and c is not broken
    )
    instead: dict[str, dict[str, Case | None]] = {
        "1.0": {},
        "1.1": {
            broken.scenario: replace(broken, verdict=Verdict.VIOLATES),
            changed_word.scenario: replace(changed_word, answer="otherwise"),
        },
        "1.2": {changed_word.scenario: None},
    }
    cases = [
        replace(case, version=version)
        for version, others in instead.items()
        for case in (others.get(c.scenario, c) for c in only)
        if case is not None
    ]
    (series,) = trend([Results((Header(),), tuple(cases))])
    assert [[name, *map(bool, faces)] for name, *faces in series["lines"]] == [
        [broken.scenario, True, True, True],
        [changed_word.scenario, True, True, False],
    ]
    assert [face.partition(":")[0] for face in series["lines"][0][1:]] == [
        "CONFORMS",
        "VIOLATES",
        "CONFORMS",
    ]


def test_a_scenario_that_changed_itself_is_told() -> None:
    """A change is not laid at the runtime's door alone where the program is another one too."""
    case = applicable(MADE, "loop-01")
    after = changed(MADE, replace(case, verdict=Verdict.VIOLATES, hash="0" * 16))
    series = next(s for s in trend([MADE, after]) if s["runtime"] == "loop-01" and s["changes"])
    assert series["changes"][0]["after"].endswith("(the scenario itself has changed)")


def test_shards_are_one_point() -> None:
    """Files that hold no case twice belong together: there is no trend in them."""
    half = len(MADE.cases) // 2
    parts = [Results(MADE.headers, MADE.cases[:half]), Results(MADE.headers, MADE.cases[half:])]
    assert trend(parts) == []


# ---------------------------------------------------------------- runtimes of other interpreters


def elsewhere(results: Results, version: str) -> Results:
    """The results of loop-01 on Python 3.13, as if in an environment of that release."""
    address = f"loop-01@/envs/{version}/bin/python"
    cases = tuple(
        replace(
            c,
            runtime=address,
            version=version,
            token=c.token.replace("loop-01", encode_token(RunToken("", "", address)).split(",")[2]),
        )
        for c in results.cases
        if c.runtime == "loop-01" and c.python == "3.13.0"
    )
    header = Header(
        (RuntimeLine(address, version, "3.13.0"), RuntimeLine(address + "3", trouble="none"))
    )
    return Results((header,), cases)


def test_releases_in_environments_of_their_own_are_one_trend() -> None:
    """`anyio@/env/bin/python` of each release is one series, though each has an address of its own."""
    parts = [elsewhere(MADE, version) for version in ("1.9", "1.10")]
    data = data_of(render(parts[1], history=parts, previous=parts[0]))
    (series,) = data["trend"]
    assert (series["runtime"], series["axis"]) == ("loop-01", "release")
    assert [point["label"] for point in series["points"]] == ["1.9", "1.10"]
    assert data["index"]["columns"][0][0] == "loop-01"
    assert data["changes"][0]["changes"] == []


def test_a_replay_line_keeps_its_interpreter() -> None:
    """What is shown by its plain name is replayed where it ran."""
    part = elsewhere(MADE, "1.9")
    told = [
        token for block in blocks_of(render(part)).values() for token in block["tokens"].values()
    ]
    assert told
    assert all("/envs/1.9/bin/python" in token for token in told)


def test_who_did_not_start_keeps_the_interpreter() -> None:
    """The line of what is absent names the interpreter that somebody has to mend."""
    part = plainly(elsewhere(MADE, "1.9"))
    assert [line.address for line in part.runtimes] == ["loop-01", "loop-01@/envs/1.9/bin/python3"]


def test_two_that_would_be_one_keep_their_addresses() -> None:
    """Builds of the same version under two interpreters stay apart."""
    one_build = elsewhere(MADE, "1.9")
    other = tuple(replace(c, runtime=c.runtime + "3") for c in one_build.cases)
    both = replace(one_build, cases=one_build.cases + other)
    assert plainly(both) is both
    assert plainly(MADE) is MADE
