"""`conformance list`: what there is to ask, and whom."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, get_args

import click
from rich.table import Table

from conformance.adapter.core import METHODS
from conformance.cli.output import FORMAT, console, print_json, say
from conformance.engine.bench import Bench
from conformance.engine.catalogue import list_runtimes, load_catalogue
from conformance.engine.oracle import ANSWERS
from conformance.errors import Exit
from conformance.judge.evidence import RuntimeFacts
from conformance.lang.capability import ASSUMED, BUILT_IN, SPECIAL, needs
from conformance.lang.ops import OPS
from conformance.lang.outcome import ERRORS
from conformance.lang.scenario import Scenario
from conformance.lang.semantics import Point, Semantics, semantics_to_json


@click.group("list")
def listing() -> None:
    """List scenarios or runtimes, and the words of an adapter: capabilities, errors, semantics."""


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


@listing.command()
@FORMAT
def capabilities(form: str) -> int:
    """List what programs may need of a runtime: for `lacks`, `composed`, `special`, and methods to write."""
    rows = [
        {"capability": kind, "in": where, "means": what, "scenarios": count}
        for kind, where, what, count in _capabilities()
    ]
    return _words(form, rows)


def _capabilities() -> Iterator[tuple[str, str, str, int]]:
    """Each: its name, where an adapter says that it has it, what it means, how many scenarios need it."""
    wanted = Counter(need for s in load_catalogue().scenarios for need in needs(s.program))
    for kind, op in sorted(OPS.items()):
        if kind not in BUILT_IN:
            told = METHODS.get(kind, kind)
            yield kind, f"method `{told}`", " ".join((op.__doc__ or "").split()), wanted[kind]
    for kind, what in SPECIAL.items():
        where = "`lacks`, where it is not so" if kind in ASSUMED else "`special`"
        yield kind, where, what, wanted[kind]


@listing.command()
@FORMAT
def errors(form: str) -> int:
    """List the names of errors in outcomes: for `errors`, which maps a runtime's own exceptions to them."""
    return _words(form, [{"name": name, "means": what} for name, what in ERRORS.items()])


@listing.command()
@FORMAT
def semantics(form: str) -> int:
    """List what an adapter may declare in `semantics`: fields, their values, the default first, and what they mean."""
    plain = semantics_to_json(Semantics())
    rows = []
    for name, what in _fields().items():
        known = () if name == "citations" else ANSWERS.get(name, get_args(Point))
        values = ", ".join(map(str, sorted(known, key=lambda answer: answer != plain[name])))
        rows.append({"field": name, "values": values, "means": what})
    return _words(form, rows)


def _fields() -> dict[str, str]:
    """Each field of `Semantics`, and what its docstring says of it."""
    told: dict[str, str] = {}
    names: tuple[str, ...] = ()
    for line in (Semantics.__doc__ or "").splitlines()[2:]:
        if found := re.match(r"    (\w+(?:, \w+)*)\s+(.*)", line):
            names, line = tuple(found[1].split(", ")), found[2]
        for name in names:
            told[name] = f"{told.get(name, '')} {line.strip()}".strip()
    return told


def _words(form: str, rows: list[dict[str, Any]]) -> int:
    if form == "json":
        print_json(rows)
        return Exit.OK
    table = Table(*rows[0], box=None, pad_edge=False)
    for row in rows:
        table.add_row(*map(str, row.values()))
    console().print(table)
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
