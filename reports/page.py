"""What the report shows, as values: the table of all cells, and a block behind each scenario.

Everything that a scenario or a runtime supplied passes through `visible`: control and bidirectional
characters become readable escapes, and what is endless is cut.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, final

from conformance.judge.atlas import reply
from conformance.judge.baseline import Baseline
from conformance.judge.case import Case
from conformance.judge.results import Header, Results
from conformance.judge.token import RunToken, encode_token
from conformance.judge.verdict import Verdict
from reports.block import make_block
from reports.columns import Column, key_of, make_columns
from reports.known import Known
from reports.plain import visible
from reports.texts import Texts, Values

SYMBOLS: Final = {
    Verdict.CONFORMS: ("ok", "✓", "conforms"),
    Verdict.UNKNOWN: ("unknown", "?", "unknown"),
    Verdict.VIOLATES: ("bad", "✗", "violates"),
    Verdict.NOT_APPLICABLE: ("na", "–", "n/a"),
}
VERDICTS: Final = tuple(SYMBOLS)
_WORST_FIRST: Final = sorted(Verdict, key=lambda verdict: -verdict.rank)


@final
@dataclass(frozen=True, slots=True)
class Row:
    """One scenario, as it stands in links: with a part of its hash where two of them share an id."""

    key: str
    cases: Mapping[Column, Case]

    @property
    def first(self) -> Case:
        """Any of its cases: they share everything that is the scenario's."""
        return next(iter(self.cases.values()))


@final
@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the results hold. `index` and `blocks` are JSON values."""

    headers: tuple[Header, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    absent: tuple[tuple[str, str], ...]
    truncated: tuple[str, ...]
    broken: tuple[str, ...]
    totals: tuple[tuple[str, str, str, int], ...]
    index: dict[str, Any]

    def blocks(self) -> Iterator[dict[str, Any]]:
        """What stands behind each row, made one at a time."""
        for row in self.rows:
            yield make_block(row.cases)


def make_page(results: Results, baselines: Iterable[Baseline] = ()) -> Page:
    """The page of these results; `baselines` say what is known of what does not conform."""
    columns = make_columns(results)
    rows = tuple(_rows(results, columns))
    ordered = tuple(columns.values())
    counts = results.counts()
    return Page(
        headers=results.headers,
        columns=ordered,
        rows=rows,
        absent=tuple(_absent(results)),
        truncated=tuple(map(visible, results.truncated)),
        broken=tuple(
            dict.fromkeys(visible(b) for header in results.headers for b in header.broken)
        ),
        totals=tuple((*SYMBOLS[v], counts[v]) for v in _WORST_FIRST),
        index=_index(rows, ordered, Known(baselines)),
    )


def _absent(results: Results) -> Iterator[tuple[str, str]]:
    """Each runtime that did not start, and why; with the Pythons, where it did on another."""
    started = {case.runtime for case in results.cases}
    told: dict[tuple[str, str], list[str]] = {}
    for header in results.headers:
        for line in header.runtimes:
            if line.trouble:
                told.setdefault((line.address, line.trouble), []).append(header.python)
    for (address, trouble), pythons in told.items():
        where = f" on Python {', '.join(dict.fromkeys(pythons))}" if address in started else ""
        yield visible(address + where), visible(trouble)


def _rows(results: Results, columns: Mapping[tuple[str, str, str], Column]) -> Iterator[Row]:
    found: dict[tuple[str, str], dict[Column, Case]] = {}
    for case in sorted(results.cases, key=lambda case: (case.area, case.scenario, case.hash)):
        found.setdefault((case.scenario, case.hash), {})[columns[key_of(case)]] = case
    twice = Counter(scenario for scenario, _ in found)
    for (scenario, digest), cases in found.items():
        key = scenario if twice[scenario] == 1 else f"{scenario}~{digest[:8]}"
        ordered = dict(sorted(cases.items(), key=lambda item: item[0].at))
        yield Row(visible(key), ordered)


def _index(rows: Iterable[Row], columns: Iterable[Column], known: Known) -> dict[str, Any]:
    """Every cell, with each distinct one written once; `templates/js/model.js` reads it."""
    texts, states = Texts(), Values()
    wide = tuple(columns)
    return {
        "columns": [[c.address, c.version, c.python, c.key, word(c)] for c in wide],
        "rows": [_row(row, wide, texts, states, known) for row in rows],
        "states": states.list,
        "texts": texts.list,
    }


def word(column: Column) -> str:
    """A runtime as it stands in replay tokens."""
    return encode_token(RunToken("", "", column.address)).split(",")[2]


def _row(
    row: Row, columns: tuple[Column, ...], texts: Texts, states: Values, known: Known
) -> dict[str, Any]:
    first, add = row.first, texts.add
    cells = [_state(row.cases[c], texts, states, known) if c in row.cases else -1 for c in columns]
    answers = [n for word, means in first.answers.items() for n in (add(word), add(means))]
    sources = [n for family, where in first.sources.items() for n in (add(family), add(where))]
    return {
        "id": row.key,
        "asks": add(first.asks),
        "level": visible(first.rule.strength) if first.rule else "",
        "size": first.program.size(),
        "answers": answers,
        "sources": sources,
        "cells": cells,
    }


def _state(case: Case, texts: Texts, states: Values, known: Known) -> int:
    """`[verdict, what it said, reason, marks, what is known]`, texts by number, -1 for none."""
    said, why = reply(case), known.reason(case)
    marks = "; ".join(case.marks)
    return states.add(
        [
            VERDICTS.index(case.verdict),
            -1 if said is None else texts.add(said),
            texts.add(case.reason) if case.reason else -1,
            texts.add(marks) if marks else -1,
            texts.add(why) if why else -1,
        ]
    )
