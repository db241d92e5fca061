"""The reference's own semantics: structured, level-triggered, fair, every waiting op a checkpoint.

It is the strictest reading of what structured concurrency promises (trio's documents), with handles and joins
added. Other semantics select other freedoms; this one is what `conformance explore` shows by default.
"""

from __future__ import annotations

from dataclasses import fields

from conformance.lang.ops import WAITERS
from conformance.lang.semantics import Point, Semantics

_SYNC = (
    "spawn",
    "cancel",
    "set",
    "release",
    "send_nowait",
    "receive_nowait",
    "log",
    "listen",
    "block",
    "started",
    "cancel_scope",
    "cancel_group",
    "move_deadline",
    "cancel_called",
    "cancel_pending",
    "cancelled_caught",
    "done",
    "cancelled",
    "cancelling",
    "set_variable",
    "get_variable",
    "reset_variable",
    "listen_unix",
    "clear",
    "is_set",
    "acquire_nowait",
    "locked",
    "notify",
    "notify_all",
    "acquire_semaphore_nowait",
    "release_semaphore",
    "semaphore_value",
    "acquire_limiter_nowait",
    "release_limiter",
    "set_limit",
    "available_tokens",
    *WAITERS,
    "length",
    "close_sender",
    "close_receiver",
    "clone_sender",
    "clone_receiver",
)
_NEVER: dict[str, Point] = dict.fromkeys(
    (*_SYNC, "close_listener", "send_eof", "close", "abort"), "never"
)
_WHY = "by definition: this is the reference (docs/decisions/reference-semantics.md)"

REFERENCE = Semantics(
    order="any",
    cancellation="level",
    cancel_before_start="runs",
    cancel_at_return="value",
    race="completion",
    cancel_joiner="leaves",
    join_error="same",
    join_cancelled="cancelled",
    join_self="blocks",
    notified="queued",
    reacquire="lock_first",
    lost_notify="lost",
    relock="error",
    unowned="error",
    past="later",
    nan_sleep="refused",
    nan_deadline="refused",
    notice="at_once",
    orphans="awaited",
    second_user="refused",
    own_close="closed",
    waiters="blocked",
    cancelled_thread="awaited",
    thread_call="inside",
    thread_context="copied",
    leftover_threads="abandoned",
    exits="cancels",
    interrupts="there",
    serving="task",
    handlers="inside",
    handled="closed",
    schedule_points={"default": "always", **_NEVER},
    cancel_points={"default": "always", **_NEVER},
    citations=dict.fromkeys((f.name for f in fields(Semantics) if f.name != "citations"), _WHY),
)
