"""The pytest plugin: `pytest --conformance mypkg.adapter:MyRuntime` collects the catalogue as tests.

Each scenario is one item: `-k` selects by id, `-m` by area. Runtimes run in worker processes, one for each
process of pytest-xdist; `--conformance-in-process` keeps to pytest's own process, for debugging.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

import pytest

from conformance.errors import ConformanceError, UsageError

if TYPE_CHECKING:
    from conformance.engine.bench import Bench
    from conformance.engine.campaign import Campaign
    from conformance.judge.baseline import Baseline
    from conformance.judge.case import Case
    from conformance.judge.evidence import RuntimeFacts
    from conformance.lang.scenario import Scenario


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the group `conformance`."""
    group = parser.getgroup("conformance", "the conformance catalogue on an async runtime")
    group.addoption("--conformance", metavar="RUNTIME", help="Collect the catalogue for it.")
    group.addoption("--conformance-baseline", metavar="FILE", help="What is expected.")
    group.addoption(
        "--conformance-scenario", metavar="GLOB", action="append", default=[], help="Only these."
    )
    group.addoption("--conformance-seeds", type=int, default=10, help="Runs of each. [10]")
    group.addoption("--conformance-seed", type=int, default=0, help="The base seed. [0]")
    group.addoption(
        "--conformance-in-process",
        action="store_true",
        help="Run in pytest's own process, without a watchdog.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, so that `--strict-markers` knows them."""
    if config.getoption("--conformance"):
        try:
            config.stash[_SETUP] = Setup(config)
        except ConformanceError as error:
            raise pytest.UsageError(_one_line(error)) from None
        config.addinivalue_line("markers", "conformance: a scenario of the conformance catalogue")
        for area in sorted({scenario.area for scenario in config.stash[_SETUP].scenarios}):
            config.addinivalue_line("markers", f"{area}: scenarios of that area")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, items: list[pytest.Item]) -> None:
    """Add the catalogue; it comes first here, so that `-k` and `-m` choose among it too."""
    setup = session.config.stash.get(_SETUP, None)
    if setup is not None:
        node = Catalogue.from_parent(session, name="conformance", nodeid="conformance")
        items.extend(node.collect())


def pytest_report_header(config: pytest.Config) -> str | None:
    """What is held to what."""
    setup = config.stash.get(_SETUP, None)
    return None if setup is None else f"conformance: {setup.address}, {setup.expectation}"


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the workers."""
    setup = config.stash.get(_SETUP, None)
    if setup is not None:
        setup.close()


@final
class Setup:
    """One runtime, started when the first item wants it, and what is expected of it."""

    def __init__(self, config: pytest.Config) -> None:
        from conformance.engine.catalogue import load_catalogue  # noqa: PLC0415 — only if asked for
        from conformance.judge.baseline import plain_address  # noqa: PLC0415
        from conformance.judge.baseline_file import read_baseline  # noqa: PLC0415
        from conformance.wire.address import IN_PROCESS, Address  # noqa: PLC0415

        prefix = IN_PROCESS if config.getoption("--conformance-in-process") else ""
        self.address: str = prefix + config.getoption("--conformance")
        Address.parse(self.address)
        catalogue = load_catalogue()
        globs = config.getoption("--conformance-scenario")
        self.scenarios = catalogue.select(tuple(globs))
        self.seeds: int = config.getoption("--conformance-seeds")
        self.seed: int = config.getoption("--conformance-seed")
        path = config.getoption("--conformance-baseline")
        self.baseline: Baseline | None = read_baseline(Path(path)) if path else None
        if self.baseline is not None and self.baseline.runtime != plain_address(self.address):
            raise UsageError(
                f"{path} is the baseline of `{self.baseline.runtime}`, not of `{self.address}`"
            )
        self.expectation = f"baseline {path}" if path else "no baseline"
        self._bench: Bench | None = None
        self._trouble = ""
        self._campaign: Campaign | None = None

    def case(self, scenario: Scenario) -> Case:
        """The scenario's case. Fails the test if the runtime does not start."""
        campaign, facts = self._started()
        return campaign.one(facts, scenario)

    def facts(self) -> RuntimeFacts:
        """What the runtime says of itself. Fails the test if it does not start."""
        return self._started()[1]

    def _started(self) -> tuple[Campaign, RuntimeFacts]:
        from conformance.engine.bench import Bench  # noqa: PLC0415
        from conformance.engine.campaign import Campaign, Plan  # noqa: PLC0415
        from conformance.engine.oracle import SearchOracle, find_reference  # noqa: PLC0415

        if self._bench is None:
            self._bench = Bench()
            self._bench.start([self.address])
            if error := self._bench.trouble.get(self.address):
                self._trouble = _one_line(error)
            plan = Plan(self.scenarios, (self.address,), self.seeds, self.seed)
            self._campaign = Campaign(plan, self._bench, SearchOracle(find_reference()))
        if self._trouble:
            pytest.fail(self._trouble, pytrace=False)
        assert self._campaign is not None
        return self._campaign, self._bench.facts[self.address]

    def close(self) -> None:
        """End the workers."""
        if self._bench is not None:
            self._bench.__exit__()


_SETUP = pytest.StashKey[Setup]()


def _one_line(error: ConformanceError) -> str:
    return f"{error}" + (f" ({error.hint})" if error.hint else "")


class Catalogue(pytest.Collector):
    """The catalogue as a node of the tree of tests."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item for what a baseline says was declared, and one for each scenario."""
        if self.config.stash[_SETUP].baseline is not None:
            yield SemanticsItem.from_parent(self, name="semantics")
        for scenario in self.config.stash[_SETUP].scenarios:
            yield ScenarioItem.from_parent(self, name=scenario.id, scenario=scenario)


class OurItem(pytest.Item):
    """An item whose errors are one clear line."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """One clear line for an error of ours; else as pytest does."""
        if isinstance(excinfo.value, ConformanceError):
            return f"{type(excinfo.value).__name__}: {_one_line(excinfo.value)}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """What stands before the dots, and in reports."""
        return Path("conformance"), None, self.name


class SemanticsItem(OurItem):
    """What the adapter declares, held against what was accepted."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(**rest)
        self.add_marker("conformance")

    def runtest(self) -> None:
        """Fail where it declares something else."""
        from conformance.judge.gate import declarations  # noqa: PLC0415

        setup = self.config.stash[_SETUP]
        assert setup.baseline is not None
        changes = list(declarations(setup.baseline, setup.facts()))
        if changes:
            told = [f"{change.kind.words}: {change.subject}: {change.text}" for change in changes]
            pytest.fail("\n".join(told), pytrace=False)


class ScenarioItem(OurItem):
    """One scenario on the runtime."""

    def __init__(self, *, scenario: Scenario, **rest: Any) -> None:
        super().__init__(**rest)
        self.scenario = scenario
        self.add_marker("conformance")
        self.add_marker(scenario.area)

    def runtest(self) -> None:
        """Run and judge it; pass, fail, skip or xfail by the baseline, if there is one."""
        setup = self.config.stash[_SETUP]
        case = setup.case(self.scenario)
        for name, value in (("answer", case.answer), ("token", case.token)):
            if value:
                self.user_properties.append((name, value))
        _end(case, setup.baseline)


def _end(case: Case, baseline: Baseline | None) -> None:
    from conformance.judge.baseline import environment_of  # noqa: PLC0415
    from conformance.judge.gate import Kind, compare  # noqa: PLC0415
    from conformance.judge.verdict import Verdict  # noqa: PLC0415

    if baseline is not None:
        changes = [c for c in compare(baseline, case) if c.kind is not Kind.NEW]
        if changes:
            pytest.fail(_told(case, f"{changes[0].kind.words}: {changes[0].text}"), pytrace=False)
        expected = baseline.expected(case.scenario, environment_of(case))
        if case.verdict is Verdict.VIOLATES and expected is not None and expected.entry is not None:
            pytest.xfail(expected.entry.reason)
    if case.verdict is Verdict.NOT_APPLICABLE:
        pytest.skip(case.reason)
    if case.verdict is not Verdict.CONFORMS:
        pytest.fail(_told(case, f"{case.verdict.value}: {case.reason}"), pytrace=False)


def _told(case: Case, why: str) -> str:
    from conformance.lang.outcome import show_outcome  # noqa: PLC0415
    from conformance.lang.text import show_program  # noqa: PLC0415

    lines = [case.asks, why, "", show_program(case.program), ""]
    seen = [seen for histogram in case.histograms[:1] for seen in histogram.seen]
    lines += [f"seen {one.count} times: {show_outcome(one.outcome)}" for one in seen]
    lines += [f"conformance replay {case.token}"] if case.token else []
    return "\n".join(lines)
