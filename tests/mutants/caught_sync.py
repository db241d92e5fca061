"""Which scenarios catch which mutant of conditions, permits, barriers and ends of channels: at least these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CAUGHT_BY: Final[Mapping[str, frozenset[str]]] = {
    "barging-permits": frozenset(
        {"sync/limiter-barging", "sync/semaphore-barging", "sync/semaphore-nowait-reserved"}
    ),
    "barrier-lets-one-go": frozenset({"sync/barrier-releases-all"}),
    "barrier-off-by-one": frozenset({"sync/barrier-waits"}),
    "barrier-once": frozenset({"sync/barrier-reusable"}),
    "cancelled-frees-lock": frozenset({"sync/condition-cancel-excludes"}),
    "cancelled-party-counts": frozenset(
        {
            "sync/barrier-cancel-then-last",
        }
    ),
    "cancelled-waiter-takes-permit": frozenset({"sync/semaphore-cancel-then-release"}),
    "cancelled-waits": frozenset({"sync/waiters-cancelled"}),
    "cancelled-without-lock": frozenset(
        {"sync/condition-cancel-holds-lock", "sync/condition-cancel-waits-for-lock"}
    ),
    "clear-does-nothing": frozenset({"sync/event-clear", "sync/event-is-set-cleared"}),
    "clone-closes-too": frozenset(
        {
            "channels/clone-closes-one",
            "channels/clone-keeps-open",
            "channels/clone-receiver-keeps-open",
        }
    ),
    "clone-keeps-for-ever": frozenset({"channels/clone-last-closes"}),
    "clone-loses-items": frozenset({"channels/clone-same-channel"}),
    "close-drops-items": frozenset({"channels/close-keeps-items"}),
    "close-once": frozenset({"channels/close-twice"}),
    "close-wakes-nobody": frozenset(
        {
            "channels/close-ends-receive",
            "channels/close-receiver-under-receive",
            "channels/close-receiver-under-send",
            "channels/close-under-send",
        }
    ),
    "closed-clones": frozenset({"channels/clone-of-closed"}),
    "closed-receives": frozenset({"channels/receive-after-close"}),
    "closed-sends": frozenset({"channels/send-after-close", "channels/send-nowait-after-close"}),
    "condition-needs-no-lock": frozenset(
        {
            "sync/condition-notify-by-other",
            "sync/condition-notify-unlocked",
            "sync/condition-wait-unlocked",
        }
    ),
    "count-stays": frozenset(
        {
            "channels/waiting-receivers",
            "channels/waiting-senders",
            "sync/waiters-barrier",
            "sync/waiters-condition",
            "sync/waiters-event",
            "sync/waiters-limiter",
            "sync/waiters-lock",
            "sync/waiters-semaphore",
        }
    ),
    "cut-forgotten": frozenset({"sync/limiter-shrink"}),
    "ended-is-empty": frozenset({"channels/close-nowait-end"}),
    "grows-silently": frozenset({"sync/limiter-grow"}),
    "hasty-permits": frozenset({"sync/semaphore-free-yields"}),
    "length-counts-sends": frozenset(
        {
            "channels/length",
        }
    ),
    "lifo-condition": frozenset({"sync/condition-notify-order"}),
    "lifo-permits": frozenset({"sync/limiter-order", "sync/semaphore-order"}),
    "limiter-for-one-more": frozenset({"sync/limiter-limits"}),
    "limiter-lends-twice": frozenset({"sync/limiter-borrow-twice"}),
    "limiter-takes-anything": frozenset(
        {"sync/limiter-release-by-other", "sync/limiter-release-unborrowed"}
    ),
    "locked-lies": frozenset({"sync/lock-locked"}),
    "lost-permit": frozenset({"sync/semaphore-waits"}),
    "notified-waits-for-nothing": frozenset({"sync/waiters-notified"}),
    "notify-all-wakes-one": frozenset({"sync/condition-notify-all"}),
    "notify-counts-one": frozenset({"sync/condition-notify-count"}),
    "notify-remembered": frozenset({"sync/condition-notify-before-wait"}),
    "notify-wakes-all": frozenset({"sync/condition-notify-one"}),
    "nowait-meets-nobody": frozenset({"channels/rendezvous-receive-nowait"}),
    "nowait-overdraws": frozenset({"sync/limiter-nowait-empty", "sync/semaphore-nowait-empty"}),
    "nowait-refuses-all": frozenset({"sync/lock-nowait-free"}),
    "nowait-steals-lock": frozenset({"sync/lock-nowait-taken"}),
    "own-lock-would-block": frozenset({"sync/lock-nowait-own"}),
    "owner-waits": frozenset({"sync/waiters-lock"}),
    "passed-waits": frozenset({"sync/waiters-barrier", "sync/waiters-barrier-passed"}),
    "permit-lost-on-cancel": frozenset(
        {"sync/limiter-release-then-cancel", "sync/semaphore-release-then-cancel"}
    ),
    "refused-permit-counts": frozenset({"sync/semaphore-bounded-refusal"}),
    "rendezvous-buffers": frozenset(
        {"channels/rendezvous-nowait-alone", "channels/rendezvous-send-waits"}
    ),
    "returns-without-lock": frozenset(
        {"sync/condition-holds-lock-after", "sync/condition-waits-for-lock"}
    ),
    "same-index": frozenset({"sync/barrier-index", "sync/barrier-index-after-cancel"}),
    "semaphore-for-one-more": frozenset({"sync/semaphore-limits"}),
    "semaphore-never-grows": frozenset({"sync/semaphore-release-more"}),
    "semaphore-owned": frozenset({"sync/semaphore-release-by-other"}),
    "sends-to-nobody": frozenset({"channels/send-to-nobody"}),
    "unbounded-is-bounded": frozenset({"channels/unbounded-send"}),
    "unbounded-semaphore": frozenset({"sync/semaphore-bounded"}),
    "value-stays": frozenset({"sync/limiter-available", "sync/semaphore-value"}),
    "wait-keeps-lock": frozenset({"sync/condition-releases-lock"}),
    "waiters-look-again": frozenset({"sync/event-clear-after-set"}),
    "woken-waits": frozenset(
        {
            "sync/waiters-barrier-told",
            "sync/waiters-told",
            "sync/waiters-woken",
        }
    ),
    "zero-is-no-limit": frozenset({"sync/limiter-zero"}),
}
