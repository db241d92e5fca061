"""`conformance probe`: what a runtime's answers say about its semantics, beside its declaration."""

from __future__ import annotations

from collections.abc import Sequence

import click
from rich.table import Table

from conformance.cli.output import FORMAT, console, print_json, say
from conformance.engine.bench import Bench
from conformance.engine.campaign import Campaign, Plan
from conformance.engine.catalogue import load_catalogue
from conformance.engine.probe import Inferred, infer, scenarios
from conformance.errors import Exit
from conformance.judge.evidence import NoOracle


@click.command()
@click.argument("runtime")
@click.option(
    "--seeds", default=10, show_default=True, type=click.IntRange(1), help="Runs per case."
)
@FORMAT
def probe(runtime: str, seeds: int, form: str) -> int:
    """Infer the semantics of RUNTIME from its answers, and compare them with what it declares."""
    asked = scenarios()
    chosen = tuple(s for s in load_catalogue().scenarios if s.id in asked)
    with Bench() as bench:
        bench.start([runtime])
        if error := bench.trouble.get(runtime):
            raise error
        campaign = Campaign(Plan(chosen, (runtime,), seeds), bench, NoOracle("not asked"))
        answers = {case.scenario: case.answer for case in campaign.run()}
        lines = list(infer(answers, bench.facts[runtime].semantics))
    if form == "json":
        print_json([_facts(line) for line in lines])
    else:
        _show(lines)
    differing = [line for line in lines if line.differs]
    for line in differing:
        told = _shown(line.inferred)
        say(f"differs: {line.field} is declared {line.declared}, the answer says {told}")
    if not differing:
        say(f"{runtime}: nothing differs from what is declared")
    return Exit.VIOLATION if differing else Exit.OK


def _shown(inferred: object) -> str:
    if isinstance(inferred, tuple):
        return " or ".join(map(str, inferred))
    return "?" if inferred is None else str(inferred)


def _cited(line: Inferred) -> str:
    """Where the declaration comes from, in a word or two; the whole citation is in the JSON."""
    if not line.citation:
        return "none"
    return "undocumented" if line.citation.startswith("undocumented") else "documents"


def _facts(line: Inferred) -> dict[str, object]:
    return {
        "field": line.field,
        "scenario": line.scenario,
        "answer": line.answer,
        "inferred": line.inferred,
        "declared": line.declared,
        "citation": line.citation,
        "differs": line.differs,
    }


def _show(lines: Sequence[Inferred]) -> None:
    headings = ("", "field", "inferred", "declared", "citation", "scenario", "answer")
    table = Table(*headings, box=None, pad_edge=False)
    for line in lines:
        inferred = _shown(line.inferred)
        cells = (
            line.field,
            inferred,
            line.declared,
            _cited(line),
            line.scenario,
            line.answer or "",
        )
        table.add_row("DIFFERS" if line.differs else "", *map(str, cells))
    console().print(table)
