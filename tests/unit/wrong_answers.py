"""Answers of questions that are wrong whoever gives them: the oracle accuses, and is to.

The other answers are given by some semantics of the reference, or the scenario says that they are `unjudged`.
`test_answers.py` holds the catalogue against this list. Each entry is under the reason for which it is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_LOST: Final = """
    cancellation/error-in-cleanup: nothing
    cancellation/item-cancel-then-send: cancelled-item-lost received-twice
    cancellation/item-cancel-then-send-nowait: cancelled-item-lost received-twice
    cancellation/item-send-nowait-then-cancel: cancelled-item-lost received-twice
    cancellation/item-send-then-cancel: cancelled-item-lost received-twice
    cancellation/lock-cancel-then-release: lock-lost
    cancellation/lock-release-then-cancel: lock-lost
    cancellation/room-cancel-then-receive: sent-item-lost
    cancellation/room-cancel-then-receive-nowait: sent-item-lost
    cancellation/room-receive-nowait-then-cancel: sent-item-lost
    cancellation/room-receive-then-cancel: sent-item-lost
    context/reset: all-at-once
    join/by-two: one
    join/done-task: lost
    join/failed: nothing
    join/falsy-value: lost
    join/value: lost
    sync/channel-empty: stays-blocked
    sync/channel-full: returns stays-blocked
    sync/channel-nowait-full: accepted
    sync/condition-cancel-then-notify: lost
    sync/condition-notify-all: some
    sync/event-clear-after-set: waits-again
    sync/event-releases-all: some
    sync/event-set-before-wait: blocks
    sync/barrier-releases-all: some
    sync/limiter-grow: wait
    sync/semaphore-cancel-then-release: lost
    sync/semaphore-release-then-cancel: lost
    sync/semaphore-waits: is-forgotten
    tcp/cancel-connect: cancelled-but-open
    tcp/connect-then-cancel-accept: cancelled-connection-lost
    tcp/data-then-cancel-receive: cancelled-bytes-lost
    threads/call-error: none
    threads/error: none
    threads/stop-iteration: hangs nothing
    timers/error-in-cleanup: timeout
    timers/error-past-deadline: timeout
    timers/item-past-deadline: lost
    unix/listener-close-unaccepted: open
"""
"""An item, a permit, a byte, a connection, a value, an error or a wake-up that is lost, or there twice."""

_CANCELLATION: Final = """
    cancellation/before-first-step: runs-on
    cancellation/shield-then-checkpoint: never
    deadlines/moved-to-past: never
    groups/cancel-children: some
    groups/cancel-inner: outer-too
    groups/cancel-outer-from-inner: only-the-outer
    groups/cancel-shielded-child: cuts spares
    groups/handed-in-deadline: cuts
    groups/sibling-swallows: cut
    groups/start-cancelled-spares-group: cancelled
    scopes/cancel-after-exit: cancels-task
    scopes/cancel-from-outside: goes-on
    scopes/cancel-inner: outer-too
    scopes/cancelled-in-group: leaks
    scopes/pending-in-shield: inside-too
    scopes/pending-inside-and-behind: behind-too never
    scopes/shield-between: cut-inside
    threads/abandoned: waits
    threads/abandoned-error: fails
    threads/abandoned-goes-on: stopped
    threads/cancelled-later: lost
    threads/shielded: abandons
    timers/deadline-expires: cancelled finishes
    timers/deadline-met: strikes-later
    timers/deadline-moves-on: finishes
    timers/deadline-zero-blocks: passes
    timers/detach-inside-deadline: cancelled
    timers/fail-then-go-on: strikes-again
    timers/nested-both-in-turn: inner
    timers/nested-inner-first: outer
    timers/nested-outer-first: inner
    timers/shield-between-deadlines: none
    timers/shield-held-off-strikes: passes
    timers/shield-inside-deadline: cut-inside
"""
"""A cancellation or a deadline that is never told, or told where it does not reach."""

_MEANING: Final = """
    cancellation/done-during-cleanup: too-soon
    cancellation/requests-after-deadline: some
    channels/clone-closes-one: refuses
    channels/clone-keeps-open: cannot
    channels/clone-last-closes: never
    channels/clone-receiver-keeps-open: for-ever no-longer
    channels/rendezvous-nowait-alone: returns
    channels/rendezvous-receive-nowait: fails
    channels/rendezvous-send-waits: returns
    channels/send-after-close: sent
    channels/unbounded-send: waits
    context/grandchild-sees: grandparent
    context/set-in-deadline: lost
    context/set-in-group: lost
    context/set-in-shield: lost
    context/set-in-struck-deadline: lost
    deadlines/caught: denies-it
    deadlines/caught-by-outer: both
    deadlines/known-not-to-have-struck: later
    deadlines/known-to-have-struck: afterwards neither
    deadlines/moved-after-exit: strikes
    deadlines/moved-by-other: as-it-was
    deadlines/moved-earlier: as-it-was
    deadlines/moved-from-now: adds-up as-it-was
    deadlines/moved-later: as-it-was never
    deadlines/moved-past-outer: inner none
    deadlines/moved-to-never: strikes
    deadlines/moved-twice: first
    deadlines/outer-moved-before-inner: inner
    deadlines/rescued-in-shield: cut
    groups/handed-after-end: starts
    groups/handed-at-empty-exit: left-behind
    groups/handed-child-awaited: leaves
    groups/handed-context: the-owners
    groups/start-error-after-ready: start
    groups/start-never-ready: returns
    groups/start-value: nothing
    groups/start-waits: at-its-end at-once
    join/waits-for-cleanup: before
    scopes/called-but-not-told: neither
    spawn/group-waits: leaves
    sync/barrier-reusable: once
    sync/barrier-waits: lets-go
    sync/channel-nowait-empty: returns
    sync/condition-holds-lock-after: does-not
    sync/condition-notify-before-wait: remembered
    sync/condition-releases-lock: kept
    sync/condition-waits-for-lock: goes-on
    sync/event-clear: returns
    sync/limiter-shrink: at-once gets-in
    sync/limiter-zero: lets-in
    sync/lock-excludes: several
    sync/semaphore-bounded: accepted
    sync/semaphore-release-by-other: refused
    sync/semaphore-waits: gets-in
    tcp/abort-seen-by-receive: hangs
    tcp/connection-refused: another-error connected
    tcp/eof-again: error hangs
    tcp/peer-reset-under-receive: hangs
    tcp/receive-after-own-close: hangs
    tcp/send-after-send-eof: sent silent
    timers/sleep-forever: returns
    timers/sleep-huge: returns
    timers/sleep-not-early: early
    timers/sleep-order: reversed
    unix/connect-after-close: connected
"""
"""Against what the op, or what it is called on, means at all (`conformance/lang/ops`)."""

_LAST_FIRST: Final = """
    channels/rendezvous-order: last
    sync/limiter-order: last
    sync/lock-order: reversed
    sync/semaphore-order: last
    tcp/accept-order: reversed
"""
"""Who comes last is served first. `fair` and `barging` are what documents know; neither is that."""

WRONG: Final[Mapping[str, frozenset[str]]] = {
    scenario: frozenset(
        word
        for part in (_LOST, _CANCELLATION, _MEANING, _LAST_FIRST)
        for line in part.split("\n")
        if line.strip().partition(": ")[0] == scenario
        for word in line.partition(": ")[2].split()
    )
    for part in (_LOST, _CANCELLATION, _MEANING, _LAST_FIRST)
    for scenario in (line.strip().partition(": ")[0] for line in part.split("\n"))
    if scenario
}
"""By scenario, the words that are wrong."""

_SILENT: Final = {
    "exits": """
        shutdown/exit-in-child: both main-goes-on
        shutdown/exit-in-child-cleanup: none
        shutdown/exit-in-group: nobody-cleaned
        shutdown/exit-in-thread: hangs lost raised
        shutdown/exit-joined: torn-down
        shutdown/exit-others-cleaned: not-cancelled
    """,
    "interrupts": """
        shutdown/interrupt-between-tasks: lost main main-directly nobody
        shutdown/interrupt-cleanup: none
        shutdown/interrupt-in-child: main-directly
        shutdown/interrupt-others-cleaned: not-cancelled
        shutdown/interrupt-twice: next-wait
    """,
    "nan_deadline": "timers/deadline-nan: cut passes",
    "nan_sleep": "timers/sleep-nan: never returns",
    "serving": """
        tcp/serve-cancel-closes: reset
        tcp/serve-cancel-handlers: go-on
        tcp/serve-cancel-waits: leaves waits
        tcp/serve-handler-error: goes-on
        tcp/serve-handler-error-closes: reset
        tcp/serve-listener-closed: cancelled-by-it
    """,
}
"""Answers that only runtimes give which declare that one `unknown`."""

DECLINED: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    **{
        (line.partition(":")[0].strip(), word): {name: "unknown"}
        for name, lines in _SILENT.items()
        for line in lines.strip().splitlines()
        for word in line.partition(":")[2].split()
    },
    ("tcp/two-receives", "first-hangs"): {"second_user": "displaces"},
    ("tcp/two-receives", "second-hangs"): {"second_user": "displaces"},
    ("timers/deadline-zero-no-checkpoint", "expires"): {"past": "skips"},
}
"""Answers that only runtimes give about whom the oracle says nothing: what these declare."""
