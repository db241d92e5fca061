"""What the generator knows of named scopes and of context variables."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from conformance.engine.generate.area import (
    Area,
    Make,
    Meeting,
    caught,
    each,
    gap,
    mark,
    pause,
    requests,
    shielded,
    within,
)
from conformance.engine.generate.scene import Scene
from conformance.lang import ops
from conformance.lang.ops import Block, Op, Ticks


def _of_scope(make: Callable[[Scene, str], Op]) -> Make:
    """Makes an op on a scope that some op opens; nothing where there is none."""

    def made(scene: Scene, _: str) -> Op | None:
        return make(scene, scene.tape.pick(scene.scopes)) if scene.scopes else None

    return made


def _cancel_scope(scene: Scene, _: str) -> Op | None:
    known = scene.cancellable()
    return ops.CancelScope(scene.tape.pick(known)) if known else None


def _cancel_group(scene: Scene, _: str) -> Op | None:
    return ops.CancelGroup(scene.tape.pick(scene.groups)) if scene.groups else None


def _limited(inside: Callable[[Scene, str], Block]) -> Make:
    """Makes a deadline whose body does something to it, and asks behind it what became of it."""

    def made(scene: Scene, _: str) -> Op | None:
        if not scene.has("move_on_after"):
            return None
        name = scene.fresh("n")
        scene.scopes.append(name)
        scene.deadlines.add(name)
        body, ticks = inside(scene, name), scene.ticks("deadline")
        limit = (
            ops.FailAfter if scene.has("fail_after") and scene.tape.chance(2) else ops.MoveOnAfter
        )
        later: Block = ()
        if scene.has("cancel_called") and scene.tape.chance(2):  # it strikes nobody any more
            later = (pause(scene, 2), ops.CancelCalled(name))
        if scene.has("move_deadline") and scene.tape.chance(3):  # nor when it is moved by then
            moved = caught(ops.MoveDeadline(name, _another(scene)))
            later = (moved, *later, pause(scene, 2))
        after = (*_told(scene, name), *later)
        return ops.Attempt((limit(ticks, body, name),), on_error=(), finally_=after)

    return made


def _told(scene: Scene, name: str) -> Block:
    """Whether the scope caught a cancellation, or had one to catch, as far as the runtime tells."""
    asks: tuple[Op, ...] = (ops.CancelledCaught(name), ops.CancelCalled(name))
    return tuple(op for op in asks if scene.has(op.kind))[:1]


def _another(scene: Scene, ticks: tuple[Ticks, ...] = ()) -> Ticks:
    """Where a deadline is moved to, one of `ticks` if there are any; at times it is taken away."""
    if scene.has("deadline:infinite") and scene.tape.chance(4):
        return math.inf
    return scene.tape.pick(ticks) if ticks else scene.ticks("deadline")


def _moved(scene: Scene, name: str) -> Block:
    """The deadline is moved while the body sleeps, or before it does."""
    move = ops.MoveDeadline(name, _another(scene))
    return (
        *((pause(scene, 1),) if scene.tape.chance(3) else ()),
        move,
        pause(scene, scene.tape.pick((2, 1, 3))),
    )


def _asked(scene: Scene, name: str) -> Block:
    """The body asks whether it was cancelled, when it was or might have been."""
    slept: Block = (pause(scene, scene.tape.pick((1, 0, 2))),)
    if scene.has("cancel_scope", "cancel_scope:deadline") and scene.tape.chance(3):
        slept = (ops.CancelScope(name), *slept)
    if not scene.has("cancel_called"):
        return slept
    return (ops.Attempt(slept, finally_=(ops.CancelCalled(name),)),)


def _either(one: Make, other: Make) -> Make:
    return lambda scene, task: (one if scene.tape.chance(2) else other)(scene, task)


def _watched(scene: Scene) -> Block:
    """A deadline inside another one; either is moved, or asked what became of it."""
    task = scene.add_task()
    does: Block = ()
    for _ in range(1 + scene.tape.below(2)):
        moves = scene.has("move_deadline") and scene.tape.chance(2)
        op = _limited(_moved if moves else _asked)(scene, task)
        does += (op, *mark(scene)) if op is not None else ()
    if does and scene.tape.chance(2):
        outer = scene.fresh("n")
        scene.scopes.append(outer)
        scene.deadlines.add(outer)
        does = (ops.MoveOnAfter(scene.tape.pick((3, 2, 5)), does, outer), *mark(scene))
    scene.bodies[task] = [*does, *gap(scene), ops.Note("left"), *requests(scene, task)]
    if not scene.has("cancel") or scene.tape.chance(2):
        return ()
    return (*gap(scene), ops.Cancel(task))


def _steered(scene: Scene) -> Block:
    """Another task moves a deadline, or cancels by hand, while its body waits, cleans up or is inside a further one."""
    if not scene.has("move_on_after", "move_deadline"):
        return _watched(scene)
    task, name = scene.add_task(), scene.fresh("n")
    scene.scopes.append(name)
    scene.deadlines.add(name)
    body: Block = (pause(scene, scene.tape.pick((5, 3, 1))),)
    form, ticks, later = scene.tape.below(5), scene.tape.pick((2, 3, 1)), scene.tape.pick((1, 0, 2))
    if form in (1, 4):
        slow = scene.has("cleanup:waits") and not scene.tape.chance(3)
        after = (pause(scene, 2), *mark(scene))
        body = (ops.Attempt(body, finally_=shielded(scene, *after) if slow else mark(scene)),)
        ticks, later = (1, 2) if slow else (ticks, later)  # it has struck when it is moved
    elif form > 1:
        moved = (_steer(scene, name),) if form == 2 else ()
        body = (ops.MoveOnAfter(scene.tape.pick((5, 2, 1)), (*moved, *body)), *mark(scene))
    limit = ops.FailAfter if scene.has("fail_after") and scene.tape.chance(2) else ops.MoveOnAfter
    held = limit(ticks, (*body, *mark(scene)), name)
    asked = ops.Attempt((held,), on_error=(), finally_=_told(scene, name))
    scene.bodies[task] = [asked, pause(scene, 2), ops.Note("left")]
    again: Block = ()
    if scene.has("cancel") and scene.tape.chance(3):
        again = (*gap(scene), ops.Cancel(task))
    elif scene.tape.chance(2):
        again = (pause(scene, scene.tape.pick((1, 2))), _steer(scene, name))
    return (pause(scene, later), _steer(scene, name), *again)


def _steer(scene: Scene, name: str) -> Op:
    """The deadline is moved, or the scope is cancelled by hand; it may not be open yet, or no more."""
    if scene.has("cancel_scope", "cancel_scope:deadline") and scene.tape.chance(3):
        return caught(ops.CancelScope(name))
    return caught(ops.MoveDeadline(name, _another(scene, (3, 1, 2, 0, 5))))


def _regrouped(scene: Scene) -> Block:
    """A cancellation is raised in a group, beside an error or not, in one or two scopes that may be cancelled."""
    if not scene.has("cancel:grouped", "cancel_scope", "scope"):
        return _watched(scene)
    task = scene.add_task()
    raised = ops.RaiseGroup(scene.tape.pick(("C", None)))
    does: Block = (ops.Attempt((pause(scene, 3),), on_cancel=(*mark(scene), raised)),)
    for _ in range(1 + scene.tape.below(2)):
        name = scene.fresh("n")
        scene.scopes.append(name)
        doomed = (ops.CancelScope(name),) if scene.tape.chance(2) else ()
        does = (ops.Scope(name, (*doomed, *does)), *mark(scene))
    scene.bodies[task] = [caught(*does) if scene.tape.chance(2) else does[0], *mark(scene)]
    return (*gap(scene), ops.Cancel(task)) if scene.has("cancel") and scene.tape.chance(2) else ()


def _pending(scene: Scene, _: str) -> Op:
    """Whether a cancellation is pending; at times inside a shield, which keeps those from outside away."""
    asked = ops.CancelPending()
    return ops.Shield((asked,)) if scene.has("shield") and scene.tape.chance(3) else asked


SCOPES: Final = Area(
    ops={
        "cancel_scope": _cancel_scope,
        "cancel_group": _cancel_group,
        "move_deadline": _either(
            _of_scope(lambda scene, name: ops.MoveDeadline(name, _another(scene))),
            _limited(_moved),
        ),
        "cancel_called": _either(
            _of_scope(lambda _, name: ops.CancelCalled(name)), _limited(_asked)
        ),
        "cancelled_caught": _of_scope(lambda _, name: ops.CancelledCaught(name)),
        "cancel_pending": _pending,
    },
    epilogue=lambda scene: requests(scene, "main"),
    looks=("cancel_pending",),
    stories=(_watched, _steered, _watched, _steered, _regrouped),
    weight=2,
)


def _set(scene: Scene, _: str) -> Op:
    return ops.SetVariable(scene.object("variables"), scene.value())


def _set_and_reset(scene: Scene, _: str) -> Op | None:
    """A reset needs something to take back."""
    if not scene.has("set_variable", "get_variable"):
        return None
    name = scene.object("variables")
    body = (ops.SetVariable(name, scene.value()), ops.Checkpoint(), ops.GetVariable(name))
    return ops.Attempt(body, finally_=(ops.ResetVariable(name), ops.GetVariable(name)))


def _set_before(scene: Scene) -> Block:
    """Main may set one before it starts anybody: who is started sees it, or does not."""
    if not (scene.has("set_variable") and scene.tape.chance(2)):
        return ()
    return (ops.SetVariable(scene.object("variables"), scene.value()),)


def _reads(_: Scene, name: str) -> Block:
    return (ops.GetVariable(name),)


CONTEXT: Final = Area(
    ops={
        "set_variable": _set,
        "get_variable": lambda scene, _: ops.GetVariable(scene.object("variables")),
        "reset_variable": _set_and_reset,
    },
    prelude=_set_before,
    epilogue=each("variables", _reads),
)

# ---------------------------------------------------------------- permits


def _on(make: Callable[[str], Op], field: str, *sizes: int) -> Make:
    return lambda scene, _: make(scene.object(field, *sizes))


def _semaphore(make: Callable[[str], Op]) -> Make:
    """All semaphores of a program are bounded, or none is."""

    def made(scene: Scene, _: str) -> Op:
        bounded = "bounded_semaphores" in scene.objects
        if not bounded and "semaphores" not in scene.objects:
            bounded = scene.has("semaphore:bounded") and scene.tape.chance(3)
        if bounded:
            return make(scene.object("bounded_semaphores", 1, 2))
        return make(scene.object("semaphores", 1, 2, 0))

    return made


def _semaphores_serve(scene: Scene) -> Block:
    """A permit can be taken and given, and as many are left as there should be."""
    names = [name for field in _SEMAPHORES for name in scene.objects.get(field, ())]
    return tuple(
        op
        for name in names
        for op in (
            ops.SemaphoreValue(name),
            *within(scene, ops.AcquireSemaphore(name), ops.ReleaseSemaphore(name)),
        )
    )


_SEMAPHORES: Final = ("semaphores", "bounded_semaphores")

SEMAPHORE: Final = Area(
    ops={
        "acquire_semaphore": _semaphore(ops.AcquireSemaphore),
        "release_semaphore": _semaphore(ops.ReleaseSemaphore),
        "acquire_semaphore_nowait": _semaphore(ops.AcquireSemaphoreNowait),
        "semaphore_value": _semaphore(ops.SemaphoreValue),
        "semaphore_waiters": _semaphore(ops.SemaphoreWaiters),
    },
    meetings=(
        Meeting(
            first=("acquire_semaphore",),
            wait=("acquire_semaphore", "release_semaphore"),
            feeds=("release_semaphore",),
        ),
    ),
    epilogue=_semaphores_serve,
    looks=("semaphore_value", "semaphore_waiters"),
)


def _set_limit(scene: Scene, _: str) -> Op:
    """Another limit; or down and up in a row, while nobody can come in between; seldom none at all."""
    name = scene.object("limiters", 1, 2)
    if scene.has("set_limit:zero") and scene.tape.chance(5):
        return ops.SetLimit(name, 0)
    if scene.tape.chance(3):
        up = ops.SetLimit(name, scene.tape.pick((2, 1, 3)))
        return ops.Attempt((ops.SetLimit(name, 1), up), on_error=())
    return ops.SetLimit(name, scene.tape.pick((1, 2, 3)))


def _resized(scene: Scene) -> Block:
    """All tokens are out, and one or two wait; the limit goes down and up again, before anybody else can run."""
    if not scene.has("acquire_limiter", "release_limiter", "set_limit"):
        return gap(scene)
    name = scene.fresh("li")
    scene.objects.setdefault("limiters", {})[name] = 2
    for _ in range(2):
        held = (ops.AcquireLimiter(name), pause(scene, scene.tape.pick((6, 3, 2, 1))))
        scene.bodies[scene.add_task()] = [*held, ops.ReleaseLimiter(name)]
    for _ in range(scene.tape.pick((1, 2))):
        served = (ops.AcquireLimiter(name), ops.Note("served"), *gap(scene))
        scene.bodies[scene.add_task()] = [pause(scene, 1), *served, ops.ReleaseLimiter(name)]
    sizes = tuple(scene.tape.pick((1, 2, 1, 3)) for _ in range(1 + scene.tape.below(2)))
    between = gap(scene) if scene.tape.chance(3) else ()
    moved: Block = ()
    for size in (*sizes, scene.tape.pick((2, 3, 1))):
        moved += (*between, ops.SetLimit(name, size)) if moved else (ops.SetLimit(name, size),)
    looks = tuple(op for op in (ops.AvailableTokens(name),) if scene.has(op.kind))
    taken: Block = ()
    if scene.has("acquire_limiter_nowait") and scene.tape.chance(3):
        taken = (caught(ops.AcquireLimiterNowait(name), ops.Note("taken")),)
    return (pause(scene, 2), *moved, *looks, *taken, pause(scene, 1), *looks)


def _limiter_serves(scene: Scene, name: str) -> Block:
    """A token can be borrowed and given back, also where there was none; and what is free is told."""
    serves = within(scene, ops.AcquireLimiter(name), ops.ReleaseLimiter(name))
    more = (ops.SetLimit(name, 2), *serves) if scene.tape.chance(3) else ()
    return (ops.AvailableTokens(name), *serves, *more)


LIMITER: Final = Area(
    ops={
        "acquire_limiter": _on(ops.AcquireLimiter, "limiters", 1, 2),
        "release_limiter": _on(ops.ReleaseLimiter, "limiters", 1, 2),
        "acquire_limiter_nowait": _on(ops.AcquireLimiterNowait, "limiters", 1, 2),
        "set_limit": _set_limit,
        "available_tokens": _on(ops.AvailableTokens, "limiters", 1, 2),
        "limiter_waiters": _on(ops.LimiterWaiters, "limiters", 1, 2),
    },
    meetings=(
        Meeting(
            first=("acquire_limiter",),
            wait=("acquire_limiter", "release_limiter"),
            feeds=("release_limiter", "set_limit"),
        ),
    ),
    epilogue=each("limiters", _limiter_serves),
    looks=("available_tokens", "limiter_waiters"),
    stories=(_resized,),
)

BARRIER: Final = Area(
    ops={
        "wait_barrier": _on(ops.WaitBarrier, "barriers", 2, 1, 3),
        "barrier_waiters": _on(ops.BarrierWaiters, "barriers", 2, 1, 3),
    },
    meetings=(Meeting(wait=("wait_barrier",), feeds=("wait_barrier",)),),
    looks=("barrier_waiters",),
)
