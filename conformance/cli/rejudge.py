"""`conformance rejudge`: stored observations under the catalogue of today."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from conformance.cli.output import FORMAT, PERCENT, console, plain, print_json, say, unread
from conformance.cli.render import exit_code, tell_incomplete
from conformance.cli.report import read_all
from conformance.cli.run import FILE, check_outputs, make_oracle, open_results, progress_bar
from conformance.engine.catalogue import Catalogue, load_catalogue
from conformance.errors import Exit
from conformance.judge.evidence import RuntimeFacts
from conformance.judge.rejudge import Rejudged
from conformance.judge.rejudge import rejudge as judge_again
from conformance.judge.results import Results, ResultsWriter


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--results", "path", type=FILE, help="Write the results as judged now.")
@click.option(
    "--max-unknown", default=1.0, show_default=True, type=PERCENT, help="Tolerated UNKNOWN, in %."
)
@FORMAT
def rejudge(files: tuple[Path, ...], path: Path | None, max_unknown: float, form: str) -> int:
    """Judge what results FILES hold by the scenarios and rules of today; say what changes.

    Nothing is run. A case that cannot be judged anew (its program has changed, say) is kept as it was.
    """
    check_outputs([path], files)
    results, unreadable = read_all(files)
    catalogue = load_catalogue()
    told = _all(results, catalogue)
    broken = tuple(dict.fromkeys([*results.broken, *catalogue.broken]))
    header = replace(results.headers[0], runtimes=results.runtimes, broken=broken)
    now = replace(results, headers=(header,), cases=tuple(one.now for one in told))
    _write(path, now)
    code = exit_code(now, max_unknown)
    if unreadable and code is not Exit.VIOLATION:
        code = Exit.DATA
    with unread():
        if form == "json":
            print_json([_facts(one) for one in told if one.changes or one.why])
        else:
            _show(console(), told)
    tell_incomplete(now)
    if path is not None:
        say(f"written: {path.absolute()}")
    return code


def _all(results: Results, catalogue: Catalogue) -> list[Rejudged]:
    scenarios = {scenario.id: scenario for scenario in catalogue.scenarios}
    facts: dict[tuple[str, str, str], tuple[RuntimeFacts, bool]] = {}
    for header in results.headers:
        for line in header.runtimes:
            if line.facts is not None:
                facts[line.address, line.version, line.python] = line.facts, header.strict
    oracle = make_oracle()
    told = []
    with progress_bar() as bar:
        for case in bar.track(results.cases):
            known, strict = facts.get((case.runtime, case.version, case.python), (None, False))
            told.append(judge_again(case, known, scenarios, oracle, strict=strict))
    return told


def _write(path: Path | None, results: Results) -> None:
    if path is None:
        return
    with open_results(path) as out:
        if out is None:
            return
        writer = ResultsWriter(out, results.headers[0])
        for case in results.cases:
            writer.add(case)
        if not results.truncated:
            writer.finish()


def _show(out: Console, told: list[Rejudged]) -> None:
    for one in told:
        if one.changes:
            then = one.then
            where = f"  on {plain(then.runtime)} {plain(then.version)}, Python {plain(then.python)}"
            out.print(Text.assemble((plain(then.scenario), "bold"), where), soft_wrap=True)
            for line in one.changes:
                out.print(Text(f"    {plain(line)}"), soft_wrap=True)
    kept = Counter(one.why for one in told if one.why)
    for why, count in kept.most_common():
        out.print(Text(f"{count} kept as judged then: {plain(why)}"), soft_wrap=True)
    changed = sum(bool(one.changes) for one in told)
    out.print(Text(f"{len(told)} cases: {changed} judged otherwise"))


def _facts(one: Rejudged) -> dict[str, object]:
    return {
        "scenario": one.then.scenario,
        "runtime": one.then.runtime,
        "version": one.then.version,
        "python": one.then.python,
        "changes": list(one.changes),
        "kept": one.why,
    }
