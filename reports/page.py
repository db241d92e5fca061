"""What the page shows, as values: rows, columns, cells, and the details behind each cell.

Everything that a scenario or a runtime supplied passes through `visible`: control and bidirectional
characters become readable escapes, and what is endless is cut.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final, final

from conformance.judge.case import Case, Histogram, Seen
from conformance.judge.results import Header, Results
from conformance.judge.verdict import Grade, Verdict
from conformance.lang.outcome import Outcome, show_outcome
from conformance.lang.text import show_program
from reports.plain import visible

SYMBOLS: Final = {
    Verdict.CONFORMS: ("ok", "✓", "conforms"),
    Verdict.UNKNOWN: ("unknown", "?", "unknown"),
    Verdict.VIOLATES: ("bad", "✗", "violates"),
    Verdict.NOT_APPLICABLE: ("na", "–", "n/a"),
}
_WORST_FIRST: Final = sorted(Verdict, key=lambda verdict: -verdict.rank)


@final
@dataclass(frozen=True, slots=True)
class Column:
    """One runtime at one version under one Python. `key` names it in links."""

    address: str
    version: str
    python: str
    key: str


@final
@dataclass(frozen=True, slots=True)
class Cell:
    """A verdict as a class, a symbol and a word. `word` is the answer where there is one."""

    kind: str
    symbol: str
    word: str
    title: str
    link: str = ""
    marked: bool = False


@final
@dataclass(frozen=True, slots=True)
class Row:
    """One scenario. `cells` has one for each column, None where it did not run."""

    id: str
    asks: str
    tags: tuple[str, ...]
    cells: tuple[Cell | None, ...]
    search: str
    differs: bool


@final
@dataclass(frozen=True, slots=True)
class Area:
    """The scenarios of one area."""

    name: str
    rows: tuple[Row, ...]


@final
@dataclass(frozen=True, slots=True)
class Bar:
    """Counts of verdicts as segments: class, symbol, word, number, start and width in percent."""

    segments: tuple[tuple[str, str, str, int, float, float], ...]
    total: int


@final
@dataclass(frozen=True, slots=True)
class Finding:
    """A scenario that is violated, or that nobody can judge: why, and on which runtimes."""

    kind: str
    symbol: str
    scenario: str
    asks: str
    reasons: tuple[tuple[str, tuple[tuple[Cell, str], ...]], ...]


@final
@dataclass(frozen=True, slots=True)
class Page:
    """Everything on the page."""

    headers: tuple[Header, ...]
    columns: tuple[Column, ...]
    areas: tuple[Area, ...]
    bars: tuple[tuple[Column, tuple[Bar, ...], Bar], ...]
    findings: tuple[Finding, ...]
    absent: tuple[tuple[str, str], ...]
    truncated: tuple[str, ...]
    broken: tuple[str, ...]
    totals: tuple[tuple[str, str, str, int], ...]
    details: dict[str, Any] = field(default_factory=dict)


def make_page(results: Results) -> Page:
    """The page of these results."""
    columns = _columns(results)
    by_row: dict[tuple[str, str], dict[Column, Case]] = {}
    for case in sorted(results.cases, key=lambda case: (case.scenario, case.hash)):
        by_row.setdefault((case.scenario, case.hash), {})[columns[_column_key(case)]] = case
    ordered = tuple(columns.values())
    rows = [_row(cases, ordered) for cases in by_row.values()]
    names = sorted({row.id.partition("/")[0] for row in rows})
    areas = tuple(
        Area(name, tuple(row for row in rows if row.id.partition("/")[0] == name)) for name in names
    )
    return Page(
        headers=results.headers,
        columns=ordered,
        areas=areas,
        bars=tuple(_bars(column, results, columns, names) for column in ordered),
        findings=tuple(_findings(results, columns)),
        absent=tuple(
            (visible(r.address), visible(r.trouble)) for r in results.runtimes if r.trouble
        ),
        truncated=tuple(map(visible, results.truncated)),
        broken=tuple(visible(line) for header in results.headers for line in header.broken),
        totals=tuple((*SYMBOLS[v], results.counts()[v]) for v in _WORST_FIRST),
        details=_details(by_row, ordered),
    )


def _column_key(case: Case) -> tuple[str, str, str]:
    return case.runtime, case.version, case.python


def _columns(results: Results) -> dict[tuple[str, str, str], Column]:
    keys = list(dict.fromkeys(map(_column_key, results.cases)))
    order = {line.address: index for index, line in enumerate(results.runtimes)}
    keys.sort(key=lambda key: (order.get(key[0], len(order)), key))
    counts = Counter(address for address, _, _ in keys)
    columns = {}
    for key in keys:
        address, version, python = map(visible, key)
        link = address if counts[key[0]] == 1 else f"{address}~{version}~{python}"
        columns[key] = Column(address, version, python, link)
    return columns


# ---------------------------------------------------------------- the matrix


def _cell(case: Case, column: Column) -> Cell:
    kind, symbol, word = SYMBOLS[case.verdict]
    if case.answer is not None and case.verdict is not Verdict.NOT_APPLICABLE:
        word = visible(case.answer)
    title = visible(case.reason or "; ".join(case.marks)) or SYMBOLS[case.verdict][2]
    link = f"{visible(case.scenario)}@{column.key}"
    return Cell(kind, symbol, word, title, link, bool(case.marks))


def _row(cases: dict[Column, Case], columns: tuple[Column, ...]) -> Row:
    first = next(iter(cases.values()))
    cells = tuple(_cell(cases[c], c) if c in cases else None for c in columns)
    words = {cell.word for cell in cells if cell is not None and cell.kind != "na"}
    tags: tuple[str, ...] = (first.rule.strength,) if first.rule else ()
    tags += ("question",) if first.answers else ()
    shown = " ".join(words)
    return Row(
        id=visible(first.scenario),
        asks=visible(first.asks),
        tags=tags,
        cells=cells,
        search=f"{visible(first.scenario)} {visible(first.asks)} {shown}".lower(),
        differs=len(words) > 1,
    )


def _bars(
    column: Column,
    results: Results,
    columns: dict[tuple[str, str, str], Column],
    areas: list[str],
) -> tuple[Column, tuple[Bar, ...], Bar]:
    mine = [case for case in results.cases if columns[_column_key(case)] == column]
    parts = tuple(_bar([case for case in mine if case.area == area]) for area in areas)
    return column, parts, _bar(mine)


def _bar(cases: list[Case]) -> Bar:
    counts = Counter(case.verdict for case in cases)
    segments = []
    at = 0.0
    for verdict in _WORST_FIRST:
        if counts[verdict]:
            kind, symbol, word = SYMBOLS[verdict]
            width = 100 * counts[verdict] / len(cases)
            segments.append((kind, symbol, word, counts[verdict], round(at, 2), round(width, 2)))
            at += width
    return Bar(tuple(segments), len(cases))


def _findings(results: Results, columns: dict[tuple[str, str, str], Column]) -> list[Finding]:
    wanted = (Verdict.VIOLATES, Verdict.UNKNOWN)
    grouped: dict[str, list[Case]] = {}
    for case in results.cases:
        if case.verdict in wanted:
            grouped.setdefault(case.scenario, []).append(case)
    findings = []
    for scenario, cases in grouped.items():
        worst = max((case.verdict for case in cases), key=lambda verdict: verdict.rank)
        kind, symbol, _ = SYMBOLS[worst]
        reasons: dict[str, list[tuple[Cell, str]]] = {}
        for case in cases:
            place = _place(case, columns[_column_key(case)])
            reasons.setdefault(visible(case.reason), []).append(place)
        told = tuple((reason, tuple(places)) for reason, places in reasons.items())
        findings.append(Finding(kind, symbol, visible(scenario), visible(cases[0].asks), told))
    return sorted(findings, key=lambda finding: (finding.kind, finding.scenario))


def _place(case: Case, column: Column) -> tuple[Cell, str]:
    alone = column.key == column.address
    return _cell(case, column), column.address if alone else column.key.replace("~", " ")


# ---------------------------------------------------------------- behind the cells


def _details(
    by_row: dict[tuple[str, str], dict[Column, Case]], columns: tuple[Column, ...]
) -> dict[str, Any]:
    scenarios: dict[str, Any] = {}
    for (scenario, _), cases in by_row.items():
        first = next(iter(cases.values()))
        cells = {column.key: _case(case) for column, case in cases.items()}
        known = scenarios.setdefault(visible(scenario), _scenario(first))
        known["cases"].update(cells)
    labels = {
        c.key: {"address": c.address, "version": c.version, "python": c.python} for c in columns
    }
    return {"columns": labels, "scenarios": scenarios}


def _scenario(case: Case) -> dict[str, Any]:
    rule = case.rule
    return {
        "asks": visible(case.asks),
        "hash": visible(case.hash),
        "program": visible(show_program(case.program)),
        "tasks": list(map(visible, case.program.tasks)),
        "answers": {visible(k): visible(v) for k, v in case.answers.items()},
        "rule": rule
        and {
            "strength": visible(rule.strength),
            "required": list(map(visible, rule.required)),
            "forbidden": list(map(visible, rule.forbidden)),
        },
        "sources": {visible(k): visible(v) for k, v in case.sources.items()},
        "cases": {},
    }


def _case(case: Case) -> dict[str, Any]:
    kind, symbol, word = SYMBOLS[case.verdict]
    return {
        "kind": kind,
        "symbol": symbol,
        "word": word,
        "answer": case.answer and visible(case.answer),
        "reason": visible(case.reason),
        "marks": list(map(visible, case.marks)),
        "binds": bool(case.rule and case.rule.binds),
        "clock": visible(case.clock),
        "token": visible(case.token),
        "runs": sum(seen.count for h in case.histograms for seen in h.seen),
        "histograms": [_histogram(case, h) for h in case.histograms],
    }


def _histogram(case: Case, histogram: Histogram) -> dict[str, Any]:
    changed = histogram.program != case.program
    observed = {_as_allowed(case, seen.outcome) for seen in histogram.seen}
    unseen = [o for o in histogram.allowed if o not in observed]
    return {
        "injected": "" if histogram.injected == "-" else visible(histogram.injected),
        "program": visible(show_program(histogram.program)) if changed else "",
        "oracle": visible(histogram.oracle),
        "seen": [_seen(seen, traced=not changed) for seen in histogram.seen],
        "unseen": [_outcome(outcome) for outcome in unseen],
        "allowed": histogram.allowed_total,
        "listed": len(histogram.allowed),
    }


def _as_allowed(case: Case, outcome: Outcome) -> Outcome:
    """The outcome as the oracle would list it."""
    judged = outcome.judged()
    if case.clock == "virtual":
        return judged
    plain = judged.without_times()
    ending = "stopped" if plain.ending == "deadlocked" else plain.ending
    return Outcome(plain.tasks, plain.shared, ending)


def _seen(seen: Seen, *, traced: bool) -> dict[str, Any]:
    """One outcome. Of rewritings only the traces of what is not acceptable are kept."""
    trace = seen.trace if traced or seen.grade is not Grade.ACCEPTABLE else ()
    return {
        "outcome": _outcome(seen.outcome),
        "count": seen.count,
        "grade": seen.grade.value,
        "labels": list(map(visible, seen.labels)),
        "breaks": visible(seen.breaks),
        "freedom": visible(seen.freedom),
        "seed": "as shipped" if seen.seed is None else f"seed {seen.seed}",
        "token": visible(seen.token),
        "trace": [[e.tick, visible(e.task), visible(e.what), visible(e.detail)] for e in trace],
    }


def _outcome(outcome: Outcome) -> list[str]:
    """One line for each task, then the shared log, the ending, what was reported."""
    return list(map(visible, show_outcome(outcome).split("; ")))
