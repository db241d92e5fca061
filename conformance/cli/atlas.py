"""`conformance atlas`: how runtimes answer every question, and what tells two of them apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from conformance.cli.output import FORMAT, JOBS, print_json, say, unread
from conformance.cli.render import show_rendered
from conformance.cli.report import read_all
from conformance.cli.run import (
    FILE,
    carry_out,
    check_named,
    choose_runtimes,
    make_header,
    make_oracle,
)
from conformance.engine.bench import Bench
from conformance.engine.campaign import LIMIT, Campaign, Plan
from conformance.engine.catalogue import load_catalogue
from conformance.errors import Exit, UsageError
from conformance.judge.atlas import Apart, Atlas, Column, Question, make_atlas
from conformance.judge.results import Results


@click.command()
@click.argument("files", nargs=-1, type=FILE)
@click.option("--runtime", "addresses", multiple=True, metavar="R", help="[default: all]")
@click.option("--scenario", "globs", multiple=True, metavar="GLOB", help="[default: all]")
@click.option("--seeds", default=10, show_default=True, type=click.IntRange(1), help="Runs each.")
@JOBS
@click.option("--all", "every", is_flag=True, help="Questions too that all answer alike.")
@FORMAT
def atlas(
    files: tuple[Path, ...],
    addresses: tuple[str, ...],
    globs: tuple[str, ...],
    seeds: int,
    jobs: int,
    every: bool,  # noqa: FBT001 — click passes it by name
    form: str,
) -> int:
    """Show every question and who answers what: differences first, then what tells pairs apart.

    Reads results FILES, of several Pythons and machines; without any, it asks the runtimes of this
    interpreter.
    """
    unreadable = interrupted = False
    if files:
        results, unreadable = read_all(files)
        results = _only(results, addresses, globs)
    else:
        results, interrupted = _ask(addresses, globs, seeds, jobs)
    if not results.cases:
        raise UsageError("no case is left to show", hint="see --runtime and --scenario")
    made = make_atlas(results)
    with unread():
        if form == "json":
            print_json(atlas_facts(made))
        else:
            show_rendered("atlas", results, every=every)
    for name in results.truncated:
        say(f"truncated: {name} has no footer; its run did not end")
    if unreadable:
        return Exit.DATA
    return Exit.INCONCLUSIVE if interrupted or results.truncated else Exit.OK


def _only(results: Results, addresses: tuple[str, ...], globs: tuple[str, ...]) -> Results:
    from fnmatch import fnmatchcase  # noqa: PLC0415 — two lines below are its only use

    cases = tuple(
        case
        for case in results.cases
        if (not addresses or case.runtime in addresses)
        and (not globs or any(fnmatchcase(case.scenario, glob) for glob in globs))
    )
    return Results(results.headers, cases, results.truncated)


def _ask(
    addresses: tuple[str, ...], globs: tuple[str, ...], seeds: int, jobs: int
) -> tuple[Results, bool]:
    """Run the catalogue here; the results, and whether the run was interrupted."""
    catalogue = load_catalogue()
    chosen, absent = choose_runtimes(addresses)
    with Bench() as bench:
        bench.start(chosen, jobs)
        check_named(bench, addresses)
        plan = Plan(catalogue.select(globs), tuple(chosen), seeds, 0, jobs, False, LIMIT)  # noqa: FBT003
        header = make_header(plan, bench, catalogue, absent)
        done = carry_out(Campaign(plan, bench, make_oracle()), header, None)
    return done.results, done.interrupted


def atlas_facts(made: Atlas) -> dict[str, Any]:
    """The atlas as a JSON value."""
    return {
        "columns": [column._asdict() for column in made.columns],
        "questions": [_question(question) for question in made.questions],
        "pairs": [_pair(pair) for pair in made.pairs],
    }


def _question(question: Question) -> dict[str, Any]:
    return {
        "scenario": question.scenario,
        "asks": question.asks,
        "differs": question.differs,
        "answers": {word: list(map(_key, who)) for word, who in question.answers.items()},
        "absent": [{**c._asdict(), "why": why} for c, why in question.absent.items()],
    }


def _key(column: Column) -> dict[str, str]:
    return column._asdict()


def _pair(pair: Apart) -> dict[str, Any]:
    return {
        "one": _key(pair.one),
        "other": _key(pair.other),
        "common": pair.common,
        "apart": pair.apart,
        "surely": pair.surely,
        "scenario": pair.scenario or None,
        "ops": pair.ops,
        "answers": [pair.answer, pair.other_answer] if pair.scenario else [],
    }
