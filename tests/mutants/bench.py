"""Runs the catalogue on runtimes made of the reference, in this process: their time is virtual."""

from __future__ import annotations

import importlib
import pkgutil
import platform
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache
from typing import cast, final

import scenarios
from conformance.adapter.core import Runtime
from conformance.engine.bench import Bench
from conformance.engine.campaign import Campaign, Plan
from conformance.engine.oracle import SearchOracle, find_reference
from conformance.interpreter import run_program
from conformance.judge.case import Case
from conformance.judge.evidence import RuntimeFacts
from conformance.judge.judge import break_of
from conformance.lang.program import Program
from conformance.lang.scenario import Scenario
from conformance.run.observation import Observation, RunOptions
from runtimes.mutants import find

ORACLE = SearchOracle(find_reference())
"""One for all: what the reference allows a program is searched once."""


@cache
def catalogue() -> dict[str, Scenario]:
    """Every scenario of every module of the package, by id."""
    names = [module.name for module in pkgutil.iter_modules(scenarios.__path__)]
    modules = [importlib.import_module(f"scenarios.{name}") for name in names]
    return {s.id: s for module in modules for s in getattr(module, "SCENARIOS", ())}


@final
class _Here:
    """A worker, and the bench that lends it, for one runtime in this process."""

    def __init__(self, runtime: Runtime, address: str) -> None:
        self.runtime = runtime
        self.facts = {
            address: RuntimeFacts(
                address=address,
                version=runtime.version(),
                python=platform.python_version(),
                families=runtime.families,
                capabilities=runtime.capabilities(),
                semantics=runtime.semantics,
                virtual=runtime.virtual,
                steering=runtime.steering,
            )
        }

    @contextmanager
    def borrow(self, _: str) -> Iterator[_Here]:
        yield self

    def run(self, program: Program, options: RunOptions, *, limit: float) -> Observation:
        return run_program(program, self.runtime, options)


def judged(
    runtime: Runtime, address: str, seeds: int = 1, only: Collection[str] | None = None
) -> dict[str, Case]:
    """Every case of the catalogue, or `only` of those scenarios, on that runtime, by scenario."""
    bench = cast(Bench, _Here(runtime, address))
    asked = tuple(s for name, s in catalogue().items() if only is None or name in only)
    plan = Plan(asked, (address,), seeds=seeds)
    return {case.scenario: case for case in Campaign(plan, bench, ORACLE).run()}


@cache
def of_mutant(name: str) -> dict[str, Case]:
    """Every case of the catalogue on that mutant, as it runs unsteered."""
    return judged(find(name), f"mutant:{name}")


def breaks_rule(case: Case) -> bool:
    """Whether an outcome breaks the scenario's rule, also one that does not bind the runtime."""
    rule = catalogue()[case.scenario].rule
    shown = case.histograms[0].seen if case.histograms else ()
    return rule is not None and any(break_of(rule, seen.outcome) for seen in shown)
