"""The areas that the generator knows. A new area of ops is one more entry here, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final

from conformance.engine.generate.area import (
    Area,
    Make,
    Meeting,
    caught,
    each,
    gap,
    mark,
    on,
    pause,
    requests,
    within,
)
from conformance.engine.generate.channel import CHANNEL, ENDS
from conformance.engine.generate.conditions import CONDITION
from conformance.engine.generate.scene import Scene
from conformance.engine.generate.scoped import (
    BARRIER,
    CONTEXT,
    LIMITER,
    SCOPES,
    SEMAPHORE,
)
from conformance.engine.generate.servers import SERVERS
from conformance.engine.generate.shutdown import SHUTDOWN
from conformance.engine.generate.tcp import TCP
from conformance.engine.generate.threads import THREADS
from conformance.lang import ops
from conformance.lang.ops import Block, Op

# ---------------------------------------------------------------- tasks


def _cancel(scene: Scene, task: str) -> Op | None:
    target = scene.other(task)
    return ops.Cancel(target) if target is not None else None


def _join(scene: Scene, task: str) -> Op | None:
    joined = scene.later(task)
    return ops.Join(joined) if joined is not None else None


def _spawned(scene: Scene) -> Block:
    """A new task still runs, and can be waited for; or it outlives main."""
    if not (scene.has("join") and scene.tape.chance(4)):
        alone = scene.calling is None  # beside threads the reference does not model who starts then
        return _outlives(scene) if alone and scene.tape.chance(8) else ()
    name = scene.add_task()
    scene.bodies[name] = [ops.Checkpoint(), ops.Return("z")]
    return (ops.Spawn(name), *within(scene, ops.Join(name)))


def _outlives(scene: Scene) -> Block:
    """A task is still at it when main is over; it starts another then, or its clean-up does."""
    task, other = scene.add_task(), scene.add_task()
    waits = (pause(scene, 3), *mark(scene))
    then = (ops.Spawn(other), *gap(scene)[:1], *mark(scene))
    scene.bodies[other] = [*gap(scene)[:1], ops.Note("late")]
    scene.bodies[task] = [
        *scene.tape.pick(
            (
                (*waits, *then),
                (ops.Attempt(waits, finally_=then),),
                (ops.Attempt(waits, on_cancel=then),),
                (ops.Attempt(waits, on_cancel=()), *then),
            )
        )
    ]
    return (ops.Spawn(task), *gap(scene)[:1])


def _asks(make: Callable[[str], Op]) -> Make:
    """Makes an op that asks a task's handle something."""

    def made(scene: Scene, task: str) -> Op | None:
        other = scene.other(task)
        return make(other) if other is not None else None

    return made


TASKS: Final = Area(
    ops={
        "cancel": _cancel,
        "join": _join,
        "raise": lambda scene, _: ops.Raise(scene.tape.pick("EF")),
    },
    epilogue=_spawned,
)


def _requests(scene: Scene, task: str) -> Op | None:
    """How many requests there are to cancel another task, or this one."""
    asks = requests(scene, task)
    return asks[0] if asks else _asks(ops.Cancelling)(scene, task)


def _ends(scene: Scene) -> Block:
    """What is said of every task in the end."""
    named = [name for name in scene.tasks[1:] if name not in scene.nameless]
    return tuple(caught(ask(name)) for name in named for ask in (ops.Done, ops.Cancelled))


def _joined(scene: Scene) -> Block:
    """Two wait for the end of one task, and one of them is cancelled, or the task is, which may take its time."""
    if not scene.has("join", "cancel"):
        return gap(scene)
    ending = scene.add_task()
    last = ops.Raise("E") if scene.tape.chance(3) else ops.Return(scene.value())
    works: Block = (pause(scene, 2),)
    if scene.has("cleanup:waits") and scene.tape.chance(2):
        works = (ops.Attempt(works, on_cancel=(pause(scene, 1), *gap(scene)[:1])),)
    scene.bodies[ending] = [*works, last]
    waiters = [scene.add_task(), scene.add_task()]
    for waiter in waiters:
        scene.bodies[waiter] = [*gap(scene)[:1], caught(ops.Join(ending)), *mark(scene)]
    struck = scene.tape.pick((*waiters, ending))
    asks = (caught(ops.Done(struck)),) if scene.has("done") else ()
    return (pause(scene, scene.tape.pick((1, 0, 2))), ops.Cancel(struck), *gap(scene), *asks)


HANDLES: Final = Area(
    ops={
        "done": _asks(ops.Done),
        "cancelled": _asks(ops.Cancelled),
        "cancelling": _requests,
    },
    epilogue=_ends,
    looks=("done", "cancelled"),
    stories=(_joined,),
)

# ---------------------------------------------------------------- time


def _sleep(scene: Scene) -> Op:
    """A sleep; a runtime may refuse its duration. A checkpoint where there is no sleep."""
    ticks = scene.ticks("sleep", nan=True)
    return pause(scene, ticks) if ticks >= 0 else caught(pause(scene, ticks))


def _sleep_until(scene: Scene, _: str) -> Op:
    return ops.SleepUntil(scene.ticks("sleep"))


def _deadlines(scene: Scene) -> Block:
    """Two or three deadlines, one inside the other, with a sleep in the innermost and behind each."""
    if not scene.has("move_on_after"):
        return (pause(scene, 1),)
    task = scene.add_task()
    inner: Block = (_sleep(scene),)
    for _ in range(2 + scene.tape.below(2)):
        fails = scene.has("fail_after") and scene.tape.chance(3)
        ticks = scene.ticks("deadline", nan=True)
        limit: Op = (ops.FailAfter if fails else ops.MoveOnAfter)(ticks, inner)
        limit = caught(limit) if fails or math.isnan(ticks) else limit
        inner = (limit, ops.Log(1), pause(scene, scene.tape.pick((1, 2, 4))))
    before: Block = ()
    if scene.has("cancel") and scene.tape.chance(
        4
    ):  # a cancel that is swallowed spares what comes after it
        before = (ops.Attempt((pause(scene, 2),), on_cancel=()),)
    scene.bodies[task] = [*before, *inner, ops.Log(2)]
    if not scene.has("cancel") or scene.tape.chance(2):
        return ()
    return (*gap(scene), ops.Cancel(task))


TIME: Final = Area(
    ops={
        "sleep": lambda scene, _: _sleep(scene),
        "sleep_until": _sleep_until,
        "block": lambda scene, _: ops.Block_(scene.tape.pick((1, 2, 3))),
    },
    meetings=(Meeting(wait=("sleep",), feeds=("sleep",)),),
    stories=(_deadlines,),
)

# ---------------------------------------------------------------- event


def _set(scene: Scene, _: str) -> Op | None:
    """A second time only where a runtime's events can be set again."""
    event = scene.object("events")
    if event in scene.set and not scene.has("set:again"):
        return None
    scene.set.add(event)
    return ops.Set(event)


def _event_serves(scene: Scene, event: str) -> Block:
    if event in scene.set and not scene.has("set:again"):
        return within(scene, ops.Wait(event))
    return within(scene, ops.Set(event), ops.Wait(event))


def _blink(scene: Scene) -> Block:
    """An event is set and cleared in one step: who waited for it goes on, who comes behind does not."""
    event = scene.object("events")
    for _ in range(1 + scene.tape.below(2)):
        scene.bodies[scene.add_task()] = [*gap(scene)[:1], ops.Wait(event), ops.Log(1)]
    if not scene.has("clear", "set:again"):
        return (pause(scene, 1), *gap(scene))
    scene.set.add(event)
    late = within(scene, ops.Wait(event)) if scene.tape.chance(2) else ()
    return (pause(scene, 1), ops.Set(event), ops.Clear(event), *gap(scene), *late)


EVENT: Final = Area(
    ops={
        "wait": on(ops.Wait, "events"),
        "set": _set,
        "clear": on(ops.Clear, "events"),
        "is_set": on(ops.IsSet, "events"),
        "event_waiters": on(ops.EventWaiters, "events"),
    },
    meetings=(Meeting(wait=("wait",), feeds=("set",)),),
    epilogue=each("events", _event_serves),
    stories=(_blink,),
    looks=("is_set", "event_waiters"),
)

# ---------------------------------------------------------------- lock


def _lock_serves(scene: Scene, lock: str) -> Block:
    return within(scene, ops.Acquire(lock), ops.Release(lock))


LOCK: Final = Area(
    ops={
        "acquire": on(ops.Acquire, "locks"),
        "release": on(ops.Release, "locks"),
        "acquire_nowait": on(ops.AcquireNowait, "locks"),
        "locked": on(ops.Locked, "locks"),
        "lock_waiters": on(ops.LockWaiters, "locks"),
    },
    meetings=(Meeting(first=("acquire",), wait=("acquire", "release"), feeds=("release",)),),
    epilogue=each("locks", _lock_serves),
    looks=("locked", "lock_waiters"),
)

# ---------------------------------------------------------------- all of them

AREAS: Final[Mapping[str, Area]] = {
    "tasks": TASKS,
    "event": EVENT,
    "lock": LOCK,
    "channel": CHANNEL,
    "time": TIME,
    "tcp": TCP,
    "scopes": SCOPES,
    "context": CONTEXT,
    "semaphore": SEMAPHORE,
    "condition": CONDITION,
    "limiter": LIMITER,
    "barrier": BARRIER,
    "ends": ENDS,
    "threads": THREADS,
    "handles": HANDLES,
    "shutdown": SHUTDOWN,
    "servers": SERVERS,
}
"""By the name that `conformance fuzz --area` takes. The order is part of what a seed means."""

FAILS: Final = frozenset(
    {
        "acquire_limiter", "acquire_limiter_nowait", "acquire_nowait", "acquire_semaphore_nowait",
        "detach", "fail_after", "group", "join", "notify", "notify_all", "raise", "receive_nowait",
        "release", "release_limiter", "release_semaphore", "run_in_thread", "send_nowait", "start", "wait_condition",
    }
) | frozenset(TCP.ops) | frozenset(ENDS.ops)  # fmt: skip
"""Ops that often fail: an attempt around them lets the task go on, and logs the error."""


def makers(names: tuple[str, ...], scene: Scene) -> list[tuple[str, Make]]:
    """The makers of these areas' ops that the runtime has."""
    return [
        (kind, make) for name in names for kind, make in AREAS[name].ops.items() if scene.has(kind)
    ]


def meetings(names: tuple[str, ...], scene: Scene) -> list[tuple[str, Meeting]]:
    """The meetings of these areas, as far as the runtime has them, each with its area."""
    return [
        (name, there)
        for name in names
        for meeting in AREAS[name].meetings
        if (there := meeting.within(scene)) is not None
    ]
