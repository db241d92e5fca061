"""Ops that ask how many tasks wait for an object.

Each logs `got NUMBER`. Whether one counts that has been woken or told of a cancellation, and has not gone on yet, is
the runtime's to say: `Semantics.waiters`. Sources: trio.Event.statistics and its like, anyio.Event.statistics and its
like, asyncio.Barrier.n_waiting.
"""

from __future__ import annotations

from dataclasses import dataclass

from conformance.lang.ops.base import Op


@dataclass(frozen=True, slots=True)
class EventWaiters(Op):
    """How many tasks wait for the event."""

    event: str


@dataclass(frozen=True, slots=True)
class LockWaiters(Op):
    """How many tasks wait for the lock (or a condition's), its owner not counted."""

    lock: str


@dataclass(frozen=True, slots=True)
class ConditionWaiters(Op):
    """How many tasks wait to be notified."""

    condition: str


@dataclass(frozen=True, slots=True)
class SemaphoreWaiters(Op):
    """How many tasks wait for a permit."""

    semaphore: str


@dataclass(frozen=True, slots=True)
class LimiterWaiters(Op):
    """How many tasks wait for a token."""

    limiter: str


@dataclass(frozen=True, slots=True)
class BarrierWaiters(Op):
    """How many parties wait at the barrier for the others."""

    barrier: str


@dataclass(frozen=True, slots=True)
class WaitingSenders(Op):
    """How many tasks wait for room in the channel, at whichever sending end."""

    channel: str


@dataclass(frozen=True, slots=True)
class WaitingReceivers(Op):
    """How many tasks wait for an item of the channel, at whichever receiving end."""

    channel: str


WAITERS = {
    op.kind: field
    for op, field in {
        EventWaiters: "event",
        LockWaiters: "lock",
        ConditionWaiters: "condition",
        SemaphoreWaiters: "semaphore",
        LimiterWaiters: "limiter",
        BarrierWaiters: "barrier",
        WaitingSenders: "channel",
        WaitingReceivers: "channel",
    }.items()
}
"""The kinds of these ops, each with the field that names its object."""
