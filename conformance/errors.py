"""What can go wrong on our side, and whose fault it is.

A run has four authors: of the scenario, of the adapter, of the command line, and us. Each error names
one of them and says what to do. A runtime's misbehaviour is never an exception: it is an outcome.
"""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of the command line. When several apply: INTERNAL > VIOLATION > INCONCLUSIVE > STALE."""

    OK = 0
    VIOLATION = 1
    INCONCLUSIVE = 2
    STALE = 3
    USAGE = 64
    DATA = 65
    NOTHING_RAN = 66
    INTERNAL = 70
    NOT_STARTED = 78


class ConformanceError(Exception):
    """Root of our errors: one clear line, a hint, an exit code."""

    exit_code = Exit.INTERNAL

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class ScenarioError(ConformanceError):
    """The scenario's author: a program or a scenario that makes no sense. Names the op."""

    exit_code = Exit.DATA


class AdapterError(ConformanceError):
    """The adapter's author: the contract of `conformance.adapter` was broken."""

    exit_code = Exit.NOT_STARTED


class NotStarted(AdapterError):  # noqa: N818 - says what happened, like ReplayDiverged
    """A runtime could not be started: not installed, wrong interpreter, unknown address."""


class UsageError(ConformanceError):
    """The caller: an unknown name, an impossible combination of options."""

    exit_code = Exit.USAGE


class DataError(ConformanceError):
    """A file or a token that cannot be read: corrupt, foreign, truncated, stale."""

    exit_code = Exit.DATA


class ReplayDiverged(ConformanceError):  # noqa: N818 - the public name, says what happened
    """A recorded schedule no longer fits the run: the program or the semantics changed."""

    exit_code = Exit.DATA


class InternalError(ConformanceError):
    """Us: a bug of this project. Please report it."""
