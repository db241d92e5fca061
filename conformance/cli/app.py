"""The entry point: `conformance COMMAND`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from conformance.cli import (
    atlas,
    check,
    compare,
    explore,
    fuzz,
    gate,
    init,
    listing,
    probe,
    rejudge,
    replay,
    report,
    repro,
    run,
    verify,
    worker,
)
from conformance.cli.output import guarded
from conformance.cli.requirement import tool_version

_EPILOG = """\b
Exit codes:
   0  as expected
   1  a violation, a regression
   2  inconclusive: truncated, interrupted, flaky, or more UNKNOWN than --max-unknown
   3  unexpected passes or stale baseline entries, nothing worse
  64  wrong usage        65  unreadable data       66  nothing ran
  70  internal error     78  a runtime did not start

\b
Completion: eval "$(_CONFORMANCE_COMPLETE=bash_source conformance)"   (or zsh_source, fish_source)
Colours: NO_COLOR=1 turns them off; without a terminal there are none.
"""


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_EPILOG,
)
@click.version_option(tool_version(), prog_name="conformance")
@click.option("--traceback", is_flag=True, help="Show where an internal error came from.")
def cli(traceback: bool) -> None:  # noqa: FBT001 — click passes it by name
    """Finds out whether async runtimes behave as their documents, and a reference executor, say."""
    _ = traceback  # `guarded` looks for it


for command in (
    atlas.atlas,
    check.check,
    compare.compare,
    explore.explore,
    fuzz.fuzz,
    gate.accept,
    gate.gate,
    init.init,
    listing.listing,
    probe.probe,
    rejudge.rejudge,
    replay.replay,
    report.report,
    repro.repro,
    run.run,
    verify.verify,
    worker.worker,
):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code (`conformance.errors.Exit`)."""
    told = list(sys.argv[1:] if arguments is None else arguments)
    return guarded(lambda: cli.main(args=told, prog_name="conformance", standalone_mode=False))
