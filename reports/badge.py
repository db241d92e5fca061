"""The results as a badge: the JSON that shields.io's endpoint badges read."""

from __future__ import annotations

import json

from conformance.judge.results import Results
from conformance.judge.verdict import Verdict


def render(results: Results, **_: object) -> str:
    """The JSON, as a string; see shields.io/badges/endpoint-badge."""
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
    badge = {"schemaVersion": 1, "label": "conformance", "message": message, "color": colour}
    return json.dumps(badge) + "\n"
