"""Results on their way out: renderers found by entry points, files written, the exit code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import click

from conformance.cli.ci import summarise
from conformance.cli.output import console, print_json, say
from conformance.errors import DataError, Exit, UsageError
from conformance.judge.case import Case
from conformance.judge.record import case_to_json
from conformance.judge.results import Results
from conformance.judge.unjudged import show_unjudged
from conformance.judge.verdict import Verdict
from conformance.lang.unnamed import HINT, unnamed

REPORTS = "conformance.reports"
"""The entry-point group of renderers: each takes `Results` and options, and returns text."""


def render(name: str, results: Results, **options: Any) -> str:
    """What the renderer of that name makes of the results. Raises UsageError if there is none."""
    text: str = _renderer(name)(results, **options)
    return text


def _renderer(name: str) -> Callable[..., Any]:
    for point in entry_points(group=REPORTS):
        if point.name == name:
            found: Callable[..., Any] = point.load()
            return found
    raise UsageError(f"no renderer `{name}`", hint="install the package `reports`")


FILES = {
    "html": "Write the report page.",
    "junit": "Write JUnit XML.",
    "markdown": "Write Markdown, as for the summary of a CI job.",
    "badge": "Write the JSON of a badge of shields.io.",
}
"""Renderers whose text goes to a file: each is an option of every command that has results."""


def report_files(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of `FILES` to a command: it gets each as a keyword argument, a path or None."""
    path = click.Path(dir_okay=False, path_type=Path)
    for name, told in reversed(FILES.items()):
        command = click.option(f"--{name}", type=path, help=told)(command)
    return command


def write_reports(results: Results, files: Mapping[str, Path | None], **shown: Any) -> list[Path]:
    """Write the files that were asked for; their absolute paths. Raises DataError if it cannot.

    `shown` goes to the renderers: what else there is to tell. Under GitHub Actions the Markdown goes to
    the job's summary too.
    """
    summarise(lambda: render("markdown", results, **shown))
    written = []
    for name, path in files.items():
        if path is None:
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            text = render(name, results, **shown)
            path.write_text(text, encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            raise DataError(f"{path}: {error.strerror}") from None
        written.append(path.absolute())
    return written


def write_directory(results: Results, place: Path, **shown: Any) -> Path:
    """Write the report page as a directory of pages; the path of its index.

    Raises DataError if it cannot, and UsageError where there is no renderer.
    """
    files: Iterable[tuple[str, str]] = _renderer("directory")(results, **shown)
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, text in files:
            (place / name).write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise DataError(f"{place}: {error.strerror}") from None
    return (place / "index.html").absolute()


def tell_incomplete(results: Results) -> None:
    """Say, on stderr, what stored results lack."""
    for name in results.truncated:
        say(f"truncated: {name} has no footer; its run did not end")
    for line in results.broken:
        say(f"incomplete: a run could not load the scenarios of {line}")


def tell_unnamed(results: Results) -> None:
    """Say, on stderr, which errors nobody mapped that stand in violations: the adapter may be to blame."""
    told: dict[str, set[str]] = {}
    for case in results.cases:
        if case.verdict is Verdict.VIOLATES:
            seen = (one.outcome for h in case.histograms for one in h.seen)
            told.setdefault(case.runtime, set()).update(*(unnamed(o, case.program) for o in seen))
    for runtime, names in told.items():
        if names:
            odd = ", ".join(sorted(names))
            say(f"{runtime}: of the errors in violations nobody mapped {odd}; hint: {HINT}")


def tell_unjudged(results: Results) -> None:
    """Say, on stderr, how many cases the oracle did not judge."""
    for line in show_unjudged(results.cases):
        say(line)


def show_results(results: Results, form: str, code: Exit) -> None:
    """The summary: a table for people, or facts."""
    if form == "json":
        print_json(summary_facts(results, code))
        return
    show_rendered("terminal", results)


def show_rendered(name: str, results: Results, **options: Any) -> None:
    """Print what a renderer for terminals makes of the results, as wide and coloured as it may."""
    out = console()
    coloured = out.is_terminal and not out.no_color
    click.echo(render(name, results, color=coloured, width=out.width, **options), nl=False)


def summary_facts(results: Results, code: Exit) -> dict[str, Any]:
    """The summary as a JSON value."""
    counts = results.counts()
    return {
        "verdict": results.verdict.value,
        "exit": int(code),
        "counts": {verdict.value: counts[verdict] for verdict in Verdict},
        "runtimes": [
            {"address": r.address, "version": r.version, "python": r.python, "trouble": r.trouble}
            for r in results.runtimes
        ],
        "truncated": list(results.truncated),
        "broken": list(results.broken),
        "cases": [_brief(case) for case in results.cases],
    }


def _brief(case: Case) -> dict[str, Any]:
    keys = ("scenario", "runtime", "version", "python", "verdict", "answer", "reason", "token")
    whole = case_to_json(case)
    return {key: whole[key] for key in keys} | {"marks": list(case.marks)}


def exit_code(results: Results, max_unknown: float, *, incomplete: bool = False) -> Exit:
    """What the results mean. `max_unknown` is a percentage of the applicable cases."""
    counts = results.counts()
    applicable = sum(counts.values()) - counts[Verdict.NOT_APPLICABLE]
    if counts[Verdict.VIOLATES]:
        return Exit.VIOLATION
    if incomplete or results.incomplete:
        return Exit.INCONCLUSIVE
    if not applicable:
        return Exit.NOTHING_RAN
    if 100 * counts[Verdict.UNKNOWN] > max_unknown * applicable:
        return Exit.INCONCLUSIVE
    return Exit.OK
