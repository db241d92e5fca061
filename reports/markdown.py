"""The results as GitHub-flavoured Markdown: for the summary of a CI job."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from conformance.errors import Exit
from conformance.judge.baseline import plain_address
from conformance.judge.case import Case
from conformance.judge.gate import Gated
from conformance.judge.results import Results
from conformance.judge.verdict import Verdict
from reports import gate
from reports.plain import visible

SIGNS = {
    Verdict.CONFORMS: "✅",
    Verdict.VIOLATES: "❌",
    Verdict.UNKNOWN: "❔",
    Verdict.NOT_APPLICABLE: "—",
}
_WORST_FIRST = sorted(Verdict, key=lambda verdict: -verdict.rank)
_ACTIVE = re.compile(r"([\\`*_\[\]<>#|~@$&]|:(?=//|\w+:)|(?<=www)\.)")
MOST = 50
"""Violations that are told in full: GitHub cuts a summary at 1 MiB."""


def render(
    results: Results,
    *,
    gated: Mapping[str, Gated] | None = None,
    gate_exit: Exit | None = None,
    **_: object,
) -> str:
    """The Markdown, as a string. Nothing that a scenario or a runtime supplies is markup.

    `gated`: what is held against a baseline; of these, what differs is told, and not what is known.
    `gate_exit`: how the gate ends.
    """
    held = gate.markdown(gated or {}, gate_exit, _text)
    return "\n".join([*held, *_lines(results, held=(gated or {}).keys()), ""])


def _lines(results: Results, held: Collection[str]) -> Iterator[str]:
    counts = results.counts()
    told = ", ".join(f"{SIGNS[v]} {counts[v]} {v.value}" for v in _WORST_FIRST if counts[v])
    yield "### Conformance of async runtimes"
    yield ""
    yield f"{len(results.cases)} cases: {told or 'nothing ran'}"
    yield ""
    yield from _table(results)
    for line in results.runtimes:
        if line.trouble:
            yield f"- not started: **{_text(line.address)}**: {_text(line.trouble)}"
    for name in results.truncated:
        yield f"- truncated: {_text(name)}"
    yield from _findings([c for c in results.cases if plain_address(c.runtime) not in held])


def _table(results: Results) -> Iterator[str]:
    areas = sorted({case.area for case in results.cases})
    rows: dict[tuple[str, str, str], dict[str, Counter[Verdict]]] = {}
    for case in results.cases:
        row = rows.setdefault((case.runtime, case.version, case.python), {})
        row.setdefault(case.area, Counter())[case.verdict] += 1
    if not rows:
        return
    yield "| runtime | " + " | ".join(map(_text, areas)) + " | all |"
    yield "|---|" + "---:|" * (len(areas) + 1)
    for (address, version, python), row in rows.items():
        cells = [_share(row.get(area, Counter())) for area in areas]
        total = _share(sum(row.values(), Counter[Verdict]()))
        name = f"**{_text(address)}** {_text(version)}, Python {_text(python)}"
        yield f"| {name} | " + " | ".join([*cells, total]) + " |"
    yield ""


def _share(counts: Counter[Verdict]) -> str:
    applicable = sum(counts.values()) - counts[Verdict.NOT_APPLICABLE]
    if not applicable:
        return SIGNS[Verdict.NOT_APPLICABLE]
    worst = next(v for v in _WORST_FIRST if counts[v])
    sign = f"{SIGNS[worst]} " if worst is not Verdict.CONFORMS else ""
    return f"{sign}{counts[Verdict.CONFORMS]}/{applicable}"


def _findings(cases: Sequence[Case]) -> Iterator[str]:
    for verdict in (Verdict.VIOLATES, Verdict.UNKNOWN):
        found = [case for case in cases if case.verdict is verdict]
        if found:
            yield f"#### {SIGNS[verdict]} {verdict.value} ({len(found)})"
            yield ""
        for case in found[:MOST]:
            yield from _finding(case)
        if len(found) > MOST:
            yield f"- and {len(found) - MOST} more"
        if found:
            yield ""


def _finding(case: Case) -> Iterator[str]:
    where = f"{case.runtime} {case.version}, Python {case.python}"
    yield f"- **{_text(case.scenario)}** on {_text(where)}: {_text(case.asks)}"
    yield f"  {_text(case.reason)}"
    if case.token:
        yield f"  `conformance replay {visible(case.token).replace('`', '')}`"


def _text(text: str) -> str:
    """Text that Markdown shows as it is, in one line."""
    return _ACTIVE.sub(r"\\\1", " ".join(visible(text).split()))
