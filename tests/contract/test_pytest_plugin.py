import subprocess
import sys
from pathlib import Path

import pytest

from conformance.engine.bench import Bench
from conformance.judge.baseline import Baseline, Entry
from conformance.judge.baseline_file import write_baseline
from conformance.judge.gate import own_semantics

LIFO = "mutant:lifo-waiters"
TOY = """
import asyncio

from conformance.adapter.core import Runtime


class Toy(Runtime):
    def version(self):
        return "1"

    def module_file(self):
        return __file__

    def run(self, main, limits):
        asyncio.run(self._run(main))

    async def _run(self, main):
        return await main()

    async def spawn(self, body, name, group):
        return asyncio.ensure_future(body())

    async def checkpoint(self):
        await asyncio.sleep(0)

    def is_cancellation(self, error):
        return isinstance(error, asyncio.CancelledError)
"""


def run(where: Path, *arguments: str) -> tuple[int, str]:
    """Pytest in a directory of its own; its exit code and what it printed."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-rA", *arguments]
    seeds = ("--conformance-seeds", "2")
    done = subprocess.run(
        [*command, *seeds], cwd=where, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_scenarios_are_test_items(tmp_path: Path) -> None:
    """The catalogue is collected beside the author's own tests, and selected by `-k`."""
    (tmp_path / "test_own.py").write_text("def test_own():\n    pass\n")
    code, text = run(tmp_path, "--conformance", "asyncio", "-k", "test_own or lock-excludes")
    assert code == 0, text
    assert "PASSED test_own.py::test_own" in text
    assert "PASSED conformance::sync/lock-excludes" in text
    assert "2 passed" in text


def test_areas_are_markers(tmp_path: Path) -> None:
    """`-m AREA` selects an area, also under `--strict-markers`."""
    code, text = run(tmp_path, "--conformance", "asyncio", "-m", "join", "--strict-markers")
    assert code == 0, text
    assert "conformance::join/" in text
    assert "conformance::sync/" not in text


def test_a_violation_fails_with_its_program_and_token(tmp_path: Path) -> None:
    """A failure says what is asked, what was wanted and seen, and how to see it again."""
    code, text = run(tmp_path, "--conformance", LIFO, "--conformance-scenario", "sync/lock-order")
    assert code == 1
    for told in (
        "Do three waiters get a lock",
        "VIOLATES: MUST",
        "task main:",
        "conformance replay ar1",
    ):
        assert told in text


def test_a_baseline_makes_honest_xfails(tmp_path: Path) -> None:
    """An expected violation is an xfail with its reason; one that is not there any more fails loudly."""
    baseline = tmp_path / "b.toml"
    entry = Entry("sync/lock-order", ("VIOLATES",), "https://example.org/9")
    chosen = ("--conformance-scenario", "sync/lock-order", "-k", "lock-order")
    told = ("--conformance-baseline", str(baseline), *chosen)
    write_baseline(baseline, Baseline(LIFO, entries=(entry,)))
    code, text = run(tmp_path, "--conformance", LIFO, *told)
    assert code == 0, text
    assert "XFAIL conformance::sync/lock-order - https://example.org/9" in text
    baseline.unlink()
    write_baseline(baseline, Baseline("asyncio", entries=(entry,)))
    code, text = run(tmp_path, "--conformance", "asyncio", *told)
    assert code == 1
    assert "passes unexpectedly" in text


def test_a_baseline_of_another_runtime_is_refused(tmp_path: Path) -> None:
    """Held against the wrong file everything would be wrong, or nothing: pytest does not start."""
    baseline = tmp_path / "b.toml"
    write_baseline(baseline, Baseline("trio"))
    told = ("--conformance-baseline", str(baseline))
    code, text = run(tmp_path, "--conformance", "asyncio", *told)
    assert code == 4
    assert "b.toml is the baseline of `trio`, not of `asyncio`" in text


def test_a_changed_declaration_fails(tmp_path: Path) -> None:
    """What the adapter declares is an item of its own, and fails where something else was accepted."""
    baseline = tmp_path / "b.toml"
    told = ("--conformance-baseline", str(baseline), "-k", "semantics")
    with Bench() as bench:
        bench.start(["asyncio"])
        now = own_semantics(bench.facts["asyncio"].semantics)
    write_baseline(baseline, Baseline("asyncio", semantics=now))
    code, text = run(tmp_path, "--conformance", "asyncio", *told)
    assert code == 0, text
    assert "PASSED conformance::semantics" in text
    baseline.unlink()
    write_baseline(baseline, Baseline("asyncio", semantics={**now, "locks": "unheard"}))
    code, text = run(tmp_path, "--conformance", "asyncio", *told)
    assert code == 1
    assert "semantics changed: semantics.locks" in text
    assert "accepted was unheard" in text


def test_parallel_under_xdist(tmp_path: Path) -> None:
    """Items go to several processes, each with a worker of its own."""
    code, text = run(tmp_path, "--conformance", "asyncio", "-m", "spawn or join", "-n", "2")
    assert code == 0, text
    assert "passed" in text


def test_in_process(tmp_path: Path) -> None:
    """`--conformance-in-process` runs here, and the header says so; trio stays pinned."""
    code, text = run(
        tmp_path, "--conformance", "trio", "--conformance-in-process", "-m", "spawn", "-v"
    )
    assert code == 0, text
    assert "conformance: in-process:trio" in text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--conformance", "asyncoi"), "did you mean `asyncio`"),
        (("--conformance", "asyncio", "--conformance-baseline", "nowhere"), "nowhere"),
        (("--conformance", "asyncio", "--conformance-scenario", "no/such"), "no/such"),
    ],
)
def test_wrong_options_get_one_line(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    """What cannot be is said before anything runs."""
    code, text = run(tmp_path, *arguments)
    assert code == 4
    assert told in text
    assert "Traceback" not in text


def test_an_authors_own_adapter(tmp_path: Path) -> None:
    """An adapter by its import path is tried as any other; what it lacks is skipped, with the reason."""
    (tmp_path / "toy.py").write_text(TOY)
    chosen = ("-k", "first-steps or lock-order")
    code, text = run(tmp_path, "--conformance", "toy:Toy", *chosen)
    assert code == 0, text
    assert "SKIPPED" in text
    assert "lacks" in text


def test_junit_holds_the_token(tmp_path: Path) -> None:
    """JUnit XML is pytest's own; answer and token are properties."""
    code, text = run(
        tmp_path, "--conformance", "asyncio", "-k", "before-first-step", "--junit-xml", "j.xml"
    )
    assert code == 0, text
    xml = (tmp_path / "j.xml").read_text()
    assert 'name="token"' in xml
    assert 'value="skips"' in xml
