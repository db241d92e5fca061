"""What is otherwise than before: since earlier results, or against a baseline.

The same change on several Pythons, or of several runtimes, is told once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from conformance.judge.atlas import reply
from conformance.judge.baseline import minor, words
from conformance.judge.case import Case
from conformance.judge.gate import Gated
from conformance.judge.results import Results
from conformance.judge.verdict import Verdict
from reports.columns import Column, key_of, make_columns, release, spelled
from reports.plain import visible

KINDS: Final = {
    "broke": "bad",
    "turned unknown": "unknown",
    "answers otherwise": "unknown",
    "no longer applies": "unknown",
    "did not run": "unknown",
    "mended": "ok",
    "applies now": "ok",
    "new, and violated": "bad",
    "new": "na",
    "gone": "na",
}
"""Every kind of change, the worst first, and how it looks."""
MOST: Final = 300
"""Changes of one comparison that are listed."""
RELEASES: Final = 4
"""Runtimes of another version that are named."""


class Change(NamedTuple):
    """One change of one case."""

    kind: str
    scenario: str
    before: str
    after: str
    reason: str


def since(previous: Results, now: Results) -> dict[str, Any]:
    """The changes between two results, as a JSON value: `what`, and `changes`."""
    columns = make_columns(now)
    before = Before(previous)
    told: dict[Change, list[Column]] = {}
    for case in now.cases:
        column = columns[key_of(case)]
        change = _change(before.counterpart(case), case)
        if change is not None:
            told.setdefault(change, []).append(column)
    wide = tuple(columns.values())
    changes = [
        _encoded(change, spelled(where, wide), f"{change.scenario}@{where[-1].key}")
        for change, where in told.items()
    ]
    changes += [_encoded(change, where, "") for change, where in _gone(previous, now)]
    changes.sort(key=lambda change: (list(KINDS).index(change["kind"]), change["scenario"]))
    return {"what": f"since {_named(previous)}{_released(previous, now)}", **_cut(changes)}


def _released(previous: Results, now: Results) -> str:
    """Which runtimes have another version than before, in words."""
    before, after = _versions(previous), _versions(now)
    told = [
        f"{visible(runtime)} {before[runtime]} to {version}"
        for runtime, version in after.items()
        if before.get(runtime, version) != version
    ]
    some = [*told[:RELEASES], *([f"{len(told) - RELEASES} more"] if told[RELEASES:] else [])]
    return f": {', '.join(some)}" if some else ""


def _versions(results: Results) -> dict[str, str]:
    """The newest version of each runtime, unless it is that of Python."""
    found: dict[str, str] = {}
    for case in results.cases:
        version = found.setdefault(case.runtime, case.version)
        found[case.runtime] = max(version, case.version, key=release)
    pythons = {case.python for case in results.cases}
    return {name: visible(version) for name, version in found.items() if version not in pythons}


def against(gated: Mapping[str, Gated], now: Results) -> list[dict[str, Any]]:
    """The differences from baselines, each runtime's as a JSON value."""
    columns = make_columns(now)
    return [_against(runtime, found, tuple(columns.values())) for runtime, found in gated.items()]


def _against(runtime: str, found: Gated, columns: tuple[Column, ...]) -> dict[str, Any]:
    told: dict[tuple[str, str, str, str, str], list[str]] = {}
    for change in found.changes:
        looks = "bad" if change.kind.fails else "unknown" if change.kind.stale else "na"
        key = (change.kind.words, looks, change.subject, change.text, change.reason)
        told.setdefault(key, []).append(change.python)
    changes = []
    for (kind, looks, subject, text, reason), pythons in told.items():
        mine = [c for c in columns if c.address == runtime and c.python in pythons]
        changes.append(
            {
                "kind": kind,
                "looks": looks,
                "scenario": visible(subject),
                "before": "",
                "after": visible(text),
                "reason": visible(reason),
                "where": spelled(mine, columns) or visible(runtime),
                "link": f"{visible(subject)}@{mine[-1].key}" if mine else "",
            }
        )
    what = f"{visible(runtime)} against its baseline: {found.as_expected} of {found.cases} cases as expected"
    return {"what": what, "runtime": visible(runtime), **_cut(changes)}


def _cut(changes: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"changes": list(changes[:MOST]), "left_out": max(0, len(changes) - MOST)}


def face(case: Case) -> str:
    """A cell in a few words: the verdict, and the answer where there is one."""
    said = reply(case)
    verdict = str(case.verdict.value)
    return f"{verdict}: {said}" if said is not None and case.answers else verdict


def kind_of(before: Case, after: Case) -> str | None:
    """How a case is otherwise than before, for people; None where it is as it was."""
    if before.verdict is not after.verdict:
        if after.verdict is Verdict.VIOLATES:
            return "broke"
        if after.verdict is Verdict.UNKNOWN:
            return "turned unknown"
        if after.verdict is Verdict.NOT_APPLICABLE:
            return "no longer applies"
        return "applies now" if before.verdict is Verdict.NOT_APPLICABLE else "mended"
    # A word that was not seen before counts; fewer words may only be fewer schedules, as in the gate.
    new = words([reply(after)]) - words([reply(before)])
    return "answers otherwise" if after.answers and new else None


def _change(before: Case | None, after: Case) -> Change | None:
    scenario = visible(after.scenario)
    if before is None:
        bad = after.verdict is Verdict.VIOLATES
        kind = "new, and violated" if bad else "new"
        # Where nothing is wrong, one line for the scenario will do.
        told = visible(face(after)) if bad else ""
        return Change(kind, scenario, "", told, visible(after.reason) if bad else "")
    kind_now = kind_of(before, after)
    if kind_now is None:
        return None
    reason = after.reason or before.reason
    if before.hash != after.hash:
        reason = "; ".join(filter(None, ("the scenario itself has changed", reason)))
    faces = visible(face(before)), visible(face(after))
    return Change(kind_now, scenario, *faces, visible(reason))


class Before:
    """Earlier results, as they are looked up."""

    def __init__(self, results: Results) -> None:
        self._cases: dict[tuple[str, str], list[Case]] = {}
        for case in results.cases:
            self._cases.setdefault((case.scenario, case.runtime), []).append(case)

    def counterpart(self, case: Case) -> Case | None:
        """The case of before, on the same Python, or at least the same minor version of it.

        Of several releases of the runtime it is the newest.
        """
        known = self._cases.get((case.scenario, case.runtime), ())
        same = [old for old in known if old.python == case.python]
        near = [old for old in known if minor(old.python) == minor(case.python)]
        return max(same or near, key=lambda old: release(old.version), default=None)


def _gone(previous: Results, now: Results) -> Iterator[tuple[Change, str]]:
    """Scenarios that did not run at all, and runtimes that did not."""
    scenarios = {case.scenario for case in now.cases}
    runtimes = {case.runtime for case in now.cases}
    for scenario in sorted({case.scenario for case in previous.cases} - scenarios):
        yield Change("gone", visible(scenario), "", "", ""), "everywhere"
    for runtime in sorted({case.runtime for case in previous.cases} - runtimes):
        reason = f"no case of {visible(runtime)} is in these results"
        yield Change("did not run", "every scenario", "", "", reason), visible(runtime)


def _encoded(change: Change, where: str, link: str) -> dict[str, Any]:
    return {**change._asdict(), "looks": KINDS[change.kind], "where": where, "link": link}


def _named(results: Results) -> str:
    when = sorted({header.started[:10] for header in results.headers})
    return visible(" to ".join(dict.fromkeys((when[0], when[-1])))) if when else "before"
