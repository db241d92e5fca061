"""Asks how many tasks wait for an event, a lock, a condition, a permit, a token, the last party of a barrier."""

from __future__ import annotations

from typing import Final

from conformance.lang.ops import (
    Acquire,
    AcquireLimiter,
    AcquireSemaphore,
    BarrierWaiters,
    Cancel,
    ConditionWaiters,
    EventWaiters,
    Group,
    LimiterWaiters,
    LockWaiters,
    Notify,
    NotifyAll,
    Op,
    Release,
    ReleaseLimiter,
    ReleaseSemaphore,
    SemaphoreWaiters,
    Set,
    Sleep,
    Spawn,
    Wait,
    WaitBarrier,
    WaitCondition,
)
from conformance.lang.pattern import Pattern, has, logs
from conformance.lang.program import Program
from conformance.lang.scenario import Rule, Scenario
from scenarios.manuals import anyio, asyncio, trio

_BARRIER: Final = {"asyncio": asyncio("sync", "asyncio.Barrier.n_waiting")}


def _statistics(primitive: str) -> dict[str, str]:
    """Where trio tells the number of tasks blocked on it, and anyio the number of tasks waiting."""
    return {
        "trio": trio(f"trio.{primitive}.statistics"),
        "anyio": anyio("api", f"anyio.{primitive}.statistics"),
    }


def _told(*numbers: int) -> Rule:
    """That main is told these numbers."""
    return Rule("MUST", required=(logs(main=[f"got {number}" for number in numbers]),))


def _counts(yes: Pattern, no: Pattern) -> dict[str, Pattern]:
    return {"counts": yes, "does-not-count": no}


def _two(*body: Op, each: tuple[Op, ...]) -> dict[str, tuple[Op, ...]]:
    """Main's part, in a group; and two tasks that do the same, each."""
    return {"main": (Group("g", body),), "a": each, "b": each}


_START: Final = (Spawn("a", "g"), Spawn("b", "g"), Sleep(1))
_PAUSE: Final = Sleep(1)
_LOCK, _PERMITS, _TOKENS = LockWaiters("l"), SemaphoreWaiters("s"), LimiterWaiters("l")
_EVENT, _PARTIES, _NOTIFIED = EventWaiters("e"), BarrierWaiters("x"), ConditionWaiters("k")

_SYNC = (
    Scenario(
        id="sync/waiters-event",
        asks="Does an event tell how many tasks wait for it?",
        program=Program(
            _two(_EVENT, *_START, _EVENT, Set("e"), _PAUSE, _EVENT, each=(Wait("e"),)),
            events=("e",),
        ),
        rule=_told(0, 2, 0),
        sources=_statistics("Event"),
        about={"event_waiters"},
        shown_by="mutant:count-stays",
    ),
    Scenario(
        id="sync/waiters-lock",
        asks="Does a lock tell how many tasks wait for it, its owner not counted?",
        program=Program(
            _two(
                *(Acquire("l"), _LOCK, *_START, _LOCK, Release("l"), _PAUSE, _LOCK),
                each=(Acquire("l"), Sleep(2), Release("l")),
            ),
            locks=("l",),
        ),
        rule=_told(0, 2, 1),
        sources=_statistics("Lock"),
        about={"lock_waiters"},
        shown_by="mutant:owner-waits",
    ),
    Scenario(
        id="sync/waiters-semaphore",
        asks="Does a semaphore tell how many tasks wait for a permit?",
        program=Program(
            _two(
                *(AcquireSemaphore("s"), _PERMITS, *_START, _PERMITS),
                *(ReleaseSemaphore("s"), _PAUSE, _PERMITS),
                each=(AcquireSemaphore("s"), Sleep(2), ReleaseSemaphore("s")),
            ),
            semaphores={"s": 1},
        ),
        rule=_told(0, 2, 1),
        sources=_statistics("Semaphore"),
        about={"semaphore_waiters"},
        shown_by="mutant:count-stays",
    ),
    Scenario(
        id="sync/waiters-limiter",
        asks="Does a capacity limiter tell how many tasks wait for a token?",
        program=Program(
            _two(
                *(AcquireLimiter("l"), _TOKENS, *_START, _TOKENS),
                *(ReleaseLimiter("l"), _PAUSE, _TOKENS),
                each=(AcquireLimiter("l"), Sleep(2), ReleaseLimiter("l")),
            ),
            limiters={"l": 1},
        ),
        rule=_told(0, 2, 1),
        sources=_statistics("CapacityLimiter"),
        about={"limiter_waiters"},
        shown_by="mutant:count-stays",
    ),
    Scenario(
        id="sync/waiters-condition",
        asks="Does a condition tell how many tasks wait to be notified?",
        program=Program(
            _two(
                *(*_START, _NOTIFIED),
                *(Acquire("k"), Notify("k"), Release("k"), _PAUSE, _NOTIFIED),
                *(Acquire("k"), NotifyAll("k"), Release("k"), _PAUSE, _NOTIFIED),
                each=(Acquire("k"), WaitCondition("k"), Release("k")),
            ),
            conditions=("k",),
        ),
        rule=_told(2, 1, 0),
        sources=_statistics("Condition"),
        about={"condition_waiters"},
        shown_by="mutant:count-stays",
    ),
    Scenario(
        id="sync/waiters-barrier",
        asks="Does a barrier tell how many parties wait for the others?",
        program=Program(
            {
                **_two(
                    *(_PARTIES, *_START, _PARTIES, Spawn("c", "g"), _PAUSE, _PARTIES),
                    each=(WaitBarrier("x"),),
                ),
                "c": (WaitBarrier("x"),),
            },
            barriers={"x": 3},
        ),
        rule=_told(0, 2, 0),
        sources=_BARRIER,
        about={"barrier_waiters"},
        shown_by="mutant:count-stays",
    ),
    Scenario(
        id="sync/waiters-cancelled",
        asks="Does a task that was cancelled while it waited for an event, and has ended, count among those that wait?",
        program=Program(
            {
                "main": (
                    *(Spawn("a"), Spawn("b"), Sleep(1), Cancel("a"), Sleep(1)),
                    *(_EVENT, Set("e"), Sleep(1)),
                ),
                "a": (Wait("e"),),
                "b": (Wait("e"),),
            },
            events=("e",),
        ),
        rule=_told(1),
        sources=_statistics("Event"),
        about={"event_waiters"},
        shown_by="mutant:cancelled-waits",
    ),
)

_BETWEEN = (
    Scenario(
        id="sync/waiters-woken",
        asks="Does a task that was woken by an event, and has not gone on yet, count among those that wait for it?",
        program=Program(
            {
                "main": (Group("g", (Spawn("a", "g"), Sleep(1), Set("e"), _EVENT)),),
                "a": (Wait("e"),),
            },
            events=("e",),
        ),
        answers=_counts(has(main="got 1"), has(main="got 0")),
        sources=_statistics("Event"),
        about={"event_waiters"},
        shown_by="mutant:woken-waits",
    ),
    Scenario(
        id="sync/waiters-told",
        asks="Does a task that was cancelled as it waited for an event, and has not gone on yet, count as waiting?",
        program=Program(
            {"main": (Spawn("a"), Sleep(1), Cancel("a"), _EVENT, Sleep(1)), "a": (Wait("e"),)},
            events=("e",),
        ),
        answers=_counts(has(main="got 1"), has(main="got 0")),
        sources=_statistics("Event"),
        about={"event_waiters"},
        shown_by="mutant:woken-waits",
    ),
    Scenario(
        id="sync/waiters-notified",
        asks="Does a task that was just notified count among those that wait for the condition's lock?",
        program=Program(
            {
                "main": (
                    Group(
                        "g",
                        (
                            *(Spawn("a", "g"), Sleep(1), Acquire("k"), Notify("k")),
                            *(LockWaiters("k"), Release("k")),
                        ),
                    ),
                ),
                "a": (Acquire("k"), WaitCondition("k"), Release("k")),
            },
            conditions=("k",),
        ),
        answers=_counts(has(main="got 1"), has(main="got 0")),
        sources=_statistics("Condition"),
        about={"lock_waiters"},
        shown_by="mutant:notified-waits-for-nothing",
    ),
    Scenario(
        id="sync/waiters-barrier-passed",
        asks="Does a party count as waiting when the last one has come, and it has not gone on yet?",
        program=Program(
            {
                "main": (Group("g", (Spawn("a", "g"), Sleep(1), WaitBarrier("x"), _PARTIES)),),
                "a": (WaitBarrier("x"),),
            },
            barriers={"x": 2},
        ),
        answers=_counts(logs(main=["got *", "got 1"]), logs(main=["got *", "got 0"])),
        sources=_BARRIER,
        about={"barrier_waiters"},
        shown_by="mutant:passed-waits",
    ),
    Scenario(
        id="sync/waiters-barrier-told",
        asks="Does a party that was cancelled as it waited, and has not gone on yet, count as waiting?",
        program=Program(
            {
                "main": (Spawn("a"), Sleep(1), Cancel("a"), _PARTIES, Sleep(1)),
                "a": (WaitBarrier("x"),),
            },
            barriers={"x": 2},
        ),
        answers=_counts(has(main="got 1"), has(main="got 0")),
        sources=_BARRIER,
        about={"barrier_waiters"},
        shown_by="mutant:woken-waits",
    ),
)

SCENARIOS = _SYNC + _BETWEEN
