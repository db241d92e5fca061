"""A baseline: what one runtime is expected to show, and why where that is not simply conforming.

Each scenario that it knows stands in exactly one place: `answers` (a question, answered so, nothing
violated), `rules` (a rule without a question, kept), `not_applicable`, or `entries`: whatever else, with a
reason. An entry with a condition goes before all of them where the condition holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, final

from conformance.judge.case import Case, Seen
from conformance.judge.condition import Environment, holds
from conformance.judge.judge import CRASHES, OTHER
from conformance.judge.verdict import Grade, Verdict
from conformance.lang.codec import canonical
from conformance.lang.outcome import Outcome, outcome_to_json
from conformance.lang.semantics import Semantics, semantics_to_json

CONFORMS: Final[str] = Verdict.CONFORMS.value
NOT_APPLICABLE: Final[str] = Verdict.NOT_APPLICABLE.value


@final
@dataclass(frozen=True, slots=True)
class Entry:
    """What differs from the default.

    expected   statuses (`status_of`): the usual one, then known intermittent ones
    answers    words that a question may be answered with; empty: any
    hash       of the scenario that this was said of; another hash makes the entry stale
    condition  see `conformance.judge.condition`
    outcomes   digests of the bad outcomes that a violation is known to show; empty: any
    reason     why, or the link of an issue: never empty
    """

    scenario: str
    expected: tuple[str, ...]
    reason: str
    hash: str = ""
    answers: tuple[str, ...] = ()
    condition: str = ""
    outcomes: tuple[str, ...] = ()

    def unforeseen(self, case: Case) -> dict[str, Seen]:
        """The bad outcomes of a violation that this entry does not list, by digest."""
        if not self.outcomes:
            return {}
        return {name: seen for name, seen in bad_of(case).items() if name not in self.outcomes}


@final
@dataclass(frozen=True, slots=True)
class Expected:
    """What a baseline says of one case. `entry` is None for the default."""

    statuses: tuple[str, ...]
    answers: tuple[str, ...] = ()
    entry: Entry | None = None

    @property
    def usual(self) -> str:
        """The status that is expected most."""
        return self.statuses[0]

    def covers(self, status: str) -> bool:
        """Whether the status is among the expected ones; `VIOLATES` stands for each way to."""
        return any(status == one or status.startswith(f"{one}: ") for one in self.statuses)


@final
@dataclass(frozen=True, slots=True)
class Baseline:
    """One runtime's baseline.

    semantics  what the adapter declared, other than the defaults, on the Python `python` (`3.13`)
    elsewhere  by Python: what it declared otherwise there, defaults included
    rates      by Python (`3.12`) and scenario: how often each outcome was seen, by digest
    rated      by Python: of how many scenarios `accept` wrote rates, so that a file that was cut off tells
    """

    runtime: str
    answers: Mapping[str, str] = field(default_factory=dict)
    rules: frozenset[str] = frozenset()
    not_applicable: frozenset[str] = frozenset()
    entries: tuple[Entry, ...] = ()
    semantics: Mapping[str, Any] = field(default_factory=dict)
    python: str = ""
    elsewhere: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    rates: Mapping[str, Mapping[str, Mapping[str, int]]] = field(default_factory=dict)
    rated: Mapping[str, int] = field(default_factory=dict)

    def scenarios(self) -> frozenset[str]:
        """Every scenario that the baseline knows."""
        entered = (entry.scenario for entry in self.entries)
        return self.rules | self.not_applicable | {*self.answers, *entered}

    def semantics_on(self, python: str) -> dict[str, Any]:
        """What was accepted as declared on that Python (`3.12`), defaults left out."""
        return declared({**self.semantics, **self.elsewhere.get(python, {})}, DEFAULTS)

    def unrated(self) -> dict[str, int]:
        """Of how many scenarios rates are lost, by Python: the file has fewer than were written."""
        lost = {python: n - len(self.rates.get(python, ())) for python, n in self.rated.items()}
        return {python: count for python, count in sorted(lost.items()) if count > 0}

    def expected(self, scenario: str, environment: Environment) -> Expected | None:
        """What is expected of a scenario there; None if the baseline does not know it."""
        mine = [entry for entry in self.entries if entry.scenario == scenario]
        mine.sort(key=lambda entry: not entry.condition)
        for entry in mine:
            if holds(entry.condition, environment):
                return Expected(entry.expected, entry.answers, entry)
        if scenario in self.answers:
            return Expected((CONFORMS,), (self.answers[scenario],))
        if scenario in self.rules:
            return Expected((CONFORMS,))
        if scenario in self.not_applicable:
            return Expected((NOT_APPLICABLE,))
        return None


def plain_address(address: str) -> str:
    """An address without its interpreter: `trio@/path/to/python` is `trio`, and so is `in-process:trio`."""
    address = address.removeprefix("in-process:")
    return address if address.startswith("exec:") else address.partition("@")[0]


def status_of(case: Case) -> str:
    """The verdict, and of a violation in which way: `VIOLATES: rule`, `oracle`, `crash` or `hang`."""
    if case.verdict is not Verdict.VIOLATES:
        return str(case.verdict.value)
    return f"VIOLATES: {_way(case)}"


def _way(case: Case) -> str:
    endings = {seen.outcome.ending for h in case.histograms for seen in h.seen}
    if endings & CRASHES.keys():
        return "crash"
    if "hung" in endings:
        return "hang"
    broken = any(seen.breaks for h in case.histograms for seen in h.seen)
    return "rule" if broken else "oracle"


def bad_of(case: Case) -> dict[str, Seen]:
    """What makes a case a violation, by the digest of what is judged of it; nothing where it is none.

    Where only a strict run counts it as one, that is what is marked.
    """
    if case.verdict is not Verdict.VIOLATES:
        return {}
    every = [seen for histogram in case.histograms for seen in histogram.seen]
    must = case.rule is None or case.rule.strength == "MUST"
    bad = [
        seen
        for seen in every
        if (seen.breaks and must)
        or seen.grade is Grade.FORBIDDEN
        or seen.outcome.ending in {*CRASHES, "hung"}
    ]
    marked = [s for s in every if s.breaks or s.grade is Grade.INTERESTING or OTHER in s.labels]
    return {digest(seen.outcome.judged()): seen for seen in bad or marked}


def environment_of(case: Case) -> Environment:
    """Where a case ran."""
    return Environment(case.python, case.version)


def minor(python: str) -> str:
    """`3.12` of `3.12.1`."""
    return ".".join(python.split(".")[:2])


def words(answers: Iterable[str | None]) -> frozenset[str]:
    """The single words of some answers."""
    return frozenset(word for answer in answers if answer for word in answer.split(" | "))


def counts_of(case: Case) -> dict[str, int]:
    """How often the program as written showed each outcome, by the outcome's digest."""
    counted: dict[str, int] = {}
    for seen in case.histograms[0].seen if case.histograms else ():
        counted[digest(seen.outcome)] = counted.get(digest(seen.outcome), 0) + seen.count
    return counted


def digest(outcome: Outcome) -> str:
    """Eight hex digits that name an outcome."""
    return hashlib.sha256(canonical(outcome_to_json(outcome)).encode()).hexdigest()[:8]


DEFAULTS: Final[Mapping[str, Any]] = semantics_to_json(Semantics())
"""What an adapter that declares nothing declares."""


def declared(semantics: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of a declaration that are not the default; citations are no answers."""
    return dict(_declared(semantics, defaults))


def _declared(
    semantics: Mapping[str, Any], defaults: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    for name, value in semantics.items():
        if name != "citations" and value != defaults.get(name):
            yield name, value
