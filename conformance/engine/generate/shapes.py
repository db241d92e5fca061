"""What the tasks of a program do: the shapes that the history of these runtimes teaches (DESIGN section 6).

Each shape fills the bodies of the tasks, and returns what main does once they are started. Nearly every defect
showed with at most three tasks and eight ops, so shapes vary where things stand, not how many there are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from conformance.engine.generate.area import Make, Meeting, caught, gap, mark, pause, requests
from conformance.engine.generate.areas import AREAS, FAILS, makers, meetings
from conformance.engine.generate.scene import MOST_TASKS, Scene
from conformance.lang import ops
from conformance.lang.ops import Block, Op

Shape: TypeAlias = "Callable[[Scene, Mix], Block]"

DEPTH: Final = 3
"""How deep blocks are nested at most."""


class Mix:
    """The op kinds that this program draws from: few, so that they collide. `allowed`: areas that it may have."""

    __slots__ = ("allowed", "areas", "blocks", "looks", "meetings", "pool", "stories")

    def __init__(self, scene: Scene, areas: tuple[str, ...], allowed: Sequence[str]) -> None:
        self.areas = areas
        self.allowed = allowed
        every = makers(areas, scene)
        width = min(len(every), 2 + scene.tape.below(4))
        start = scene.tape.below(len(every)) if every else 0
        step = 1 + scene.tape.below(3)
        drawn = [every[(start + step * index) % len(every)] for index in range(width)]
        self.pool: list[tuple[str, Make]] = list(dict(drawn).items())
        self.meetings = meetings(areas, scene)
        known = [AREAS[name] for name in areas]
        self.looks = [area.ops[kind] for area in known for kind in area.looks if scene.has(kind)]
        self.stories = [story for area in known for story in area.stories]
        kinds = [kind for kind in BLOCK_KINDS if scene.has(kind)]
        # the reference has no model of tasks that start while an end waits for threads
        if "threads" in areas:
            kinds = [kind for kind in kinds if kind not in ("group", "detach")]
        self.blocks = [kind for kind in kinds if scene.tape.chance(2)]


ASKS: Final = ("scope", "move_deadline", "cancel_called", "cancelled_caught")
"""Where there is one of these, a deadline gets a name: something can be done to it, or asked of it."""
BLOCK_KINDS: Final = (
    "attempt",
    "move_on_after",
    "shield",
    "fail_after",
    "group",
    "detach",
    "scope",
)


def guarded(scene: Scene, op: Op) -> Op:
    """Perhaps an attempt around an op that often fails."""
    if op.kind in FAILS and not scene.tape.chance(4):
        return caught(op)
    return op


def plain(scene: Scene, mix: Mix, task: str) -> Block:
    """One op of the pool, or a checkpoint."""
    if not mix.pool or scene.tape.chance(5):
        return (ops.Checkpoint(),)
    made = scene.tape.pick(mix.pool)[1](scene, task)
    look = looked(scene, mix, task)
    return (guarded(scene, made) if made is not None else ops.Checkpoint(), *look, *mark(scene))


def looked(scene: Scene, mix: Mix, task: str) -> Block:
    """Perhaps an op that asks for a state."""
    if not mix.looks or not scene.tape.chance(3):
        return ()
    look = scene.tape.pick(mix.looks)(scene, task)
    return (look,) if look is not None else ()


def some(scene: Scene, mix: Mix, task: str, depth: int, most: int = 3) -> Block:
    """A few ops, some of them blocks."""
    block: Block = ()
    for _ in range(1 + scene.tape.below(most)):
        if mix.blocks and depth < DEPTH and scene.tape.chance(3):
            inner = some(scene, mix, task, depth + 1, 2)
            block += wrapped(scene, mix, task, inner)
        else:
            block += plain(scene, mix, task)
    return block


def wrapped(scene: Scene, mix: Mix, task: str, body: Block) -> Block:
    """The body inside a block of the mix, and perhaps a mark behind it, or a question."""
    kind = scene.tape.pick(mix.blocks) if mix.blocks else "attempt"
    if kind == "detach" and len(scene.tasks) > MOST_TASKS:
        return body
    asks = requests(scene, task) if {"handles", "scopes"} & {*mix.areas} else ()
    return (_wrap(scene, mix, task, kind, body), *mark(scene), *asks)


def _wrap(scene: Scene, mix: Mix, task: str, kind: str, body: Block) -> Op:
    if kind == "shield":
        return ops.Shield(body)
    if kind == "scope":
        name = _scope(scene)
        doomed = scene.has("cancel_scope") and scene.tape.chance(3)
        return ops.Scope(name, (ops.CancelScope(name), *body) if doomed else body)
    if kind in ("move_on_after", "fail_after"):
        named = (
            _deadline(scene) if not scene.can.isdisjoint(ASKS) and scene.tape.chance(2) else None
        )
        ticks = scene.ticks("deadline", nan=True)
        if kind == "fail_after":
            return guarded(scene, ops.FailAfter(ticks, body, named))
        limit = ops.MoveOnAfter(ticks, body, named)
        return caught(limit) if math.isnan(ticks) else limit
    if kind == "group":
        return guarded(scene, _group(scene, mix, body))
    if kind == "detach":
        child = scene.add_task(named=False)
        scene.bodies[child] = [*body, *ended(scene)]
        return guarded(scene, ops.Detach(child))
    return attempt(scene, mix, task, body)


def _scope(scene: Scene) -> str:
    """A name for a scope that is about to be opened."""
    name = scene.fresh("n")
    scene.scopes.append(name)
    return name


def _deadline(scene: Scene) -> str:
    """The same for one with a deadline."""
    name = _scope(scene)
    scene.deadlines.add(name)
    return name


def _group(scene: Scene, mix: Mix, body: Block) -> Op:
    """A group around the body, with no child, one or two; a child does a few things, or fails."""
    name = scene.fresh("g")
    scene.groups.append(name)
    started: Block = ()
    for _ in range(scene.tape.below(3)):
        if len(scene.tasks) > MOST_TASKS:
            break
        child = scene.add_task()
        scene.bodies[child] = [*some(scene, mix, child, DEPTH, 2), *ended(scene)]
        started += (ops.Spawn(child, name), *gap(scene))
    return ops.Group(name, (*started, *body) if scene.tape.chance(2) else (*body, *started))


def attempt(scene: Scene, mix: Mix, task: str, body: Block) -> Op:
    """The body with handlers and clean-up, which may wait (and be told again, where cancellation is level)."""
    form = scene.tape.below(6)
    waits = plain(scene, mix, task) if scene.tape.chance(2) else ()
    after: Block = (*waits, ops.Note("x"))
    if form == 0:
        return ops.Attempt(body, finally_=after)
    if form == 1:
        return ops.Attempt(body, on_cancel=after)  # a cancellation is swallowed
    if form == 2:
        return ops.Attempt(body, on_error=after)
    if form == 3:
        return ops.Attempt(body, on_error=(), on_cancel=after)
    if form == 4:
        error: Op = ops.Raise("C")
        if scene.has("cancel:grouped") and scene.tape.chance(2):
            error = ops.RaiseGroup(scene.tape.pick(("C", None)))
        return ops.Attempt(body, on_cancel=(*after, error))
    return ops.Attempt(body, on_error=(), finally_=(*after, ops.Checkpoint()))


def ended(scene: Scene) -> Block:
    """How a task ends: as it comes, by an error, by a value."""
    form = scene.tape.below(8)
    if form == 7:
        return (ops.Raise("E"),)
    return (ops.Return(scene.value()),) if form == 6 else ()


# ---------------------------------------------------------------- the shapes


def free(scene: Scene, mix: Mix) -> Block:
    """Every task does a few things; so does main."""
    for task in [scene.add_task() for _ in range(1 + scene.tape.below(3))]:
        scene.bodies[task] = [*some(scene, mix, task, 0), *ended(scene)]
    return some(scene, mix, "main", 1, 2)


def meeting(scene: Scene, mix: Mix) -> Block:
    """One or more wait; a feed and a cancel come in either order, none to three checkpoints apart."""
    ways = expectations(scene, mix)
    if ways and scene.tape.chance(5):
        return expected(scene, *scene.tape.pick(ways))
    if mix.stories and scene.tape.chance(2):
        return story(scene, mix)
    if not mix.meetings:
        return free(scene, mix)
    area, chosen = scene.tape.pick(mix.meetings)
    waiters = [scene.add_task() for _ in range(1 + scene.tape.below(2))]
    first = made(scene, area, chosen.first, "main")
    for task in waiters:
        _wait(scene, mix, task, area, chosen)
    driver: Block = (
        *gap(scene),
        *_race(scene, area, chosen, waiters),
        *gap(scene),
        *once_more(scene, area, chosen),
    )
    scene.bodies["main"] += first
    if scene.tape.chance(3):
        other = scene.add_task()
        scene.bodies[other] = list(driver)
        return ()
    return driver


def _race(scene: Scene, area: str, chosen: Meeting, waiters: list[str]) -> Block:
    """A feed and a cancel in either order, seldom without the cancel; what stands around the feed may hold both."""
    cancel: Block = ()
    if scene.has("cancel") and not scene.tape.chance(5):
        cancel = (ops.Cancel(scene.tape.pick(waiters)),)
    scopes = scene.cancellable()
    if scopes and scene.has("cancel_scope") and scene.tape.chance(2):
        cancel = (ops.CancelScope(scene.tape.pick(scopes)),)
    inside = bool(chosen.around) and scene.tape.chance(2)
    fed = (
        tuple(made(scene, area, (scene.tape.pick(chosen.feeds),), "main"))
        if inside
        else feed(scene, area, chosen)
    )
    race = (*fed, *gap(scene), *cancel) if scene.tape.chance(2) else (*cancel, *gap(scene), *fed)
    if not inside:
        return race
    before, after = (tuple(made(scene, area, (kind,), "main")) for kind in chosen.around)
    return (*before, *race, *after)


def expectations(scene: Scene, mix: Mix) -> list[tuple[str, str, str]]:
    """Areas, waits and what ends them, where a deadline around one wait is not like any other."""
    if not scene.has("fail_after", "fail_after:one", "cancel"):
        return []
    ways = (("event", "wait", "set"), ("channel", "receive", "send"))
    return [way for way in ways if way[0] in mix.allowed and scene.has(*way[1:])]


def expected(scene: Scene, area: str, wait: str, end: str) -> Block:
    """A task waits for some time for what it is given, and is cancelled about when it goes on."""
    task = scene.add_task()
    limit = ops.FailAfter(scene.tape.pick((3, 5, 1)), tuple(made(scene, area, (wait,), task)))
    rest = (ops.Checkpoint(), *mark(scene)) if scene.tape.chance(2) else mark(scene)
    scene.bodies[task] = [*gap(scene)[:1], limit, *rest, *ended(scene)]
    given = (*gap(scene), *made(scene, area, (end,), "main"))
    rounds = (ops.Checkpoint(),) * scene.tape.pick((1, 2, 0, 3))
    return (*given, *rounds, ops.Cancel(task), *gap(scene))


def once_more(scene: Scene, area: str, chosen: Meeting) -> Block:
    """One more use: nothing, a second feed, or the driver takes for itself what it has just given, waiting or not."""
    how = scene.tape.below(4)
    if how == 1:
        return feed(scene, area, chosen)
    if how == 0:
        return ()
    first, *then = chosen.wait
    at_once = f"{first}_nowait"
    if how == 3 and at_once in AREAS[area].ops and scene.has(at_once):
        first = at_once
    taken, *rest = made(scene, area, (first, *then), "main") or [ops.Checkpoint()]
    return (taken, ops.Log(2), *rest)


def made(scene: Scene, area: str, kinds: tuple[str, ...], task: str) -> list[Op]:
    """These ops of an area, in a row."""
    every = (AREAS[area].ops[kind](scene, task) for kind in kinds)
    return [guarded(scene, op) for op in every if op is not None]


def feed(scene: Scene, area: str, chosen: Meeting) -> Block:
    """What ends one wait, and what stands around it."""
    kinds = (*chosen.around[:1], scene.tape.pick(chosen.feeds), *chosen.around[1:])
    return tuple(made(scene, area, kinds, "main"))


def _wait(scene: Scene, mix: Mix, task: str, area: str, chosen: Meeting) -> None:
    """A waiter: the wait itself in none to three blocks, then what belongs after it."""
    held = len(chosen.around[:1])  # what is taken before the wait itself
    does = made(scene, area, chosen.wait, task) or [ops.Checkpoint()]
    before, wait, then = does[:held], does[held], does[held + 1 :]
    inner: Block = (wait,)
    for _ in range(scene.tape.pick((0, 1, 0, 2, 1, 3))):
        inner = wrapped(scene, mix, task, inner)
    kept: Block = ()  # what it does with what it waited for, before it gives that back
    if then and scene.tape.chance(2):
        kept = (pause(scene, 2),) if scene.tape.chance(2) else gap(scene)
    inner += kept
    if held and scene.tape.chance(2):
        inner, then = (ops.Attempt(inner, finally_=tuple(then)),), []
    rest = (ops.Checkpoint(), *mark(scene)) if scene.tape.chance(2) else mark(scene)
    scene.bodies[task] = [*gap(scene)[:1], *before, *inner, *then, *rest, *ended(scene)]


def story(scene: Scene, mix: Mix) -> Block:
    """What an area has to tell by itself; else a meeting."""
    tell = scene.tape.pick(mix.stories) if mix.stories else None
    return tell(scene) if tell is not None else meeting(scene, mix)


def nest(scene: Scene, mix: Mix) -> Block:
    """Scopes two or three deep around a wait, with code behind the inner ones; cancelled from outside, or by time."""
    task = scene.add_task()
    inner = plain(scene, mix, task)
    for _ in range(2 + scene.tape.below(2)):
        wait = pause(scene, scene.tape.pick((1, 3))) if scene.tape.chance(2) else ops.Checkpoint()
        inner = (*wrapped(scene, mix, task, inner), wait, *mark(scene))
    scene.bodies[task] = [*inner, *ended(scene)]
    again = plain(scene, mix, "main") if scene.tape.chance(2) else ()
    return _cancels(scene, task, again)


def early(scene: Scene, mix: Mix) -> Block:
    """A task is cancelled before its first step, or before it enters its first scope."""
    task = scene.add_task()
    body = wrapped(scene, mix, task, some(scene, mix, task, 1, 2))
    scene.bodies[task] = [*mark(scene), *gap(scene)[:1], *body, *ended(scene)]
    return _cancels(scene, task, ())


def _cancels(scene: Scene, task: str, between: Block) -> Block:
    """A cancel; perhaps a second one, which comes into the clean-up after the first."""
    if not scene.has("cancel"):
        return between
    cancel: Block = (ops.Cancel(task),)
    second = (*gap(scene), *cancel) if scene.tape.chance(3) else ()
    return (*gap(scene), *cancel, *gap(scene), *between, *second)
