"""What continuous integration reads: annotations and the job's summary, on GitHub Actions only.

Documented under "Workflow commands for GitHub Actions"; both do nothing anywhere else.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from conformance.errors import DataError
from conformance.judge.results import Results
from conformance.judge.verdict import Verdict

MOST = 10
"""GitHub shows no more than that many errors, and that many warnings, of one step."""


def annotate(messages: Iterable[tuple[str, str, bool]]) -> None:
    """One annotation for each (title, text, whether it is an error), on stderr."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return
    shown = {True: 0, False: 0}
    for title, text, is_error in messages:
        shown[is_error] += 1
        if shown[is_error] <= MOST:
            level = "error" if is_error else "warning"
            click.echo(f"::{level} title={_property(title)}::{_data(text)}", err=True)


def annotate_cases(results: Results) -> None:
    """An annotation for each case that violates something, or that is unknown."""
    bad = (Verdict.VIOLATES, Verdict.UNKNOWN)
    annotate(
        (
            f"{case.verdict.value}: {case.scenario}",
            f"on {case.runtime} {case.version}: {case.reason} (conformance replay {case.token})",
            case.verdict is Verdict.VIOLATES,
        )
        for case in results.cases
        if case.verdict in bad
    )


def summarise(markdown: Callable[[], str]) -> None:
    """Append to the job's summary page, where there is one. Raises DataError if it cannot."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    try:
        with Path(path).open("a", encoding="utf-8", errors="backslashreplace") as out:
            out.write(markdown())
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}") from None


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
