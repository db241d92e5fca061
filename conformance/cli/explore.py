"""`conformance explore`: every outcome that a program may show, each with a replay token."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import click
from rich.table import Table

from conformance.cli.output import FORMAT, console, print_json, say
from conformance.engine.bench import Bench
from conformance.engine.catalogue import load_catalogue
from conformance.engine.explore import BUDGET, Exploration, schedule_of
from conformance.engine.explore import explore as search
from conformance.engine.oracle import make_machine
from conformance.engine.unmodelled import lacking, unheld, unmodelled
from conformance.errors import DataError, Exit, UsageError
from conformance.judge.token import ReferenceToken, encode_token, short_hash
from conformance.lang.codec import program_from_json
from conformance.lang.outcome import Outcome, outcome_to_json, show_outcome
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics
from conformance.lang.text import show_program

DEFAULT = "reference"


@click.command()
@click.argument("what", metavar="SCENARIO|FILE")
@click.option("--semantics", "runtime", default=DEFAULT, show_default=True, metavar="RUNTIME")
@click.option("--budget", default=BUDGET, show_default=True, help="Steps of the search.")
@FORMAT
def explore(what: str, runtime: str, budget: int, form: str) -> int:
    """Print every outcome of a scenario, or of a JSON program, under RUNTIME's semantics."""
    name, program = find_program(what)
    if reason := lacking(program):
        raise UsageError(
            f"{name or what} cannot be explored: {reason}", hint="`run` still judges it by its rule"
        )
    semantics = semantics_of(runtime)
    machine = make_machine(program, semantics, lax=False)
    found = search(machine, budget)
    tokens = {
        outcome: encode_token(
            ReferenceToken(short_hash(program), name, runtime, tuple(schedule_of(machine, path)))
        )
        for outcome, path in found.outcomes.items()
    }
    if form == "json":
        print_json(_facts(name, runtime, found, tokens))
    else:
        _show(program, runtime, found, tokens)
    if reason := unmodelled(program, semantics) or unheld(semantics, found.outcomes):
        say(f"note: the judge would not hold a runtime to this: {reason}")
    return Exit.OK if found.complete else Exit.INCONCLUSIVE


def find_program(what: str) -> tuple[str, Program]:
    """A scenario's id and program, or an empty id and the program of a JSON file.

    Raises UsageError for an unknown scenario, DataError or ScenarioError for an unreadable file.
    """
    path = Path(what)
    if not (path.suffix == ".json" or path.is_file()):
        return what, load_catalogue().find(what).program
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: no JSON: {error}") from None
    return "", program_from_json(data.get("program", data) if isinstance(data, dict) else data)


def semantics_of(address: str) -> Semantics:
    """What a runtime declares. Raises UsageError or NotStarted."""
    with Bench() as bench:
        bench.start([address])
        if error := bench.trouble.get(address):
            raise error
        return replace(bench.facts[address].semantics, citations={})


def _facts(
    name: str, runtime: str, found: Exploration, tokens: dict[Outcome, str]
) -> dict[str, object]:
    return {
        "scenario": name or None,
        "semantics": runtime,
        "complete": found.complete,
        "states": found.states,
        "steps": found.steps,
        "outcomes": [
            {"outcome": outcome_to_json(outcome), "token": token}
            for outcome, token in tokens.items()
        ],
    }


def _show(program: Program, runtime: str, found: Exploration, tokens: dict[Outcome, str]) -> None:
    out = console()
    out.print(show_program(program))
    table = Table("#", "outcome", "replay token", title_justify="left", box=None, pad_edge=False)
    for number, (outcome, token) in enumerate(tokens.items(), start=1):
        table.add_row(str(number), show_outcome(outcome).replace("; ", "\n"), token)
    table.columns[2].overflow = "fold"
    out.print()
    out.print(table)
    how = "every outcome" if found.complete else "NOT every outcome (the budget is spent)"
    say(f"{len(tokens)} outcomes, {how} under {runtime}'s semantics; {found.states} states")
