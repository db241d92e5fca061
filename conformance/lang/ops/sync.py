"""Ops on events and locks."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.lang.ops.base import Op


@dataclass(frozen=True, slots=True)
class Wait(Op):
    """Wait until the event is set."""

    event: str


@dataclass(frozen=True, slots=True)
class Set(Op):
    """Set the event, for good."""

    event: str


@dataclass(frozen=True, slots=True)
class Acquire(Op):
    """Take the lock, waiting for it."""

    lock: str


@dataclass(frozen=True, slots=True)
class Release(Op):
    """Give the lock back."""

    lock: str
