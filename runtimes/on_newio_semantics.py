"""What newio's documents, and where they are silent its source, say to the oracle's questions.

Its documents are the docstrings of `newio/syscall.py` and `newio/api.py` (0.5.1). An answer that only the source gives
is marked "undocumented". The answers are the same on CPython 3.11, 3.12 and 3.13.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from conformance.lang.semantics import Point, Semantics

_CALLS: Final = "docstring of newio/syscall.py, "
_SOURCE: Final = "undocumented; newio/"
_KERNEL: Final = "undocumented; newio_kernel/"

CITATIONS: Final[Mapping[str, str]] = {
    "order": f"{_KERNEL}engine.py, Engine.run: one deque of commands; kernel.py, Kernel._run: timers, a sleep of 0 "
    "seconds too, are looked at once it is empty; lounge.py: waiters are woken out of a set",
    "start": f"{_KERNEL}kernel.py, Kernel.nio_spawn: puts the new task at the end of the deque, and its parent behind:"
    " others run first, and the child before `spawn` returns",
    "cancellation": f"{_CALLS}TaskCanceled: an exception that unwinds the coroutine stack",
    "cancel_before_start": f"{_KERNEL}kernel.py, Kernel.nio_spawn: a task that has a handle has begun",
    "cancel_at_return": f"{_KERNEL}kernel.py, Kernel.stop_task: a task that returns keeps its result; engine.py, "
    "Engine.run: commands for who is not alive are dropped",
    "cancel_again": f"{_KERNEL}kernel.py, Kernel.nio_cancel: each call schedules a command",
    "cancel_ended": f"{_KERNEL}kernel.py, Kernel.nio_cancel: only a task that is alive is told",
    "cancel_waits": f"{_CALLS}nio_cancel: 'This call will return immediately, before task stoped'",
    "cancel_running": f"{_KERNEL}kernel.py, Kernel.nio_cancel: the command waits in the deque until the task has called"
    " the kernel",
    "race": f"{_KERNEL}engine.py, Engine.run: commands in the order in which they were scheduled",
    "sleep_race": f"{_KERNEL}kernel.py, Kernel._timer_action_wakeup: a sleeper goes on there and then",
    "cancelled_send": f"{_SOURCE}queue.py, Queue.put_nowait: puts the item, then waits for its notice to be taken",
    "cancel_joiner": f"{_KERNEL}kernel.py, KernelTask.clean_waiting: who is told leaves the lounge",
    "join_error": f"{_CALLS}Task.error: 'Get task error after task stoped': the error itself",
    "join_cancelled": f"{_CALLS}Task.error: a TaskCanceled like any other",
    "join_self": f"{_KERNEL}kernel.py, Kernel.nio_join: whoever joins waits in the task's lounge",
    "joiners": f"{_KERNEL}kernel.py, Kernel.stop_task: all in the lounge are woken",
    "locks": f"{_SOURCE}sync.py, Lock.release: frees the lock, then wakes one; lounge.py: out of a set",
    "channels": f"{_SOURCE}queue.py, Queue.get: who was woken looks again, and another may have taken the item; "
    "lounge.py: woken out of a set",
    "permits": f"{_SOURCE}sync.py, Semaphore.release: gives the permit, then wakes one; lounge.py: out of a set",
    "relock": f"{_SOURCE}sync.py, Lock: a flag, which has no owner",
    "unowned": f"{_SOURCE}sync.py, Lock.release: only a lock that nobody holds is an error",
    "dead_owner": f"{_SOURCE}sync.py, Lock: a flag, which has no owner",
    "ties": f"{_KERNEL}timer.py, KernelTimer.__lt__: a heap by deadline alone, filled out of sets",
    "past": f"{_KERNEL}kernel.py, Kernel._run: timers are looked at once the deque of commands is empty",
    "deadlines": f"{_KERNEL}kernel.py, Kernel.nio_timeout_after: each is a timer of its own",
    "notice": f"{_KERNEL}kernel.py, Kernel.stop_task: schedules whoever waits for the task",
    "orphans": f"{_KERNEL}kernel.py, Kernel.kernel_main: cancels and joins one, then the next, out of a set",
    "unjoined": f"{_KERNEL}kernel.py, Kernel.stop_task: logged",
    "second_user": f"{_KERNEL}selector.py, Selector._register: 'file descriptor already registered'",
    "own_close": f"{_SOURCE}_socket.py, Socket.close: forgets the socket; the kernel still waits for its descriptor",
    "context": f"{_KERNEL}engine.py, Engine.execute: sends to every coroutine in whatever context there is",
    "cancelled_thread": f"{_KERNEL}executor.py, ExecutorFuture.cancel: cancels a future, which does not stop a thread",
    "thread_context": f"{_KERNEL}executor.py: a ThreadPoolExecutor, whose threads have contexts of their own",
    "leftover_threads": f"{_KERNEL}executor.py, Executor.stop: shuts the pool down, which waits for its threads",
    "schedule_points": f"{_KERNEL}kernel.py: every call puts its caller at the end of the deque, `nio_cancel` at its "
    "head; what is set already, or free, calls nobody (newio/sync.py)",
    "cancel_points": f"{_CALLS}each call tells what it raises, what it asks for being done; nio_cancel: 'will not "
    "raise TaskCanceled, so it's safe to cancel multiple tasks one by one'",
}

_NEVER: Final = (
    "block", "clear", "is_set", "locked", "length", "cancelled_caught", "done",
    "get_variable", "set_variable", "reset_variable",
    "listen", "close_listener", "send_eof", "close", "abort", "listen_unix",
)  # fmt: skip
_ALWAYS: Final = (
    "checkpoint", "sleep", "sleep_until", "spawn", "join", "release", "send", "receive",
    "send_nowait", "receive_nowait", "fail_after", "move_on_after",
)  # fmt: skip
_IF_BLOCKS: Final = (
    "wait", "acquire", "acquire_semaphore", "accept", "connect", "connect_unix", "send_bytes",
    "receive_some", "receive_exactly", "receive_until_eof"
)  # fmt: skip
_POINTS: Final[Mapping[str, Point]] = {
    "default": "unspecified",
    **dict.fromkeys(_NEVER, "never"),
    **dict.fromkeys(_ALWAYS, "always"),
    **dict.fromkeys(_IF_BLOCKS, "if_blocks"),
}

_CANCELS: Final[Mapping[str, Point]] = {**_POINTS, "cancel": "never"}

SEMANTICS: Final = Semantics(
    order="any",
    start="later",
    cancellation="edge",
    cancel_before_start="runs",
    cancel_at_return="value",
    cancel_again="each",
    cancel_ended="nothing",
    cancel_waits=False,
    cancel_running="later",
    race="either",
    cancelled_send="may",
    cancel_joiner="leaves",
    join_error="same",
    join_cancelled="cancelled",
    join_self="blocks",
    joiners="each",
    locks="unordered",
    channels="unordered",
    permits="unordered",
    relock="blocks",
    unowned="works",
    dead_owner="kept",
    ties="any",
    past="later",
    deadlines="each",
    notice="later",
    orphans="in_turn",
    unjoined="ignored",
    second_user="if_blocks",
    own_close="any",
    context="shared",
    cancelled_thread="abandoned",
    thread_context="none",
    leftover_threads="awaited",
    schedule_points=_POINTS,
    cancel_points=_CANCELS,
    citations=CITATIONS,
)
"""newio 0.5.1."""
