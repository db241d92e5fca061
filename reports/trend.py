"""How the runtimes fared over many results: by the release of a runtime, or by date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, final

from conformance.judge.baseline import minor
from conformance.judge.case import Case
from conformance.judge.results import Results, merge_results
from conformance.judge.verdict import Verdict
from reports.changes import face, kind_of
from reports.columns import release
from reports.page import VERDICTS
from reports.plain import visible

TOLD: Final = ("broke", "turned unknown", "answers otherwise", "no longer applies", "mended")
"""The kinds of change that a trend names."""
MOST: Final = 200
"""Changes of one runtime that are named."""


@final
@dataclass(frozen=True, slots=True)
class Snapshot:
    """One runtime at one version on one Python, at one time: `started` is that of the run."""

    started: str
    address: str
    version: str
    python: str
    cases: Mapping[str, Case]


def trend(history: Sequence[Results]) -> list[dict[str, Any]]:
    """The series of every runtime, by release where there are several, and by date.

    `history` are results as they were written, in any order. Those that hold no case twice, such as
    shards, or the files of several Pythons, are one point in time. Within one point several releases of
    a runtime are points of a series too.
    """
    snapshots = sorted(_snapshots(_points(history)), key=lambda snapshot: snapshot.started)
    found = []
    for name in dict.fromkeys((s.address, minor(s.python)) for s in snapshots):
        mine = [s for s in snapshots if (s.address, minor(s.python)) == name]
        latest = {s.version: s for s in mine}
        by_release = sorted(latest.values(), key=lambda snapshot: release(snapshot.version))
        by_date = list({s.started: s for s in mine}.values())
        if len(by_release) > 1:
            found.append(_series("release", by_release, lambda snapshot: snapshot.version))
        if len(by_date) > 1:
            found.append(
                _series("date", by_date, lambda snapshot: snapshot.started[:16].replace("T", " "))
            )
    return found


def _points(history: Sequence[Results]) -> Iterator[Results]:
    """Results that belong together, merged."""
    point: list[Results] = []
    known: set[tuple[str, str, str, str]] = set()
    for results in sorted(history, key=_started):
        keys = {case.key for case in results.cases}
        if known & keys:
            yield merge_results(point)
            point, known = [], set()
        point.append(results)
        known |= keys
    if point:
        yield merge_results(point)


def _started(results: Results) -> str:
    return max((header.started for header in results.headers), default="")


def _snapshots(points: Iterable[Results]) -> Iterator[Snapshot]:
    for results in points:
        started = _started(results)
        parts: dict[tuple[str, str, str], dict[str, Case]] = {}
        for case in results.cases:
            parts.setdefault((case.runtime, case.version, case.python), {})[case.scenario] = case
        for (address, version, python), cases in parts.items():
            yield Snapshot(started, address, version, python, cases)


def _series(
    axis: str, points: Sequence[Snapshot], label: Callable[[Snapshot], str]
) -> dict[str, Any]:
    """One small plot: `points` with counts in the order of `VERDICTS`, and what changed at which.

    `lines`: each scenario that changed, with its face at each point, empty where it did not run.
    """
    changes: list[dict[str, Any]] = []
    for at in range(1, len(points)):
        changes += [{"at": at, **change} for change in _changes(points[at - 1], points[at])]
    return {
        "axis": axis,
        "runtime": visible(points[-1].address),
        "python": visible(minor(points[-1].python)),
        "points": [{"label": visible(label(s)), "counts": _counts(s)} for s in points],
        "changes": changes[:MOST],
        "lines": list(_lines(changes[:MOST], points)),
        "left_out": max(0, len(changes) - MOST),
    }


def _lines(changes: Iterable[Mapping[str, Any]], points: Sequence[Snapshot]) -> Iterator[list[str]]:
    """Those that broke before those that did not, in the order of the points at which they did."""
    named = [{visible(name): case for name, case in point.cases.items()} for point in points]
    for scenario in dict.fromkeys(c["scenario"] for c in sorted(changes, key=_severity)):
        cases = [there.get(scenario) for there in named]
        yield [scenario, *("" if case is None else visible(face(case)) for case in cases)]


def _severity(change: Mapping[str, Any]) -> tuple[int, int]:
    return TOLD.index(change["kind"]), change["at"]


def _counts(snapshot: Snapshot) -> list[int]:
    counts: Counter[Verdict] = Counter(case.verdict for case in snapshot.cases.values())
    return [counts[verdict] for verdict in VERDICTS]


def _changes(before: Snapshot, after: Snapshot) -> Iterator[dict[str, str]]:
    """What both ran and shows otherwise, regressions first."""
    found = []
    for scenario in sorted(before.cases.keys() & after.cases.keys()):
        old, new = before.cases[scenario], after.cases[scenario]
        kind = kind_of(old, new)
        if kind in TOLD:
            other = "" if old.hash == new.hash else " (the scenario itself has changed)"
            found.append((TOLD.index(kind), kind, scenario, face(old), face(new) + other))
    for _, kind, scenario, *faces in sorted(found):
        old_face, new_face = map(visible, faces)
        yield {"kind": kind, "scenario": visible(scenario), "before": old_face, "after": new_face}
