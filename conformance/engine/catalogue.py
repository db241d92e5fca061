"""Finds scenarios and runtimes by entry points: ours and third-party ones alike."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.metadata import EntryPoint, entry_points
from typing import final

from conformance.errors import ScenarioError, UsageError
from conformance.lang.scenario import Scenario
from conformance.wire.address import known_runtimes

SCENARIOS = "conformance.scenarios"
"""The entry-point group of scenarios: each names an iterable of `Scenario`."""


@final
@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every scenario that was found. `broken`: a line for each entry point that did not load."""

    scenarios: tuple[Scenario, ...] = ()
    broken: tuple[str, ...] = ()

    def select(self, globs: Sequence[str]) -> tuple[Scenario, ...]:
        """The scenarios whose id matches one of the globs; all without globs.

        Raises UsageError for a glob that matches nothing.
        """
        if not globs:
            return self.scenarios
        for glob in globs:
            if not any(fnmatchcase(scenario.id, glob) for scenario in self.scenarios):
                raise UsageError(
                    f"no scenario matches `{glob}`", hint="see `conformance list scenarios`"
                )
        return tuple(s for s in self.scenarios if any(fnmatchcase(s.id, glob) for glob in globs))

    def find(self, scenario_id: str) -> Scenario:
        """The scenario of that id. Raises UsageError."""
        for scenario in self.scenarios:
            if scenario.id == scenario_id:
                return scenario
        raise UsageError(f"no scenario `{scenario_id}`", hint="see `conformance list scenarios`")


def load_catalogue(points: Iterable[EntryPoint] | None = None) -> Catalogue:
    """Every scenario of every installed package, by area and id.

    What cannot be loaded is named in `broken`. Raises ScenarioError for an id that is used twice.
    """
    found: dict[str, tuple[Scenario, str]] = {}
    broken: list[str] = []
    for point in entry_points(group=SCENARIOS) if points is None else points:
        try:
            scenarios = _load(point)
        except Exception as error:  # noqa: BLE001 — a module of somebody else's fails as it likes
            broken.append(f"{point.name} ({point.value}): {type(error).__name__}: {error}")
            continue
        for scenario in scenarios:
            first, other = found.setdefault(scenario.id, (scenario, point.value))
            if first is not scenario:
                raise ScenarioError(
                    f"`{scenario.id}` is defined twice: by {other} and by {point.value}",
                    hint="an id names one scenario, for good",
                )
    ordered = tuple(found[name][0] for name in sorted(found))
    return Catalogue(ordered, tuple(broken))


def _load(point: EntryPoint) -> tuple[Scenario, ...]:
    loaded = tuple(point.load())
    for item in loaded:
        if not isinstance(item, Scenario):
            raise ScenarioError(f"{type(item).__name__} is no Scenario")
    if len({scenario.id for scenario in loaded}) != len(loaded):
        ids = [scenario.id for scenario in loaded]
        twice = next(name for name in ids if ids.count(name) > 1)
        raise ScenarioError(f"`{twice}` is defined twice")
    return loaded


@final
@dataclass(frozen=True, slots=True)
class Listed:
    """An address that an entry point offers. `trouble` says why it cannot be had, if so."""

    address: str
    trouble: str = ""
    default: bool = True


def list_runtimes() -> tuple[Listed, ...]:
    """Every address that the installed adapters offer, flavours included.

    An adapter's attribute `flavours` lists its flavours (`""` is the bare name); one that says
    `by_default = False` is not run unless it is named.
    """
    return tuple(listed for point in known_runtimes().values() for listed in _offers(point))


def _offers(point: EntryPoint) -> Iterable[Listed]:
    try:
        with warnings.catch_warnings(action="ignore"):  # of a runtime about itself: not our news
            adapter = point.load()
    except ModuleNotFoundError as error:
        yield Listed(point.name, f"not installed: {error.name}")
        return
    except Exception as error:  # noqa: BLE001 — a module of somebody else's fails as it likes
        yield Listed(point.name, f"cannot be loaded: {type(error).__name__}: {error}")
        return
    is_class = isinstance(adapter, type)
    default = bool(getattr(adapter, "by_default", is_class))
    for flavour in getattr(adapter, "flavours", ("",) if is_class else ()):
        yield Listed(f"{point.name}:{flavour}" if flavour else point.name, "", default)
