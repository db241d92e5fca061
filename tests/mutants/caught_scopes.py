"""Which scenarios catch which mutant of scopes, starts and context variables: at least these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CAUGHT_BY: Final[Mapping[str, frozenset[str]]] = {
    "asked-is-cancelled": frozenset({"cancellation/called-though-returned"}),
    "never-cancelled": frozenset({"cancellation/called-afterwards"}),
    "done-too-soon": frozenset({"cancellation/done-during-cleanup"}),
    "called-by-the-clock": frozenset(
        {
            "deadlines/known-not-to-have-struck",
        }
    ),
    "never-pending": frozenset(
        {
            "scopes/pending-in-cleanup",
            "scopes/pending-in-shield",
            "scopes/pending-inside-and-behind",
        }
    ),
    "grouped-cancel-is-error": frozenset({"scopes/cancelled-in-group"}),
    "grouped-cancel-leaks": frozenset({"scopes/cancelled-beside-error"}),
    "pending-through-shields": frozenset({"scopes/pending-in-shield"}),
    "called-is-caught": frozenset(
        {
            "scopes/called-but-not-told",
            "scopes/cancel-after-exit",
            "scopes/error-in-cancelled",
        }
    ),
    "requests-left-behind": frozenset(
        {
            "cancellation/requests-after-deadline",
            "cancellation/requests-after-inner-scope",
            "cancellation/requests-after-scope",
        }
    ),
    "cancel-group-forgets-one": frozenset(
        {
            "groups/cancel-by-child",
            "groups/cancel-children",
            "groups/cancel-inner",
        }
    ),
    "cancel-group-spares-body": frozenset(
        {
            "groups/cancel-body",
            "groups/cancel-outer-from-inner",
            "groups/spawn-after-cancel",
        }
    ),
    "caught-like-the-outer": frozenset(
        {
            "deadlines/caught-by-outer",
            "scopes/caught-by-whom",
        }
    ),
    "context-copied-late": frozenset(
        {
            "context/set-after-spawn",
            "context/siblings",
        }
    ),
    "context-empty": frozenset(
        {
            "context/child-sees",
            "context/detached-set",
            "context/started-sees",
        }
    ),
    "context-lost-at-exit": frozenset(
        {
            "context/set-in-deadline",
            "context/set-in-group",
            "context/set-in-shield",
        }
    ),
    "context-shared": frozenset(
        {
            "context/child-set",
            "context/siblings",
            "context/started-sees",
        }
    ),
    "failure-jumps-out": frozenset(
        {
            "groups/cancel-inner",
            "groups/inner-failure-order",
        }
    ),
    "hand-cancel-never-fails": frozenset(
        {
            "scopes/cancel-fail-after",
        }
    ),
    "impatient-cancelled-group": frozenset(
        {
            "groups/cancel-call-waits",
            "groups/cancel-cleanup-error",
            "groups/cancel-shielded-child",
        }
    ),
    "move-adds-up": frozenset(
        {
            "deadlines/moved-earlier",
            "deadlines/moved-later",
            "deadlines/moved-twice",
        }
    ),
    "move-ignored": frozenset(
        {
            "deadlines/moved-earlier",
            "deadlines/moved-later",
            "deadlines/moved-twice",
        }
    ),
    "move-moves-all": frozenset(
        {
            "deadlines/moved-by-other",
            "deadlines/moved-past-outer",
        }
    ),
    "moved-strikes-later": frozenset(
        {
            "deadlines/moved-after-exit",
        }
    ),
    "moves-only-earlier": frozenset(
        {
            "deadlines/moved-from-now",
            "deadlines/moved-later",
            "deadlines/moved-twice",
        }
    ),
    "named-scope-swallows-all": frozenset(
        {
            "scopes/cancel-inside-out",
            "scopes/cancel-outer",
            "scopes/caught-by-whom",
        }
    ),
    "never-called": frozenset(
        {
            "deadlines/known-to-have-struck",
        }
    ),
    "never-caught": frozenset(
        {
            "deadlines/caught",
            "deadlines/caught-by-outer",
            "scopes/caught-by-whom",
        }
    ),
    "reset-to-nothing": frozenset(
        {
            "context/reset",
        }
    ),
    "scope-cancel-lost": frozenset(
        {
            "scopes/cancel-inner",
            "scopes/cancel-outer",
            "scopes/covers-group",
        }
    ),
    "scope-cancel-raises": frozenset(
        {
            "groups/cancel-by-child",
            "scopes/code-after-inner",
            "scopes/swallow-then-wait",
        }
    ),
    "scope-cancels-task": frozenset(
        {
            "groups/cancel-body",
            "groups/cancel-inner",
            "scopes/cancel-inner",
        }
    ),
    "start-abandons-child": frozenset(
        {
            "groups/start-cancelled-cleanup-error",
            "groups/start-cancelled-waits",
        }
    ),
    "start-cancel-hides-error": frozenset(
        {
            "groups/start-cancelled-cleanup-error",
        }
    ),
    "start-cancels-group": frozenset(
        {
            "groups/start-cancelled-spares-group",
        }
    ),
    "start-error-fails-group": frozenset(
        {
            "groups/start-error-before-ready",
        }
    ),
    "start-forgets-child": frozenset(
        {
            "groups/start-cancelled",
            "groups/start-cancelled-waits",
            "groups/start-sibling-fails",
        }
    ),
    "start-leaves-child-behind": frozenset(
        {
            "groups/start-deadline-left-behind",
            "groups/start-scope-left-behind",
            "groups/start-shielded-until-ready",
        }
    ),
    "start-loses-value": frozenset(
        {
            "groups/start-value",
            "groups/started-twice",
        }
    ),
    "start-returns-at-once": frozenset(
        {
            "groups/start-cancelled",
            "groups/start-value",
            "groups/start-waits",
        }
    ),
    "start-shrugs": frozenset(
        {
            "groups/start-never-ready",
        }
    ),
    "started-switches": frozenset(
        {
            "groups/start-goes-on-at-once",
        }
    ),
}

UNCAUGHT: Final[Mapping[str, str]] = {
    "started-again-and-again": "no document speaks of a second word of being ready: only the answer to "
    "`groups/started-twice` changes",
    "scope-cancel-snatches": "which of a cancel and a completion of one round wins is a freedom of its own: "
    "only the answer to `scopes/set-then-cancel` changes",
}
