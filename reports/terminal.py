"""The results for a terminal: what ran, verdicts per area, every violation, how to see it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from io import StringIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.judge.case import Case
from conformance.judge.results import Results, RuntimeLine
from conformance.judge.unjudged import COMPOSED, LACKS, most_wanted
from conformance.judge.verdict import Verdict
from reports.plain import visible

MARKS = {
    Verdict.CONFORMS: ("ok", "green"),
    Verdict.VIOLATES: ("VIOLATES", "bold red"),
    Verdict.UNKNOWN: ("unknown", "yellow"),
    Verdict.NOT_APPLICABLE: ("n/a", "dim"),
}
_WORST_FIRST = sorted(Verdict, key=lambda verdict: -verdict.rank)
Column = tuple[str, str, str]
"""Address, version, Python."""


def render(results: Results, *, color: bool = False, width: int = 120) -> str:
    """The summary as text, ANSI colours only if asked for. `width` is in columns."""
    out = StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=color,
        no_color=not color,
        highlight=False,
        markup=False,
        emoji=False,
    )
    for line in _not_started(results):
        console.print(line)
    if results.cases:
        table = _table(results)
        unbounded = console.options.update(width=10_000)
        fits = console.measure(table, options=unbounded).maximum <= width
        console.print(table if fits else _short_table(results))
    for line in _findings(results):
        console.print(line, soft_wrap=True)
    for line in _costs(results):
        console.print(line, soft_wrap=True)
    for line in _doubts(results):
        console.print(line, soft_wrap=True)
    console.print(_last_line(results), soft_wrap=True)
    return out.getvalue()


def _not_started(results: Results) -> Iterator[Text]:
    for line in results.runtimes:
        if line.trouble:
            yield Text(visible(f"not started: {line.address}: {line.trouble}"), style="yellow")


def _table(results: Results) -> Table:
    areas = sorted({case.area for case in results.cases})
    counts: dict[tuple[Column, str], Counter[Verdict]] = {}
    for case in results.cases:
        key = ((case.runtime, case.version, case.python), case.area)
        counts.setdefault(key, Counter())[case.verdict] += 1
    table = Table(box=None, pad_edge=False)
    table.add_column("runtime", no_wrap=True)
    for area in (*areas, "all"):
        table.add_column(visible(area), no_wrap=True)
    table.add_column("", no_wrap=True)
    for column in dict.fromkeys(column for column, _ in counts):
        cells = [counts.get((column, area), Counter()) for area in areas]
        total = sum(cells, Counter[Verdict]())
        table.add_row(_name(column), *map(_share, cells), _share(total), _words(total))
    return table


def _short_table(results: Results) -> Table:
    """One line for each runtime: the whole, and the areas in which not all is well."""
    table = Table(box=None, pad_edge=False)
    table.add_column("runtime", no_wrap=True)
    table.add_column("conform", no_wrap=True)
    table.add_column("not all well in")
    by_column: dict[Column, dict[str, Counter[Verdict]]] = {}
    for case in results.cases:
        areas = by_column.setdefault((case.runtime, case.version, case.python), {})
        areas.setdefault(case.area, Counter())[case.verdict] += 1
    for column, areas in by_column.items():
        total = sum(areas.values(), Counter[Verdict]())
        bad = Text()
        for area, counts in sorted(areas.items()):
            if words := _words(counts, (Verdict.VIOLATES, Verdict.UNKNOWN)):
                bad.append("; " if bad else "")
                bad.append_text(Text.assemble(f"{visible(area)}: ", words))
        applicable = sum(total.values()) - total[Verdict.NOT_APPLICABLE]
        share = _share(total)
        share.append(f"  ({total[Verdict.NOT_APPLICABLE]} n/a)" if applicable else "", style="dim")
        table.add_row(_name(column), share, bad)
    return table


def _name(column: Column) -> Text:
    address, version, python = map(visible, column)
    said = f"Python {python}" if python == version else f"{version}, Python {python}"
    return Text.assemble((address, "bold"), f" ({said})")


def _share(counts: Counter[Verdict]) -> Text:
    """How many conform, of those that apply."""
    applicable = sum(counts.values()) - counts[Verdict.NOT_APPLICABLE]
    if not applicable:
        return Text("-", style="dim")
    worst = next(v for v in _WORST_FIRST if counts[v])
    return Text(f"{counts[Verdict.CONFORMS]}/{applicable}", style=MARKS[worst][1])


def _words(counts: Counter[Verdict], verdicts: Iterable[Verdict] = _WORST_FIRST) -> Text:
    parts = Text()
    for verdict in verdicts:
        if counts[verdict] and verdict is not Verdict.CONFORMS:
            word, style = MARKS[verdict]
            parts.append(", " if parts else "")
            parts.append(f"{counts[verdict]} {word}", style=style)
    return parts


def _findings(results: Results) -> Iterator[Text]:
    """Every violation, and what is unknown, by scenario."""
    for verdict in (Verdict.UNKNOWN, Verdict.VIOLATES):
        by_scenario: dict[str, list[Case]] = {}
        for case in results.cases:
            if case.verdict is verdict:
                by_scenario.setdefault(case.scenario, []).append(case)
        for cases in by_scenario.values():
            yield Text()
            yield from _finding(cases)


def _finding(cases: list[Case]) -> Iterator[Text]:
    """One scenario: the runtimes that fail it, the question, each reason and each replay line once."""
    word, style = MARKS[cases[0].verdict]
    names = dict.fromkeys(f"{case.runtime} {case.version}" for case in cases)
    yield Text.assemble((word, style), visible(f"  {cases[0].scenario}  on {', '.join(names)}"))
    yield Text(visible(f"    {cases[0].asks}"))
    for reason in dict.fromkeys(case.reason for case in cases):
        yield Text(visible(f"    {reason}"))
    for token in dict.fromkeys(case.token for case in cases if case.token):
        yield Text(visible(f"    conformance replay {token}"))


def _costs(results: Results) -> Iterator[Text]:
    """What a runtime lacks that most of its inapplicable scenarios want, where they are many."""
    for address in dict.fromkeys(case.runtime for case in results.cases):
        mine = [case for case in results.cases if case.runtime == address]
        lacking = sum(case.reason.startswith(LACKS) for case in mine)
        composed = sum(case.reason.startswith(COMPOSED) for case in mine)
        if 3 * lacking < len(mine):
            continue
        about = f", {composed} are about composed ops" if composed else ""
        line = f"\n{address}: {lacking} scenarios do not apply{about}; most wanted: {most_wanted(mine)}"
        yield Text(visible(line), style="dim")


def _doubts(results: Results) -> Iterator[Text]:
    """Where most cases fail, it is the adapter rather than the runtime that is to be looked at."""
    for address in dict.fromkeys(case.runtime for case in results.cases):
        verdicts = [case.verdict for case in results.cases if case.runtime == address]
        applicable = len(verdicts) - verdicts.count(Verdict.NOT_APPLICABLE)
        bad = verdicts.count(Verdict.VIOLATES) + verdicts.count(Verdict.UNKNOWN)
        if bad > 2 and 2 * bad > applicable:
            told = f"\n{bad} of {applicable} fail on {address}: is its adapter sound? Try:"
            yield Text(visible(f"{told} conformance check {address}"), style="yellow")


def _last_line(results: Results) -> Text:
    counts = results.counts()
    marked = sum(bool(case.marks) for case in results.cases)
    started = [line for line in results.runtimes if not line.trouble]
    parts = [f"{counts[v]} {MARKS[v][0]}" for v in _WORST_FIRST]
    line = f"\n{len(results.cases)} cases on {_plural(started)}: {', '.join(parts)}"
    return Text(line + (f"; {marked} with a mark (--strict lists them)" if marked else ""))


def _plural(lines: list[RuntimeLine]) -> str:
    return f"{len(lines)} runtime" + ("" if len(lines) == 1 else "s")
