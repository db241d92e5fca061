"""Which scenarios catch which mutant: at least these; what no scenario catches, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.mutants import caught_scopes, caught_sync, caught_threads, caught_unforeseen

CAUGHT_BY: Final[Mapping[str, frozenset[str]]] = {
    **caught_scopes.CAUGHT_BY,
    **caught_sync.CAUGHT_BY,
    **caught_threads.CAUGHT_BY,
    **caught_unforeseen.CAUGHT_BY,
    "abandons-orphans": frozenset(
        {
            "spawn/orphan-cleanup-waits",
            "spawn/orphan-main-raises",
            "spawn/orphan-main-returns",
        }
    ),
    "accepts-last-first": frozenset({"tcp/accept-order"}),
    "bare-group-errors": frozenset(
        {
            "spawn/group-body-error-shape",
            "spawn/group-body-error-waits",
            "spawn/group-error-shape",
        }
    ),
    "barging-channel": frozenset({"sync/channel-barging-receiver", "sync/channel-barging-sender"}),
    "barging-lock": frozenset({"sync/lock-barging"}),
    "byte-dropped": frozenset(
        {
            "tcp/connect-before-accept",
            "tcp/large-send-to-slow-reader",
            "tcp/order-across-sends",
        }
    ),
    "bytes-dropped-at-close": frozenset(
        {
            "tcp/close-delivers-what-was-sent",
            "tcp/eof-after-data",
            "tcp/half-close-by-client",
        }
    ),
    "bytes-lost-on-cancel": frozenset(
        {
            "tcp/cancel-receive",
            "tcp/data-then-cancel-receive",
            "tcp/pending-cancel-at-ready-receive",
        }
    ),
    "cancel-after-end": frozenset(
        {
            "cancellation/after-end",
            "cancellation/cancel-during-cleanup",
            "tcp/connect-then-cancel-accept",
        }
    ),
    "cancel-before-start-runs-on": frozenset({"cancellation/before-first-step"}),
    "cancel-before-start-skips": frozenset({"cancellation/before-first-step"}),
    "cancel-waits": frozenset({"cancellation/call-waits"}),
    "cancelled-accept-fails": frozenset(
        {
            "tcp/cancel-accept",
            "tcp/cancel-connect",
            "tcp/connect-then-cancel-accept",
        }
    ),
    "cancelled-connect-leaks": frozenset({"tcp/cancel-connect"}),
    "cancelled-for-good": frozenset(
        {
            "cancellation/shield-then-return",
        }
    ),
    "cancelled-send-sends": frozenset(
        {
            "cancellation/in-send",
            "cancellation/room-cancel-then-receive",
            "cancellation/room-cancel-then-receive-nowait",
        }
    ),
    "cancelled-waiter-stays": frozenset(
        {
            "cancellation/in-lock-acquire",
            "cancellation/lock-cancel-then-release",
        }
    ),
    "cancels-orphans": frozenset({"spawn/orphan-cleanup-waits", "spawn/orphan-main-returns"}),
    "capacity-off-by-one": frozenset(
        {
            "cancellation/in-send",
            "sync/channel-barging-sender",
            "sync/channel-full",
        }
    ),
    "closed-unnoticed": frozenset(
        {
            "tcp/accept-after-listener-close",
            "tcp/close-under-receive",
            "tcp/rest-after-own-close",
            "tcp/send-after-own-close",
        }
    ),
    "connection-lost-on-cancel": frozenset({"tcp/cancel-accept"}),
    "connection-lost-on-wakeup": frozenset(
        {
            "tcp/connect-then-cancel-accept",
            "timers/sleep-huge-beside-io",
        }
    ),
    "connects-to-nobody": frozenset({"tcp/connection-refused"}),
    "dead-holder-keeps-lock": frozenset({"sync/lock-owner-ends"}),
    "deadline-at-exit": frozenset(
        {
            "timers/deadline-zero-no-checkpoint",
            "timers/event-set-past-deadline",
        }
    ),
    "deadline-hides-error": frozenset({"timers/error-in-cleanup", "timers/error-past-deadline"}),
    "deadline-never-fires": frozenset(
        {
            "cancellation/in-send",
            "timers/cleanup-waits",
            "timers/deadline-and-spawned",
        }
    ),
    "deadline-spares-children": frozenset(
        {
            "spawn/group-body-error-waits",
            "spawn/group-sibling-cancelled",
            "timers/deadline-covers-group",
        }
    ),
    "deadline-stays-armed": frozenset({"timers/deadline-met"}),
    "deaf-under-shield": frozenset(
        {
            "timers/deadline-inside-shield",
            "timers/shield-between-deadlines",
            "timers/shield-held-off-strikes",
        }
    ),
    "deaf-waiter": frozenset(
        {
            "cancellation/event-cancel-then-set",
            "cancellation/finally-runs",
            "cancellation/in-event-wait",
        }
    ),
    "detach-cancels-work": frozenset(
        {
            "cancellation/detach-keeps-work",
            "timers/detach-inside-deadline",
        }
    ),
    "double-wakeup": frozenset(
        {
            "cancellation/item-second-receiver",
            "sync/channel-one-item",
            "sync/channel-receivers-order",
        }
    ),
    "drops-group-error": frozenset(
        {
            "spawn/group-body-error-shape",
            "spawn/group-cleanup-error",
            "spawn/group-error-shape",
        }
    ),
    "drops-second-error": frozenset({"spawn/group-cleanup-error", "spawn/group-two-errors"}),
    "eager-start": frozenset({"spawn/starts"}),
    "early-join": frozenset(
        {
            "cancellation/finally-runs",
            "join/waits-for-cleanup",
            "spawn/join-orders-effects",
        }
    ),
    "early-timer": frozenset(
        {
            "timers/shield-held-off-strikes",
            "timers/sleep-not-early",
            "timers/sleeps-overlap",
        }
    ),
    "empty-gives-none": frozenset(
        {
            "sync/channel-barging-receiver",
            "sync/channel-nowait-empty",
            "sync/channel-nowait-full",
        }
    ),
    "eof-closes-both": frozenset({"tcp/half-close-by-client", "tcp/half-close-by-server"}),
    "eof-lost": frozenset(
        {
            "tcp/close-delivers-what-was-sent",
            "tcp/close-twice",
            "tcp/eof-after-close",
        }
    ),
    "eof-once": frozenset({"tcp/eof-again"}),
    "errors-end-the-run": frozenset(
        {
            "join/failed-by-two",
            "spawn/error-unjoined",
        }
    ),
    "falsy-is-nothing": frozenset(
        {
            "join/falsy-value",
            "sync/channel-falsy",
            "sync/channel-senders-order",
        }
    ),
    "forgets-a-sibling": frozenset(
        {
            "spawn/group-body-error-waits",
            "spawn/group-waits",
            "timers/deadline-covers-group",
        }
    ),
    "forgets-outer-deadline": frozenset(
        {
            "timers/nested-both-in-turn",
            "timers/shield-between-deadlines",
        }
    ),
    "full-drops-item": frozenset({"sync/channel-barging-sender", "sync/channel-nowait-full"}),
    "group-loses-cancel": frozenset({"groups/outside-cancel-kept"}),
    "hasty-group": frozenset({"spawn/group-empty-exit"}),
    "hasty-primitives": frozenset(
        {
            "sync/channel-receive-yields",
            "sync/channel-send-yields",
            "sync/event-set-wait-yields",
        }
    ),
    "hasty-receive": frozenset({"tcp/pending-cancel-at-ready-receive"}),
    "huge-time-deafens": frozenset({"timers/sleep-huge-beside-io"}),
    "impatient-group": frozenset(
        {
            "spawn/group-body-error-waits",
            "spawn/group-cleanup-error",
            "spawn/group-error-waits",
        }
    ),
    "infinite-is-zero": frozenset({"timers/sleep-forever", "timers/sleep-huge"}),
    "inherits-scopes": frozenset({"timers/deadline-and-spawned"}),
    "inner-swallows-outer": frozenset({"timers/nested-equal", "timers/nested-outer-first"}),
    "item-lost-on-cancel": frozenset(
        {
            "cancellation/in-receive",
            "cancellation/item-cancel-then-send",
            "cancellation/item-cancel-then-send-nowait",
        }
    ),
    "item-stays": frozenset(
        {
            "cancellation/item-send-nowait-then-cancel",
            "cancellation/item-send-then-cancel",
            "sync/channel-barging-receiver",
        }
    ),
    "join-cancels-target": frozenset({"cancellation/joiner", "join/deadline"}),
    "join-copies-error": frozenset(
        {
            "cancellation/error-in-cleanup",
            "join/failed-by-two",
        }
    ),
    "join-hides-cancel": frozenset(
        {
            "cancellation/before-first-step",
            "cancellation/call-waits",
            "cancellation/cancel-during-cleanup",
        }
    ),
    "join-loses-error": frozenset(
        {
            "cancellation/error-in-cleanup",
            "join/failed",
        }
    ),
    "join-loses-value": frozenset(
        {
            "cancellation/detach-value",
            "cancellation/self-then-return",
            "join/value",
        }
    ),
    "join-once": frozenset({"cancellation/after-end", "join/failed-by-two", "join/twice"}),
    "join-skips-cleanup": frozenset(
        {
            "cancellation/before-first-step",
            "cancellation/call-waits",
            "cancellation/shield-then-return",
        }
    ),
    "late-join-blocks": frozenset(
        {
            "cancellation/after-end",
            "cancellation/cancel-during-cleanup",
            "cancellation/item-cancel-then-send",
        }
    ),
    "late-timer": frozenset(
        {
            "timers/deadline-expires",
            "timers/deadline-moves-on",
            "timers/deadline-zero-blocks",
        }
    ),
    "leaked-permit": frozenset(
        {
            "cancellation/lock-cancel-then-release",
            "cancellation/lock-release-then-cancel",
            "sync/lock-excludes",
        }
    ),
    "leaking-group": frozenset({"spawn/group-inner-contained", "spawn/group-works-after-failure"}),
    "leaking-scope": frozenset(
        {
            "timers/deadline-expires",
            "timers/deadline-moves-on",
            "timers/fail-then-go-on",
        }
    ),
    "leaking-shield": frozenset(
        {
            "cancellation/shield-defers",
            "cancellation/shielded-cleanup-waits",
            "timers/shield-inside-deadline",
        }
    ),
    "lifo-channel": frozenset({"sync/channel-order"}),
    "lifo-timers": frozenset(
        {
            "cancellation/deferred-at-set-event",
            "cancellation/finally-runs",
            "timers/sleep-order",
        }
    ),
    "lifo-waiters": frozenset(
        {
            "sync/channel-receivers-order",
            "sync/channel-senders-order",
            "sync/lock-order",
        }
    ),
    "listener-takes-connections-along": frozenset({"tcp/listener-close-keeps-connections"}),
    "lock-for-two": frozenset(
        {
            "cancellation/in-lock-acquire",
            "cancellation/lock-cancel-then-release",
            "cancellation/lock-release-then-cancel",
        }
    ),
    "lost-item-wakeup": frozenset(
        {
            "cancellation/item-second-receiver",
            "sync/channel-barging-receiver",
            "sync/channel-empty",
        }
    ),
    "lost-start": frozenset({"spawn/each-runs-once", "sync/event-releases-all", "sync/lock-order"}),
    "lost-timer": frozenset(
        {
            "timers/deadline-equals-set",
            "timers/equal-sleeps",
            "timers/sleeps-overlap",
        }
    ),
    "lost-wakeup": frozenset({"join/by-two", "spawn/group-two-errors", "sync/event-releases-all"}),
    "lost-wakeup-on-cancel": frozenset(
        {
            "cancellation/lock-release-then-cancel",
            "cancellation/lock-second-waiter",
            "timers/lock-past-deadline",
        }
    ),
    "missed-in-silence": frozenset(
        {
            "cancellation/in-send",
            "timers/cleanup-waits",
            "timers/deadline-and-spawned",
        }
    ),
    "past-is-nothing": frozenset({"timers/sleep-until-past"}),
    "pulse-event": frozenset(
        {
            "cancellation/in-event-wait",
            "sync/event-set-before-wait",
            "sync/event-set-wait-yields",
        }
    ),
    "ready-is-no-cancel-point": frozenset(
        {
            "cancellation/deferred-at-set-event",
            "cancellation/pending-at-free-lock",
            "cancellation/pending-at-ready-receive",
        }
    ),
    "receive-beyond-max": frozenset({"tcp/receive-at-most"}),
    "reentrant-lock": frozenset({"sync/lock-reacquire"}),
    "refused-hangs": frozenset({"tcp/connection-refused"}),
    "release-by-anybody": frozenset({"sync/lock-release-by-other"}),
    "release-for-nothing": frozenset({"sync/lock-release-unheld"}),
    "reset-hushed-up": frozenset({"tcp/send-after-send-eof"}),
    "reset-unseen": frozenset(
        {
            "tcp/reset-under-send",
            "tcp/send-after-peer-closed",
            "tcp/send-after-send-eof",
        }
    ),
    "rest-dropped": frozenset({"tcp/receive-at-most"}),
    "second-close-fails": frozenset({"tcp/close-twice", "tcp/send-eof-twice"}),
    "second-receive-displaces-first": frozenset({"tcp/two-receives", "tcp/two-sends"}),
    "sender-item-lost": frozenset(
        {
            "cancellation/room-receive-nowait-then-cancel",
            "cancellation/room-receive-then-cancel",
            "sync/channel-barging-sender",
        }
    ),
    "sends-after-eof": frozenset(
        {
            "tcp/half-close-by-client",
            "tcp/half-close-by-server",
            "tcp/send-after-send-eof",
        }
    ),
    "set-switches": frozenset({"sync/event-set-switches"}),
    "shield-exit-raises": frozenset(
        {
            "cancellation/shield-defers",
            "cancellation/shield-then-checkpoint",
            "cancellation/shield-then-return",
        }
    ),
    "shield-forgets-cancel": frozenset(
        {
            "cancellation/deferred-at-set-event",
            "cancellation/shield-then-checkpoint",
            "timers/shield-between-deadlines",
        }
    ),
    "short-read": frozenset({"tcp/exactly-early-eof"}),
    "sleep-holds-the-loop": frozenset(
        {
            "spawn/group-cleanup-error",
            "spawn/group-error-interrupts-body",
            "timers/sleeps-overlap",
        }
    ),
    "spares-siblings": frozenset(
        {
            "spawn/group-body-error-waits",
            "spawn/group-error-interrupts-body",
            "spawn/group-sibling-cancelled",
        }
    ),
    "spares-the-body": frozenset(
        {
            "spawn/group-error-interrupts-body",
            "spawn/group-spawn-after-failure",
        }
    ),
    "swallowed-cancel": frozenset(
        {
            "cancellation/event-cancel-then-set",
            "cancellation/in-event-wait",
            "cancellation/in-sleep",
        }
    ),
    "told-once": frozenset(
        {
            "cancellation/cleanup-waits",
            "cancellation/swallow-then-wait",
            "timers/cleanup-waits",
        }
    ),
    "touchy-group": frozenset({"spawn/group-child-cancelled"}),
    "unaccepted-left-open": frozenset({"unix/listener-close-unaccepted"}),
    "unbounded-channel": frozenset(
        {
            "cancellation/in-send",
            "sync/channel-full",
            "sync/channel-nowait-full",
        }
    ),
    "untimely-cancel-lost": frozenset(
        {
            "cancellation/before-first-step",
            "cancellation/late-cancel-kept",
            "cancellation/pending-at-free-lock",
        }
    ),
    "wake-lost-on-cancel": frozenset({"spawn/group-two-errors"}),
    "wrong-scope": frozenset(
        {
            "timers/nested-both-in-turn",
            "timers/nested-inner-first",
            "timers/nested-outer-first",
        }
    ),
    "nan-deadline-never": frozenset({"timers/deadline-nan"}),
    "nan-sleep-returns": frozenset({"timers/sleep-nan"}),
    "negative-sleep-fails": frozenset({"timers/sleep-negative"}),
    "zero-is-no-deadline": frozenset({"timers/deadline-zero-blocks"}),
    "zero-sleep-is-nothing": frozenset({"timers/sleep-zero"}),
}

UNCAUGHT: Final[Mapping[str, str]] = {
    **caught_scopes.UNCAUGHT,
    **caught_threads.UNCAUGHT,
    **caught_unforeseen.UNCAUGHT,
    "abort-is-close": "a reset may be told as an end of the stream, as `tcp/peer-reset-under-receive` has it: only the "
    "answer to `tcp/abort-seen-by-receive` changes",
    "never-fewer-than-none": "trio does not say how many tokens are free after a cut: only the answer to "
    "`sync/limiter-shrink-available` changes",
    "token-returned-at-end": "no document says what becomes of an ended borrower's token: only the answer to "
    "`sync/limiter-borrower-ends` changes",
    "last-spawned-first": "trio promises no order of first steps: only the answer to "
    "`spawn/first-steps` changes",
    "late-start": "trio does not say when a task begins: only the answer to "
    "`spawn/after-one-checkpoint` changes",
}
"""Mutants that no scenario catches, each with the reason."""

UNKEPT: Final[Mapping[str, str]] = {
    **caught_threads.UNKEPT,
    "cancellation/call-waits": "curio: the call to cancel waits; the reference's does not",
    "cancellation/cancel-during-cleanup": "curio: a second cancel is ignored",
    "cancellation/joiner": "asyncio: cancelling a joiner cancels the joined task",
    "cancellation/twice-at-once": "curio: a second cancel is ignored; level tells again",
    "spawn/group-spawn-after-failure": "asyncio: a group that failed takes no more children",
    "spawn/orphan-main-returns": "curio: orphans are cancelled; the reference awaits them",
}
"""Rules of others that the reference, by its own semantics, breaks: so they can fail."""
