"""The suite's answers against those of the native probes, which know nothing of the suite.

`tests/native/` asks each runtime the same questions in the runtime's own API. Where the two
disagree, an adapter, a scenario or a probe is wrong.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final, final

import pytest

import scenarios
from conformance.engine.bench import facts_of
from conformance.engine.campaign import clock_of, run_options
from conformance.judge.evidence import RuntimeFacts
from conformance.judge.judge import answer_of, break_of, not_applicable
from conformance.lang.outcome import Outcome, show_outcome
from conformance.lang.scenario import Scenario
from conformance.wire.address import Address
from conformance.wire.client import Worker

NATIVE: Final = Path(__file__).resolve().parents[1] / "native"
LIMIT: Final = 10.0
"""Seconds for one run of the suite."""
ROUNDS: Final = (1, 3, 10, 10)
"""How much slower to ask each time. Probes keep real time, ticks of milliseconds, and so do runs
on a real clock: on a machine under load a tick may come late, and another answer with it. So who
disagrees is asked again, alone and with longer ticks. A mistake repeats."""
INSTANTS: Final = {
    "timers/deadline-equals-set": ("curio", "anyio"),
    "timers/deadline-equals-sleep": ("curio", "anyio"),
    "timers/nested-equal": ("curio",),
    "timers/equal-sleeps": ("anyio",),
}
"""Scenarios without a probe. They need two timers for one instant; these have calls that take a
duration only (or make one of an instant), so that in real time two never meet."""
TOLD: Final = ("yes", "no")
"""What a probe of a rule may answer: the rule holds, or not."""


BASICS: Final = ("basics",)


@final
@dataclass(frozen=True, slots=True)
class Asked:
    """How one runtime is asked: whose probes, with which arguments, and the modules it takes.

    `parts` are the scripts; where there are only `basics`, not every scenario has a probe.
    """

    probes: str
    arguments: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    parts: tuple[str, ...] = ("tasks", "primitives", "cancel_tcp")


RUNTIMES: Final = {
    "asyncio": Asked("asyncio", ("--loop", "asyncio")),
    "uvloop": Asked("asyncio", ("--loop", "uvloop"), ("uvloop",)),
    "asyncio:eager": Asked("asyncio", ("--loop", "eager")),
    "asyncio:debug": Asked("asyncio", ("--loop", "debug")),
    **{
        f"asyncio:{name}": Asked("asyncio", ("--join", name), (), ("spellings",))
        for name in ("wait", "gather", "shield")
    },
    "trio": Asked("trio", (), ("trio",)),
    "curio": Asked("curio", (), ("curio",)),
    "anyio:asyncio": Asked("anyio", ("--backend", "asyncio"), ("anyio",)),
    "anyio:uvloop": Asked("anyio", ("--backend", "uvloop"), ("anyio", "uvloop")),
    "anyio:trio": Asked("anyio", ("--backend", "trio"), ("anyio", "trio")),
    "gevent": Asked("green", ("--library", "gevent"), ("gevent",), BASICS),
    "eventlet": Asked("green", ("--library", "eventlet"), ("eventlet",), BASICS),
    "twisted": Asked("twisted", (), ("twisted",), BASICS),
}


@cache
def catalogue() -> dict[str, Scenario]:
    """Every scenario of the package, by id: also those of a module that is not yet listed."""
    modules = [module.name for module in pkgutil.iter_modules(scenarios.__path__)]
    found = [importlib.import_module(f"scenarios.{name}") for name in sorted(modules)]
    return {one.id: one for module in found for one in getattr(module, "SCENARIOS", ())}


def ask_probes(asked: Asked, only: str = "", slower: int = 1) -> dict[str, str]:
    """The answers of the native probes, each script in a process of its own."""
    environment = {**os.environ, "PROBES_SLOWER": str(slower)}
    answers: dict[str, str] = {}
    for part in asked.parts:
        script = NATIVE / f"{asked.probes}_{part}.py"
        command = [sys.executable, str(script), *asked.arguments, *([only] if only else [])]
        ran = subprocess.run(command, stdout=subprocess.PIPE, env=environment, check=True)
        told = json.loads(ran.stdout)
        assert not answers.keys() & told.keys(), "two probes of one scenario"
        answers |= told
    return answers


def run_suite(worker: Worker, scenario: Scenario, facts: RuntimeFacts, slower: int) -> Outcome:
    """What the adapter shows, as shipped: no seed."""
    options = run_options(scenario.program, clock_of(scenario, facts), None)
    if not options.virtual:
        longer = options.tick * slower, options.horizon * slower
        options = replace(options, tick=longer[0], horizon=longer[1])
    limit = LIMIT * slower + (0 if options.virtual else options.horizon)
    return worker.run(scenario.program, options, limit=limit).outcome


def compare(scenario: Scenario, seen: Outcome, told: str) -> str:
    """Empty when the suite's answer is the probe's (or one of them), else what differs."""
    if scenario.rule is not None and (told in TOLD or not scenario.answers):
        answer = "no" if break_of(scenario.rule, seen) else "yes"
    else:
        answer = str(answer_of(scenario, [seen]))
    if answer in told.split("/"):
        return ""
    return f"the suite says {answer}, the probe {told}; seen: {show_outcome(seen)}"


def disagreements(
    worker: Worker, facts: RuntimeFacts, asked: Asked, answers: dict[str, str]
) -> Iterator[str]:
    """Every scenario about which suite and probe disagree, round after round."""
    for scenario_id, told in answers.items():
        scenario = catalogue()[scenario_id]
        if not_applicable(scenario, facts):
            continue
        for slower in ROUNDS:
            if slower > 1:
                told = ask_probes(asked, scenario_id, slower)[scenario_id]
            said = compare(scenario, run_suite(worker, scenario, facts, slower), told)
            if not said:
                break
        else:
            yield f"{scenario_id}: {said}"


@pytest.fixture
def worker(address: str) -> Iterator[Worker]:
    """A worker for the runtime; skips what is not installed."""
    for module in RUNTIMES[address].needs:
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed")
    if address == "asyncio:eager" and sys.version_info < (3, 12):
        pytest.skip("asyncio has eager tasks from 3.12 on")
    with Worker(Address.parse(address)) as started:
        yield started


@pytest.mark.native
@pytest.mark.slow
@pytest.mark.parametrize("address", RUNTIMES)
def test_the_suite_answers_as_the_runtime_itself(
    address: str, worker: Worker, capsys: pytest.CaptureFixture[str]
) -> None:
    """For each scenario that applies, the adapter's run shows what the runtime's own API shows."""
    facts, asked = facts_of(address, worker.start()), RUNTIMES[address]
    answers = ask_probes(asked)
    assert not answers.keys() - catalogue().keys(), "probes of no scenario"
    wrong = list(disagreements(worker, facts, asked, answers))
    applicable = {one.id for one in catalogue().values() if not not_applicable(one, facts)}
    without = sorted(applicable - answers.keys())
    # The ops of the area `loop` are the loop's own API already: a probe would say the same again.
    without = [name for name in without if not name.startswith("loop/")]
    forgotten = [name for name in without if asked.probes not in INSTANTS.get(name, ())]
    if asked.parts in (BASICS, ("spellings",)):
        forgotten, told_of = [], 0
    else:
        told_of = len(without)
    count = len(applicable) - len(without)
    told = [f"{address}: {count} of {len(applicable)} applicable scenarios have a probe"]
    told += [f"  without: {name}" for name in without[:told_of]]
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(told) + "\n")
    assert not wrong, "\n".join(wrong)
    assert not forgotten, f"no probe for {', '.join(forgotten)}"
