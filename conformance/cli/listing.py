"""`conformance list`: what there is to ask, and whom."""

from __future__ import annotations

import click
from rich.table import Table

from conformance.cli.output import FORMAT, console, print_json, say
from conformance.engine.bench import Bench
from conformance.engine.catalogue import list_runtimes, load_catalogue
from conformance.errors import Exit
from conformance.judge.evidence import RuntimeFacts
from conformance.lang.scenario import Scenario


@click.group("list")
def listing() -> None:
    """List scenarios or runtimes."""


@listing.command()
@click.option("--scenario", "globs", multiple=True, metavar="GLOB", help="Only these ids.")
@FORMAT
def scenarios(globs: tuple[str, ...], form: str) -> int:
    """List the scenarios of the catalogue."""
    catalogue = load_catalogue()
    chosen = catalogue.select(globs)
    if form == "json":
        print_json([_facts(scenario) for scenario in chosen])
    else:
        table = Table("id", "kind", "asks", box=None, pad_edge=False)
        for scenario in chosen:
            table.add_row(scenario.id, _kind(scenario), scenario.asks)
        console().print(table)
        say(f"{len(chosen)} scenarios")
    for line in catalogue.broken:
        say(f"warning: not loaded: {line}")
    return Exit.INCONCLUSIVE if catalogue.broken else Exit.OK


def _kind(scenario: Scenario) -> str:
    kinds = [scenario.rule.strength] if scenario.rule else []
    return " + ".join([*kinds, *(["question"] if scenario.answers else [])])


def _facts(scenario: Scenario) -> dict[str, object]:
    return {
        "id": scenario.id,
        "area": scenario.area,
        "hash": scenario.hash,
        "asks": scenario.asks,
        "strength": scenario.rule.strength if scenario.rule else None,
        "answers": list(scenario.answers),
        "sources": dict(scenario.sources),
        "clock": scenario.clock,
        "shown_by": scenario.shown_by,
    }


@listing.command()
@click.option("--all", "every", is_flag=True, help="Those too that run only when they are named.")
@FORMAT
def runtimes(every: bool, form: str) -> int:  # noqa: FBT001 — click passes it by name
    """List the runtimes that are installed, and what they say of themselves."""
    found = list_runtimes()
    offered = [item for item in found if every or item.default or item.trouble]
    with Bench() as bench:
        bench.start([o.address for o in offered if not o.trouble and o.default], jobs=4)
        rows = []
        for item in offered:
            told = str(bench.trouble.get(item.address, "")).removeprefix(f"{item.address}: ")
            trouble = item.trouble or told
            facts = bench.facts.get(item.address)
            rows.append({"address": item.address, **_described(facts), "trouble": trouble})
    if form == "json":
        print_json(rows)
    else:
        table = Table("address", "version", "Python", "virtual clock", "", box=None, pad_edge=False)
        for row in rows:
            steered = "steered by seeds" if row["steering"] else ""
            how = f"not started: {row['trouble']}" if row["trouble"] else steered
            cells = (row["address"], row["version"], row["python"], row["virtual"], how)
            table.add_row(*map(str, cells))
        console().print(table)
        if more := len(found) - len(offered):
            say(f"{more} more run only when they are named: see --all")
    return Exit.OK


def _described(facts: RuntimeFacts | None) -> dict[str, object]:
    if facts is None:
        return {"version": "", "python": "", "virtual": "", "steering": ""}
    return {
        "version": facts.version,
        "python": facts.python,
        "virtual": facts.virtual,
        "steering": facts.steering,
        "families": sorted(facts.families),
        "composed": sorted(facts.composed),
    }
