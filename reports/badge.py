"""The results as a badge: the JSON that shields.io's endpoint badges read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from conformance.errors import Exit
from conformance.judge.gate import Gated
from conformance.judge.results import Results
from conformance.judge.verdict import Verdict
from reports.gate import MEANING

_COLOURS: Final = {Exit.OK: "brightgreen", Exit.VIOLATION: "red", Exit.NOTHING_RAN: "lightgrey"}


def render(
    results: Results,
    *,
    gated: Mapping[str, Gated] | None = None,
    gate_exit: Exit | None = None,
    **_: object,
) -> str:
    """The JSON, as a string; see shields.io/badges/endpoint-badge.

    With `gate_exit` it says how that gate ended, and not what was run: a known violation is as expected.
    """
    if gate_exit is not None:
        return _badge(_gate(gated or {}, gate_exit), _COLOURS.get(gate_exit, "yellow"))
    counts = results.counts()
    applicable = len(results.cases) - counts[Verdict.NOT_APPLICABLE]
    if results.truncated or not applicable:
        message, colour = ("truncated" if results.truncated else "nothing ran"), "lightgrey"
    else:
        message = f"{counts[Verdict.CONFORMS]}/{applicable}"
        colour = "brightgreen"
        if counts[Verdict.VIOLATES]:
            colour = "red"
        elif counts[Verdict.UNKNOWN]:
            colour = "yellow"
    return _badge(message, colour)


def _gate(gated: Mapping[str, Gated], code: Exit) -> str:
    cases = sum(held.cases for held in gated.values())
    regressed = sum(change.kind.fails for held in gated.values() for change in held.changes)
    stale = sum(change.kind.stale for held in gated.values() for change in held.changes)
    if code is Exit.OK:
        return f"{sum(held.as_expected for held in gated.values())}/{cases} as expected"
    if code is Exit.VIOLATION and regressed:
        return f"{regressed} regressed"
    return f"{stale} unexpected" if code is Exit.STALE else MEANING[code]


def _badge(message: str, colour: str) -> str:
    badge = {"schemaVersion": 1, "label": "conformance", "message": message, "color": colour}
    return json.dumps(badge) + "\n"
