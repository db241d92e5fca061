"""The gate: what a run shows, held against a baseline. Every difference has a kind; kinds decide."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, final

from conformance.judge.baseline import (
    CONFORMS,
    DEFAULTS,
    NOT_APPLICABLE,
    Baseline,
    Expected,
    counts_of,
    declared,
    digest,
    environment_of,
    minor,
    plain_address,
    status_of,
    words,
)
from conformance.judge.case import Case
from conformance.judge.condition import Environment
from conformance.judge.evidence import RuntimeFacts
from conformance.judge.rates import Drift, drifts
from conformance.judge.results import Results, RuntimeLine
from conformance.judge.verdict import Verdict
from conformance.lang.outcome import show_outcome
from conformance.lang.semantics import Semantics, semantics_to_json


@final
class Kind(Enum):
    """What a difference is. `fails`: it is a regression; `stale`: the baseline wants an update."""

    REGRESSED = ("regressed", True, False)
    NOT_APPLICABLE = ("turned NOT APPLICABLE", True, False)
    SEMANTICS = ("semantics changed", True, False)
    NEW_VIOLATION = ("new, and violated", True, False)
    UNKNOWN = ("turned UNKNOWN", False, False)
    MISSING = ("did not run", False, False)
    UNREPEATED = ("did not repeat", False, False)
    PASSES = ("passes unexpectedly", False, True)
    STALE = ("stale entry", False, True)
    NEW = ("new", False, False)
    VANISHED = ("vanished", False, False)
    DRIFT = ("rate drifted", False, False)

    def __init__(self, words: str, fails: bool, stale: bool) -> None:  # noqa: FBT001 — a table
        self.words = words
        self.fails = fails
        self.stale = stale


@final
@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `python` is empty where it concerns no single case."""

    kind: Kind
    subject: str
    text: str
    python: str = ""
    token: str = ""
    reason: str = ""


@final
@dataclass(frozen=True, slots=True)
class Gated:
    """The outcome of a gate: every difference, and how many cases were as expected."""

    changes: tuple[Change, ...]
    as_expected: int
    cases: int

    def of(self, *kinds: Kind) -> list[Change]:
        """The differences of these kinds."""
        return [change for change in self.changes if change.kind in kinds]

    @property
    def regressed(self) -> bool:
        """Whether any is a regression."""
        return any(change.kind.fails for change in self.changes)

    @property
    def stale(self) -> bool:
        """Whether the baseline wants an update."""
        return any(change.kind.stale for change in self.changes)


def gate(
    baseline: Baseline, results: Results, catalogue: Collection[str], *, partial: bool = False
) -> Gated:
    """Hold the cases of the baseline's runtime against it.

    `catalogue`: the ids of every scenario that there is. `partial`: only some were asked for, so that what
    did not run is not missing. Raises DataError for a condition that cannot be read.
    """
    mine = [case for case in results.cases if plain_address(case.runtime) == baseline.runtime]
    lines = [line for line in results.runtimes if plain_address(line.address) == baseline.runtime]
    changes = [*_untold(baseline.runtime, lines, mine), *_semantics(baseline, lines)]
    for case in mine:
        changes += compare(baseline, case)
    changes += _absent(baseline, lines, mine, catalogue, partial=partial)
    changes += _unrated(baseline)
    odd = {(change.subject, change.python) for change in changes}
    changes += _drifted(baseline, [c for c in mine if (c.scenario, c.python) not in odd])
    expected = sum((case.scenario, case.python) not in odd for case in mine)
    order = list(Kind)
    changes.sort(key=lambda change: (order.index(change.kind), change.subject, change.python))
    return Gated(tuple(changes), expected, len(mine))


# ---------------------------------------------------------------- one case


def compare(baseline: Baseline, case: Case) -> Iterator[Change]:
    """How one case differs from what the baseline says of it."""
    expected = baseline.expected(case.scenario, environment_of(case))
    status = status_of(case)
    if expected is None:
        kind = _NEW.get(case.verdict, Kind.NEW)
        answered = f"; answered {case.answer}" if case.answer else ""
        said = answered if kind is Kind.NEW else f": {case.reason}"
        yield _change(kind, case, status + said)
        return
    entry = expected.entry
    if entry is not None and entry.hash and entry.hash != case.hash:
        told = (
            f"said of version {entry.hash} of the scenario, this is {case.hash}; it is {status} now"
        )
        yield _change(Kind.STALE, case, told, entry.reason)
        return
    if expected.covers(status):
        yield from _outcomes(expected, case)
        yield from _answer(expected, case)
    else:
        yield _change(_kind(case), case, _instead(expected, status, case))


_NEW = {Verdict.VIOLATES: Kind.NEW_VIOLATION, Verdict.UNKNOWN: Kind.UNKNOWN}
"""The kinds of a scenario's case that the baseline says nothing of; else it is new."""


def _kind(case: Case) -> Kind:
    if case.verdict is Verdict.NOT_APPLICABLE:
        return Kind.NOT_APPLICABLE
    if case.verdict is Verdict.UNKNOWN:
        return Kind.UNKNOWN
    if case.verdict is Verdict.VIOLATES:
        return Kind.REGRESSED
    return Kind.PASSES


def _instead(expected: Expected, status: str, case: Case) -> str:
    wanted = " or ".join(expected.statuses)
    why = f": {case.reason}" if case.reason else ""
    if expected.usual == NOT_APPLICABLE and status == CONFORMS:
        return "applies now, and conforms"
    return f"{status}, expected {wanted}{why}"


def _outcomes(expected: Expected, case: Case) -> Iterator[Change]:
    """A violation that is known, with an outcome that is not: another defect, perhaps."""
    entry = expected.entry
    fresh = entry.unforeseen(case) if entry is not None else {}
    if entry is None or not fresh:
        return
    (name, seen), *rest = fresh.items()
    more = f" (and {len(rest)} more)" if rest else ""
    told = f"{status_of(case)} as expected, but by another outcome, {name}: {show_outcome(seen.outcome)}{more}"
    token = seen.token or case.token
    yield Change(Kind.REGRESSED, case.scenario, told, case.python, token, entry.reason)


def _answer(expected: Expected, case: Case) -> Iterator[Change]:
    """A word that was not seen before is a changed semantics; fewer words are fewer schedules."""
    if not expected.answers or case.answer is None:
        return
    if words([case.answer]) - words(expected.answers):
        wanted = " or ".join(expected.answers)
        reason = expected.entry.reason if expected.entry else ""
        yield _change(Kind.SEMANTICS, case, f"answers {case.answer}, expected {wanted}", reason)


def _change(kind: Kind, case: Case, text: str, reason: str = "") -> Change:
    return Change(kind, case.scenario, text, case.python, case.token, reason)


# ---------------------------------------------------------------- the whole


def _untold(
    runtime: str, lines: Iterable[RuntimeLine], cases: Collection[Case]
) -> Iterator[Change]:
    """Where it did not start, or did not run; and cases of one of which the header says nothing."""
    for line in lines:
        if line.trouble:
            yield Change(Kind.MISSING, line.address, f"did not start: {line.trouble}", line.python)
    if not cases:
        yield Change(Kind.MISSING, runtime, "the results have no case of it")
    told = {(line.address, line.version, line.python) for line in lines if line.facts is not None}
    for address, version, python in dict.fromkeys((c.runtime, c.version, c.python) for c in cases):
        if (address, version, python) not in told:
            text = f"the header does not say what {address} {version} declares"
            yield Change(Kind.MISSING, "semantics", text, python)


def _semantics(baseline: Baseline, lines: Iterable[RuntimeLine]) -> Iterator[Change]:
    told: dict[tuple[str, str], Change] = {}
    for line in lines:
        for change in declarations(baseline, line.facts) if line.facts is not None else ():
            told[change.subject, change.text] = change
    yield from told.values()


def declarations(baseline: Baseline, facts: RuntimeFacts) -> Iterator[Change]:
    """What the adapter declares, held against what was accepted of it on that Python."""
    now, accepted = own_semantics(facts.semantics), baseline.semantics_on(minor(facts.python))
    for name in sorted({*now, *accepted}):
        before, after = accepted.get(name), now.get(name)
        if name not in DEFAULTS:
            text = f"accepted was {_shown(before)}, of a field that this version does not have"
            yield Change(Kind.STALE, f"semantics.{name}", text, facts.python)
        elif before != after:
            text = f"declares {_shown(after)}, accepted was {_shown(before)}"
            yield Change(Kind.SEMANTICS, f"semantics.{name}", text, facts.python)


def own_semantics(semantics: Semantics) -> dict[str, Any]:
    """What a declaration answers other than by default."""
    return declared(semantics_to_json(semantics), DEFAULTS)


def _shown(value: object) -> str:
    if value is None:
        return "the default"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {part}" for key, part in sorted(value.items()))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _absent(
    baseline: Baseline,
    lines: Iterable[RuntimeLine],
    cases: Collection[Case],
    catalogue: Collection[str],
    *,
    partial: bool,
) -> Iterator[Change]:
    """What did not run, on each Python that the results are of: a shard that was forgotten, say."""
    ran = {(case.scenario, minor(case.python)) for case in cases}
    places = {environment_of(case) for case in cases}
    places |= {Environment(line.python, line.version) for line in lines if line.facts is not None}
    for scenario in sorted(baseline.scenarios()):
        if scenario not in catalogue:
            if not any(case.scenario == scenario for case in cases):
                yield Change(Kind.VANISHED, scenario, "the catalogue has it no more")
        elif not partial:
            known = (place for place in places if baseline.expected(scenario, place) is not None)
            for python in sorted({minor(place.python) for place in known}):
                if (scenario, python) not in ran:
                    text = f"the results have no such case on Python {python}"
                    yield Change(Kind.MISSING, scenario, text, python)


def _unrated(baseline: Baseline) -> Iterator[Change]:
    """Rates that were written and are not there: the file was cut off, or somebody took them out."""
    for python, lost in baseline.unrated().items():
        text = (
            f"those of {lost} of {baseline.rated[python]} scenarios are missing from the file, so their drift "
            "is not watched: accept a whole run, or lower `rated`"
        )
        yield Change(Kind.STALE, "rates", text, python)


def _named(name: str, case: Case) -> str:
    """An outcome by its digest: what it is, where it was seen."""
    seen = case.histograms[0].seen if case.histograms else ()
    found = next((one.outcome for one in seen if digest(one.outcome) == name), None)
    return f"outcome {name}" if found is None else show_outcome(found)


def _drifted(baseline: Baseline, cases: Iterable[Case]) -> Iterator[Change]:
    """Shares that changed, of cases that are otherwise as expected."""
    pairs: dict[str, list[tuple[str, Mapping[str, int], Mapping[str, int]]]] = {}
    by_name: dict[tuple[str, str], Case] = {}
    for case in cases:
        python = minor(case.python)
        then = baseline.rates.get(python, {}).get(case.scenario)
        if then:
            pairs.setdefault(python, []).append((case.scenario, then, counts_of(case)))
            by_name[python, case.scenario] = case
    for python, some in pairs.items():
        worst: dict[str, Drift] = {}
        for drift in drifts(some):
            known = worst.get(drift.scenario)  # of equals, one that is still seen
            if known is None or (drift.p, -drift.now[0]) < (known.p, -known.now[0]):
                worst[drift.scenario] = drift
        for drift in worst.values():
            case = by_name[python, drift.scenario]
            yield Change(
                Kind.DRIFT,
                case.scenario,
                f"{drift}: {_named(drift.outcome, case)}",
                case.python,
                case.token,
            )
