"""`conformance report`: results of many runs as one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from conformance.cli.output import FORMAT, PERCENT, say, show_error, unread
from conformance.cli.render import (
    exit_code,
    report_files,
    show_results,
    tell_incomplete,
    write_directory,
    write_reports,
)
from conformance.cli.repro import script_of
from conformance.cli.run import FILE, check_outputs
from conformance.engine.catalogue import load_catalogue
from conformance.engine.fuzz_corpus import Corpus
from conformance.errors import DataError, Exit
from conformance.judge.baseline_file import read_baseline
from conformance.judge.gate import gate
from conformance.judge.results import Results, merge_results, read_results

SCRIPTS = 20
"""Findings of a corpus whose scripts are made: a runtime is started for each."""


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@report_files
@click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the report page as a directory of pages, for very many cases.",
)
@click.option("--previous", type=FILE, help="Tell what changed since these results.")
@click.option(
    "--baseline", "baselines", multiple=True, type=FILE, help="Tell what differs from a baseline."
)
@click.option(
    "--history", multiple=True, type=FILE, help="Older results, for the trend of the report page."
)
@click.option(
    "--corpus",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Show the findings that `conformance fuzz` kept there.",
)
@click.option(
    "--max-unknown", default=1.0, show_default=True, type=PERCENT, help="Tolerated UNKNOWN, in %."
)
@FORMAT
def report(  # noqa: PLR0913, PLR0917 — one for each option
    files: tuple[Path, ...],
    directory: Path | None,
    previous: Path | None,
    baselines: tuple[Path, ...],
    history: tuple[Path, ...],
    corpus: Path | None,
    max_unknown: float,
    form: str,
    **outputs: Path | None,
) -> int:
    """Merge results FILES and show them. Unreadable files are named and left out."""
    check_outputs(outputs.values(), [*files, previous, *baselines, *history])
    parts, left_out = read_each(files)
    merged = merge_results(parts)
    code = exit_code(merged, max_unknown)
    if code is not Exit.VIOLATION and any(r.named and r.trouble for r in merged.runtimes):
        code = Exit.NOT_STARTED
    if left_out and code is not Exit.VIOLATION:
        code = Exit.DATA
    older, unread_too = read_each(history) if history else ([], [])
    shown = {
        "missing": [*left_out, *unread_too],
        "history": [*older, *parts],
        **_compared(merged, previous, baselines),
        **_found(corpus),
    }
    written = [] if directory is None else [write_directory(merged, directory, **shown)]
    written += write_reports(merged, outputs, **shown)
    with unread():
        show_results(merged, form, code)
    tell_incomplete(merged)
    for path in written:
        say(f"written: {path}")
    return code


def _compared(
    results: Results, previous: Path | None, baselines: tuple[Path, ...]
) -> dict[str, Any]:
    """What the results are held against, as options of the page."""
    ids = [scenario.id for scenario in load_catalogue().scenarios] if baselines else []
    held = [read_baseline(path) for path in baselines]
    return {
        "previous": None if previous is None else read_results(previous),
        "gated": {baseline.runtime: gate(baseline, results, ids) for baseline in held},
        "baselines": held,
    }


def _found(corpus: Path | None) -> dict[str, Any]:
    """The findings of a corpus, and their scripts: those beside them, or made where that can be done."""
    if corpus is None:
        return {}
    scripts = {
        path.stem: path.read_text(encoding="utf-8", errors="replace")
        for path in corpus.glob("*.py")
    }
    found = list(Corpus(corpus).witnesses())
    for witness in found[:SCRIPTS]:
        if witness.slug not in scripts:
            scripts[witness.slug] = script_of(corpus / f"{witness.slug}.json")
    return {"witnesses": [(witness, scripts.get(witness.slug, "")) for witness in found]}


def read_each(files: tuple[Path, ...]) -> tuple[list[Results], list[str]]:
    """The results of each file, and a line for each that could not be read.

    Raises DataError if none could.
    """
    parts: list[Results] = []
    errors: list[DataError] = []
    for path in files:
        try:
            parts.append(read_results(path))
        except DataError as error:
            errors.append(error)
    if not parts:
        raise errors[0]
    for unreadable in errors:
        show_error(unreadable)
        say("       that file is left out")
    return parts, list(map(str, errors))


def read_all(files: tuple[Path, ...]) -> tuple[Results, bool]:
    """The merged results, and whether a file could not be read. Raises DataError if none could."""
    parts, left_out = read_each(files)
    return merge_results(parts), bool(left_out)
