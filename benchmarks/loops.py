"""The event-loop facet and CPython's own loop tests, side by side, over loops real and broken.

    python -m benchmarks.loops --write docs/event-loops.md [--python PYTHON] [LOOP …]

A LOOP is an address of ours: `uvloop`, `rloop`, `zloop`, `loopmini`, `veloxloop`, `mutant:loop-…`; all
of these by default. For each it runs the scenarios of the area `loop` and the 88 tests (89 from CPython 3.12 on)
that `benchmarks/loop_tests.py` can bind, both under PYTHON, and shows what each finds that it does
not find in asyncio's own loop. It takes about a quarter of an hour.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import click

from conformance.engine.bench import Bench
from conformance.engine.campaign import Campaign, Plan
from conformance.engine.catalogue import load_catalogue
from conformance.judge.case import Case
from conformance.judge.evidence import NoOracle
from conformance.judge.verdict import Verdict
from runtimes.mutants import LOOPS, MUTANTS

TESTS = Path(__file__).with_name("loop_tests.py")
FACTORIES = {
    "asyncio": "asyncio:SelectorEventLoop",
    "uvloop": "uvloop:new_event_loop",
    "rloop": "rloop:new_event_loop",
    "zloop": "zloop:new_event_loop",
    "loopmini": "loopmini:Loop",
    "veloxloop": "veloxloop:new_event_loop",
}
CONTROL = "asyncio"
BAD = ("fail", "hang")


@dataclass(frozen=True)
class Found:
    """What was found in one loop, beyond what was found in asyncio's own.

    broken    scenarios whose rule is broken, or that crash or hang.
    answered  questions with another answer.
    lacking   scenarios that do not apply: the loop says that it lacks what they need.
    tests     CPython's tests that fail or hang, twice.
    """

    version: str
    broken: tuple[str, ...]
    answered: tuple[str, ...]
    lacking: int
    tests: tuple[str, ...]


def facet(address: str, python: str) -> dict[str, Case]:
    """Every case of the area on one loop, by the scenario's name."""
    where = f"{address}@{python}" if python else address
    scenarios = load_catalogue().select(["loop/*"])
    with Bench() as bench:
        bench.start([where])
        if where in bench.trouble:
            raise bench.trouble[where]
        cases = list(Campaign(Plan(scenarios, (where,)), bench, NoOracle("labels alone")).run())
    return {case.scenario.partition("/")[2]: case for case in cases}


def tests(address: str, python: str, *wanted: str) -> dict[str, str]:
    """How each of CPython's tests, or of those that are wanted, ends on one loop."""
    command = [python or sys.executable, str(TESTS), FACTORIES.get(address, address), *wanted]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    ended: dict[str, str] = json.loads(done.stdout)
    return ended


def compare(address: str, python: str, control: tuple[dict[str, Case], dict[str, str]]) -> Found:
    """What is found in one loop and not in the control."""
    cases, ended = facet(address, python), tests(address, python)
    was, passed = control
    failed = [n for n, how in ended.items() if how in BAD and passed.get(n) == "ok"]
    again = tests(address, python, *failed) if failed else {}  # some fail on a busy machine
    return Found(
        version=next(iter(cases.values())).version,
        broken=tuple(
            name
            for name, case in cases.items()
            if case.verdict is Verdict.VIOLATES and was[name].verdict is not Verdict.VIOLATES
        ),
        answered=tuple(
            f"{name}: {case.answer}"
            for name, case in cases.items()
            if case.answer is not None and case.answer != was[name].answer
        ),
        lacking=sum(case.verdict is Verdict.NOT_APPLICABLE for case in cases.values()),
        tests=tuple(name.partition(".")[2] for name, how in again.items() if how in BAD),
    )


def table(found: dict[str, Found], *, mutants: bool) -> Iterator[str]:
    """One row for each loop."""
    yield "| loop | scenarios broken | other answers | lacks | CPython's tests failed |"
    yield "|---|---|---|---|---|"
    for address, one in found.items():
        if address.startswith("mutant:") == mutants:
            name = address if mutants else f"{address} {one.version}"
            about = f"<br>{MUTANTS[address.partition(':')[2]]}" if mutants else ""
            cells = [
                " ".join(f"`{name}`" for name in one.broken) or "–",
                " ".join(f"`{name}`" for name in one.answered) or "–",
                str(one.lacking or "–"),
                " ".join(f"`{name}`" for name in one.tests) or "–",
            ]
            yield f"| {name}{about} | " + " | ".join(cells) + " |"


def summary(found: dict[str, Found]) -> Iterator[str]:
    """How many of the broken loops each of the two finds."""
    mutants = [one for name, one in found.items() if name.startswith("mutant:")]
    ours = [one for one in mutants if one.broken or one.answered]
    theirs = [one for one in mutants if one.tests]
    yield "| found in the broken loops | by the facet | by CPython's tests |"
    yield "|---|---|---|"
    yield f"| of {len(mutants)} | {len(ours)} | {len(theirs)} |"
    yield f"| by a broken rule or a failed test | {sum(bool(one.broken) for one in mutants)} | {len(theirs)} |"
    only = sum(bool(one.tests) and not (one.broken or one.answered) for one in mutants)
    yield f"| by this one alone | {sum(not one.tests for one in ours)} | {only} |"


@click.command()
@click.argument("loops", nargs=-1)
@click.option("--python", default="", help="The interpreter that has the loops installed.")
@click.option("--write", type=click.Path(path_type=Path), help="The page to put the tables into.")
@click.option("--jobs", default=2, show_default=True)
def main(loops: tuple[str, ...], python: str, write: Path | None, jobs: int) -> None:
    """Compare, and show."""
    chosen = loops or (*[name for name in FACTORIES if name != CONTROL], *mutant_names())
    control = facet(CONTROL, python), tests(CONTROL, python)
    with ThreadPoolExecutor(jobs) as threads:
        results = threads.map(lambda address: compare(address, python, control), chosen)
        found = dict(zip(chosen, results, strict=True))
    lines = [*table(found, mutants=False), "", *summary(found), "", *table(found, mutants=True)]
    text = "\n".join(lines) + "\n"
    if write is None:
        click.echo(text)
        return
    page = write.read_text(encoding="utf-8").partition(MARK)[0]
    write.write_text(page + MARK + "\n\n" + text, encoding="utf-8")


MARK = "<!-- what follows is written by benchmarks/loops.py -->"


def mutant_names() -> tuple[str, ...]:
    """The addresses of the broken loops."""
    return tuple(f"mutant:{name}" for name in LOOPS)


if __name__ == "__main__":
    main()
