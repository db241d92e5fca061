"""What continuous integration reads: annotations and the job's summary, on GitHub Actions only.

Documented under "Workflow commands for GitHub Actions"; both do nothing anywhere else.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import click

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


def summarise(markdown: str) -> None:
    """Append to the job's summary page."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        with Path(path).open("a", encoding="utf-8", errors="backslashreplace") as out:
            out.write(markdown)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
