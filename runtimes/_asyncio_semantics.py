"""What asyncio's documents, and where they are silent its source, say to the oracle's questions.

An answer that only the source gives is marked "undocumented". Of CPython 3.11, 3.12 and 3.13, `lost_notify`,
`nan_sleep` and `leftover_threads` differ. `group` and TCP ops that wait are left unspecified: a group waits for
callbacks of children that have already ended, and a stream for its transport to be fed.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from conformance.lang.semantics import Point, Semantics

_DOCS: Final = "https://docs.python.org/3/library/"
_TASK: Final = f"{_DOCS}asyncio-task.html"
_LOOP: Final = f"{_DOCS}asyncio-eventloop.html"
_SYNC: Final = f"{_DOCS}asyncio-sync.html"
_LIB: Final = "undocumented; CPython Lib/asyncio/"

CITATIONS: Final[Mapping[str, str]] = {
    "order": f"{_LOOP}#asyncio.loop.call_soon: callbacks are called in the order in which they "
    "are registered, each exactly once",
    "start": f"{_TASK}#asyncio.create_task: wraps the coroutine into a Task and schedules its "
    "execution",
    "cancellation": f"{_TASK}#asyncio.Task.cancel: arranges for a CancelledError to be thrown into "
    "the coroutine on the next cycle of the loop; the coroutine may suppress it",
    "cancel_before_start": f"{_LIB}tasks.py, Task.__step: the CancelledError is thrown into a "
    "coroutine that has not begun",
    "cancel_at_return": f"{_LIB}tasks.py, Task.__step: 'Task is cancelled right before coro stops'",
    "cancel_again": f"{_LIB}tasks.py, Task.cancel: only counts the requests, and cancels again what "
    "the task waits for; but one CancelledError stands for all requests made before it is thrown",
    "cancel_ended": f"{_DOCS}asyncio-future.html#asyncio.Future.cancel: returns False if it is done",
    "cancel_waits": f"{_TASK}#asyncio.Task.cancel: requests the cancellation, for the next cycle",
    "cancel_running": f"{_TASK}#asyncio.Task.cancel: requests the cancellation, for the next cycle",
    "race": f"{_LIB}tasks.py, Task.cancel and __step: a future that is done cannot be cancelled, "
    "so the CancelledError is thrown when the task wakes",
    "sleep_race": f"{_LIB}tasks.py, sleep: waits for a future like any other",
    "cancelled_send": f"{_LIB}queues.py, Queue.put: waits for room first, and puts the item only "
    "after that, without a further await",
    "cancel_joiner": f"{_TASK}#task-object: if a coroutine awaits a Future during cancellation, "
    "that Future is cancelled",
    "join_error": f"{_DOCS}asyncio-future.html#asyncio.Future.result: raises the exception that "
    "was set",
    "join_cancelled": f"{_DOCS}asyncio-future.html#asyncio.Future.result: raises CancelledError "
    "when the Future was cancelled",
    "joiners": f"{_DOCS}asyncio-future.html#asyncio.Future.result: returns the result that was set, "
    "whoever asks and however often",
    "join_self": f"{_LIB}tasks.py, Task.__step: RuntimeError 'Task cannot await on itself'",
    "locks": f"{_SYNC}#asyncio.Lock.acquire: acquiring a lock is fair, the first that started "
    "waiting proceeds",
    "channels": f"{_LIB}queues.py, Queue.get: a receiver that was woken looks again, and waits "
    "again, at the end of the line, when another was quicker",
    "permits": f"{_LIB}locks.py, Semaphore._wake_up_next: gives the permit to the first waiter",
    "conditions": f"{_LIB}locks.py, Condition.notify: takes the waiters in the order of arrival",
    "notified": f"{_SYNC}#asyncio.Condition.wait: once awakened, it re-acquires its lock",
    "reacquire": f"{_LIB}locks.py, Condition.wait: must re-acquire the lock even if it is cancelled",
    "lost_notify": "https://github.com/python/cpython/issues/112202: a notification must not be lost when the task"
    f" that it woke is cancelled; {_SYNC}#asyncio.Condition.wait: may return spuriously; {_LIB}locks.py, Condition."
    "wait: from CPython 3.13 on whoever ends by an error notifies another task",
    "relock": f"{_SYNC}#asyncio.Lock.acquire: waits until the lock is unlocked (a lock has no "
    "owner)",
    "unowned": f"{_SYNC}#asyncio.Lock.release: when the lock is locked, resets it to unlocked; "
    "RuntimeError only when it is unlocked",
    "ties": f"{_LOOP}#asyncio.loop.call_later: the order of callbacks for exactly the same time "
    "is undefined",
    "past": f"{_LIB}timeouts.py, Timeout.reschedule: call_soon when the deadline has passed",
    "deadlines": f"{_LIB}timeouts.py, Timeout.reschedule: each has a timer of its own; {_TASK}#timeouts: can be nested",
    "stray_timeout": f"{_LIB}timeouts.py, Timeout.__aexit__: looks at CancelledError only",
    "dead_owner": f"{_LIB}locks.py, Lock: a flag and a queue of waiters; nobody is the owner, and a "
    "task's end releases nothing",
    "notice": f"{_LIB}taskgroups.py, TaskGroup.create_task: a done callback; "
    f"{_DOCS}asyncio-future.html#asyncio.Future.add_done_callback: called through loop.call_soon()",
    "orphans": f"{_LIB}runners.py, Runner.close and _cancel_all_tasks: cancels and gathers them",
    "unjoined": f"{_DOCS}asyncio-dev.html#detect-never-retrieved-exceptions: the exception is not "
    "propagated, a message is logged",
    "groups": f"{_TASK}#task-groups: the first failure cancels the others, then an exception group "
    "is raised",
    "children": f"{_TASK}#task-groups: the remaining tasks are cancelled; {_LIB}taskgroups.py, TaskGroup._abort: all of"
    " them in one go",
    "group_requests": f"{_TASK}#task-groups: when a task group is cancelled externally and must also raise an"
    " ExceptionGroup, it calls the parent task's cancel(), so that the cancellation is not lost, and"
    " preserves the count of cancelling() (CPython 3.13, and 3.12 from 3.12.3 on: "
    "https://github.com/python/cpython/issues/116720)",
    "late_child": f"{_TASK}#task-groups: once a task has failed, no further tasks can be added",
    "second_user": f"{_LIB}streams.py, StreamReader._wait_for_data: RuntimeError 'another coroutine "
    "is already waiting for incoming data'",
    "own_close": f"{_LIB}streams.py: closing the StreamWriter leaves the StreamReader with what it has read, and then"
    " at its end; selector_events.py, _SelectorSocketTransport.write: what is written meanwhile is dropped or refused",
    "waiters": f"{_SYNC}#asyncio.Barrier.n_waiting: the number of tasks currently waiting in the barrier while"
    f" filling; {_LIB}locks.py, Barrier.wait: who is told of a cancellation counts until it goes on",
    "fail_cancelled": f"{_TASK}#asyncio.timeout: has no call that cancels it by hand",
    "start_cancelled": f"{_TASK}#asyncio.TaskGroup.create_task: has no call that waits until a task is ready",
    "late_move": f"{_LIB}timeouts.py, Timeout.reschedule: RuntimeError unless the timeout is active",
    "negative_sleep": f"{_LIB}tasks.py, sleep: a delay of zero or less is a bare yield",
    "nan_sleep": f"{_TASK}#asyncio.sleep: changed in version 3.13: raises ValueError if delay is nan",
    "nan_deadline": f"{_LIB}timeouts.py, Timeout.reschedule: goes to loop.call_at; the selector refuses such a wait",
    "called_cancelled": f"{_TASK}#asyncio.Task.cancelled: cancelled when the cancellation was requested"
    " and the coroutine propagated the CancelledError",
    "requests": f"{_TASK}#asyncio.Task.cancelling: the number of calls to cancel() less the number of uncancel() calls",
    "context": f"{_TASK}#asyncio.create_task: the current context copy is used when no context is given",
    "cancelled_thread": f"{_LIB}futures.py, _chain_future: the future that wraps a thread's is cancelled at"
    " once; the thread, once it runs, goes on",
    "thread_call": f"{_TASK}#asyncio.run_coroutine_threadsafe: submits a coroutine to the loop, as a task"
    " of its own",
    "thread_context": f"{_TASK}#asyncio.to_thread: the current context is propagated",
    "leftover_threads": f"{_DOCS}asyncio-runner.html#asyncio.run: closes the executor; {_LOOP}#asyncio.loop."
    "shutdown_default_executor: waits for it to join all of the threads; asyncio.run allows it 5 minutes",
    "handlers": f"{_DOCS}asyncio-stream.html#asyncio.start_server: a client_connected_cb that is a coroutine"
    " function is wrapped in a Task",
    "handled": f"{_LIB}streams.py, StreamReaderProtocol.connection_made: closes the transport of a handler"
    " that failed, and no other",
    "schedule_points": f"{_TASK}#asyncio.sleep: always suspends; {_SYNC}#asyncio.Event.wait: "
    f"returns at once when set; {_TASK}#asyncio.Task.cancel, {_SYNC}#asyncio.Lock.release, "
    f"{_DOCS}asyncio-queue.html#asyncio.Queue.put_nowait: not coroutines; the others: {_LIB}"
    "locks.py, queues.py, futures.py (an await of what is there does not suspend); "
    f"{_TASK}#asyncio.wait_for: before 3.12 it schedules a coroutine as a Task",
    "cancel_points": f"{_TASK}#task-cancellation: CancelledError is raised in the task at the next "
    f"opportunity; {_LIB}tasks.py: that is when it next suspends",
}

_POINTS: Final[Mapping[str, Point]] = {
    "default": "unspecified",
    "checkpoint": "always",
    "sleep": "always",
    "sleep_until": "always",
    **dict.fromkeys(("join", "detach", "wait", "acquire", "send", "receive"), "if_blocks"),
    **dict.fromkeys(("spawn", "cancel", "set", "release"), "never"),
    **dict.fromkeys(("send_nowait", "receive_nowait", "block"), "never"),
    **dict.fromkeys(("acquire_semaphore", "wait_condition"), "if_blocks"),
    **dict.fromkeys(("clear", "is_set", "locked", "notify", "notify_all"), "never"),
    **dict.fromkeys(("release_semaphore", "length", "close_sender", "barrier_waiters"), "never"),
    **dict.fromkeys(("fail_after", "move_on_after"), "never"),
    **dict.fromkeys(("move_deadline", "cancel_called", "done", "cancelled", "cancelling"), "never"),
    **dict.fromkeys(("get_variable", "set_variable", "reset_variable"), "never"),
    **dict.fromkeys(("send_eof", "abort"), "never"),
    "run_in_thread": "if_blocks",
}

WAIT_FOR: Final[Mapping[str, Point]] = (
    _POINTS if sys.version_info >= (3, 12) else {**_POINTS, "fail_after:one": "always"}
)
"""Schedule points where a deadline around one wait is wait_for: before CPython 3.12 it makes a task of the wait."""

PLAIN: Final = Semantics(
    order="fifo",
    start="later",
    cancellation="edge",
    cancel_before_start="skips",
    cancel_at_return="cancelled",
    cancel_again="told",
    cancel_waits=False,
    race="cancel",
    cancelled_send="did_not",
    cancel_joiner="propagates",
    join_error="same",
    join_cancelled="cancelled",
    joiners="each",
    join_self="error",
    locks="fair",
    channels="barging",
    permits="fair",
    conditions="fair",
    notified="woken",
    reacquire="lock_first",
    lost_notify="made_up" if hasattr(asyncio.Condition, "_notify") else "passed_on",
    relock="blocks",
    unowned="works",
    ties="any",
    past="later",
    dead_owner="kept",
    notice="later",
    orphans="cancelled",
    unjoined="ignored",
    groups="propagates",
    children="together",
    group_requests="counted",
    late_child="refused",
    negative_sleep="taken",
    nan_sleep="refused" if sys.version_info >= (3, 13) else "unknown",
    nan_deadline="unknown",
    late_move="error",
    called_cancelled="ended",
    context="copied",
    cancelled_thread="abandoned",
    thread_call="apart",
    thread_context="copied",
    # From 3.13 on it gives up after the 300 seconds of constants.THREAD_JOIN_TIMEOUT, which virtual time lets pass.
    leftover_threads="abandoned" if sys.version_info >= (3, 13) else "awaited",
    own_close="any",
    handlers="apart",
    handled="open",
    second_user="if_blocks",
    schedule_points=_POINTS,
    cancel_points=_POINTS,
    citations=CITATIONS,
)
"""What asyncio answers whose tasks and primitives are used on another loop, or with other groups, too."""

_ENDS: Final[Mapping[str, str]] = {
    "exits": f"{_DOCS}exceptions.html#SystemExit; {_LIB}tasks.py, Task.__step: KeyboardInterrupt and SystemExit leave"
    " the loop there and then; runners.py, Runner.close: cancels all tasks, and gathers them;"
    f" {_TASK}#task-groups: if any task fails with one of these two, the initial one is re-raised instead of a group",
    "serving": f"{_LIB}base_events.py, Server: callbacks of the loop accept, in no task of anybody's; asyncio's"
    " handlers are apart from their server",
    "interrupts": f"{_DOCS}asyncio-runner.html#handling-keyboard-interruption: the handler cancels the main task; the"
    " following one immediately raises KeyboardInterrupt",
}

SHIPPED: Final = replace(
    PLAIN,
    exits="closes",
    interrupts="main",
    schedule_points=WAIT_FOR,
    citations={**CITATIONS, **_ENDS},
)
"""asyncio as shipped."""

EAGER_START: Final = (
    f"{_TASK}#asyncio.eager_task_factory: the coroutine begins to run synchronously, while the "
    "Task is made"
)

_DROP_IN: Final = (
    "https://uvloop.readthedocs.io/: a drop-in replacement of the built-in asyncio event loop; "
)
_ITS_OWN: Final[Mapping[str, str]] = {
    "order": "uvloop/loop.pyx, Loop._on_idle: one queue, first in, first out; ",
    "ties": "uvloop/handles/timer.pyx: timers of libuv, in milliseconds; ",
}


def cited_for_uvloop(citations: Mapping[str, str]) -> dict[str, Any]:
    """The same answers for a drop-in replacement: its promise, its own source, then asyncio's."""
    return {name: _DROP_IN + _ITS_OWN.get(name, "") + text for name, text in citations.items()}


UVLOOP: Final = replace(
    SHIPPED,
    past="either",
    leftover_threads="awaited",  # for 5 minutes, in which a clock of ours that replaces timers stands still
    citations={
        **cited_for_uvloop(SHIPPED.citations),
        "past": "undocumented; libuv's loop runs due timers before anything else (docs.libuv.org, "
        "The I/O loop), asyncio's after what is ready",
    },
)
"""asyncio's tasks and primitives on uvloop's loop."""
