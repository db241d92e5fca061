"""`conformance fuzz`: generated programs on runtimes, each outcome judged, what is wrong made small."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any, TypeAlias

import click
from rich.live import Live
from rich.table import Table

from conformance.cli.output import (
    FORMAT,
    PERCENT,
    SECONDS,
    Number,
    console,
    print_json,
    say,
    unread,
)
from conformance.cli.requirement import tool_version
from conformance.cli.run import FILE, open_results
from conformance.engine.bench import Bench
from conformance.engine.campaign import LIMIT
from conformance.engine.cluster import cluster
from conformance.engine.fuzz import Fuzz, FuzzPlan, Tally
from conformance.engine.fuzz_corpus import Corpus
from conformance.engine.fuzz_results import cases
from conformance.engine.fuzz_subject import Recipe
from conformance.engine.generate.areas import AREAS
from conformance.engine.membership import BUDGET
from conformance.errors import Exit, UsageError
from conformance.judge.evidence import RuntimeFacts
from conformance.judge.results import Header, ResultsWriter, RuntimeLine
from conformance.judge.verdict import Grade
from conformance.judge.witness import Witness, witness_to_json
from conformance.lang.outcome import show_outcome
from conformance.lang.text import show_program

PROGRAMS = 1_000
"""Programs for each runtime where neither their number nor a time is given."""
ENDING = 2
"""Seconds of the campaign's time that its end takes: the last run, and processes that go away; at most 5 % of it."""
EVERY = 10
"""Seconds after which a line tells how it goes, where stderr is no terminal."""


@click.command()
@click.argument("runtimes", nargs=-1, required=True, metavar="RUNTIME...")
@click.option("--programs", type=click.IntRange(1), help="For each runtime. [default: 1000]")
@click.option(
    "--minutes",
    type=Number(min=0, min_open=True),
    help="Of wall time, for all: start and end, too.",
)
@click.option(
    "--area", "areas", multiple=True, type=click.Choice(tuple(AREAS)), help="[default: all]"
)
@click.option("--seed", default=0, show_default=True, help="The same seed, the same programs.")
@click.option(
    "--jobs", default=os.cpu_count() or 1, type=click.IntRange(1), help="[default: cores]"
)
@click.option(
    "--executor", "where", metavar="dask://HOST:PORT", help="A cluster, instead of --jobs."
)
@click.option("--corpus", type=click.Path(file_okay=False, path_type=Path), help="Keep findings.")
@click.option("--resume", is_flag=True, help="Go on with the campaign in --corpus.")
@click.option(
    "--known",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A corpus whose findings fail nothing.",
)
@click.option("--results", "path", type=FILE, help="Write JSON lines.")
@click.option("--limit", default=LIMIT, show_default=True, type=SECONDS, help="Seconds per run.")
@click.option(
    "--budget", default=BUDGET, show_default=True, type=click.IntRange(1), help="Steps per search."
)
@click.option(
    "--max-unknown", default=1.0, show_default=True, type=PERCENT, help="Tolerated UNKNOWN, in %."
)
@FORMAT
def fuzz(  # noqa: PLR0913, PLR0917 — one for each option
    runtimes: tuple[str, ...],
    programs: int | None,
    minutes: float | None,
    areas: tuple[str, ...],
    seed: int,
    jobs: int,
    where: str | None,
    corpus: Path | None,
    resume: bool,  # noqa: FBT001 — click passes it by name
    known: Path | None,
    path: Path | None,
    limit: float,
    budget: int,
    max_unknown: float,
    form: str,
) -> int:
    """Run generated programs on each RUNTIME and judge what they show.

    A campaign that CI runs holds its findings against a corpus that was read and committed: --known.
    """
    if resume and corpus is None:
        raise UsageError("--resume needs the --corpus of the campaign to go on with")
    started = time.monotonic()
    before = finding_names(Corpus(known).witnesses()) if known else frozenset()
    chosen = tuple(dict.fromkeys(areas)) or tuple(AREAS)
    facts = describe(runtimes)
    recipes = tuple(Recipe(address, chosen, seed, limit, budget) for address in facts)
    if programs is None and minutes is None:
        programs = PROGRAMS
    carriers = cluster(where) if where else processes(jobs)
    with carriers as (executor, width):
        seconds = None
        if minutes is not None:
            seconds = minutes * 60 - min(ENDING, minutes * 3) - (time.monotonic() - started)
        plan = FuzzPlan(recipes, programs, seconds, width)
        campaign = Fuzz(plan, executor, Corpus(corpus) if corpus else None, resume=resume)
        with open_results(path) as out:  # which empties the file: only once there is a campaign
            interrupted = carry_out(campaign)
            if out is not None:
                writer = ResultsWriter(out, header(facts, seed))
                for case in cases(campaign, facts):
                    writer.add(case)
                if not interrupted:
                    writer.finish()
    code = exit_code(campaign, max_unknown, before, interrupted=interrupted)
    with unread():
        if form == "json":
            print_json(summary(campaign, code, before))
        else:
            show(campaign, before)
    if interrupted:
        say("interrupted: this is what was found so far" + (", see the corpus" if corpus else ""))
    for file in [found.absolute() for found in (corpus, path) if found is not None]:
        say(f"written: {file}")
    return code


def describe(addresses: tuple[str, ...]) -> dict[str, RuntimeFacts]:
    """What each runtime says of itself. Raises NotStarted for the first that does not start."""
    with Bench() as bench:
        bench.start(addresses)
        for error in bench.trouble.values():
            raise error
        return dict(bench.facts)


@contextlib.contextmanager
def processes(jobs: int) -> Iterator[tuple[Executor, int]]:
    """As many processes, and their number; an interruption is for this one only, and leaves none behind."""
    executor = ProcessPoolExecutor(jobs, get_context("spawn"), _follow)
    try:
        yield executor, jobs
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _follow() -> None:
    """An interruption is the parent's business; when it is gone, killed perhaps, nobody has any more here."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    assert parent is not None

    def end_with_it() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=end_with_it, daemon=True).start()


def carry_out(campaign: Fuzz) -> bool:
    """Run it, showing how it goes; whether it was interrupted."""
    steps = campaign.run()
    started = told = time.monotonic()
    err = console(stderr=True)
    if not err.is_terminal:
        say(f"fuzzing {', '.join(campaign.tallies)}; a line every {EVERY} s")
    try:
        with Live(console=err, auto_refresh=False, transient=True) as live:
            for _ in steps:
                now = time.monotonic()
                if err.is_terminal:
                    live.update(progress(campaign, now - started), refresh=True)
                elif now - told >= EVERY:
                    told = now
                    say(progress_line(campaign, now - started))
    except KeyboardInterrupt:
        return True
    finally:
        steps.close()
    return False


def progress_line(campaign: Fuzz, seconds: float) -> str:
    """How far it is, where nobody looks at a table: `12 s: asyncio 800 programs, 2 findings`."""
    parts = (
        f"{tally.address} {tally.programs} programs, "
        f"{sum(w.runtime == tally.address for w in campaign.violations)} findings"
        for tally in campaign.tallies.values()
    )
    return f"{seconds:.0f} s: " + "; ".join(parts)


def progress(campaign: Fuzz, seconds: float) -> Table:
    """One line for each runtime."""
    table = Table("runtime", "programs", "per s", "outcomes", "unknown", "coverage", "findings")
    for tally in campaign.tallies.values():
        found = sum(w.runtime == tally.address for w in campaign.violations)
        rate = f"{tally.programs / max(seconds, 0.1):.0f}"
        cells = (tally.programs, rate, tally.runs, tally.unknown, len(tally.coverage), found)
        table.add_row(tally.address, *map(str, cells))
    return table


Known: TypeAlias = frozenset[tuple[str, str]]
"""Findings: the runtime's address and the witness's identity."""


def finding_name(witness: Witness) -> tuple[str, str]:
    """What it is a witness of."""
    return witness.runtime, witness.identity


def finding_names(witnesses: Iterable[Witness]) -> Known:
    """What they are witnesses of."""
    return frozenset(finding_name(w) for w in witnesses if w.grade is Grade.FORBIDDEN)


def exit_code(
    campaign: Fuzz, max_unknown: float, known: Known = frozenset(), *, interrupted: bool
) -> Exit:
    """What a campaign means."""
    runs = sum(tally.runs for tally in campaign.tallies.values())
    unknown = sum(tally.unknown for tally in campaign.tallies.values())
    if finding_names(campaign.violations) - known:
        return Exit.VIOLATION
    found = {witness.runtime for witness in campaign.violations}
    for tally in campaign.tallies.values():
        forbidden = tally.tally[Grade.FORBIDDEN.value]
        if tally.trouble or (forbidden and (tally.unconfirmed or tally.address not in found)):
            return Exit.INCONCLUSIVE  # it could not be repeated
    if interrupted:
        return Exit.INCONCLUSIVE
    if not runs:
        return Exit.NOTHING_RAN
    return Exit.INCONCLUSIVE if 100 * unknown > max_unknown * runs else Exit.OK


def header(facts: dict[str, RuntimeFacts], seed: int) -> Header:
    """How this campaign was made."""
    lines = tuple(RuntimeLine(f.address, f.version, f.python, f.steering) for f in facts.values())
    return Header(runtimes=lines, seed=seed, tool=tool_version())


def summary(campaign: Fuzz, code: Exit, known: Known = frozenset()) -> dict[str, Any]:
    """The campaign as a JSON value."""
    return {
        "exit": int(code),
        "runtimes": [
            {
                "address": tally.address,
                "programs": tally.programs,
                "outcomes": dict(tally.tally),
                "freedoms": dict(tally.marks),
                "unconfirmed": tally.unconfirmed,
                "steps": tally.steps,
                "coverage": dict(sorted(tally.coverage.items())),
                "trouble": tally.trouble,
            }
            for tally in campaign.tallies.values()
        ],
        "findings": [witness_to_json(witness) for witness in campaign.findings.values()],
        "known": sorted(w.slug for w in campaign.violations if finding_name(w) in known),
    }


def show(campaign: Fuzz, known: Known = frozenset()) -> None:
    """The campaign for people: the violations, a line for each, what needs a further freedom, and the counts last."""
    out = console()
    fresh = sorted((w for w in campaign.violations if finding_name(w) not in known), key=_gravity)
    for witness in fresh:
        show_witness(witness)
    for witness in fresh if len(fresh) > 1 else ():
        out.print(f"{witness.program.size():3} ops  {witness.runtime}: {witness.identity}")
    for witness in campaign.violations:
        if finding_name(witness) in known:
            out.print(f"  known  {witness.runtime}: {witness.identity}")
    for tally in campaign.tallies.values():
        out.print(_told(tally, campaign))


def _gravity(witness: Witness) -> tuple[bool, int]:
    """What ends the whole run goes first, then what is shown by fewer ops."""
    ends_all = bool(witness.reason) or "run raised" in witness.kind
    return not ends_all, witness.program.size()


def show_witness(witness: Witness) -> None:
    """One finding."""
    out = console()
    out.print(f"{witness.runtime} {witness.version}: {witness.identity}")
    out.print(show_program(witness.program))
    out.print("saw:     " + show_outcome(witness.outcome))
    for outcome in witness.nearest:
        out.print("allowed: " + show_outcome(outcome))
    if witness.divergence is not None:
        out.print(f"they part: {witness.divergence}")
    out.print(f"  conformance replay {witness.token}\n", soft_wrap=True)


def _told(tally: Tally, campaign: Fuzz) -> str:
    found = sum(w.runtime == tally.address for w in campaign.violations)
    grades = ", ".join(f"{count} {grade}" for grade, count in sorted(tally.tally.items()))
    kinds = Counter(point.partition(" ")[0] for point in tally.coverage)
    covered = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    lines = [
        f"{tally.address}: {tally.programs} programs: {grades or 'none judged'}; {found} findings"
    ]
    lines += [f"  INTERESTING {count} x {freedom}" for freedom, count in tally.marks.most_common()]
    if tally.unconfirmed:
        lines.append(f"  {tally.unconfirmed} FORBIDDEN outcomes could not be repeated")
    lines += [f"  covered: {covered}"] if covered else []
    return "\n".join([*lines, *(f"  trouble: {line}" for line in dict.fromkeys(tally.trouble))])
