"""What anyio's documents say about the questions that the oracle asks, for each of its backends.

anyio promises no order of its own: order, first steps and ties are those of the backend.
"""

from __future__ import annotations

import importlib.metadata
from dataclasses import replace
from typing import Final

from conformance.lang.ops import WAITERS
from conformance.lang.semantics import Point, Semantics

_API = "https://anyio.readthedocs.io/en/stable/api.html"
_CANCEL = "https://anyio.readthedocs.io/en/stable/cancellation.html"
_TASKS = "https://anyio.readthedocs.io/en/stable/tasks.html"
_SYNC = "https://anyio.readthedocs.io/en/stable/synchronization.html"
_NEWS = "https://anyio.readthedocs.io/en/stable/versionhistory.html"
_COMPOSED = "composed by the adapter, not an answer of anyio: "
_POINTS = (
    f"{_API}#anyio.lowlevel.checkpoint which ops are checkpoints is undocumented; the methods of"
    " anyio/_backends/_asyncio.py and _trio.py check for a cancel and yield even when they need"
    " not wait"
)

_VERSION: Final = tuple(map(int, importlib.metadata.version("anyio").split(".")[:2]))
_YIELDS: Final[dict[str, Point]] = {"group": "always"} if _VERSION < (4, 1) else {}
"""Where to exit a group is a checkpoint, on all backends."""

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
    "cancelled",
    "done",
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
"""Op kinds that are no async functions of anyio."""

_KINDS: dict[str, Point] = {
    "default": "always",
    **dict.fromkeys(NEVER, "never"),
    "send_eof": "unspecified",
    "close": "unspecified",
    "abort": "unspecified",
    "close_listener": "unspecified",
    "receive_some": "unspecified",
    "receive_exactly": "unspecified",
    "receive_until_eof": "unspecified",
}
_CITATIONS = {
    "order": f"{_TASKS} promises none; as the backend",
    "start": f"{_API}#anyio.abc.TaskGroup.create_task creates a task and schedules it to run",
    "cancellation": f"{_CANCEL}#differences-between-asyncio-and-anyio-cancellation-semantics"
    " level cancellation: a task in a cancelled scope is cancelled whenever it hits a yield point",
    "cancel_before_start": f"{_CANCEL} a task that is just starting runs until it first tries to"
    " run an operation that requires waiting",
    "cancel_at_return": "undocumented; anyio/_core/_tasks.py:TaskHandle._run_coro",
    "cancel_again": "undocumented; anyio/_backends/_asyncio.py:CancelScope.cancel does nothing"
    " twice",
    "cancel_ended": f"{_API}#anyio.TaskHandle.cancel cancels its scope, which is left by then",
    "cancel_waits": f"{_API}#anyio.TaskHandle.cancel a plain function",
    "cancel_running": f"{_API}#anyio.TaskHandle.cancel a plain function",
    "race": f"{_NEWS} 4.0.0: cancel scopes defer cancelling tasks that are scheduled to resume"
    " with a finished future",
    "sleep_race": "undocumented; anyio/_backends/_trio.py: sleep is trio's, a deadline around sleep_forever; on asyncio"
    " it is asyncio's, a future like any other",
    "cancelled_send": "undocumented; anyio/streams/memory.py:MemoryObjectSendStream.send leaves its"
    " item with the waiting senders until the cancelled task goes on, so that it may be taken"
    " meanwhile; no document allows that (https://github.com/agronholm/anyio/pull/729 speaks of a"
    " bug), so it is not declared: such an outcome stays INTERESTING",
    "cancel_joiner": "undocumented; anyio/_core/_tasks.py:TaskHandle.__await__ waits for an event",
    "join_error": f"{_API}#anyio.TaskHandle raises TaskFailed",
    "join_cancelled": f"{_API}#anyio.TaskHandle raises TaskCancelled",
    "joiners": "undocumented; anyio/_core/_tasks.py:TaskHandle.__await__: each waits for an event, then"
    " gets the value or the error",
    "second_user": "https://anyio.readthedocs.io/en/stable/api.html#anyio.BusyResourceError: two tasks"
    " try to read from or write to the same resource concurrently",
    "own_close": f"{_API}#anyio.ClosedResourceError raised when trying to use a resource that has been closed;"
    " undocumented; anyio/_backends/_asyncio.py:SocketStream.receive gives what it has read before, and its send_eof"
    " is silent",
    "waiters": f"{_API}#anyio.EventStatistics.tasks_waiting and its like: the number of tasks waiting; undocumented"
    " whether one counts that was woken or told of a cancellation; anyio/_backends/_asyncio.py:Event.statistics and"
    " anyio/streams/memory.py count some of them until they go on",
    "join_self": "undocumented; anyio/_core/_tasks.py:TaskHandle.__await__ waits for an event",
    "locks": "undocumented; anyio/_backends/_asyncio.py:Lock.release hands over to the first"
    " waiter",
    "channels": "undocumented; anyio/streams/memory.py:MemoryObjectSendStream.send_nowait hands"
    " over to the first waiting receiver",
    "permits": "undocumented; anyio/_backends/_asyncio.py:Semaphore.release and CapacityLimiter."
    "release hand over to the first waiter",
    "conditions": "undocumented; anyio/_core/_synchronization.py:Condition.notify takes the waiters"
    " in order",
    "notified": "undocumented; anyio/_core/_synchronization.py:Condition.wait waits for an event, then"
    " acquires the lock",
    "reacquire": "undocumented; anyio/_core/_synchronization.py:Condition.wait acquires the lock in a"
    " shielded scope, and then just returns if it was notified",
    "lost_notify": "undocumented; anyio/_core/_synchronization.py:Condition.wait wakes the next waiter"
    " when it was notified and is cancelled",
    "relock": "undocumented; anyio/_backends/_asyncio.py:Lock.acquire_nowait raises RuntimeError",
    "unowned": f"{_SYNC}#locks only the task that acquired the lock is allowed to release it",
    "ties": f"{_TASKS} promises none; as the backend",
    "past": "undocumented; anyio/_backends/_asyncio.py:CancelScope._timeout looks at entry and"
    " from a timer, trio's scope before each cancellable call",
    "deadlines": f"{_API}#anyio.CancelScope.deadline each scope has its own",
    "stray_timeout": f"{_API}#anyio.fail_after TimeoutError is an exception like any other",
    "dead_owner": "https://trio.readthedocs.io/en/stable/reference-core.html#trio.Lock.acquire"
    " BrokenResourceError if the owner exits without releasing (the backend's; asyncio's has none)",
    "notice": "undocumented; anyio/_backends/_asyncio.py:TaskGroup._spawn adds a done callback",
    "orphans": _COMPOSED + f"{_TASKS} a task group waits for its tasks at its exit",
    "unjoined": _COMPOSED + "the error stays in the handle",
    "children": f"{_TASKS}#handling-multiple-errors-in-a-task-group the cancel scope of the group is cancelled, and"
    " with it all in it",
    "group_requests": f"{_TASKS}: cancellation is level: a scope that is cancelled stays so, whatever its groups raise",
    "late_child": "undocumented; TaskGroup.create_task refuses a group that is not active only",
    "fail_cancelled": f"{_API}#anyio.fail_after raises TimeoutError if the code does not finish in"
    " time; otherwise cancelled: undocumented; anyio/_core/_tasks.py:fail_at looks at the clock",
    "negative_sleep": f"{_NEWS} 4.16.0: fixed sleep() treating a negative delay inconsistently across backends, by"
    " raising ValueError on all of them",
    "nan_sleep": f"{_API}#anyio.sleep ValueError if delay is negative or NaN (since 4.16.0)",
    "nan_deadline": f"{_NEWS} 4.16.0: fixed a NaN deadline being accepted on asyncio while trio raised ValueError;"
    " CancelScope rejects it on both backends",
    "late_move": "undocumented; anyio/_backends/_asyncio.py:CancelScope.deadline arms no timer once"
    " the scope is cancelled or left",
    "called_cancelled": f"{_API}#anyio.TaskHandle.Status.CANCELLED was cancelled and has finished since",
    "requests": "trio's scopes make no requests, and nobody can ask for any",
    "start_cancelled": "undocumented; trio's Nursery.start (the backend's)",
    "context": "undocumented; anyio/_backends/_asyncio.py:TaskGroup._spawn makes an asyncio task,"
    " _trio.py: Nursery.start_soon, each with a copy of the current context",
    "cancelled_thread": "https://anyio.readthedocs.io/en/stable/threads.html#calling-synchronous-code-from-a-"
    "worker-thread tasks are shielded from cancellation while they wait for a worker thread",
    "thread_call": "undocumented; anyio/_backends/_asyncio.py:AsyncIOBackend.run_async_from_thread puts the task into"
    " the scope of the task that waits; trio.from_thread.run (the other backend's) raises Cancelled then",
    "thread_context": "https://anyio.readthedocs.io/en/stable/threads.html#context-propagation a copy of the"
    " current context is used in the worker thread",
    "leftover_threads": "undocumented; anyio/_backends/_asyncio.py:WorkerThread is a daemon thread, nobody joins it",
    "exits": _COMPOSED
    + f"{_TASKS}#handling-multiple-errors-in-a-task-group siblings are cancelled;"
    " KeyboardInterrupt and SystemExit do not stay in the handle",
    "interrupts": "https://trio.readthedocs.io/en/stable/reference-core.html#trio.run (the backend's)"
    " restrict_keyboard_interrupt_to_checkpoints=False, the default: KeyboardInterrupt is raised in whatever code of"
    " ours runs when the signal comes",
    "serving": "undocumented; anyio/abc/_sockets.py: SocketListener.serve accepts in the body of its group, and leaves"
    " the listener open",
    "handlers": f"{_API}#anyio.abc.Listener.serve if no task group is given, an ad-hoc one is created",
    "handled": "undocumented; anyio/_core/_sockets.py and abc/_streams.py: nobody closes it",
    "groups": f"{_TASKS}#handling-multiple-errors-in-a-task-group siblings are cancelled, errors"
    " are raised in an exception group",
    "schedule_points": _POINTS,
    "cancel_points": f"{_POINTS}; {_NEWS} 4.0.0: exiting a task group always hits a yield point, and raises a"
    " cancellation even if no child tasks were spawned; 4.1.0: Removed a checkpoint when exiting a task group",
}

TRIO = Semantics(
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
    join_error="wrapped",
    join_cancelled="error",
    join_self="blocks",
    locks="fair",
    channels="fair",
    permits="fair",
    conditions="fair",
    notified="woken",
    reacquire="shielded",
    lost_notify="passed_on",
    relock="error",
    unowned="error",
    ties="any",
    past="either",
    dead_owner="broken",
    notice="later",
    orphans="awaited",
    unjoined="ignored",
    groups="propagates",
    children="together",
    group_requests="counted",
    late_child="starts",
    fail_cancelled="left",
    negative_sleep="refused",
    nan_sleep="refused" if _VERSION >= (4, 16) else "unknown",
    nan_deadline="refused",
    late_move="ignored",
    called_cancelled="ended",
    start_cancelled="as_child",
    second_user="refused",
    own_close="drained",
    cancelled_thread="awaited",
    thread_call="inside",
    thread_context="copied",
    leftover_threads="abandoned",
    exits="cancels",
    interrupts="there",
    serving="body",
    handlers="inside",
    handled="open",
    context="copied",
    schedule_points=_KINDS,
    cancel_points={**_KINDS, "group": "never", "start": "if_blocks", **_YIELDS},
    citations=_CITATIONS,
)
"""On trio."""

ASYNCIO = replace(
    TRIO,
    order="fifo",
    sleep_race="race",
    dead_owner="kept",
    exits="unknown",  # both reach tasks by cancellations of asyncio's own, which are edges, inside of scopes
    interrupts="unknown",
    serving="unknown",  # a connection that an accept takes as it is cancelled is closed once it is collected
    start_cancelled="cancelled",
    requests="scopes",
    schedule_points={**_KINDS, "cancelling": "never"},
    cancel_points={
        **_KINDS,
        "cancelling": "never",
        "group": "if_blocks",
        "start": "if_blocks",
        **_YIELDS,
    },
    citations={
        **{name: text for name, text in _CITATIONS.items() if name != "thread_call"},
        **dict.fromkeys(
            ("exits", "interrupts"),
            "undocumented; CPython Lib/asyncio/runners.py, Runner: cancels tasks of anyio's by edges, inside of scopes",
        ),
        "serving": "undocumented; anyio/_backends/_asyncio.py:TCPSocketListener.accept may have taken a connection when"
        " it is cancelled, which is closed once it is collected",
        "requests": f"{_NEWS} 3.7.0 (https://github.com/agronholm/anyio/pull/551): a scope takes back the requests to"
        " cancel its host task that it made; 4.4.0 (https://github.com/agronholm/anyio/issues/716): also those that"
        " reach it through a scope inside; how many there are before a cancelled scope is left: undocumented",
        "start_cancelled": "undocumented; anyio/_backends/_asyncio.py:TaskGroup.start waits for the"
        " task, then raises the cancellation",
        "order": "https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.call_soon"
        " callbacks are called in the order in which they are registered (the backend's promise)",
    },
)
"""On asyncio and uvloop."""


def composed_handles(semantics: Semantics) -> Semantics:
    """For versions of anyio without task handles: what the adapter's own do."""
    told = dict.fromkeys(("join_error", "join_cancelled"), _COMPOSED + "a scope and an event")
    return replace(semantics, join_error="same", citations={**semantics.citations, **told})
