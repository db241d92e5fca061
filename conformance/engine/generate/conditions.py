"""What the generator knows of conditions: who is notified, who gives up, and who comes back to the lock."""

from __future__ import annotations

from typing import Final

from conformance.engine.generate.area import Area, Meeting, each, gap, mark, on, pause, within
from conformance.engine.generate.scene import Scene
from conformance.lang import ops
from conformance.lang.ops import Block, Op


def _condition_serves(scene: Scene, name: str) -> Block:
    return within(scene, ops.Acquire(name), ops.Notify(name), ops.Release(name))


def _notified(scene: Scene) -> Block:
    """Two or three wait, and some of them are notified, at once or in two goes; the others stay."""
    if not scene.has("acquire", "notify", "notify_all", "release"):
        return gap(scene)
    name = scene.object("conditions")
    for _ in range(2 + scene.tape.below(2)):
        waits = (*gap(scene)[:1], ops.Acquire(name), ops.WaitCondition(name), *mark(scene))
        scene.bodies[scene.add_task()] = [*waits, ops.Release(name), ops.Log(1)]
    goes = (ops.Notify(name), ops.Notify(name, 2), ops.NotifyAll(name))
    told: Block = (scene.tape.pick(goes),)
    if told == goes[:1] and scene.tape.chance(2):
        told += (scene.tape.pick(goes),)  # behind more than one it would hide who was left out
    return (pause(scene, 2), ops.Acquire(name), *told, ops.Release(name), *gap(scene))


def _given_up(scene: Scene) -> Block:
    """One gives up, by time or since it is told to, about when it is notified; the lock is kept from it meanwhile.

    Who comes back gives the lock up once, and may take it again; who notified them may die with it.
    """
    if not scene.has("acquire", "notify", "release"):
        return gap(scene)
    name = scene.object("conditions")
    waiters = [scene.add_task() for _ in range(1 + scene.tape.below(2))]
    timed = scene.has("move_on_after") and (not scene.has("cancel") or scene.tape.chance(2))
    free: Block = (ops.Release(name),)
    for task in waiters:
        wait: Op = ops.WaitCondition(name)
        if timed and task == waiters[0]:
            wait = ops.MoveOnAfter(1, (wait,))
        body: Block = (wait, *mark(scene), *free)
        if task == waiters[0] and not timed:
            body = (ops.Attempt((wait, *mark(scene)), finally_=free),)
        if scene.tape.chance(2):
            body += (*mark(scene), ops.Acquire(name), *free)
        scene.bodies[task] = [ops.Acquire(name), *body]
    gives_up = (pause(scene, 2),) if timed else (ops.Cancel(waiters[0]),)
    notifies = (ops.Notify(name),)
    between = gap(scene) if scene.tape.chance(4) else ()
    told = (
        (*gives_up, *between, *notifies)
        if scene.tape.chance(2)
        else (*notifies, *between, *gives_up)
    )
    looks: Block = ()
    if scene.has("condition_waiters") and scene.tape.chance(3):
        looks = (ops.ConditionWaiters(name),)
    last = free if not scene.tape.chance(4) else ()
    driver: Block = (ops.Acquire(name), *told, *looks, *last)
    if timed or scene.tape.chance(2):  # it comes to the lock as the last one waits
        other = scene.add_task()
        scene.bodies[other] = [*driver]
        scene.bodies[waiters[-1]].insert(1, ops.Spawn(other))
        return ()
    return (pause(scene, 1), *driver, *gap(scene))


CONDITION: Final = Area(
    ops={
        "wait_condition": on(ops.WaitCondition, "conditions"),
        "acquire": on(ops.Acquire, "conditions"),
        "release": on(ops.Release, "conditions"),
        "notify": lambda scene, _: ops.Notify(
            scene.object("conditions"), scene.tape.pick((1, 2, 1))
        ),
        "notify_all": on(ops.NotifyAll, "conditions"),
        "condition_waiters": on(ops.ConditionWaiters, "conditions"),
        "lock_waiters": on(ops.LockWaiters, "conditions"),
    },
    meetings=(
        Meeting(
            wait=("acquire", "wait_condition", "release"),
            feeds=("notify", "notify_all"),
            around=("acquire", "release"),
        ),
    ),
    epilogue=each("conditions", _condition_serves),
    looks=("condition_waiters", "lock_waiters"),
    stories=(_notified, _given_up),
    needs=("wait_condition",),
)
