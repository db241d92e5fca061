"""Ops on events, locks and conditions."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.lang.ops.base import Op


@dataclass(frozen=True, slots=True)
class Wait(Op):
    """Wait until the event is set."""

    event: str


@dataclass(frozen=True, slots=True)
class Set(Op):
    """Set the event, for good unless it is cleared."""

    event: str


@dataclass(frozen=True, slots=True)
class Clear(Op):
    """Let the event be no longer set."""

    event: str


@dataclass(frozen=True, slots=True)
class IsSet(Op):
    """Log `got true` or `got false`: whether the event is set."""

    event: str


@dataclass(frozen=True, slots=True)
class Acquire(Op):
    """Take the lock, waiting for it. A condition's name stands for its lock."""

    lock: str


@dataclass(frozen=True, slots=True)
class AcquireNowait(Op):
    """Take the lock (or a condition's) or raise WouldBlock."""

    lock: str


@dataclass(frozen=True, slots=True)
class Release(Op):
    """Give the lock (or a condition's) back."""

    lock: str


@dataclass(frozen=True, slots=True)
class Locked(Op):
    """Log `got true` or `got false`: whether the lock (or a condition's) is taken."""

    lock: str


@dataclass(frozen=True, slots=True)
class WaitCondition(Op):
    """Give the condition's lock back, wait to be notified, take the lock again."""

    condition: str


@dataclass(frozen=True, slots=True)
class Notify(Op):
    """Wake up to `count` of those that wait for the condition."""

    condition: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class NotifyAll(Op):
    """Wake all that wait for the condition."""

    condition: str
