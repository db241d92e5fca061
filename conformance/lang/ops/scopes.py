"""Ops on named scopes and groups: cancel them, move their deadlines, ask how they stand."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.lang.ops.base import Block, Op, Ticks


@dataclass(frozen=True, slots=True)
class Scope(Op):
    """Perform `body` in a cancel scope; given up, it is left and logs `scope cancelled`."""

    scope: str
    body: Block


@dataclass(frozen=True, slots=True)
class CancelScope(Op):
    """Cancel the scope of that name (a deadline's may have one, too)."""

    scope: str


@dataclass(frozen=True, slots=True)
class CancelGroup(Op):
    """Cancel everything in that group: its children, and its body where the runtime does that."""

    group: str


@dataclass(frozen=True, slots=True)
class MoveDeadline(Op):
    """Let the named scope's deadline be that many ticks from now."""

    scope: str
    ticks: Ticks


@dataclass(frozen=True, slots=True)
class CancelCalled(Op):
    """Ask whether the scope was cancelled, by hand or by its deadline: logs `got true` or `got false`."""

    scope: str


@dataclass(frozen=True, slots=True)
class CancelPending(Op):
    """Ask whether the next cancel point of this very task would cancel it: logs `got true` or `got false`.

    Inside a shield that is so only if something inside that shield was cancelled.
    """


@dataclass(frozen=True, slots=True)
class CancelledCaught(Op):
    """Ask whether the scope gave its body up: logs `got true` or `got false`."""

    scope: str
