"""`conformance run`: the catalogue on runtimes, judged."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, final

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from conformance.cli.ci import annotate_cases
from conformance.cli.output import (
    FORMAT,
    JOBS,
    PERCENT,
    SECONDS,
    SHARD,
    console,
    say,
    show_error,
    unread,
)
from conformance.cli.render import (
    exit_code,
    report_files,
    show_results,
    tell_unjudged,
    tell_unnamed,
    write_reports,
)
from conformance.cli.requirement import tool_version
from conformance.engine.bench import Bench
from conformance.engine.campaign import LIMIT, Campaign, Plan
from conformance.engine.catalogue import Catalogue, list_runtimes, load_catalogue
from conformance.engine.oracle import SearchOracle, find_reference
from conformance.errors import ConformanceError, DataError, Exit, NotStarted, UsageError
from conformance.judge.case import Case
from conformance.judge.evidence import NoOracle, Oracle
from conformance.judge.results import Header, Results, ResultsWriter, RuntimeLine
from conformance.lang.scenario import Scenario
from conformance.wire.address import Address

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--runtime", "addresses", multiple=True, metavar="R", help="[default: all installed]")
@click.option("--scenario", "globs", multiple=True, metavar="GLOB", help="[default: all]")
@click.option(
    "--seeds", default=10, show_default=True, type=click.IntRange(1), help="Runs per case."
)
@click.option("--seed", default=0, show_default=True, help="The base seed.")
@JOBS
@click.option(
    "--limit", default=LIMIT, show_default=True, type=SECONDS, help="Seconds for one run."
)
@click.option("--results", "path", type=FILE, help="Write JSON lines.")
@report_files
@click.option(
    "--shard",
    type=SHARD,
    default="1/1",
    metavar="I/N",
    help="The I-th of N parts of the scenarios.",
)
@click.option("--strict", is_flag=True, help="Count failed SHOULDs and INTERESTING outcomes.")
@click.option(
    "--max-unknown", default=1.0, show_default=True, type=PERCENT, help="Tolerated UNKNOWN, in %."
)
@FORMAT
def run(  # noqa: PLR0913, PLR0917 — one for each option
    addresses: tuple[str, ...],
    globs: tuple[str, ...],
    seeds: int,
    seed: int,
    jobs: int,
    limit: float,
    path: Path | None,
    shard: tuple[int, int],
    strict: bool,  # noqa: FBT001 — click passes it by name
    max_unknown: float,
    form: str,
    **outputs: Path | None,
) -> int:
    """Run scenarios on runtimes and judge what they show."""
    check_outputs([path, *outputs.values()])
    catalogue = load_catalogue()
    scenarios = part_of(catalogue.select(globs), shard)
    chosen, absent = choose_runtimes(addresses)
    with Bench() as bench:
        bench.start(chosen, jobs)
        check_named(bench, addresses)
        plan = Plan(scenarios, tuple(chosen), seeds, seed, jobs, strict, limit)
        header = make_header(plan, bench, catalogue, absent, addresses)
        done = carry_out(Campaign(plan, bench, make_oracle()), header, path)
    code = final_code(done, max_unknown, named_trouble=bool(addresses and bench.trouble))
    written = write_reports(done.results, outputs)
    with unread():
        show_results(done.results, form, code)
    tell_unnamed(done.results)
    tell_unjudged(done.results)
    annotate_cases(done.results)
    if done.interrupted:
        say("interrupted: these are the results so far" + (", without a footer" if path else ""))
    for file in ([path.absolute()] if path else []) + written:
        say(f"written: {file}")
    return code


def part_of(scenarios: tuple[Scenario, ...], shard: tuple[int, int]) -> tuple[Scenario, ...]:
    """The scenarios of one shard: by the id alone, so that a new scenario moves no other one.

    Raises UsageError for a part that is empty.
    """
    index, count = shard
    digests = ((s, hashlib.sha256(s.id.encode()).digest()) for s in scenarios)
    mine = tuple(
        s for s, digest in digests if int.from_bytes(digest[:4], "big") % count == index - 1
    )
    if not mine:
        raise UsageError(f"shard {index}/{count} is empty", hint="use fewer shards")
    return mine


def check_outputs(outputs: Iterable[Path | None], inputs: Iterable[Path | None] = ()) -> None:
    """Raise UsageError when two outputs would overwrite one another, or one of them an input."""
    asked = [Path(os.path.realpath(path)) for path in outputs if path is not None]
    read = {Path(os.path.realpath(path)) for path in inputs if path is not None}
    if twice := [path for path in asked if asked.count(path) > 1 and path.name != "null"]:
        raise UsageError(f"two outputs would go to {twice[0]}", hint="name different files")
    if same := [path for path in asked if path in read]:
        raise UsageError(f"{same[0]} is read: it would be overwritten", hint="name another file")


@final
@dataclass(frozen=True, slots=True)
class Done:
    """A campaign that ended, or was interrupted."""

    results: Results
    interrupted: bool


def choose_runtimes(addresses: Sequence[str]) -> tuple[list[str], list[RuntimeLine]]:
    """The addresses to start, and those that are known and cannot be had. Raises UsageError."""
    if addresses:
        for address in addresses:
            with contextlib.suppress(NotStarted):  # it is told when it is started
                Address.parse(address)
        return list(dict.fromkeys(addresses)), []
    offered = [listed for listed in list_runtimes() if listed.default or listed.trouble]
    absent = [RuntimeLine(o.address, trouble=o.trouble) for o in offered if o.trouble]
    return [o.address for o in offered if not o.trouble], absent


def check_named(bench: Bench, addresses: Sequence[str]) -> None:
    """Say which named runtimes did not start; raise NotStarted if none did."""
    if not addresses:
        return
    if not bench.facts:
        raise next(iter(bench.trouble.values()))
    for error in bench.trouble.values():
        show_error(error)


def make_oracle() -> Oracle:
    """The oracle; one that cannot tell anything where there is no reference executor."""
    try:
        return SearchOracle(find_reference())
    except ConformanceError as error:
        say(f"warning: no oracle, only labels judge: {error}")
        return NoOracle(str(error))


def make_header(
    plan: Plan,
    bench: Bench,
    catalogue: Catalogue,
    absent: Sequence[RuntimeLine],
    named: Sequence[str] = (),
) -> Header:
    """How this run is made. `named`: the runtimes that the caller asked for."""
    started = [
        RuntimeLine(
            facts.address,
            facts.version,
            facts.python,
            facts.steering,
            named=facts.address in named,
            facts=facts,
        )
        for facts in bench.facts.values()
    ]
    troubled = [
        RuntimeLine(
            address, trouble=str(error).removeprefix(f"{address}: "), named=address in named
        )
        for address, error in bench.trouble.items()
    ]
    for line in catalogue.broken:
        say(f"warning: not loaded: {line}")
    return Header(
        runtimes=(*started, *troubled, *absent),
        seed=plan.seed,
        seeds=plan.seeds,
        scenarios=len(plan.scenarios),
        strict=plan.strict,
        broken=catalogue.broken,
        tool=tool_version(),
    )


def carry_out(campaign: Campaign, header: Header, path: Path | None) -> Done:
    """Run it, writing each case as it comes; Ctrl-C ends it early, with what was gathered."""
    cases: list[Case] = []
    interrupted = False
    with open_results(path) as out, progress_bar() as bar:
        writer = ResultsWriter(out, header) if out is not None else None
        task = bar.add_task("", total=campaign.total)
        stream = campaign.run()
        try:
            for case in stream:
                cases.append(case)
                if writer is not None:
                    writer.add(case)
                bar.update(task, advance=1, description=f"{case.runtime}  {case.scenario}")
            if writer is not None:
                writer.finish()
        except KeyboardInterrupt:
            interrupted = True
        finally:
            stream.close()
    cases.sort(key=lambda case: case.key)
    truncated = (str(path or "this run"),) if interrupted else ()
    return Done(Results((header,), tuple(cases), truncated), interrupted)


@contextlib.contextmanager
def open_results(path: Path | None) -> Iterator[TextIO | None]:
    """The results file, open for writing; None without a path. Raises DataError."""
    if path is None:
        yield None
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            hint = "name another file"
            raise DataError(f"{path}: another run is writing to it", hint=hint) from None
        if path.is_file():  # else it is a pipe or a device
            file.truncate(0)
        yield file


def progress_bar() -> Progress:
    """A bar on stderr; nothing at all where that is no terminal."""
    err = console(stderr=True)
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    return Progress(*columns, console=err, transient=True, disable=not err.is_terminal)


def final_code(done: Done, max_unknown: float, *, named_trouble: bool) -> Exit:
    """A violation outweighs a named runtime that did not start, which outweighs the rest."""
    code = exit_code(done.results, max_unknown, incomplete=done.interrupted)
    return Exit.NOT_STARTED if named_trouble and code is not Exit.VIOLATION else code
