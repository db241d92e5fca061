"""`conformance compare`: the smallest generated program that tells two runtimes apart."""

from __future__ import annotations

from typing import Any

import click
from rich.progress import Progress
from rich.table import Table

from conformance.cli.output import FORMAT, SECONDS, console, print_json, say, unread
from conformance.engine.bench import Bench
from conformance.engine.campaign import LIMIT
from conformance.engine.compare import Compare, Comparison, Difference, Question, Side
from conformance.engine.generate.areas import AREAS
from conformance.errors import Exit
from conformance.lang.codec import program_to_json
from conformance.lang.outcome import Outcome, outcome_to_json
from conformance.lang.text import show_program


@click.command()
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@click.option("--programs", default=500, show_default=True, type=click.IntRange(1))
@click.option(
    "--area", "areas", multiple=True, type=click.Choice(tuple(AREAS)), help="[default: all]"
)
@click.option("--seed", default=0, show_default=True, help="The same seed, the same programs.")
@click.option("--limit", default=LIMIT, show_default=True, type=SECONDS, help="Seconds per run.")
@FORMAT
def compare(
    one: str, other: str, programs: int, areas: tuple[str, ...], seed: int, limit: float, form: str
) -> int:
    """Search for the smallest program that tells runtimes A and B apart: no outcome in common.

    Two versions of one runtime are two addresses: `anyio:trio@old/bin/python anyio:trio@new/bin/python`. Exits with 0
    whether or not they are told apart, with 2 when that could not be settled.
    """
    chosen = tuple(dict.fromkeys(areas)) or tuple(AREAS)
    with Bench() as bench:
        search = Compare(bench, one, other, Question(programs, chosen, seed, limit))
        interrupted = _carry_out(search)
        found = None if interrupted and not search.state.told else search.smallest()
    state = search.state
    code = Exit.INCONCLUSIVE if found is None and (interrupted or state.unsure) else Exit.OK
    with unread():
        if form == "json":
            print_json(_summary(state, found, code))
        else:
            _show(state, found)
    if interrupted:
        say(f"interrupted after {state.tried} programs")
    return code


def _carry_out(search: Compare) -> bool:
    """Search, showing how it goes; whether it was interrupted."""
    steps = search.search()
    err = console(stderr=True)
    try:
        with Progress(console=err, transient=True, disable=not err.is_terminal) as bar:
            task = bar.add_task("programs", total=search.state.question.programs)
            for _ in steps:
                told = len(search.state.told)
                bar.update(task, advance=1, description=f"programs, {told} tell them apart")
    except KeyboardInterrupt:
        return True
    return False


def _show(state: Comparison, found: Difference | None) -> None:
    out = console()
    counts = f"{state.tried} programs, {len(state.told)} told them apart"
    if state.unsure:
        counts += f", {state.unsure} more did so once and not again"
    if found is None:
        out.print(f"{counts}.")
        return
    out.print(show_program(found.program))
    table = Table(show_lines=True)
    for side in found.sides:
        table.add_column(f"{side.address}\n{side.version}, Python {side.python}")
    table.add_row(*("\n\n".join(_told(side)) for side in found.sides))
    out.print(table)
    out.print(f"they part: {found.part.task}, entry {found.part.index + 1}" + _when(found))
    for side, word in zip(found.sides, (found.part.saw, found.part.expected), strict=True):
        out.print(f"  {side.address}: {word}")
    for side in found.sides:
        out.print(f"  conformance replay {side.token}", soft_wrap=True)
    out.print(f"{counts}; the smallest, of program {found.origin}, has {found.program.size()} ops.")


def _when(found: Difference) -> str:
    return "" if found.part.tick is None else f", at tick {found.part.tick:g}"


def _told(side: Side) -> list[str]:
    """Each outcome as it stands in a cell: a line for each task."""
    runs = sum(count for _, count in side.outcomes)
    return [f"{count} of {runs} runs\n" + _lines(outcome) for outcome, count in side.outcomes]


def _lines(outcome: Outcome) -> str:
    lines = []
    for name, task in outcome.tasks:
        words = [e.text if not e.tick else f"{e.text}@{e.tick:g}" for e in task.log]
        end = task.end if not task.tick else f"{task.end}@{task.tick:g}"
        lines.append(f"{name}: " + ", ".join([*words, end]))
    if outcome.shared:
        lines.append("log: " + ", ".join(entry.text for entry in outcome.shared))
    return "\n".join([*lines, outcome.ending])


def _summary(state: Comparison, found: Difference | None, code: Exit) -> dict[str, Any]:
    """The search as a JSON value."""
    counts = {"programs": state.tried, "told_apart": len(state.told), "unsure": state.unsure}
    if found is None:
        return {"exit": int(code), **counts, "difference": None}
    part = found.part
    return {
        "exit": int(code),
        **counts,
        "difference": {
            "program": program_to_json(found.program),
            "ops": found.program.size(),
            "origin": found.origin,
            "clock": found.clock,
            "divergence": {
                "task": part.task, "index": part.index, "tick": part.tick,
                "saw": [part.saw, part.expected],
            },
            "runtimes": [
                {
                    "address": side.address, "version": side.version, "python": side.python,
                    "seed": side.seed, "token": side.token,
                    "outcomes": [
                        {"count": count, "outcome": outcome_to_json(outcome)}
                        for outcome, count in side.outcomes
                    ],
                }
                for side in found.sides
            ],
        },
    }  # fmt: skip
