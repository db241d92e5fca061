"""The catalogue as a whole: each scenario asks one thing, says by what right, and can fail."""

import importlib
import pkgutil
import tomllib
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

import scenarios
from conformance.engine.catalogue import SCENARIOS as GROUP
from conformance.engine.catalogue import load_catalogue
from conformance.engine.oracle import SearchOracle, find_reference
from conformance.engine.unmodelled import beyond
from conformance.lang.outcome import Outcome
from conformance.lang.scenario import Scenario
from runtimes.on_asyncio import Asyncio
from runtimes.reference.declared import REFERENCE

ROOT = Path(__file__).resolve().parents[2]
POINTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
    "entry-points"
][GROUP]  # as written here, whatever an older installation says
CATALOGUE = load_catalogue(EntryPoint(name, value, GROUP) for name, value in POINTS.items())
ALL = CATALOGUE.scenarios
BUDGET = 20_000
"""Steps of one search: enough for nearly all of the catalogue."""


def named(scenario: Scenario) -> str:
    """The id, for a test's name."""
    return scenario.id


def defined() -> Iterator[tuple[str, Scenario]]:
    """Every scenario of our package, with the module that defines it."""
    for info in pkgutil.iter_modules(scenarios.__path__):
        module = importlib.import_module(f"scenarios.{info.name}")
        for scenario in getattr(module, "SCENARIOS", ()):
            yield info.name, scenario


def test_everything_loads() -> None:
    """Every entry point of ours loads, and there are at least 80 scenarios, no two alike."""
    assert CATALOGUE.broken == ()
    ours = {scenario.id: scenario for _, scenario in defined()}
    assert len(ours) >= 80
    assert len({scenario.hash for scenario in ours.values()}) == len(ours)
    assert set(ours) <= {scenario.id for scenario in ALL}


def test_one_id_one_scenario() -> None:
    """An id stands for one scenario, in whichever modules it is listed."""
    known: dict[str, Scenario] = {}
    for module, scenario in defined():
        assert known.setdefault(scenario.id, scenario) is scenario, (module, scenario.id)


def test_areas_are_modules() -> None:
    """An id's area is a module: its own, or the one that its own module continues."""
    modules = {info.name for info in pkgutil.iter_modules(scenarios.__path__)}
    assert {scenario.area for _, scenario in defined()} <= modules
    homes: dict[str, set[str]] = {}
    for module, scenario in defined():
        homes.setdefault(module, set()).add(scenario.area)
    for module, areas in homes.items():
        assert len(areas) == 1 or module in areas, module


@pytest.mark.parametrize("scenario", ALL, ids=named)
def test_a_scenario_is_complete(scenario: Scenario) -> None:
    """It asks one question, says where the rule is written, and names what fails it."""
    assert scenario.asks.endswith("?")
    assert scenario.sources
    assert all(source.strip() for source in scenario.sources.values())
    assert scenario.shown_by.strip()
    assert scenario.program.size() > 0


def allowed(scenario: Scenario) -> Iterator[Outcome]:
    """What the reference may show, under its own semantics and under asyncio's."""
    if beyond(scenario.program):
        return
    oracle = SearchOracle(find_reference(), budget=BUDGET)
    for semantics in (REFERENCE, Asyncio.semantics):
        yield from oracle.search(scenario.program, semantics, "virtual").outcomes


@pytest.mark.parametrize("scenario", [s for s in ALL if len(s.answers) > 1], ids=named)
def test_answers_exclude_one_another(scenario: Scenario) -> None:
    """No outcome that the reference may show has two answers."""
    for outcome in allowed(scenario):
        found = [name for name, pattern in scenario.answers.items() if pattern.matches(outcome)]
        assert len(found) <= 1, (found, outcome)


@pytest.mark.parametrize("scenario", [s for s in ALL if s.rule], ids=named)
def test_a_rule_can_be_kept(scenario: Scenario) -> None:
    """No outcome is both required and forbidden by one rule."""
    rule = scenario.rule
    assert rule is not None
    for outcome in allowed(scenario):
        required = any(pattern.matches(outcome) for pattern in rule.required)
        assert not (required and any(pattern.matches(outcome) for pattern in rule.forbidden))
