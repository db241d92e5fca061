"""`python -m benchmarks`: every figure that the project publishes, in one command."""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table as Shown

from benchmarks.catalogue import catalogue
from benchmarks.classics import classics
from benchmarks.fuzz import speed
from benchmarks.growth import growth
from benchmarks.measure import Row, Table
from benchmarks.mutants import mutants
from benchmarks.report import report
from benchmarks.search import oracle, schedules
from benchmarks.switching import switching
from benchmarks.witnesses import witnesses

BENCHMARKS: dict[str, Callable[[], Table]] = {
    "schedules": schedules,
    "oracle": oracle,
    "classics": classics,
    "growth": growth,
    "switching": switching,
    "catalogue": catalogue,
    "fuzz": speed,
    "fuzz-mutants": mutants,
    "fuzz-witnesses": witnesses,
    "report": report,
}
COLUMNS = ("", "wall", "CPU", "unit", "target", "")


def number(value: float | None) -> str:
    """A figure with as many digits as it deserves."""
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 1000 or value == int(value) else f"{value:.3g}"


def cells(row: Row) -> tuple[str, ...]:
    """A row as text; a count has no CPU column and one value."""
    return row.name, number(row.wall), number(row.cpu), row.unit, row.target, row.note


def shown(table: Table) -> Shown:
    """For the terminal."""
    made = Shown(
        title=table.title, caption=table.about, title_justify="left", caption_justify="left"
    )
    for at, column in enumerate(COLUMNS):
        made.add_column(column, justify="right" if at in (1, 2, 4) else "left")
    for row in table.rows:
        made.add_row(*cells(row))
    return made


def markdown(tables: Iterable[Table]) -> str:
    """For a page."""
    parts = ["# Figures", machine()]
    for table in tables:
        parts += [f"## {table.title}", f"    python -m benchmarks --only {table.name}", table.about]
        lines = ["| | wall | CPU | unit | target | |", "|---|---:|---:|---|---:|---|"]
        lines += ["| " + " | ".join(cells(row)) + " |" for row in table.rows]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def machine() -> str:
    """What it ran on."""
    where = f"{platform.python_implementation()} {platform.python_version()}, {platform.system()}"
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{where} {platform.machine()}, {os.cpu_count()} cores; load average {load}. The "
        f"machine is shared with "
        "other work, so CPU time stands beside wall time."
    )


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only", action="append", choices=list(BENCHMARKS), help="one of them (repeatable)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON")
    parser.add_argument(
        "--markdown", type=Path, metavar="FILE", help="write the tables as Markdown"
    )
    options = parser.parse_args()
    console = Console()
    console.print(machine())
    tables = []
    for name in options.only or BENCHMARKS:
        with console.status(f"{name} …"):
            tables.append(BENCHMARKS[name]())
        console.print()
        console.print(shown(tables[-1]))
    if options.json is not None:
        facts = {"machine": machine(), "tables": [asdict(table) for table in tables]}
        options.json.write_text(
            json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    if options.markdown is not None:
        options.markdown.write_text(markdown(tables), encoding="utf-8")


if __name__ == "__main__":
    main()
