"""What trio's documents say about the questions that the oracle asks."""

from __future__ import annotations

from typing import Final

from conformance.lang.semantics import Point, Semantics

_CORE = "https://trio.readthedocs.io/en/stable/reference-core.html"
_CHECKPOINTS = (
    f"{_CORE}#checkpoints every async function of trio is a checkpoint, a schedule point and a"
    " cancel point, whenever it returns without an error; functions that are not async never are;"
)
_COMPOSED = "composed by the adapter, not an answer of trio: "

NEVER: Final = (
    "block",
    "cancel",
    "fail_after",
    "move_on_after",
    "receive_nowait",
    "release",
    "send_nowait",
    "set",
    "shield",
    "spawn",
)
"""Op kinds that are no async functions of trio."""

_SCHEDULE: dict[str, Point] = {"default": "always", **dict.fromkeys(NEVER, "never")}
_CANCEL: dict[str, Point] = {**_SCHEDULE, "group": "if_blocks"}

SEMANTICS = Semantics(
    order="any",
    start="later",
    cancellation="level",
    cancel_before_start="runs",
    cancel_at_return="value",
    cancel_again="ignored",
    cancel_waits=False,
    race="completion",
    cancelled_send="did_not",
    cancel_joiner="leaves",
    join_error="same",
    join_cancelled="error",
    join_self="blocks",
    locks="fair",
    channels="fair",
    relock="error",
    unowned="error",
    ties="any",
    past="either",
    dead_owner="broken",
    notice="at_once",
    orphans="awaited",
    unjoined="ignored",
    groups="propagates",
    late_child="starts",
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
        "cancel_waits": f"{_CORE}#trio.CancelScope.cancel a plain function",
        "race": f"{_CORE}#cancellation-and-primitive-operations an operation that raises"
        " Cancelled did not happen;"
        " trio/_core/_run.py:Task._attempt_delivery_of_any_pending_cancel leaves a rescheduled"
        " task alone",
        "cancelled_send": f"{_CORE}#cancellation-and-primitive-operations raising Cancelled means"
        " that the operation did not happen (a socket's send and recv are the examples there);"
        " trio/_channel.py:MemorySendChannel.send takes the item back as the cancel is delivered",
        "cancel_joiner": _COMPOSED + "waits for an event",
        "join_error": _COMPOSED + "raises the stored exception",
        "join_cancelled": _COMPOSED + "a task's Cancelled must not be raised in another task",
        "join_self": _COMPOSED + "waits for an event that oneself would have to set",
        "locks": f"{_CORE}#fairness a lock always goes to the task that has been waiting longest",
        "channels": f"{_CORE}#fairness as for locks; MemoryReceiveChannel.receive: the first task"
        " that waits gets the first item sent",
        "relock": f"{_CORE}#trio.Lock not reentrant; RuntimeError:"
        " trio/_sync.py:_LockImpl.acquire_nowait",
        "unowned": f"{_CORE}#trio.Lock only the owner of the lock is allowed to release it",
        "ties": "undocumented; trio/_core/_run.py:unrolled_run wakes equal deadlines in one batch",
        "past": f"{_CORE}#trio.CancelScope.deadline expired deadlines are looked for every once"
        " in a while",
        "dead_owner": f"{_CORE}#trio.Lock.acquire BrokenResourceError if the owner of the lock"
        " exits without releasing",
        "notice": "undocumented; trio/_core/_run.py:Runner.task_exited tells the nursery",
        "orphans": _COMPOSED + f"{_CORE}#trio.open_nursery its exit waits for all children",
        "unjoined": _COMPOSED + "the error stays in the handle",
        "late_child": "undocumented; trio/_core/_run.py:Runner.spawn_impl refuses a closed"
        " nursery only",
        "groups": f"{_CORE}#errors-in-multiple-child-tasks siblings are cancelled, errors raised"
        " in a group",
        "schedule_points": _CHECKPOINTS,
        "cancel_points": _CHECKPOINTS + " the exit of a nursery takes a cancel only while it"
        " waits: undocumented; trio/_core/_run.py:Nursery._nested_child_finished",
    },
)
