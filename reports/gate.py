"""What a gate says, as Markdown: how a runtime differs from its baseline, the worst first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from conformance.errors import Exit
from conformance.judge.gate import Change, Gated, Kind
from reports.plain import visible

MOST: Final = 50
"""Differences of one kind that are told in full: GitHub cuts a summary at 1 MiB."""
MEANING: Final[Mapping[Exit, str]] = {
    Exit.OK: "as expected",
    Exit.VIOLATION: "regressed",
    Exit.INCONCLUSIVE: "inconclusive",
    Exit.STALE: "the baseline wants an update",
    Exit.NOTHING_RAN: "nothing ran",
    Exit.DATA: "a file could not be read",
}
"""The exit codes of `conformance gate`, in words."""


def markdown(
    gated: Mapping[str, Gated], code: Exit | None, text: Callable[[str], str]
) -> Iterator[str]:
    """Lines for each runtime that is held against a baseline; `text` makes anybody's text harmless."""
    for runtime, held in gated.items():
        ended = f": {MEANING[code]} (exit {int(code)})" if code is not None else ""
        yield f"### {_sign(held)} {text(runtime)} against its baseline{ended}"
        yield ""
        told = [f"{len(held.of(kind))} {kind.words}" for kind in Kind if held.of(kind)]
        more = "; ".join(told) or "nothing else"
        yield f"{held.as_expected} of {held.cases} cases as expected; {more}"
        yield ""
        for kind in Kind:
            yield from _kind(kind, held.of(kind), text)


def _sign(held: Gated) -> str:
    if held.regressed:
        return "❌"
    if held.of(Kind.UNKNOWN, Kind.MISSING) or not held.cases:
        return "❔"
    return "⚠️" if held.stale else "✅"


def _kind(kind: Kind, changes: list[Change], text: Callable[[str], str]) -> Iterator[str]:
    if not changes:
        return
    yield f"#### {kind.words} ({len(changes)})"
    yield ""
    for change in changes[:MOST]:
        python = f" (Python {text(change.python)})" if change.python else ""
        yield f"- **{text(change.subject)}**{python}: {text(change.text)}"
        if change.reason:
            yield f"  reason given: {text(change.reason)}"
        if change.token:
            yield f"  `conformance replay {visible(change.token).replace('`', '')}`"
    if len(changes) > MOST:
        yield f"- and {len(changes) - MOST} more"
    yield ""
