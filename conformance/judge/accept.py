"""Makes a baseline of what a run showed: what a person said of it before is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from conformance.errors import DataError, UsageError
from conformance.judge.baseline import (
    CONFORMS,
    DEFAULTS,
    NOT_APPLICABLE,
    Baseline,
    Entry,
    Expected,
    bad_of,
    counts_of,
    environment_of,
    minor,
    plain_address,
    status_of,
    words,
)
from conformance.judge.case import Case
from conformance.judge.condition import holds
from conformance.judge.gate import own_semantics
from conformance.judge.results import Results

NAMED = 20
"""So many of those that take a reason are named."""


def accept(old: Baseline | None, results: Results, runtime: str, reason: str = "") -> Baseline:
    """The baseline of what these results show of a runtime.

    Scenarios that did not run stay as they were; `reason` goes to what is new or changed. Where Pythons disagree
    the newest one makes the default, and each other an entry with a condition. Raises UsageError without cases, or
    when something needs a reason and has none; DataError for UNKNOWN cases, which nothing can be expected of.
    """
    mine = [case for case in results.cases if plain_address(case.runtime) == runtime]
    if not mine:
        raise UsageError(f"no case of `{runtime}` to accept", hint="name it as `run` does")
    base = old or Baseline(runtime)
    _refuse_unknown(mine)
    by_scenario: dict[str, list[Case]] = {}
    for case in sorted(mine, key=lambda case: _release(case.python)):
        by_scenario.setdefault(case.scenario, []).append(case)
    made = _without(base, by_scenario)
    unexplained: list[str] = []
    for cases in by_scenario.values():
        made = _add(made, base, cases, reason, unexplained)
    made = _declare(made, results, runtime)
    if old is not None and old.scenarios() and not reason:  # `init` writes one that knows nothing
        unexplained += _undeclared(old, results, runtime)
    if unexplained:
        need = "need" if len(unexplained) > 1 else "needs"
        what = ", ".join(unexplained[:NAMED])
        more = len(unexplained) - NAMED
        told = f"{what} and {more} more" if more > 0 else what
        raise UsageError(f"{told} {need} a reason", hint="say why with --reason")
    rates = _rates(base.rates, mine)
    return replace(made, rates=rates, rated=_rated(base, rates, mine))


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


_AGAIN: Final = "run it again: nothing can be expected of what is not known"
_UNWRITTEN: Final = "the adapter raises NotImplementedError: say in `lacks` what it does not have"


def _refuse_unknown(cases: Iterable[Case]) -> None:
    for case in cases:
        if status_of(case) == "UNKNOWN":
            raise DataError(
                f"{case.scenario} is UNKNOWN on {case.runtime}: {case.reason}",
                hint=_UNWRITTEN if "NotImplementedError" in case.reason else _AGAIN,
            )


def _without(base: Baseline, scenarios: Mapping[str, Any]) -> Baseline:
    return replace(
        base,
        answers={name: word for name, word in base.answers.items() if name not in scenarios},
        rules=base.rules - scenarios.keys(),
        not_applicable=base.not_applicable - scenarios.keys(),
        entries=tuple(entry for entry in base.entries if entry.scenario not in scenarios),
    )


def _add(
    made: Baseline, base: Baseline, cases: list[Case], reason: str, unexplained: list[str]
) -> Baseline:
    """One scenario's cases, oldest Python first: the default, and what differs from it."""
    newest = cases[-1]
    entries = _kept(base, cases)
    shown = _shown(newest)
    if _intermittent(base, newest) or _answers_anew(base, newest):
        entries.append(_entry(base, newest, "", reason, unexplained))
    elif shown[0] == CONFORMS:
        if newest.answer is None:
            made = replace(made, rules=made.rules | {newest.scenario})
        else:
            before = base.answers.get(
                newest.scenario, newest.answer
            )  # fewer words: fewer schedules
            made = replace(made, answers={**made.answers, newest.scenario: before})
    elif shown[0] == NOT_APPLICABLE:
        made = replace(made, not_applicable=made.not_applicable | {newest.scenario})
    else:
        entries.append(_entry(base, newest, "", reason, unexplained))
    for case in cases[:-1]:
        default = next((e for e in entries if not e.condition), None)
        if default is not None and _stands_in(default, case):
            continue
        if _shown(case) != shown or (default is not None and default.unforeseen(case)):
            condition = _condition(case, cases)
            entries.append(_entry(base, case, condition, reason, unexplained))
    unique = {(entry.scenario, entry.condition): entry for entry in entries}
    return replace(made, entries=(*made.entries, *unique.values()))


def _intermittent(base: Baseline, case: Case) -> bool:
    """Whether a person has said that this is one of several things that it shows."""
    mine = [e for e in base.entries if e.scenario == case.scenario and not e.condition]
    return any(len(e.expected) > 1 and Expected(e.expected).covers(status_of(case)) for e in mine)


def _answers_anew(base: Baseline, case: Case) -> bool:
    """Whether a question is answered other than it was at first: that takes an entry, with a reason."""
    if status_of(case) != CONFORMS or case.answer is None:
        return False
    if any(e.scenario == case.scenario and not e.condition and e.answers for e in base.entries):
        return True
    before = base.answers.get(case.scenario)
    return before is not None and not words([case.answer]) <= words([before])


def _stands_in(default: Entry, case: Case) -> bool:
    """Whether an entry that lists several answers has this case's among them, so that it needs none of its own."""
    answered = words([case.answer])
    listed = (
        status_of(case) in default.expected
        and bool(answered)
        and answered <= words(default.answers)
    )
    return listed and not default.unforeseen(case)


def _shown(case: Case) -> tuple[str, frozenset[str]]:
    return status_of(case), words([case.answer])


def _kept(base: Baseline, cases: list[Case]) -> list[Entry]:
    """Entries for other places than those where this ran; and intermittent ones that still cover it."""
    kept = []
    for entry in base.entries:
        if entry.scenario != cases[0].scenario or not entry.condition:
            continue
        if not any(holds(entry.condition, environment_of(case)) for case in cases):
            kept.append(entry)
    return kept


def _entry(
    base: Baseline, case: Case, condition: str, reason: str, unexplained: list[str]
) -> Entry:
    """The entry of a case; an old one that covers it is kept, with its reason and all that it expects."""
    status = status_of(case)
    expected = base.expected(case.scenario, environment_of(case))
    old = expected.entry if expected is not None and expected.covers(status) else None
    if old is not None and old.condition == condition:
        answers, why = old.answers, old.reason
        if answers and words([case.answer]) - words(answers):
            answers, why = (*answers, case.answer or ""), reason
            if not reason:
                unexplained.append(f"`{case.scenario}` (answers {case.answer})")
        if old.unforeseen(case) and old.hash == case.hash:
            why = reason
            if not reason:
                unexplained.append(f"`{case.scenario}` ({status}, by an outcome that is not known)")
        outcomes = _outcomes(old, case)
        return replace(
            old, hash=case.hash, answers=answers, reason=why or old.reason, outcomes=outcomes
        )
    known = old.reason if old is not None and not old.unforeseen(case) else ""
    told = reason or known or (case.reason if status == NOT_APPLICABLE else "")
    if not told:
        unexplained.append(f"`{case.scenario}` ({status})")
    answers = (case.answer,) if case.answer and status == CONFORMS else ()
    outcomes = tuple(sorted(bad_of(case)))
    return Entry(case.scenario, (status,), told or "?", case.hash, answers, condition, outcomes)


def _outcomes(old: Entry, case: Case) -> tuple[str, ...]:
    """What an entry lists from now on. One that says `VIOLATES` alone, of any way to, lists nothing."""
    if not old.outcomes and "VIOLATES" in old.expected:
        return ()
    kept = old.outcomes if old.hash == case.hash or not bad_of(case) else ()
    return (*kept, *sorted(bad_of(case).keys() - set(kept)))


def _condition(case: Case, cases: list[Case]) -> str:
    """What tells a case from the others of its scenario: its Python, and its version if need be."""
    python = minor(case.python)
    twins = [c for c in cases if c is not case and minor(c.python) == python]
    version = f' and version == "{case.version}"' if twins else ""
    return f'python == "{python}"{version}'


def _lines(results: Results, runtime: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """What a runtime declares, by Python."""
    for line in results.runtimes:
        if line.facts is not None and plain_address(line.address) == runtime:
            yield minor(line.python), own_semantics(line.facts.semantics)


def _undeclared(old: Baseline, results: Results, runtime: str) -> Iterator[str]:
    """What takes a reason: a declaration that is not as it was accepted."""
    for python, now in _lines(results, runtime):
        if now != old.semantics_on(python):
            yield f"a changed semantics on Python {python}"


def _declare(base: Baseline, results: Results, runtime: str) -> Baseline:
    """What it declares: on the newest Python that was ever accepted, and what is otherwise on each other one."""
    known = [python for python in (base.python, *base.elsewhere) if python]
    by_python = {python: base.semantics_on(python) for python in known}
    by_python.update(_lines(results, runtime))
    if not by_python:
        return base
    newest = max(by_python, key=_release)
    semantics = by_python.pop(newest)
    elsewhere = {
        python: {
            name: there.get(name, DEFAULTS.get(name))
            for name in sorted({*there, *semantics})
            if there.get(name) != semantics.get(name)
        }
        for python, there in sorted(by_python.items())
    }
    elsewhere = {python: other for python, other in elsewhere.items() if other}
    return replace(base, semantics=semantics, python=newest, elsewhere=elsewhere)


def _rates(
    old: Mapping[str, Mapping[str, Mapping[str, int]]], cases: Iterable[Case]
) -> dict[str, dict[str, dict[str, int]]]:
    """Counts where more than one outcome was seen: of the rest there is nothing to watch."""
    rates = {python: {k: dict(v) for k, v in some.items()} for python, some in old.items()}
    for case in cases:
        known = rates.setdefault(minor(case.python), {})
        counts = counts_of(case)
        if len(counts) > 1:
            known[case.scenario] = counts
        else:
            known.pop(case.scenario, None)
    return {python: known for python, known in rates.items() if known}


def _rated(
    base: Baseline, rates: Mapping[str, Mapping[str, Any]], cases: Iterable[Case]
) -> dict[str, int]:
    """Of how many scenarios there are rates, by Python. What the file has lost stays missing until all of them ran."""
    ran = {(minor(case.python), case.scenario) for case in cases}
    rated = {python: len(known) for python, known in rates.items()}
    for python in base.unrated():
        if any((python, scenario) not in ran for scenario in base.scenarios()):
            rated[python] = max(rated.get(python, 0), base.rated[python])
    return dict(sorted(rated.items()))
