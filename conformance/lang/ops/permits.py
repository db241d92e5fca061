"""Ops on semaphores, capacity limiters and barriers."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.lang.ops.base import Op


@dataclass(frozen=True, slots=True)
class AcquireSemaphore(Op):
    """Take a permit, waiting for one."""

    semaphore: str


@dataclass(frozen=True, slots=True)
class AcquireSemaphoreNowait(Op):
    """Take a permit or raise WouldBlock."""

    semaphore: str


@dataclass(frozen=True, slots=True)
class ReleaseSemaphore(Op):
    """Give a permit; it need not be one that this task took."""

    semaphore: str


@dataclass(frozen=True, slots=True)
class SemaphoreValue(Op):
    """Log `got NUMBER`: how many permits are there to be taken."""

    semaphore: str


@dataclass(frozen=True, slots=True)
class AcquireLimiter(Op):
    """Borrow a token for this task, waiting for one; a task may hold one at a time."""

    limiter: str


@dataclass(frozen=True, slots=True)
class AcquireLimiterNowait(Op):
    """Borrow a token for this task or raise WouldBlock."""

    limiter: str


@dataclass(frozen=True, slots=True)
class ReleaseLimiter(Op):
    """Give this task's token back."""

    limiter: str


@dataclass(frozen=True, slots=True)
class SetLimit(Op):
    """Let the limiter have that many tokens in all, borrowed ones included."""

    limiter: str
    tokens: int


@dataclass(frozen=True, slots=True)
class AvailableTokens(Op):
    """Log `got NUMBER`: the limiter's tokens less the borrowed ones (negative after a cut)."""

    limiter: str


@dataclass(frozen=True, slots=True)
class WaitBarrier(Op):
    """Wait until as many tasks as the barrier has parties wait; logs `got INDEX`, each another."""

    barrier: str
