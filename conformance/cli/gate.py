"""`conformance accept` and `conformance gate`: a baseline is written, and a run held against it."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence
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
from conformance.cli.render import (
    report_files,
    tell_incomplete,
    tell_unjudged,
    write_reports,
)
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
from conformance.errors import DataError, Exit, UsageError
from conformance.judge.accept import accept as accepted
from conformance.judge.baseline import Baseline, plain_address
from conformance.judge.baseline_file import read_baseline, update_baseline
from conformance.judge.case import Case
from conformance.judge.gate import Change, Gated, Kind
from conformance.judge.gate import gate as hold
from conformance.judge.repeat import doubtful, settle
from conformance.judge.results import Results
from conformance.judge.verdict import Verdict

FURTHER = 3
"""How often a gate makes a run again that differs from the baseline: what none of them repeats does not count."""
MOST_DRIFTS = 10
"""Drifts that are shown to people: a new scheduler shifts the shares of everything."""
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
    """The results to hold against a baseline, and whether they are all that there is.

    `unreadable`: a file was left out.
    """

    results: Results
    catalogue: Catalogue
    partial: bool
    incomplete: bool
    unreadable: bool = False


@final
@dataclass(frozen=True, slots=True)
class Told:
    """How a gate tells what it finds: its format, and what else than a regression fails it."""

    form: str = "text"
    max_unknown: float = 1.0
    fail_on_drift: bool = False


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
    old = old_baseline(baseline, plain_address(address))  # before anything is run
    gathered = _gather(address, files, globs, Plan((), (address,), seeds, seed, jobs, limit=limit))
    return accept_gathered(address, baseline, gathered, reason, old)


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
    """Run a runtime, and say how it differs from its baseline.

    A difference is run again, three times: what does not repeat is told, counts as UNKNOWN, and fails nothing.
    Stored results are judged as they are.
    """
    check_outputs(outputs.values(), [baseline, *files])
    runtime = plain_address(address)
    expected = _of(baseline, read_baseline(baseline), runtime)
    plan = Plan((), (address,), seeds, seed, jobs, limit=limit)
    gathered = _gather(address, files, globs, plan)
    told = Told(form, max_unknown, fail_on_drift=fail_on_drift)
    return gate_gathered(expected, gathered, told, outputs, None if files else plan)


def accept_gathered(
    address: str, path: Path, gathered: Gathered, reason: str, old: Baseline | None = None
) -> Exit:
    """Write what the results show of a runtime into its baseline, which was `old` when it was read.

    Raises UsageError for results that are not complete, or what takes a reason; DataError if it cannot.
    """
    if gathered.incomplete:
        raise UsageError(
            "these results are not complete", hint="accept a run that ended, of all scenarios"
        )
    new = accepted(old, gathered.results, plain_address(address), reason)
    update_baseline(path, old, new, reason)
    entries = f"{len(new.entries)} entr{'y' if len(new.entries) == 1 else 'ies'} with a reason"
    count = len(new.scenarios())
    say(f"{count} scenario{'' if count == 1 else 's'}, {entries}")
    if (
        kept := _kept(old, new, {case.scenario for case in gathered.results.cases})
        if reason
        else ()
    ):
        more = f" and {len(kept) - 3} more" if len(kept) > 3 else ""
        say(
            f"the reasons of {', '.join(kept[:3])}{more} stay as they were: to change one, edit the file"
        )
    tell_unjudged(only(gathered.results, new.runtime))
    say(f"written: {path.absolute()}")
    return Exit.OK


def _kept(old: Baseline | None, new: Baseline, ran: Container[str]) -> list[str]:
    """The scenarios that ran whose reasons a new one did not replace."""
    known = {(e.scenario, e.condition, e.reason) for e in (old.entries if old else ())}
    return [
        e.scenario
        for e in new.entries
        if e.scenario in ran and (e.scenario, e.condition, e.reason) in known
    ]


def gate_gathered(
    expected: Baseline,
    gathered: Gathered,
    told: Told,
    outputs: Mapping[str, Path | None],
    again: Plan | None = None,
) -> Exit:
    """Hold results against a baseline and tell the differences: first to people, then into files.

    `again`: how what differs is run again, on its first runtime; without it the results are judged as they are.
    """
    ids = [scenario.id for scenario in gathered.catalogue.scenarios]
    gated = hold(expected, gathered.results, ids, partial=gathered.partial)
    mine = only(gathered.results, expected.runtime)
    some = doubtful(gated, mine.cases)
    if some and again is not None and not gathered.incomplete:
        gated = settle(expected, gated, _further(some, again, gathered.catalogue))
    code = _code(gated, gathered, told)
    with unread():
        if told.form == "json":
            print_json(gate_facts(gated, code))
        else:
            show_gate(console(), expected.runtime, gated, mine.counts())
    tell_unjudged(mine)
    annotate((f"{c.kind.words}: {c.subject}", c.text, c.kind.fails) for c in gated.changes)
    shown = {"gated": {expected.runtime: gated}, "fail_on_drift": told.fail_on_drift}
    for path in write_reports(mine, outputs, **shown, gate_exit=code):
        say(f"written: {path}")
    return code


def only(results: Results, runtime: str) -> Results:
    """The part of the results that is of one runtime."""
    headers = tuple(
        replace(
            header,
            runtimes=tuple(r for r in header.runtimes if plain_address(r.address) == runtime),
        )
        for header in results.headers
    )
    cases = tuple(case for case in results.cases if plain_address(case.runtime) == runtime)
    return replace(results, headers=headers, cases=cases)


def old_baseline(path: Path, runtime: str) -> Baseline | None:
    """The baseline to update; None where there is none yet. Raises DataError and UsageError."""
    try:
        path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}") from None
    return _of(path, read_baseline(path), runtime)


def _of(path: Path, baseline: Baseline, runtime: str) -> Baseline:
    if baseline.runtime != runtime:
        raise UsageError(f"{path} is the baseline of `{baseline.runtime}`, not of `{runtime}`")
    return baseline


def stored(files: Sequence[Path], globs: tuple[str, ...] = ()) -> Gathered:
    """Results that were gathered elsewhere. Raises DataError if no file can be read."""
    catalogue = load_catalogue()
    results, unreadable = read_all(tuple(files))
    if globs:
        wanted = {scenario.id for scenario in catalogue.select(globs)}
        kept = tuple(case for case in results.cases if case.scenario in wanted)
        results = replace(results, cases=kept)
    tell_incomplete(results)
    for line in catalogue.broken:
        say(f"warning: not loaded: {line}")
    incomplete = unreadable or results.incomplete or bool(catalogue.broken)
    return Gathered(results, catalogue, bool(globs), incomplete, unreadable)


def _gather(address: str, files: Sequence[Path], globs: tuple[str, ...], plan: Plan) -> Gathered:
    if files:
        return stored(files, globs)
    catalogue = load_catalogue()
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


def _further(ids: Collection[str], plan: Plan, catalogue: Catalogue) -> list[Case]:
    """Those scenarios again, with the seeds of the plan, each time in fresh processes; none if that was interrupted."""
    chosen = tuple(one for one in catalogue.scenarios if one.id in ids)
    differs = "1 case differs" if len(chosen) == 1 else f"{len(chosen)} cases differ"
    say(f"{differs} from the baseline: run again, {FURTHER} times")
    cases: list[Case] = []
    for _ in range(FURTHER):
        with Bench() as bench:
            bench.start(plan.addresses, 1)
            live = replace(plan, scenarios=chosen)
            header = make_header(live, bench, catalogue, (), plan.addresses)
            done = carry_out(Campaign(live, bench, make_oracle()), header, None)
        if done.interrupted:
            return []
        cases += done.results.cases
    return cases


def _code(gated: Gated, gathered: Gathered, told: Told) -> Exit:
    """70 > 1 > 2 > 3 of DESIGN section 9; a known violation is as expected."""
    if not gated.cases:
        return Exit.NOTHING_RAN
    if gated.regressed or (told.fail_on_drift and gated.of(Kind.DRIFT)):
        return Exit.VIOLATION
    if gathered.unreadable:
        return Exit.DATA
    if gathered.incomplete or gated.of(Kind.MISSING):
        return Exit.INCONCLUSIVE
    if 100 * len(gated.of(Kind.UNKNOWN, Kind.UNREPEATED)) > told.max_unknown * gated.cases:
        return Exit.INCONCLUSIVE
    return Exit.STALE if gated.stale else Exit.OK


def show_gate(out: Console, runtime: str, gated: Gated, counts: Mapping[Verdict, int]) -> None:
    """The differences, worst last, and one line that sums them up."""
    for kind in reversed(Kind):
        changes = gated.of(kind)
        if not changes:
            continue
        style = _STYLES[kind.fails] if kind.fails or kind.stale else "cyan"
        out.print(Text(f"{kind.words} ({len(changes)})", style=style))
        shown = changes[:MOST_DRIFTS] if kind is Kind.DRIFT else changes
        for change in shown:
            _show_change(out, change)
        if len(changes) > len(shown):
            out.print(Text(f"  and {len(changes) - len(shown)} more; --format json has them all"))
        out.print()
    told = [f"{len(gated.of(kind))} {kind.words}" for kind in Kind if gated.of(kind)]
    rest = "; ".join(told) if told else "nothing else"
    inapplicable = counts[Verdict.NOT_APPLICABLE]
    share = f"({gated.cases - inapplicable} judged, {inapplicable} n/a)"
    out.print(
        Text(f"{runtime}: {gated.as_expected} of {gated.cases} cases as expected {share}; {rest}")
    )


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
