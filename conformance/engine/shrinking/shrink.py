"""Greedy: the first smaller program that still fails is taken, until none does.

The end is a stated minimum: no task, op, block or part of an attempt can go, no argument can be plainer, and the same
failure still shows (`conformance.judge.witness.same_failure`); its tasks go by the first letters (`tests/quality` names
the very programs for known mutants).
"""

from __future__ import annotations

from collections.abc import Callable

from conformance.engine.shrinking.passes import PASSES, Pass, weight, with_plain_names
from conformance.lang.program import Program

TRIALS = 1_500
"""Programs that are tried at most."""


def shrink(
    program: Program, fails: Callable[[Program], bool], trials: int = TRIALS
) -> tuple[Program, int]:
    """The smallest program found that still fails, and how many were tried. `fails` must hold for `program`."""
    seen = {program}
    again = True
    while again and len(seen) <= trials:
        again = False
        for proposals in PASSES:
            smaller = _exhaust(program, fails, proposals, seen, trials)
            again |= smaller is not program
            program = smaller
    plain = with_plain_names(program)
    if plain != program and plain not in seen and fails(plain):
        program = plain
    return program, len(seen) - 1


def _exhaust(
    program: Program,
    fails: Callable[[Program], bool],
    proposals: Pass,
    seen: set[Program],
    trials: int,
) -> Program:
    """Take what one pass proposes for as long as it helps; after a success it goes on where it was."""
    start = 0
    while True:
        size = weight(program)
        for at, smaller in enumerate(proposals(program)):
            if at < start or smaller is None or smaller in seen or weight(smaller) >= size:
                continue
            if len(seen) > trials:
                return program
            seen.add(smaller)
            if fails(smaller):
                program, start = smaller, at
                break
        else:
            return program
