"""A fuzzing campaign: what it finds, keeps, counts, and takes up again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.engine.fuzz import Fuzz, FuzzPlan
from conformance.engine.fuzz_batch import run_batch
from conformance.engine.fuzz_corpus import JOURNAL, Corpus, read_witness
from conformance.engine.fuzz_subject import Recipe
from conformance.errors import DataError, UsageError
from conformance.judge.verdict import Grade
from conformance.judge.witness import Witness, embed, extract, witness_from_json, witness_to_json
from conformance.lang import ops
from conformance.lang.outcome import Outcome, TaskOutcome
from conformance.lang.program import Program
from tests.processes import family, left

BROKEN = Recipe("mutant:early-timer", ("time", "tasks"))
SOUND = Recipe("reference", ("tasks", "lock"))
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    """One thread: batches come back in order."""
    with ThreadPoolExecutor(1) as threads:
        yield threads


def carry_out(fuzz: Fuzz) -> Fuzz:
    """To the end."""
    for _ in fuzz.run():
        pass
    return fuzz


def test_a_broken_runtime_is_found_and_made_small(executor: Executor, tmp_path: Path) -> None:
    """The finding is kept as a file, is as small as can be, and says where it and what is allowed part."""
    fuzz = carry_out(Fuzz(FuzzPlan((BROKEN,), 60), executor, Corpus(tmp_path)))
    smallest = min(fuzz.violations, key=lambda witness: witness.program.size())
    assert smallest.program == Program({"main": (ops.Sleep(2),)})
    assert smallest.ops > 1
    told = "main, entry 1 at tick 1: `returned`, comes then, allowed later"
    assert str(smallest.divergence) == told
    kept = list(Corpus(tmp_path).witnesses())
    assert sorted(kept, key=lambda w: w.slug) == sorted(
        fuzz.findings.values(), key=lambda w: w.slug
    )
    assert len({witness.identity for witness in kept}) == len(kept)


def test_a_sound_runtime_is_not_accused(executor: Executor) -> None:
    """The reference keeps its own rules, as coroutines and steered; nothing is left unjudged."""
    fuzz = carry_out(Fuzz(FuzzPlan((SOUND,), 150), executor, None))
    tally = fuzz.tallies["reference"]
    assert tally.programs == 150
    assert tally.tally == {Grade.ACCEPTABLE.value: 150}
    assert not fuzz.findings
    assert any(point.startswith("cancelled ") for point in tally.coverage)
    assert any(point.startswith("meet acquire release") for point in tally.coverage)


def test_the_same_seed_gives_the_same_verdicts() -> None:
    """On virtual time, twice the same: tallies, coverage, steps of the search; another seed, others."""
    first, second, other = (run_batch(replace(BROKEN, seed=seed), 0, 30) for seed in (5, 5, 6))
    assert (first.tally, first.coverage, first.steps) == (
        second.tally,
        second.coverage,
        second.steps,
    )
    assert other.steps != first.steps


def test_a_resumed_campaign_is_the_whole_one(executor: Executor, tmp_path: Path) -> None:
    """What was done is not done again, and the sums are those of a campaign that was never interrupted."""
    carry_out(Fuzz(FuzzPlan((SOUND,), 50), executor, Corpus(tmp_path)))
    lines = (tmp_path / JOURNAL).read_text(encoding="utf-8")
    (tmp_path / JOURNAL).write_text(lines + '{"runtime": "cut sho', encoding="utf-8")
    resumed = carry_out(Fuzz(FuzzPlan((SOUND,), 100), executor, Corpus(tmp_path), resume=True))
    whole = carry_out(Fuzz(FuzzPlan((SOUND,), 100), executor, None))
    assert resumed.tallies == whole.tallies


def test_another_campaign_is_not_gone_on_with(executor: Executor, tmp_path: Path) -> None:
    """Another seed, other areas or runtimes: --resume refuses, and says why."""
    with pytest.raises(UsageError, match="no campaign"):
        Fuzz(FuzzPlan((SOUND,), 50), executor, Corpus(tmp_path), resume=True)
    Corpus(tmp_path).begin(FuzzPlan((SOUND,), 50).journal(), resume=False)
    with pytest.raises(UsageError, match="no campaign"):
        Fuzz(FuzzPlan((replace(SOUND, seed=9),), 50), executor, Corpus(tmp_path), resume=True)


def test_kill_loses_nothing_that_was_found(tmp_path: Path) -> None:
    """After kill -9 every file of the corpus is whole, no process is left, and --resume goes on to the end."""
    command = [
        *(
            sys.executable,
            "-m",
            "conformance",
            "fuzz",
            "mutant:join-loses-value",
            "--area",
            "tasks",
        ),
        *("--jobs", "1", "--corpus", str(tmp_path), "--format", "json"),
    ]
    process = subprocess.Popen(
        [*command, "--programs", "100000"],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob("*.json")) and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        helpers = family(process.pid) - {process.pid}
        process.kill()
        process.wait()
    deadline = time.monotonic() + 30
    while left(helpers) and time.monotonic() < deadline:
        time.sleep(0.05)
    for helper in left(helpers):
        os.kill(helper, signal.SIGKILL)
        pytest.fail(f"{helper} outlives who was killed")
    before = {witness.identity for witness in Corpus(tmp_path).witnesses()}
    assert before
    done = subprocess.run(
        [*command, "--programs", "50", "--resume"],
        cwd=ROOT, check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert told["runtimes"][0]["programs"] >= 50
    assert told["findings"]


WITNESS = Witness(
    runtime="asyncio",
    version="3.13",
    python="3.13",
    program=Program({"main": (ops.Spawn("b"), ops.Sleep(float("inf"))), "b": (ops.Note("x"),)}),
    clock="virtual",
    seed=7,
    outcome=Outcome((("main", TaskOutcome(end="returned", tick=0)), ("b", TaskOutcome()))),
    grade=Grade.FORBIDDEN,
    nearest=(Outcome((("main", TaskOutcome(end="blocked: sleep forever")), ("b", TaskOutcome()))),),
    origin="0/3",
    ops=9,
    tried=2,
)


def test_a_witness_goes_to_json_and_back() -> None:
    """Without loss; and the task order of the program in a token is kept, for it is start order."""
    assert witness_from_json(json.loads(json.dumps(witness_to_json(WITNESS)))) == WITNESS
    assert extract(embed(WITNESS.program)) == WITNESS.program
    assert list(extract(embed(WITNESS.program)).tasks) == ["main", "b"]


def test_damaged_witnesses_are_named(tmp_path: Path) -> None:
    """A file that is no witness is one clear error with its name."""
    for text in ("{", "[]", "{}", '{"format": "async-runtime-conformance witness", "version": 1}'):
        (tmp_path / "w.json").write_text(text, encoding="utf-8")
        with pytest.raises(DataError, match=r"w\.json"):
            read_witness(tmp_path / "w.json")
    with pytest.raises(DataError, match="damaged token"):
        extract("fuzz:AAAA")
