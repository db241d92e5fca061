"""`conformance report`: results of many runs as one."""

from __future__ import annotations

from pathlib import Path

import click

from conformance.cli.output import FORMAT, PERCENT, say, show_error, unread
from conformance.cli.render import exit_code, report_files, show_results, write_reports
from conformance.errors import DataError, Exit
from conformance.judge.results import Results, merge_results, read_results

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@report_files
@click.option(
    "--max-unknown", default=1.0, show_default=True, type=PERCENT, help="Tolerated UNKNOWN, in %."
)
@FORMAT
def report(files: tuple[Path, ...], max_unknown: float, form: str, **outputs: Path | None) -> int:
    """Merge results FILES and show them. Unreadable files are named and left out."""
    merged, unreadable = read_all(files)
    code = exit_code(merged, max_unknown)
    if code is not Exit.VIOLATION and any(r.named and r.trouble for r in merged.runtimes):
        code = Exit.NOT_STARTED
    if unreadable and code is not Exit.VIOLATION:
        code = Exit.DATA
    written = write_reports(merged, outputs)
    with unread():
        show_results(merged, form, code)
    for name in merged.truncated:
        say(f"truncated: {name} has no footer; its run did not end")
    for path in written:
        say(f"written: {path}")
    return code


def read_all(files: tuple[Path, ...]) -> tuple[Results, bool]:
    """The merged results, and whether a file could not be read. Raises DataError if none could."""
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
    return merge_results(parts), bool(errors)
