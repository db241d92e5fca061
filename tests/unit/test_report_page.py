import base64
import json
import zlib
from dataclasses import replace

import pytest

from benchmarks.synthetic import synthetic
from conformance.judge.baseline import Baseline
from conformance.judge.baseline import Entry as Expectation
from conformance.judge.case import Case, Histogram, Seen
from conformance.judge.evidence import RuntimeFacts
from conformance.judge.gate import Change, Gated, Kind
from conformance.judge.results import Header, Results, RuntimeLine
from conformance.judge.token import RunToken, encode_token, short_hash
from conformance.judge.verdict import Grade, Verdict
from conformance.lang.ops import Checkpoint, Note
from conformance.lang.outcome import Entry, Outcome, TaskOutcome
from conformance.lang.program import Program
from reports.block import make_block
from reports.changes import against, since
from reports.columns import make_columns, release, spelled
from reports.html import render, render_directory
from reports.known import Known
from reports.packed import packs
from reports.page import make_page
from reports.similar import similar, tree
from tests.pages import blocks_of, data_of

MADE = synthetic(24, 3)


def one(results: Results, scenario: str, runtime: str, python: str = "3.13.0") -> Case:
    """A case of some results."""
    key = (scenario, runtime, python)
    return next(c for c in results.cases if (c.scenario, c.runtime, c.python) == key)


def changed(results: Results, *cases: Case, started: str = "2026-02-01") -> Results:
    """The results, with these cases instead."""
    instead = {case.key: case for case in cases}
    return Results(
        tuple(replace(header, started=started) for header in results.headers),
        tuple(instead.get(case.key, case) for case in results.cases),
    )


def applicable(results: Results, runtime: str, *, question: bool = True) -> Case:
    """A case that conforms, of a question or a mere rule."""
    return next(
        case
        for case in results.cases
        if case.runtime == runtime
        and case.python == "3.13.0"
        and case.verdict is Verdict.CONFORMS
        and bool(case.answers) == question
    )


# ---------------------------------------------------------------- columns


def test_versions_sort_as_numbers() -> None:
    """3.9 comes before 3.11, and a candidate's odd parts do no harm."""
    versions = ["3.11.7", "3.9.1", "1.0rc1", "3.13.0"]
    assert sorted(versions, key=release) == ["1.0rc1", "3.9.1", "3.11.7", "3.13.0"]


def test_columns_of_one_runtime_are_told_apart() -> None:
    """A runtime that ran once is named by its address; one that ran oftener, by version and Python."""
    columns = make_columns(synthetic(1, 2, 1))
    assert [column.key for column in columns.values()] == ["loop-00", "loop-01"]
    keys = [column.key for column in make_columns(MADE).values()]
    assert keys[0] == "loop-00~1.0~3.11.7"
    assert len(set(keys)) == 9


def test_columns_are_spelled_shortly() -> None:
    """A runtime alone where all its columns are meant, else the Pythons that are."""
    wide = tuple(make_columns(MADE).values())
    assert spelled(wide[:3], wide) == "loop-00"
    assert spelled(wide[2:4], wide) == "loop-00 on 3.13; loop-01 on 3.11"


# ---------------------------------------------------------------- the table, and what is behind it


def test_every_cell_is_in_the_index() -> None:
    """The index decodes to the verdict and the answer of each case."""
    index = make_page(MADE).index
    kinds = [Verdict.CONFORMS, Verdict.UNKNOWN, Verdict.VIOLATES, Verdict.NOT_APPLICABLE]
    seen = 0
    for row in index["rows"]:
        for (address, _, python, *_), number in zip(index["columns"], row["cells"], strict=True):
            case = one(MADE, row["id"], address, python)
            verdict, said, *_ = index["states"][number]
            assert kinds[verdict] is case.verdict
            if case.answers:
                assert (index["texts"][said] if said >= 0 else None) == case.answer
            seen += 1
    assert seen == len(MADE.cases)


def test_two_versions_of_a_scenario_are_two_rows() -> None:
    """A scenario that changed between two files has a row for each version, and links tell them apart."""
    case = MADE.cases[0]
    both = Results(MADE.headers, (case, replace(case, hash="f" * 16, version="2.0")))
    assert [row.key for row in make_page(both).rows] == [
        f"{case.scenario}~{case.hash[:8]}",
        f"{case.scenario}~ffffffff",
    ]


def test_equal_cases_stand_once() -> None:
    """What several Pythons and runtimes show alike is written down once."""
    page = make_page(synthetic(1, 1))
    (row,) = page.rows
    block = make_block(row.cases)
    assert len(block["at"]) == 3
    assert len(block["cases"]) <= 2


def test_tokens_are_left_out_only_where_they_can_be_made_again() -> None:
    """The usual token is made from its parts; any other is written down."""
    case = applicable(MADE, "loop-01")
    column = make_columns(Results((), (case,)))[case.runtime, case.version, case.python]
    block = make_block({column: case})
    word = make_page(Results((), (case,))).index["columns"][0][4]
    assert block["tokens"] == {}
    assert ",".join([block["token"], word, "-", "-", case.clock]) == case.token
    odd = encode_token(RunToken(short_hash(case.program), case.scenario, case.runtime, seed=5))
    assert make_block({column: replace(case, token=odd)})["tokens"] == {"0": odd}


def test_a_rewriting_is_the_lines_that_it_puts_in() -> None:
    """An injected checkpoint is one number; a program that differs otherwise is written out."""
    case = applicable(MADE, "loop-00")
    histogram = case.histograms[0]
    column = next(iter(make_columns(MADE).values()))
    body = case.program.tasks["a"]
    put_in = Program({**case.program.tasks, "a": (Checkpoint(), *body)})
    other = Program({"main": (Note("other"),)})
    rewritten = tuple(replace(histogram, program=p, injected="a.1") for p in (put_in, other))
    block = make_block({column: replace(case, histograms=(histogram, *rewritten))})
    shown = [block["histograms"][number] for number in block["cases"][0]["histograms"]]
    programs = [found.get("program", []) for found in shown]
    assert programs == [[], [7], "task main:\n    note other"]


def test_a_forbidden_outcome_has_a_nearest_one() -> None:
    """Of the allowed outcomes the one that parts latest, and where that is."""
    program = Program({"main": (Note("x"), Note("y"))})

    def outcome(*words: str) -> Outcome:
        return Outcome((("main", TaskOutcome(tuple(Entry(w, 0) for w in words), "returned", 0)),))

    seen = Seen(outcome("x", "z"), 1, Grade.FORBIDDEN)
    histogram = Histogram(program, "-", (seen,), (outcome("a", "b"), outcome("x", "y")), 2)
    case = replace(MADE.cases[0], program=program, histograms=(histogram,))
    block = make_block({next(iter(make_columns(MADE).values())): case})
    *_, nearest, parting = block["histograms"][0]["seen"][0]
    task, index, saw, expected, _ = parting
    assert [block["texts"][n] for n in (task, saw, expected)] == ["main", "z", "y"]
    assert index == 1
    assert block["texts"][block["outcomes"][nearest][1][0][3]] == "x"


def test_a_thousand_cases_are_small() -> None:
    """A page grows by what differs, not by what is repeated: 1,080 cases stay far under a megabyte."""
    assert len(render(synthetic(36, 10))) < 400_000


# ---------------------------------------------------------------- what changed


def test_what_broke_is_told_first_and_once() -> None:
    """A case that is violated now; the Pythons that agree on it share a line."""
    case = applicable(MADE, "loop-01")
    bad = [
        replace(one(MADE, case.scenario, "loop-01", python), verdict=Verdict.VIOLATES, reason="no")
        for python in ("3.12.1", "3.13.0")
    ]
    found = since(MADE, changed(MADE, *bad))
    first = found["changes"][0]
    assert (first["kind"], first["scenario"], first["reason"]) == ("broke", case.scenario, "no")
    assert first["where"] == "loop-01 on 3.12, 3.13"
    assert first["link"] == f"{case.scenario}@loop-01~1.1~3.13.0"
    assert len(found["changes"]) == 1
    assert found["what"] == "since 2026-01-01"


def test_nothing_changed_says_nothing() -> None:
    """The same results again are no change."""
    assert since(MADE, changed(MADE))["changes"] == []


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("early", "late", "answers otherwise"),
        ("early", "early | late", "answers otherwise"),
        ("early | late", "early", None),
    ],
)
def test_a_new_word_is_a_change(before: str, after: str, kind: str | None) -> None:
    """A word that was never seen counts; one that is not seen now may be a matter of schedules."""
    case = applicable(MADE, "loop-01")
    found = since(
        changed(MADE, replace(case, answer=before)), changed(MADE, replace(case, answer=after))
    )
    assert [change["kind"] for change in found["changes"]] == ([kind] if kind else [])


def test_verdicts_change_in_named_ways() -> None:
    """Broken, mended, unknown, applicable or not: each has its word."""
    case = applicable(MADE, "loop-01", question=False)
    words = {
        (Verdict.CONFORMS, Verdict.VIOLATES): "broke",
        (Verdict.VIOLATES, Verdict.CONFORMS): "mended",
        (Verdict.CONFORMS, Verdict.UNKNOWN): "turned unknown",
        (Verdict.CONFORMS, Verdict.NOT_APPLICABLE): "no longer applies",
        (Verdict.NOT_APPLICABLE, Verdict.CONFORMS): "applies now",
    }
    for (old, new), word in words.items():
        before = changed(MADE, replace(case, verdict=old))
        after = changed(MADE, replace(case, verdict=new))
        assert [change["kind"] for change in since(before, after)["changes"]] == [word]


def test_what_did_not_run_is_told() -> None:
    """A runtime that is gone is told as one line, a scenario that is gone as another."""
    scenario = MADE.cases[0].scenario
    rest = tuple(c for c in MADE.cases if c.runtime != "loop-02" and c.scenario != scenario)
    found = since(MADE, Results(MADE.headers, rest))["changes"]
    assert [(change["kind"], change["scenario"]) for change in found] == [
        ("did not run", "every scenario"),
        ("gone", scenario),
    ]


def test_a_baseline_is_told_too() -> None:
    """Differences of the gate, with the reason that was given."""
    case = applicable(MADE, "loop-01")
    change = Change(Kind.REGRESSED, case.scenario, "VIOLATES", "3.13.0", reason="known")
    (found,) = against({"loop-01": Gated((change,), 70, 72)}, MADE)
    assert "70 of 72 cases as expected" in found["what"]
    (told,) = found["changes"]
    assert (told["kind"], told["looks"], told["where"]) == ("regressed", "bad", "loop-01 on 3.13")


# ---------------------------------------------------------------- similarity, directory


def test_the_tree_joins_the_nearest_first() -> None:
    """0 and 2 differ least, so they are joined first; 1 joins at the mean of its distances."""
    common = [[0, 10, 10], [10, 0, 10], [10, 10, 0]]
    differ = [[0, 8, 1], [8, 0, 6], [1, 6, 0]]
    assert tree(common, differ) == [(0, 2, 0.1), (1, 3, 0.7)]


def test_distances_count_what_both_answered() -> None:
    """What one of them did not answer tells nothing about the pair."""
    page = make_page(MADE)
    found = similar(page.rows, page.columns)
    replies = {
        name: {
            c.scenario: c.answer
            for c in MADE.cases
            if c.runtime == name and c.python == "3.13.0" and c.answers and c.answer
        }
        for name in ("loop-00", "loop-01")
    }
    both = replies["loop-00"].keys() & replies["loop-01"].keys()
    unlike = sum(replies["loop-00"][s] != replies["loop-01"][s] for s in both)
    assert found["common"][0][1] >= len(both) > 0
    assert found["differ"][0][1] >= unlike
    assert found["differ"][0][1] == found["differ"][1][0]


def test_a_page_holds_every_block_once() -> None:
    """The packs of a page hold the block of each row, in order, as it was made."""
    made = synthetic(200, 2)
    page = make_page(made)
    blocks = blocks_of(render(made))
    assert list(blocks) == [f"block-{at}" for at in range(200)]
    assert list(blocks.values()) == json.loads(json.dumps(list(page.blocks())))
    assert len(list(packs(blocks.items()))) > 1


def test_half_a_character_is_packed() -> None:
    """What no file can hold, half of a surrogate pair, comes out as it went in."""
    (pack,) = packs([("block-0", {"text": "\ud800 and more"})])
    text = zlib.decompress(base64.b64decode(pack.text)).decode()
    assert json.loads(text) == {"block-0": {"text": "\ud800 and more"}}


def test_a_directory_holds_each_scenario_once() -> None:
    """The index has every row and no block; the parts have every block, each beside its rows."""
    made = synthetic(600, 2)
    files = dict(render_directory(made))
    index = data_of(files["index.html"])
    assert not blocks_of(files["index.html"])
    held = [
        row["id"]
        for name in files
        if name != "index.html"
        for row in data_of(files[name])["index"]["rows"]
    ]
    assert held == [row["id"] for row in index["index"]["rows"]]
    second = data_of(files["part-2.html"])["index"]["rows"]
    assert list(blocks_of(files["part-2.html"])) == [f"block-{at}" for at in range(len(second))]


# ---------------------------------------------------------------- what is known


def test_a_reason_is_told_only_where_the_baseline_expects_just_that() -> None:
    """The reason of a baseline stands at cells that are as it expects, and at no others."""
    bad = next(case for case in synthetic(300, 3).cases if case.verdict is Verdict.VIOLATES)
    for expected, told in (("VIOLATES: oracle", "it is known"), ("VIOLATES: crash", "")):
        baseline = Baseline(
            bad.runtime, entries=(Expectation(bad.scenario, (expected,), "it is known"),)
        )
        assert Known([baseline]).reason(bad) == told
        (row,) = make_page(Results((), (bad,)), [baseline]).index["rows"]
        index = make_page(Results((), (bad,)), [baseline]).index
        *_, number = index["states"][row["cells"][0]]
        assert (index["texts"][number] if number >= 0 else "") == told
    assert not Known([baseline]).reason(replace(bad, verdict=Verdict.CONFORMS))
    assert not Known([baseline]).reason(replace(bad, runtime="another"))


def test_a_comparison_names_the_releases() -> None:
    """Which runtimes have another version than before is in the heading of what changed."""
    older = Results(MADE.headers, tuple(replace(c, version="0.9") for c in MADE.cases))
    assert since(older, MADE)["what"].endswith(
        ": loop-00 0.9 to 1.0, loop-01 0.9 to 1.1, loop-02 0.9 to 1.2"
    )
    assert since(MADE, MADE)["what"] == "since 2026-01-01"


def test_who_did_not_start_is_named_with_the_python() -> None:
    """A runtime that started on one Python and not on another is not said to have been absent."""
    line = RuntimeLine("loop-00", trouble="no module")
    header = Header((line, RuntimeLine("loop-09", trouble="no module")), python="3.14.0")
    page = make_page(Results((*MADE.headers, header), MADE.cases))
    assert page.absent == (("loop-00 on Python 3.14.0", "no module"), ("loop-09", "no module"))


def test_what_a_runtime_declares_is_on_the_page() -> None:
    """The newest Python's facts: families, what is composed, and every answer of its semantics."""
    facts = RuntimeFacts("loop-00", "1", "3.13.0", frozenset({"loop"}), {"abort": "composed"})
    lines = tuple(
        RuntimeLine("loop-00", "1", python, facts=replace(facts, families=frozenset({family})))
        for python, family in (("3.13.0", "new"), ("3.9.1", "old"))
    )
    told = data_of(render(Results((Header(lines),), MADE.cases)))["declared"]["loop-00"]
    assert (told["families"], told["composed"], told["native"]) == (["new"], ["abort"], 0)
    assert dict(told["semantics"])["order"] == facts.semantics.order
