"""What a fuzzing campaign counts, writes down and takes up again."""

from __future__ import annotations

import base64
import json
import os
import select
import time
import zlib
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.cli import main
from conformance.cli.fuzz import exit_code, finding_names, show
from conformance.engine.bench import Bench
from conformance.engine.catalogue import load_catalogue
from conformance.engine.fuzz import RESERVED, SHORTEST, Fuzz, FuzzPlan
from conformance.engine.fuzz_batch import (
    KEPT,
    SHRINKING,
    TRIED,
    TWICE,
    Batch,
    Shrunk,
    judge_program,
    perform_batch,
    run_batch,
    shrink_witness,
)
from conformance.engine.fuzz_corpus import JOURNAL, Corpus
from conformance.engine.fuzz_subject import HANGS, IMPATIENT, Recipe, Subject, subject_of
from conformance.engine.membership import BUDGET
from conformance.errors import DataError, Exit
from conformance.judge.token import ReferenceToken, encode_token, short_hash
from conformance.judge.verdict import Grade
from conformance.judge.witness import (
    EMBEDDED,
    Witness,
    extract,
    kind_of,
    witness_from_json,
    witness_to_json,
)
from conformance.lang.ops import Note
from conformance.lang.outcome import Outcome, TaskOutcome, empty_outcome
from conformance.lang.program import Program
from conformance.run.observation import Observation
from conformance.wire.process import Process

RECIPE = Recipe("reference", ("tasks",))
PROGRAM = Program({"main": (Note("x"),)})
WRONG = Outcome((("main", TaskOutcome((), "cancelled")),))


@pytest.fixture(autouse=True)
def batches_of_fifty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small enough that a short campaign has several."""
    monkeypatch.setattr("conformance.engine.fuzz.BATCH", 50)


class Inline:
    """An executor that notes what it is asked for and answers with an empty batch."""

    def __init__(self, most: int = 1000) -> None:
        self.asked: list[tuple[int, int]] = []
        self.most = most  # so many programs get done at once

    def submit(self, _: Any, recipe: Recipe, start: int, count: int, until: float) -> Future[Batch]:
        """At once."""
        assert until > time.time()
        self.asked.append((start, count))
        done = min(count, self.most)
        future: Future[Batch] = Future()
        future.set_result(Batch(recipe.address, start, done, done))
        return future


def asked(corpus: Path, programs: int | None, *, resume: bool) -> tuple[list[tuple[int, int]], int]:
    """The batches that a campaign of so many programs carries out, and how many programs it counts."""
    executor = Inline()
    campaign = Fuzz(FuzzPlan((RECIPE,), programs), executor, Corpus(corpus), resume=resume)  # type: ignore[arg-type]
    for _ in campaign.run():
        pass
    return executor.asked, campaign.tallies["reference"].programs


def test_the_rest_of_a_short_batch_is_done(tmp_path: Path) -> None:
    """60 programs, then 100, then 130, then 130 again: each program once."""
    assert asked(tmp_path, 60, resume=False) == ([(0, 50), (50, 10)], 60)
    assert asked(tmp_path, 100, resume=True) == ([(60, 40)], 100)
    assert asked(tmp_path, 130, resume=True) == ([(100, 30)], 130)
    assert asked(tmp_path, 70, resume=True) == ([], 130)
    assert asked(tmp_path, 130, resume=True) == ([], 130)


def test_what_a_slow_batch_leaves_over_is_done(tmp_path: Path) -> None:
    """Each program once, however few a batch gets through."""
    executor = Inline(most=30)
    campaign = Fuzz(FuzzPlan((RECIPE,), 70), executor, Corpus(tmp_path))  # type: ignore[arg-type]
    for _ in campaign.run():
        pass
    assert sorted(executor.asked) == [(0, 50), (30, 20), (50, 20)]
    assert campaign.tallies["reference"].programs == 70


def test_a_batch_ends_when_time_is_up() -> None:
    """A batch without a second left counts no program as done: whoever resumes does them."""
    batch = run_batch(RECIPE, 50, 50, time.time() - 1)
    assert (batch.start, batch.count, batch.programs) == (50, 0, 0)


def test_a_short_slice_makes_and_judges_some() -> None:
    """At least one program is run and judged, and what is not is not counted."""
    with Bench() as bench:
        subject = Subject(bench, "reference", BUDGET)
        batch = perform_batch(subject, RECIPE, Batch("reference", 0, 50), at_once=1e-9)
        assert batch.count == batch.programs <= 1
        batch = perform_batch(subject, RECIPE, Batch("reference", 0, 5), at_once=60.0)
        assert batch.count == batch.programs == 5


def test_a_witness_is_made_small_in_the_time_that_is_left() -> None:
    """Without any it stays as it is; and a campaign that has none left hands out none."""
    witness = Witness(
        "reference", "1", "3", PROGRAM, "virtual", None, WRONG, Grade.FORBIDDEN, "", (), "0/1", 1
    )
    shrunk = shrink_witness(witness, time.time() - 1)
    assert shrunk.witness is witness
    assert not shrunk.whole


class Findings:
    """An executor on a clock of its own: a batch of a second finds two new kinds, no witness is ever small enough."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.spent = {"run_batch": 0.0, "shrink_witness": 0.0}
        self.waited_for: set[str] = set()

    def submit(self, call: Any, asked: Any, *rest: Any) -> Future[Any]:
        """At once."""
        future: Future[Any] = Future()
        seconds = 1.0
        if isinstance(asked, Witness):
            seconds = min(rest[0] - self.now, SHRINKING)
            self.waited_for.discard(asked.reason)
            future.set_result(Shrunk(asked, seconds, whole=False))
        else:
            start = rest[0]
            kinds = [f"{start}", f"{start} again"]
            self.waited_for.update(kinds)
            found = [
                Witness(
                    "reference",
                    "1",
                    "3",
                    PROGRAM,
                    "virtual",
                    None,
                    WRONG,
                    Grade.FORBIDDEN,
                    kind,
                    (),
                    "0/1",
                    1,
                )
                for kind in kinds
            ]
            future.set_result(Batch("reference", start, 50, 50, found=found))
        self.now += seconds
        self.spent[call.__name__] += seconds
        return future


def test_many_findings_keep_no_campaign_from_going_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches get three quarters of the time that there is for them, and the end is kept for witnesses."""
    executor = Findings()
    monkeypatch.setattr("conformance.engine.fuzz.time.time", lambda: executor.now)
    campaign = Fuzz(FuzzPlan((RECIPE,), seconds=100.0), executor, None)  # type: ignore[arg-type]
    for _ in campaign.run():
        pass
    assert executor.spent["run_batch"] >= 0.7 * 75
    assert executor.spent["shrink_witness"] >= 0.8 * (RESERVED * 75 + 25)
    assert executor.now <= 1100 + SHORTEST


def test_a_journal_that_was_cut_short_is_gone_on_with_again_and_again(tmp_path: Path) -> None:
    """What was cut off is removed before anything is appended, in the middle of a character too."""
    asked(tmp_path, 50, resume=False)
    journal = tmp_path / JOURNAL
    for programs, cut in ((100, b'{"runtime": "cut sho'), (150, "{ä".encode()[:-1]), (200, b"5")):
        with journal.open("ab") as file:
            file.write(cut)
        assert asked(tmp_path, programs, resume=True) == ([(programs - 50, 50)], programs)
    assert all(isinstance(json.loads(line), dict) for line in journal.read_bytes().splitlines())


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize(
    "line",
    [b"\xff\xfe", b"[1]", b"5", b'"x"', b"{}", b"null", b"", b"[" * 100_000, b"NaN", b'{"a": '],
)
def test_a_corrupt_journal_is_one_clear_error(line: bytes, number: int, tmp_path: Path) -> None:
    """The file and the line are named, and nothing is changed."""
    asked(tmp_path, 100, resume=False)
    journal = tmp_path / JOURNAL
    lines = journal.read_bytes().split(b"\n")
    lines[number - 1] = line
    journal.write_bytes(b"\n".join(lines) + b"cut")
    before = journal.read_bytes()
    with pytest.raises(DataError, match=rf"{JOURNAL}: line {number} is corrupt"):
        asked(tmp_path, 150, resume=True)
    assert journal.read_bytes() == before


@pytest.mark.parametrize(
    ("field", "value"),
    [("runtime", "trio"), ("count", "50"), ("tally", []), ("marks", {"x": "y"}), ("steps", -1)],
)
def test_a_line_that_is_no_batch_is_corrupt(field: str, value: object, tmp_path: Path) -> None:
    """A field of another type, and a runtime that is not in the plan."""
    asked(tmp_path, 50, resume=False)
    plan, batch, _ = (tmp_path / JOURNAL).read_text().split("\n")
    damaged = json.dumps(json.loads(batch) | {field: value})
    (tmp_path / JOURNAL).write_text(f"{plan}\n{damaged}\n")
    with pytest.raises(DataError, match="line 2 is corrupt"):
        asked(tmp_path, 50, resume=True)


def test_results_are_emptied_only_for_a_campaign(tmp_path: Path) -> None:
    """A corpus that cannot be gone on with costs no earlier results."""
    results = tmp_path / "r.jsonl"
    results.write_text("precious\n")
    command = ["fuzz", "reference", "--programs", "1", "--jobs", "1", "--results", str(results)]
    assert main([*command, "--corpus", str(tmp_path / "c"), "--resume"]) == Exit.USAGE
    assert results.read_text() == "precious\n"


# ---------------------------------------------------------------- what could not be repeated


def judged(repeats: list[bool], monkeypatch: pytest.MonkeyPatch) -> Batch:
    """A batch of programs that all show the same forbidden outcome; whether each shows it again."""
    batch = Batch("reference", 0, len(repeats))
    with Bench() as bench:
        subject = Subject(bench, "reference", BUDGET)
        right = subject.run(PROGRAM, "virtual", None, 5.0)
        for index, again in enumerate(repeats):
            first = iter([WRONG, WRONG])  # as shipped, and steered

            def run(*_: object, again: bool = again, first: Any = first, **__: object) -> Any:
                wrong = next(first, None)
                return Observation(WRONG) if again or wrong else right

            monkeypatch.setattr(subject, "run", run)
            monkeypatch.setattr(subject, "refresh", lambda first=first: list(first))
            batch.found += judge_program(
                subject, PROGRAM, RECIPE, index, batch, subject.runs(PROGRAM, RECIPE, index)
            )
    return batch


def test_what_flickers_uses_up_no_room_for_what_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    """After many violations that could not be repeated, those that can are still found, KEPT of them."""
    flickers = KEPT + 2
    batch = judged([False] * flickers + [True] * (KEPT + 1), monkeypatch)
    assert [witness.origin for witness in batch.found] == [
        f"0/{index}" for index in range(flickers, flickers + KEPT)
    ]
    assert batch.unconfirmed == flickers


def test_tries_of_one_kind_have_an_end_and_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """After TRIED in vain none is made again; every one counts as unconfirmed."""
    batch = judged([False] * TRIED + [True] * 3, monkeypatch)
    assert (batch.found, batch.unconfirmed) == ([], TRIED + 3)


def test_hangs_soon_cost_a_part_of_their_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """HANGS of them are confirmed, each with more patience; from then on they are looked at briefly, and counted."""
    batch, hung = Batch("reference", 0, 5), empty_outcome(PROGRAM.tasks, "hung")
    with Bench() as bench:
        subject = Subject(bench, "reference", BUDGET)
        limits: list[float] = []

        def run(*asked: Any, **_: object) -> Observation:
            limits.append(asked[-1])
            return Observation(hung)

        monkeypatch.setattr(subject, "run", run)
        monkeypatch.setattr(subject, "seeds", lambda *_: (None,))
        for index in range(batch.count):
            batch.found += judge_program(
                subject, PROGRAM, RECIPE, index, batch, subject.runs(PROGRAM, RECIPE, index)
            )
    whole, brief = RECIPE.limit, RECIPE.limit / IMPATIENT
    assert limits == [whole, TWICE * whole] * HANGS + [brief] * 3
    assert [witness.kind for witness in batch.found] == ["the run hangs"] * HANGS
    assert batch.tally == {Grade.FORBIDDEN.value: 5}


def test_a_program_that_is_only_slow_is_no_smaller_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left of one that hangs has to use up the whole limit; else it is told as it was found."""
    hung = empty_outcome(PROGRAM.tasks, "hung")
    raw = Witness(
        "reference", "1", "3", PROGRAM, "virtual", None, hung, Grade.FORBIDDEN, "the run hangs", (), "0/1", 1
    )  # fmt: skip
    subject = subject_of("reference", BUDGET)

    def slow(program: Program, *asked: Any, **_: object) -> Observation:
        late = asked[-1] < RECIPE.limit or program == PROGRAM
        return Observation(hung if late else empty_outcome(program.tasks, "completed"))

    monkeypatch.setattr(subject, "run", lambda *_, **__: Observation(hung))
    assert shrink_witness(raw, limit=RECIPE.limit).witness.program == Program({"main": ()})
    monkeypatch.setattr(subject, "run", slow)
    assert shrink_witness(raw, limit=RECIPE.limit).witness.program == PROGRAM


def test_forbidden_without_a_finding_is_inconclusive(capsys: pytest.CaptureFixture[str]) -> None:
    """However few there were: exit 2, and the summary says how many could not be repeated."""
    campaign = Fuzz(FuzzPlan((RECIPE,), 1), ThreadPoolExecutor(1), None)
    batch = Batch("reference", 0, 1, 100_000, unconfirmed=2)
    batch.tally.update({Grade.ACCEPTABLE.value: 100_000})
    campaign.tallies["reference"].add(batch)
    assert exit_code(campaign, 1.0, interrupted=False) == Exit.OK
    campaign.tallies["reference"].tally[Grade.FORBIDDEN.value] += 2
    assert exit_code(campaign, 1.0, interrupted=False) == Exit.INCONCLUSIVE
    show(campaign)
    assert "2 FORBIDDEN outcomes could not be repeated" in capsys.readouterr().out


def test_known_findings_fail_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """A finding of that identity on that runtime is named in a line; another one, or another runtime's, fails."""
    campaign = Fuzz(FuzzPlan((RECIPE,), 1), ThreadPoolExecutor(1), None)
    batch = Batch("reference", 0, 1, 1)
    batch.tally.update({Grade.FORBIDDEN.value: 1})
    campaign.tallies["reference"].add(batch)
    one, other = (
        Witness(
            "reference",
            "1",
            "3",
            PROGRAM,
            "virtual",
            None,
            WRONG,
            Grade.FORBIDDEN,
            reason,
            (),
            "0/1",
            1,
        )
        for reason in ("hangs", "crashes")
    )
    campaign.findings[one.slug] = one
    known = finding_names([one])
    assert exit_code(campaign, 1.0, known, interrupted=False) == Exit.OK
    assert exit_code(campaign, 1.0, known, interrupted=True) == Exit.INCONCLUSIVE
    for unlike in (
        [other],
        [replace(one, runtime="asyncio")],
        [replace(one, grade=Grade.INTERESTING)],
        [],
    ):
        assert exit_code(campaign, 1.0, finding_names(unlike), interrupted=False) == Exit.VIOLATION
    show(campaign, known)
    shown = capsys.readouterr().out
    assert f"known  reference: {one.identity}" in shown
    assert "conformance replay" not in shown


# ---------------------------------------------------------------- damaged witnesses


def test_a_deep_program_in_a_token_is_damage() -> None:
    """One clear error, no RecursionError; and so for the file of a witness."""
    deep = base64.urlsafe_b64encode(zlib.compress(b"[" * 500_000)).decode()
    with pytest.raises(DataError, match="damaged token"):
        extract(EMBEDDED + deep)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("outcome", {"tasks": {}, "ending": "weird"}),
        ("outcome", {"tasks": {"main": {"end": 5}}, "ending": "hung"}),
        ("nearest", [[]]),
        ("nearest", [{"tasks": {"main": {"end": "returned", "log": "x"}}, "ending": "hung"}]),
        ("nearest", 5),
        ("seed", "7"),
    ],
)
def test_a_witness_is_read_strictly(field: str, value: object) -> None:
    """What is no outcome is damage, and not something to be shown."""
    witness = Witness(
        "asyncio", "3", "3.13", PROGRAM, "virtual", 7, WRONG, Grade.FORBIDDEN, nearest=(WRONG,)
    )
    told = witness_to_json(witness)
    assert witness_from_json(told) == witness
    with pytest.raises(DataError, match="damaged witness"):
        witness_from_json(told | {field: value})


def test_a_token_of_what_the_reference_lacks_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """`explore` makes no such token; `replay` of one says what is not modelled."""
    found = next(
        scenario
        for scenario in load_catalogue().scenarios
        if any(op.kind == "call_soon" for _, op in scenario.program.walk())
    )
    token = ReferenceToken(short_hash(found.program), found.id, "reference", ())
    assert main(["replay", encode_token(token)]) == Exit.DATA
    assert "the reference has no event loop of asyncio's kind" in capsys.readouterr().err


# ---------------------------------------------------------------- what a worker leaves behind


def test_what_an_ended_worker_started_is_ended(tmp_path: Path) -> None:
    """A process that exits by itself leaves no children behind, either."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    try:
        process = Process(["sh", "-c", '(echo up; exec sleep 60) > "$0" & exit 0', str(fifo)])
        select.select([reader], [], [], 5)
        assert os.read(reader, 3) == b"up\n"
        while not process.dead():
            time.sleep(0.01)
        process.close()
        process.close()
        assert select.select([reader], [], [], 5)[0]
        assert os.read(reader, 1) == b""  # its last writer is gone
    finally:
        os.close(reader)


def test_a_run_that_died_is_one_kind_of_failure() -> None:
    """Which op was under way when the whole run died of an error is chance; an exit or an interrupt is asked for."""
    near = (Outcome((("main", TaskOutcome((), "returned")),)),)
    died = replace(WRONG, reported=("destroyed", "run raised KeyError"))
    assert kind_of(died, near, "") == "run raised KeyError"
    ended = replace(WRONG, reported=("run raised SystemExit",))
    assert kind_of(ended, near, "") == kind_of(WRONG, near, "") == "cancelled for returned"
