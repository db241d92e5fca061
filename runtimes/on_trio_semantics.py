"""What trio's documents say about the questions that the oracle asks."""

from __future__ import annotations

import importlib.metadata
from dataclasses import replace
from typing import Final

from conformance.lang.ops import WAITERS
from conformance.lang.semantics import Point, Semantics

_CORE = "https://trio.readthedocs.io/en/stable/reference-core.html"
_CHECKPOINTS = (
    f"{_CORE}#checkpoints every async function of trio is a checkpoint, a schedule point and a"
    " cancel point, whenever it returns without an error; functions that are not async never are;"
)
_NEWS: Final = "https://trio.readthedocs.io/en/stable/history.html"
_VERSION: Final = tuple(
    map(int, importlib.metadata.version("trio").partition("+")[0].split(".")[:3])
)
_NAN: Final = "refused" if _VERSION >= (0, 22, 1) else "unknown"
"""What comes of times that are no number; the change is listed among those that break what was."""
_COMPOSED = "composed by the adapter, not an answer of trio: "

NEVER: Final = (
    "block",
    "cancel",
    "cancel_called",
    "cancel_group",
    "cancel_pending",
    "cancel_scope",
    "cancelled_caught",
    "get_variable",
    "move_deadline",
    "reset_variable",
    "scope",
    "set_variable",
    "started",
    "fail_after",
    "move_on_after",
    "receive_nowait",
    "release",
    "send_nowait",
    "set",
    "shield",
    "spawn",
    "acquire_limiter_nowait",
    "acquire_nowait",
    "acquire_semaphore_nowait",
    "available_tokens",
    *WAITERS,
    "clone_receiver",
    "clone_sender",
    "close_receiver",
    "close_sender",
    "is_set",
    "length",
    "locked",
    "notify",
    "notify_all",
    "release_limiter",
    "release_semaphore",
    "semaphore_value",
    "set_limit",
)
"""Op kinds that are no async functions of trio."""

_SCHEDULE: dict[str, Point] = {"default": "always", **dict.fromkeys(NEVER, "never")}
_CANCEL: dict[str, Point] = {
    **_SCHEDULE,
    "group": "never",
    "start": "if_blocks",
    "wait_condition": "unspecified",
}

SEMANTICS = Semantics(
    order="any",
    start="later",
    cancellation="level",
    cancel_before_start="runs",
    cancel_at_return="value",
    cancel_again="ignored",
    cancel_waits=False,
    race="completion",
    sleep_race="cancel",
    cancelled_send="did_not",
    cancel_joiner="leaves",
    join_error="same",
    join_cancelled="error",
    join_self="blocks",
    locks="fair",
    channels="fair",
    permits="fair",
    conditions="fair",
    notified="queued",
    reacquire="lock_first",
    lost_notify="lost",
    relock="error",
    unowned="error",
    ties="any",
    past="either",
    dead_owner="broken",
    notice="at_once",
    orphans="awaited",
    unjoined="ignored",
    groups="propagates",
    children="together",
    group_requests="counted",
    late_child="starts",
    fail_cancelled="timeout",
    negative_sleep="refused",
    nan_sleep=_NAN,
    nan_deadline=_NAN,
    late_move="ignored",
    start_cancelled="as_child",
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
    context="copied",
    schedule_points=_SCHEDULE,
    cancel_points=_CANCEL,
    citations={
        "order": "undocumented; trio/_core/_run.py:unrolled_run draws the order of each batch",
        "start": f"{_CORE}#trio.Nursery.start_soon it returns before the child has had a chance"
        " to run; new tasks may start in any order",
        "cancellation": f"{_CORE}#cancellation-semantics level triggered: every cancellable"
        " operation in the block keeps raising Cancelled",
        "cancel_before_start": f"{_CORE}#trio.CancelScope a scope cancelled before it is entered"
        " raises Cancelled at the first checkpoint inside",
        "cancel_at_return": f"{_CORE}#trio.CancelScope.cancel_called a cancel after the last"
        " checkpoint is too late to be delivered",
        "cancel_again": f"{_CORE}#trio.CancelScope.cancel idempotent: a second call does nothing",
        "cancel_ended": _COMPOSED + "cancels a scope that was left",
        "cancel_waits": f"{_CORE}#trio.CancelScope.cancel a plain function",
        "cancel_running": f"{_CORE}#trio.CancelScope.cancel a plain function, and no checkpoint",
        "race": f"{_CORE}#cancellation-and-primitive-operations an operation that raises"
        " Cancelled did not happen;"
        " trio/_core/_run.py:Task._attempt_delivery_of_any_pending_cancel leaves a rescheduled"
        " task alone",
        "sleep_race": "undocumented; trio/_timeouts.py:sleep_until is move_on_at around sleep_forever: both scopes"
        " are cancelled, and what the outer one is owed goes on outwards (_run.py:CancelScope._close)",
        "cancelled_send": f"{_CORE}#cancellation-and-primitive-operations raising Cancelled means"
        " that the operation did not happen (a socket's send and recv are the examples there);"
        " trio/_channel.py:MemorySendChannel.send takes the item back as the cancel is delivered",
        "cancel_joiner": _COMPOSED + "waits for an event",
        "join_error": _COMPOSED + "raises the stored exception",
        "join_cancelled": _COMPOSED + "a task's Cancelled must not be raised in another task",
        "joiners": _COMPOSED + "an event wakes them all",
        "second_user": f"{_CORE}#trio.BusyResourceError a task attempts to use a resource that some other"
        " task is already using",
        "own_close": "https://trio.readthedocs.io/en/stable/reference-io.html#trio.abc.ReceiveStream.receive_some and"
        " #trio.abc.SendStream.send_all, #trio.abc.HalfCloseableStream.send_eof: ClosedResourceError if you previously"
        " closed this stream object, or if another task closes it meanwhile",
        "waiters": f"{_CORE}#trio.Event.statistics, #trio.CapacityLimiter.statistics, #trio.Lock.statistics, …:"
        " tasks_waiting is the number of tasks blocked on it; who was woken or told of a cancellation is not",
        "join_self": _COMPOSED + "waits for an event that oneself would have to set",
        "locks": f"{_CORE}#fairness a lock always goes to the task that has been waiting longest",
        "channels": f"{_CORE}#fairness as for locks; MemoryReceiveChannel.receive: the first task"
        " that waits gets the first item sent",
        "permits": f"{_CORE}#fairness as for locks (capacity limiters are named there)",
        "conditions": "undocumented; trio/_sync.py:Condition.notify takes the waiters in order",
        "notified": "undocumented; trio/_sync.py:Condition.notify moves the waiters to the lock's",
        "reacquire": f"{_CORE}#trio.Condition.wait when cancelled it will block to re-acquire the"
        " lock before raising Cancelled",
        "lost_notify": "undocumented; trio/_sync.py:Condition.wait notifies nobody when cancelled",
        "relock": f"{_CORE}#trio.Lock not reentrant; RuntimeError:"
        " trio/_sync.py:_LockImpl.acquire_nowait",
        "unowned": f"{_CORE}#trio.Lock only the owner of the lock is allowed to release it",
        "ties": "undocumented; trio/_core/_run.py:unrolled_run wakes equal deadlines in one batch",
        "past": f"{_CORE}#trio.CancelScope.deadline expired deadlines are looked for every once"
        " in a while",
        "deadlines": f"{_CORE}#cancellation-and-timeouts each scope has its own, and nested ones respect those around",
        "stray_timeout": f"{_CORE}#trio.fail_after TooSlowError is an exception like any other",
        "dead_owner": f"{_CORE}#trio.Lock.acquire BrokenResourceError if the owner of the lock"
        " exits without releasing",
        "notice": "undocumented; trio/_core/_run.py:Runner.task_exited tells the nursery",
        "orphans": _COMPOSED + f"{_CORE}#trio.open_nursery its exit waits for all children",
        "unjoined": _COMPOSED + "the error stays in the handle",
        "children": f"{_CORE}#trio.Nursery.cancel_scope one scope encloses the nursery, and cancels all in it",
        "group_requests": f"{_CORE}#cancellation-and-primitive-operations once a scope is cancelled, every"
        " checkpoint in it raises Cancelled, until it is left",
        "late_child": "undocumented; trio/_core/_run.py:Runner.spawn_impl refuses a closed"
        " nursery only",
        "called_cancelled": "composed by nobody: trio has no handle to ask",
        "requests": "composed by nobody: trio's scopes make no requests, and nobody can ask for any",
        "fail_cancelled": f"{_CORE}#trio.fail_after TooSlowError if a Cancelled exception is raised"
        " in this scope and caught by the context manager",
        "negative_sleep": f"{_CORE}#trio.sleep ValueError if seconds is negative or NaN",
        "nan_sleep": f"{_CORE}#trio.sleep ValueError if seconds is negative or NaN (since 0.22.1: {_NEWS})",
        "nan_deadline": f"{_CORE}#trio.move_on_after, #trio.fail_after ValueError if seconds is less than zero or NaN"
        f" (since 0.22.1: {_NEWS})",
        "late_move": f"{_CORE}#trio.CancelScope.deadline can be modified; once the scope is cancelled"
        " it stays so (CancelScope.cancel_called)",
        "start_cancelled": f"{_CORE}#trio.Nursery.start the child is effectively run underneath the"
        " call to start: if it raises, that is reported by start",
        "context": f"{_CORE}#task-local-storage a new task inherits a copy of the context of"
        " whoever started it",
        "cancelled_thread": f"{_CORE}#trio.to_thread.run_sync abandon_on_cancel=False, the default:"
        " ignores the cancellation and keeps going",
        "thread_call": f"{_CORE}#trio.from_thread.run Cancelled if the corresponding"
        " trio.to_thread.run_sync task is cancelled",
        "thread_context": f"{_CORE}#trio.to_thread.run_sync runs in a copy of the current context"
        " (#threads-and-task-local-storage)",
        "leftover_threads": f"{_CORE}#trio.to_thread.run_sync trio.run may finish before the thread does",
        "exits": _COMPOSED
        + f"{_CORE}#errors-in-multiple-child-tasks an exception that a child raises cancels whoever"
        " is in the nursery; KeyboardInterrupt and SystemExit do not stay in the handle",
        "interrupts": f"{_CORE}#trio.run restrict_keyboard_interrupt_to_checkpoints=False, the default:"
        " KeyboardInterrupt is raised in whatever code of ours runs when the signal comes",
        "serving": "https://trio.readthedocs.io/en/stable/reference-io.html#trio.serve_listeners takes"
        " responsibility for closing the listeners; undocumented; trio/_highlevel_serve_listeners.py: a task for each",
        "handlers": "https://trio.readthedocs.io/en/stable/reference-io.html#trio.serve_listeners an error"
        " of a handler propagates and crashes the server; the nursery is its own",
        "handled": "https://trio.readthedocs.io/en/stable/reference-io.html#trio.serve_listeners a stream"
        " that its handler neglects to close is closed",
        "groups": f"{_CORE}#errors-in-multiple-child-tasks siblings are cancelled, errors raised"
        " in a group",
        "schedule_points": _CHECKPOINTS,
        "cancel_points": _CHECKPOINTS + f" {_CORE}#trio.open_nursery the exit of a nursery is a"
        " schedule point and never the source of a cancellation: it passes on those of its children",
    },
)

WITHOUT_CHECK: Final = replace(
    SEMANTICS,
    thread_call="apart",
    citations={
        **SEMANTICS.citations,
        "thread_call": "https://trio.readthedocs.io/en/stable/history.html 0.23.0: from then on a thread's calls"
        " have a part in the cancellation of the task that waits for it",
    },
)
"""Before trio 0.23."""
