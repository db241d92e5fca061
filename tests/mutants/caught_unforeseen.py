"""Which scenarios catch the mutants that were written without a look at what is asked: at least these.

Each needs two or three features together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CAUGHT_BY: Final[Mapping[str, frozenset[str]]] = {
    "closed-group-starts": frozenset({"groups/handed-after-end"}),
    "empty-exit-misses-child": frozenset({"groups/handed-at-empty-exit"}),
    "newcomer-in-starters-scopes": frozenset({"groups/handed-in-deadline"}),
    "newcomers-error-lost": frozenset({"groups/handed-child-fails"}),
    "spawn-takes-owners-context": frozenset({"groups/handed-context"}),
    "call-sees-old-context": frozenset({"threads/call-context"}),
    "cancelled-handler-leaves-open": frozenset({"tcp/serve-cancel-closes"}),
    "cancelled-joiner-takes-others-along": frozenset({"cancellation/joined-cancels-joiner"}),
    "cancelled-waiter-eats-notify": frozenset({"sync/condition-cancel-then-notify"}),
    "cut-hands-on-tokens": frozenset({"sync/limiter-shrink"}),
    "eof-forbids-sending": frozenset({"tcp/half-close-by-client", "tcp/half-close-by-server"}),
    "foreign-move-keeps-timer": frozenset({"deadlines/moved-by-other"}),
    "inner-group-takes-outer-cancel": frozenset({"scopes/covers-group"}),
    "interrupted-reacquire-locks-twice": frozenset({"sync/condition-cancel-at-lock"}),
    "latecomer-escapes": frozenset(
        {"groups/handed-in-cancelled-group", "groups/spawn-after-cancel"}
    ),
    "latecomer-unawaited": frozenset({"groups/handed-child-awaited"}),
    "move-takes-back-strike": frozenset({"deadlines/moved-after-strike"}),
    "nowait-frees-no-room": frozenset({"sync/channel-barging-sender"}),
    "nowait-slips-in": frozenset({"sync/lock-nowait-reserved"}),
    "shield-inherited": frozenset({"groups/handed-in-cancelled-group"}),
    "orphan-of-orphan-forgotten": frozenset({"shutdown/cleanup-spawns"}),
    "outer-move-unseen-inside": frozenset({"deadlines/outer-moved-before-inner"}),
}

_NONE: Final = "no scenario asks for it: generated programs do (`fuzz-mutants`)"
UNCAUGHT: Final[Mapping[str, str]] = dict.fromkeys(
    (
        "barrier-still-drains",
        "busy-after-cancel",
        "cancelled-send-takes-room",
        "cancelled-waiter-gives-permit",
        "cleanup-error-lost",
        "inner-shield-ends-outer",
        "stale-clock-after-block",
        "started-escapes-cancel",
        "thread-told-through-shield",
        "token-in-flight-uncounted",
    ),
    _NONE,
)
