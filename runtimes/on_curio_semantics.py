"""What curio's documents, and where they are silent its source, say to the oracle's questions.

The manual (https://curio.readthedocs.io) is older than curio 1.6 in places; where the two differ,
the docstrings of 1.6 count. An answer that only the source gives is marked "undocumented". The
answers are the same on CPython 3.11, 3.12 and 3.13.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from conformance.lang.semantics import Point, Semantics

_MANUAL: Final = "https://curio.readthedocs.io/en/latest/reference.html"
_SOURCE: Final = "undocumented; curio/"
_TASK: Final = "docstring of curio/task.py: "

CITATIONS: Final[Mapping[str, str]] = {
    "order": f"{_SOURCE}kernel.py, kernel_run: one deque of ready tasks, taken in batches",
    "start": f"{_SOURCE}kernel.py, trap_spawn: a new task is put on the ready queue",
    "cancellation": f"{_MANUAL}#Task.cancel: a task is cancelled only once",
    "cancel_before_start": f"{_SOURCE}kernel.py, trap_cancel_task: a task on the ready queue 'will "
    "get cancelled the next time it performs a blocking operation'",
    "cancel_at_return": f"{_SOURCE}kernel.py, kernel_run: a task that returns keeps its result, "
    "whatever is pending",
    "cancel_again": f"{_MANUAL}#Task.cancel: a task is cancelled only once",
    "cancel_ended": f"{_MANUAL}#Task.cancel: returns False if the task was finished already",
    "cancel_waits": f"{_MANUAL}#Task.cancel: with blocking=True, the default, it does not return "
    "until the task has actually terminated",
    "cancel_running": f"{_SOURCE}kernel.py, trap_cancel_task: a task that is not blocked is told at its "
    "next blocking operation",
    "race": f"{_SOURCE}kernel.py, trap_cancel_task: a task that was woken is on the ready queue, "
    "and the cancellation stays pending. Bytes that nobody has looked for yet wake nobody",
    "sleep_race": f"{_SOURCE}kernel.py, kernel_run: a sleeper is woken like any other",
    "cancelled_send": f"{_SOURCE}queue.py, QueueBase.put: waits for room first, and puts the item "
    "only after that",
    "cancel_joiner": f"{_SOURCE}sched.py, SchedBarrier: a cancelled joiner leaves the set",
    "join_error": f"{_MANUAL}#Task.join: raises TaskError, whose __cause__ is the actual exception",
    "join_cancelled": f"{_MANUAL}#Task.join: TaskError; its __cause__ is then TaskCancelled",
    "joiners": f"{_SOURCE}task.py, Task.join: waits, then returns or raises what the task ended with",
    "second_user": f"{_SOURCE}kernel.py, trap_io: a second task that waits for one descriptor gets a"
    " ReadResourceBusy or WriteResourceBusy",
    "own_close": f"{_SOURCE}io.py, Socket.close: forgets the socket, and its descriptor becomes -1;"
    " what an op then raises is whatever comes of that",
    "waiters": "nothing to say: curio's primitives and queues do not tell who waits",
    "join_self": f"{_SOURCE}task.py, Task.wait: a task joins the set of those that wait for it",
    "locks": "docstring of curio/sched.py, SchedFIFO: tasks awake in the order of arrival, used "
    f"for locks; {_SOURCE}sync.py, Lock.release: hands the lock to the first waiter",
    "channels": f"{_SOURCE}queue.py, get: a receiver that was woken looks again, and another "
    "may have taken the item",
    "permits": f"{_SOURCE}sync.py, Semaphore.release: wakes the first waiter, and counts nothing",
    "conditions": "docstring of curio/sched.py, SchedFIFO: tasks awake in the order of arrival",
    "notified": f"{_SOURCE}sync.py, Condition.wait: who is woken acquires the lock",
    "reacquire": f"{_SOURCE}sync.py, Condition.wait: acquires the lock like anybody, and can be "
    "cancelled meanwhile",
    "lost_notify": f"{_SOURCE}sync.py, Condition.wait: notifies nobody",
    "relock": f"{_SOURCE}sync.py, Lock.acquire: a Lock has no owner",
    "unowned": f"{_SOURCE}sync.py, Lock.release: only a lock that nobody holds is an error",
    "ties": f"{_SOURCE}timequeue.py: a heap of deadline and task id, so by age of the task",
    "past": f"{_SOURCE}kernel.py, kernel_run: deadlines are looked at once per cycle of the kernel",
    "deadlines": f"{_SOURCE}kernel.py, trap_set_timeout, trap_unset_timeout, trap_cancel_task: a task has one timeout,"
    " and a block that is left sets the one before it again, 'if the previous timeout in effect has already expired',"
    " too",
    "stray_timeout": f"{_SOURCE}time.py, _TimeoutAfter.__aexit__: a timeout that escapes an inner block is an"
    " operational error, UncaughtTimeoutError",
    "dead_owner": f"{_SOURCE}sync.py, Lock: a flag and a queue of waiters; nobody is the owner, and "
    "a task's end releases nothing",
    "notice": f"{_SOURCE}task.py, Task._task_runner and TaskGroup._task_done: the ending task "
    "releases a semaphore, and the group looks at its tasks when it is scheduled for that",
    "orphans": f"{_MANUAL}#run: the kernel's shutdown cancels all remaining tasks; "
    f"{_SOURCE}kernel.py, Kernel._shutdown: one after the other, each awaited",
    "unjoined": f"{_SOURCE}kernel.py, kernel_run: logged as 'Task Crash' at once",
    "groups": f"{_TASK}'If any managed task exits with an error, all remaining tasks are "
    "cancelled'; errors are reported when the group's result is looked at",
    "children": f"{_SOURCE}task.py, TaskGroup.join: takes a running task and awaits its cancel(), then the next, in a"
    " `finally` that nothing shields; TaskGroup.cancel_remaining: cancels all, then waits for each",
    "group_requests": f"{_SOURCE}kernel.py, trap_cancel_task: stays pending until the task"
    " blocks; a group raises nothing",
    "late_child": f"{_SOURCE}task.py, TaskGroup.spawn: RuntimeError only once the group has been "
    "joined",
    "fail_cancelled": f"{_MANUAL}#timeout_after: has no call that cancels it by hand",
    "negative_sleep": f"{_SOURCE}kernel.py, trap_sleep: of zero or less lets others run, and no more",
    **dict.fromkeys(
        ("nan_sleep", "nan_deadline"), f"{_SOURCE}timequeue.py, TimeQueue.push: takes it as it is"
    ),
    "late_move": f"{_MANUAL}#timeout_after: has no call that moves its deadline",
    "start_cancelled": f"{_TASK}TaskGroup has no call that waits until a task is ready",
    "requests": f"{_SOURCE}task.py, Task.cancel: a task is cancelled once; nobody counts how often that is asked for",
    "called_cancelled": f"{_SOURCE}kernel.py, trap_cancel_task: sets Task.cancelled as the request comes",
    "context": f"{_TASK}ContextTask is needed for contextvars ('Use with the taskcls keyword "
    "argument to the Curio kernel'); the default Task has no context of its own",
    "cancelled_thread": f"{_MANUAL}#run_in_thread: if cancelled, the callable runs to completion as a kind of"
    " zombie",
    "thread_call": f"{_SOURCE}workers.py: a thread of run_in_thread cannot call back",
    "thread_context": f"{_SOURCE}workers.py, ThreadWorker: a plain thread, which has a context of its own",
    "leftover_threads": f"{_SOURCE}workers.py, ThreadWorker: a daemon thread; WorkerPool.shutdown waits for none",
    "exits": f"{_SOURCE}kernel.py, kernel_run: what is no Exception leaves the kernel there and then; Kernel.__exit__:"
    " which is shut down all the same",
    "interrupts": "https://docs.python.org/3/library/signal.html#signal.default_int_handler: Python's own handler"
    f" raises KeyboardInterrupt in whatever the main thread runs; {_SOURCE}kernel.py sets no handler",
    "serving": f"{_SOURCE}network.py, run_server: a task accepts, while the body reaps handlers, whose errors end"
    " nothing: neither answer is its own",
    "handlers": f"{_SOURCE}network.py, run_server: a TaskGroup around the server and its handlers",
    "handled": f"{_SOURCE}network.py, run_server: async with client",
    "schedule_points": f"{_SOURCE}traps.py and kernel.py: only traps that suspend let others run, "
    "and a connect looks its address up in a thread; documented is sleep alone (docstring of "
    "curio/time.py): 0 seconds make a task switch to the next ready one",
    "cancel_points": f"{_MANUAL}#cancellation-control: a pending cancellation is delivered at the "
    f"next blocking operation; {_SOURCE}kernel.py, check_cancellation: in traps that suspend",
}

_POINTS: Final[Mapping[str, Point]] = {
    "default": "if_blocks",
    **dict.fromkeys(("checkpoint", "sleep", "sleep_until", "connect"), "always"),
    **dict.fromkeys(("spawn", "set", "release", "block"), "never"),
    **dict.fromkeys(("shield", "fail_after", "move_on_after"), "never"),
    **dict.fromkeys(("clear", "is_set", "locked", "notify", "notify_all"), "never"),
    **dict.fromkeys(("release_semaphore", "semaphore_value", "length"), "never"),
    **dict.fromkeys(("cancelled_caught", "done", "cancelled"), "never"),
    **dict.fromkeys(("get_variable", "set_variable", "reset_variable"), "never"),
    **dict.fromkeys(("listen", "close_listener", "send_eof", "close", "abort"), "never"),
}

SEMANTICS: Final = Semantics(
    order="fifo",
    start="later",
    cancellation="edge",
    cancel_before_start="runs",
    cancel_at_return="value",
    cancel_again="ignored",
    cancel_waits=True,
    race="completion",
    cancelled_send="did_not",
    cancel_joiner="leaves",
    join_error="wrapped",
    join_cancelled="error",
    join_self="blocks",
    locks="fair",
    channels="barging",
    permits="fair",
    conditions="fair",
    notified="woken",
    reacquire="at_once",
    lost_notify="lost",
    relock="blocks",
    unowned="works",
    ties="any",
    past="later",
    deadlines="nearest",
    stray_timeout="error",
    dead_owner="kept",
    notice="later",
    orphans="in_turn",
    unjoined="ignored",
    groups="collected",
    children="in_turn",
    group_requests="counted",
    late_child="starts",
    called_cancelled="asked",
    own_close="any",
    second_user="if_blocks",
    cancelled_thread="abandoned",
    thread_call="apart",
    thread_context="none",
    leftover_threads="abandoned",
    exits="closes",
    interrupts="there",
    handlers="inside",
    handled="closed",
    context="shared",
    schedule_points=_POINTS,
    cancel_points=_POINTS,
    citations=CITATIONS,
)
"""curio 1.6."""
