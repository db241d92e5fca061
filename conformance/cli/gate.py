"""`conformance accept` and `conformance gate`: a baseline is written, and a run held against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, final

import click
from rich.console import Console
from rich.text import Text

from conformance.cli.ci import annotate
from conformance.cli.output import (
    FORMAT,
    JOBS,
    PERCENT,
    SECONDS,
    console,
    plain,
    print_json,
    say,
    unread,
)
from conformance.cli.render import report_files, tell_incomplete, write_reports
from conformance.cli.report import read_all
from conformance.cli.run import (
    FILE,
    carry_out,
    check_named,
    check_outputs,
    make_header,
    make_oracle,
)
from conformance.engine.bench import Bench
from conformance.engine.campaign import LIMIT, Campaign, Plan
from conformance.engine.catalogue import Catalogue, load_catalogue
from conformance.errors import Exit, UsageError
from conformance.judge.accept import accept as accepted
from conformance.judge.baseline import plain_address
from conformance.judge.baseline_file import read_baseline, write_baseline
from conformance.judge.gate import Change, Gated, Kind
from conformance.judge.gate import gate as hold
from conformance.judge.results import Results

BASELINE = Path("conformance-baseline.toml")
_STYLES = {True: "bold red", False: "yellow"}
_BASELINE = click.option(
    "--baseline", default=BASELINE, show_default=True, type=FILE, help="The baseline's file."
)
_RUNTIME = click.option("--runtime", "address", required=True, metavar="R", help="Whose baseline.")
_FROM = click.option(
    "--results", "files", multiple=True, type=FILE, help="Take these results, and run nothing."
)
_GLOBS = click.option(
    "--scenario", "globs", multiple=True, metavar="GLOB", help="Only these. [default: all]"
)
_SEEDS = click.option("--seeds", default=10, show_default=True, type=click.IntRange(1))
_SEED = click.option("--seed", default=0, show_default=True, help="The base seed.")
_LIMIT = click.option(
    "--limit", default=LIMIT, show_default=True, type=SECONDS, help="Seconds for one run."
)


@final
@dataclass(frozen=True, slots=True)
class Gathered:
    """The results to hold against a baseline, and whether they are all that there is."""

    results: Results
    catalogue: Catalogue
    partial: bool
    incomplete: bool


@click.command()
@_RUNTIME
@_BASELINE
@_FROM
@click.option("--reason", default="", help="Why what does not conform, or changed, is accepted.")
@_GLOBS
@_SEEDS
@_SEED
@JOBS
@_LIMIT
def accept(  # noqa: PLR0913, PLR0917 — one for each option
    address: str,
    baseline: Path,
    files: tuple[Path, ...],
    reason: str,
    globs: tuple[str, ...],
    seeds: int,
    seed: int,
    jobs: int,
    limit: float,
) -> int:
    """Write or update the baseline of a runtime from what it shows now.

    Only what differs from the default gets an entry, and an entry needs a reason. Comments and order of an
    existing file are kept; scenarios that did not run stay as they were.
    """
    old = read_baseline(baseline) if baseline.exists() else None
    runtime = plain_address(address)
    if old is not None and old.runtime != runtime:
        raise UsageError(f"{baseline} is the baseline of `{old.runtime}`, not of `{runtime}`")
    gathered = _gather(address, files, globs, Plan((), (address,), seeds, seed, jobs, limit=limit))
    if gathered.incomplete:
        raise UsageError(
            "these results are not complete", hint="accept a run that ended, of all scenarios"
        )
    new = accepted(old, gathered.results, runtime, reason)
    write_baseline(baseline, new, reason)
    entries = f"{len(new.entries)} entr{'y' if len(new.entries) == 1 else 'ies'} with a reason"
    say(f"{len(new.scenarios())} scenarios, {entries}")
    say(f"written: {baseline.absolute()}")
    return Exit.OK


@click.command(epilog="Exit codes: 0 as expected, 1 regression, 2 inconclusive, 3 unexpected passes or "
    "stale entries only, 64 usage, 65 unreadable data, 66 nothing ran, 78 a runtime did not start.")  # fmt: skip
@_RUNTIME
@_BASELINE
@_FROM
@_GLOBS
@_SEEDS
@_SEED
@JOBS
@_LIMIT
@report_files
@click.option("--fail-on-drift", is_flag=True, help="A share that drifted fails too.")
@click.option(
    "--max-unknown", default=1.0, show_default=True, type=PERCENT, help="Tolerated UNKNOWN, in %."
)
@FORMAT
def gate(  # noqa: PLR0913, PLR0917 — one for each option
    address: str,
    baseline: Path,
    files: tuple[Path, ...],
    globs: tuple[str, ...],
    seeds: int,
    seed: int,
    jobs: int,
    limit: float,
    fail_on_drift: bool,  # noqa: FBT001 — click passes it by name
    max_unknown: float,
    form: str,
    **outputs: Path | None,
) -> int:
    """Run a runtime, and say how it differs from its baseline."""
    check_outputs(outputs.values(), [baseline, *files])
    expected = read_baseline(baseline)
    runtime = plain_address(address)
    if expected.runtime != runtime:
        raise UsageError(f"{baseline} is the baseline of `{expected.runtime}`, not of `{runtime}`")
    gathered = _gather(address, files, globs, Plan((), (address,), seeds, seed, jobs, limit=limit))
    ids = [scenario.id for scenario in gathered.catalogue.scenarios]
    gated = hold(expected, gathered.results, ids, partial=gathered.partial)
    code = _code(gated, gathered, max_unknown, fail_on_drift=fail_on_drift)
    shown = {"gated": {runtime: gated}, "fail_on_drift": fail_on_drift}
    written = write_reports(gathered.results, outputs, **shown)
    with unread():
        if form == "json":
            print_json(gate_facts(gated, code))
        else:
            show_gate(console(), runtime, gated)
    annotate((f"{c.kind.words}: {c.subject}", c.text, c.kind.fails) for c in gated.changes)
    for path in written:
        say(f"written: {path}")
    return code


def _gather(address: str, files: Sequence[Path], globs: tuple[str, ...], plan: Plan) -> Gathered:
    catalogue = load_catalogue()
    if files:
        results, unreadable = read_all(tuple(files))
        if globs:
            wanted = {scenario.id for scenario in catalogue.select(globs)}
            kept = tuple(case for case in results.cases if case.scenario in wanted)
            results = replace(results, cases=kept)
        tell_incomplete(results)
        for line in catalogue.broken:
            say(f"warning: not loaded: {line}")
        incomplete = unreadable or results.incomplete or bool(catalogue.broken)
        return Gathered(results, catalogue, partial=bool(globs), incomplete=incomplete)
    with Bench() as bench:
        bench.start([address], 1)
        check_named(bench, [address])
        live = Plan(
            catalogue.select(globs), (address,), plan.seeds, plan.seed, plan.jobs, limit=plan.limit
        )
        header = make_header(live, bench, catalogue, (), [address])
        done = carry_out(Campaign(live, bench, make_oracle()), header, None)
    incomplete = done.interrupted or done.results.incomplete
    return Gathered(done.results, catalogue, partial=bool(globs), incomplete=incomplete)


def _code(gated: Gated, gathered: Gathered, max_unknown: float, *, fail_on_drift: bool) -> Exit:
    """70 > 1 > 2 > 3 of DESIGN section 9; a known violation is as expected."""
    if not gated.cases:
        return Exit.NOTHING_RAN
    if gated.regressed or (fail_on_drift and gated.of(Kind.DRIFT)):
        return Exit.VIOLATION
    if gathered.incomplete or gated.of(Kind.MISSING):
        return Exit.INCONCLUSIVE
    if 100 * len(gated.of(Kind.UNKNOWN)) > max_unknown * gated.cases:
        return Exit.INCONCLUSIVE
    return Exit.STALE if gated.stale else Exit.OK


def show_gate(out: Console, runtime: str, gated: Gated) -> None:
    """The differences, worst last, and one line that sums them up."""
    for kind in reversed(Kind):
        changes = gated.of(kind)
        if not changes:
            continue
        style = _STYLES[kind.fails] if kind.fails or kind.stale else "cyan"
        out.print(Text(f"{kind.words} ({len(changes)})", style=style))
        for change in changes:
            _show_change(out, change)
        out.print()
    told = [f"{len(gated.of(kind))} {kind.words}" for kind in Kind if gated.of(kind)]
    rest = "; ".join(told) if told else "nothing else"
    out.print(Text(f"{runtime}: {gated.as_expected} of {gated.cases} cases as expected; {rest}"))


def _show_change(out: Console, change: Change) -> None:
    python = f"  (Python {change.python})" if change.python else ""
    out.print(Text.assemble("  ", (plain(change.subject), "bold"), python), soft_wrap=True)
    out.print(Text(f"    {plain(change.text)}"), soft_wrap=True)
    if change.reason:
        out.print(Text(f"    reason given: {plain(change.reason)}"), soft_wrap=True)
    if change.token:
        out.print(Text(f"    conformance replay {change.token}"), soft_wrap=True)


def gate_facts(gated: Gated, code: Exit) -> dict[str, Any]:
    """The gate's outcome as a JSON value."""
    return {
        "exit": int(code),
        "cases": gated.cases,
        "as_expected": gated.as_expected,
        "changes": [
            {
                "kind": change.kind.words,
                "fails": change.kind.fails,
                "subject": change.subject,
                "text": change.text,
                "python": change.python,
                "token": change.token,
                "reason": change.reason,
            }
            for change in gated.changes
        ],
    }
