"""Phrases that many programs share."""

from __future__ import annotations

from typing import Final

from conformance.lang.ops import Attempt, FailAfter, Join, Op

LONG: Final = 9
"""Ticks: longer than any program here waits."""


def ended(task: str) -> Op:
    """Join a task, whatever becomes of it."""
    return Attempt((Join(task),), on_error=(), on_cancel=())


def soon(*ops: Op) -> Op:
    """Perform ops that should succeed at once; logs `caught Timeout` when they do not."""
    return Attempt((FailAfter(3, ops),), on_error=())
