"""A finding of the fuzzer as a page shows it: the small program, what it showed, what was allowed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from conformance.judge.witness import Witness
from conformance.lang.text import show_program
from reports.block import Maker
from reports.plain import visible


def make_findings(
    found: Iterable[tuple[Witness, str]],
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """For each witness, with its standalone script, a line of the list and the block behind it."""
    return [_finding(witness, script) for witness, script in found]


def _finding(witness: Witness, script: str) -> tuple[dict[str, Any], dict[str, Any]]:
    found = witness.divergence
    line = {
        "slug": visible(witness.slug),
        "runtime": visible(witness.runtime),
        "version": visible(witness.version),
        "python": visible(witness.python),
        "grade": visible(witness.grade.value),
        "identity": visible(witness.identity),
        "kind": visible(witness.kind),
        "ops": witness.program.size(),
        "divergence": visible(str(found)) if found is not None else "",
    }
    maker = Maker(witness.program)
    block = {
        "reason": visible(witness.reason),
        "divergence": visible(str(found)) if found is not None else "",
        "parting": found and maker.parting(found),
        "program": visible(show_program(witness.program)),
        "tasks": list(map(visible, witness.program.tasks)),
        "clock": visible(witness.clock),
        "seed": witness.seed,
        "outcome": maker.outcome(witness.outcome),
        "nearest": [maker.outcome(outcome) for outcome in witness.nearest],
        "origin": visible(witness.origin),
        "tried": witness.tried,
        "token": visible(witness.token),
        "script": visible(script),
        **maker.tables(),
    }
    return line, block
