"""Phrases that the programs about tasks, timers and primitives share."""

from __future__ import annotations

from conformance.lang.ops import Attempt, FailAfter, Op, Ticks


def within(ticks: Ticks, *body: Op) -> Op:
    """Perform the body under a deadline, and go on when it is missed: that logs `caught Timeout`.

    Every runtime has a deadline that fails; not every one has one that just moves on.
    """
    return Attempt((FailAfter(ticks, body),), on_error=())
