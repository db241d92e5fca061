"""Ops that hold blocks: groups, shields, what is caught and cleaned up."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.lang.ops.base import Block, Op


@dataclass(frozen=True, slots=True)
class Group(Op):
    """Open a task group, perform `body`, wait for the children that were spawned in it."""

    name: str
    body: Block


@dataclass(frozen=True, slots=True)
class Shield(Op):
    """Defer any cancellation from outside until `body` is done (trio: CancelScope(shield=True))."""

    body: Block


@dataclass(frozen=True, slots=True)
class Detach(Op):
    """Start `task` and wait; a cancelled waiter leaves it at work (asyncio.shield)."""

    task: str


@dataclass(frozen=True, slots=True)
class Attempt(Op):
    """Perform `body`; catch errors, catch cancellation, clean up. A part that is None is absent.

    A catch logs `caught NAME` and then performs its block. Catching a cancellation swallows it.
    """

    body: Block
    on_error: Block | None = None
    on_cancel: Block | None = None
    finally_: Block | None = None
