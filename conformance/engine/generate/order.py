"""Who comes first: tasks that begin together, that wait in a known order, that are served as they are cancelled."""

from __future__ import annotations

from typing import Final

from conformance.engine.generate.area import Meeting, gap, mark, pause
from conformance.engine.generate.areas import AREAS, meetings
from conformance.engine.generate.scene import Scene
from conformance.engine.generate.shapes import Mix, feed, free, guarded, made, once_more, plain
from conformance.lang import ops
from conformance.lang.ops import Block


def steps(scene: Scene, mix: Mix) -> Block:
    """Two or three begin together, one right after the other or as they come, and tell how far they are."""
    tasks = [scene.add_task() for _ in range(1 + scene.tape.below(2))]
    for task in tasks:
        scene.bodies[task] = [*_steps(scene, mix, task)]
    begun: Block = () if scene.tape.chance(2) else tuple(ops.Spawn(task) for task in tasks)
    return (*begun, *_steps(scene, mix, "main"))


def _steps(scene: Scene, mix: Mix, task: str) -> Block:
    block: Block = (ops.Log("begun"),) if scene.tape.chance(2) else ()
    for _ in range(1 + scene.tape.below(3)):
        block += (*_step(scene, mix, task), ops.Log(2))
    return block


def _step(scene: Scene, mix: Mix, task: str) -> Block:
    """What lets others run and waits for none of them, more often than not; or something of the pool."""
    how = scene.tape.below(8)
    if how == 1:
        return (pause(scene, 0),)
    if how == 2 and "time" in mix.areas and scene.has("sleep_until"):
        return (ops.SleepUntil(0),)
    if how == 3 and scene.has("group"):
        return (ops.Group(scene.fresh("g"), ()),)
    if how > 4 and mix.pool:
        return plain(scene, mix, task)
    return (ops.Checkpoint(),)


def queue(scene: Scene, mix: Mix) -> Block:
    """Two or three come to wait one after the other, and are served one after the other, or one is cancelled."""
    if not mix.meetings:
        return free(scene, mix)
    area, chosen = scene.tape.pick(mix.meetings)
    scene.tight = True
    first = made(scene, area, chosen.first, "main")
    waiters = [scene.add_task() for _ in range(2 + scene.tape.below(2))]
    for place, task in enumerate(waiters):
        late = (pause(scene, place),) if place else ()
        held = len(chosen.around[:1])
        waits = made(scene, area, chosen.wait, task) or [ops.Checkpoint()]
        kept = gap(scene) if scene.tape.chance(2) else ()
        rest = (*waits[: held + 1], ops.Note("served"), *mark(scene), *kept, *waits[held + 1 :])
        scene.bodies[task] = [*late, *rest]
    scene.bodies["main"] += first
    driver: Block = (pause(scene, len(waiters)), *_look(scene, area))
    for _ in range(1 + scene.tape.below(len(waiters))):
        if scene.has("cancel") and scene.tape.chance(4):
            driver += (ops.Cancel(scene.tape.pick(waiters)),)
        *before, last = feed(scene, area, chosen) or (ops.Checkpoint(),)
        driver += (*before, *(_look(scene, area) if before else ()), last)
        driver += (*_and_then(scene, area), *gap(scene), *_look(scene, area))
    return (*driver, *once_more(scene, area, chosen))


HANDED: Final = ("lock", "semaphore", "limiter", "condition", "channel")
"""Areas in which something is handed over to one of those who wait."""


def handover(scene: Scene, mix: Mix) -> Block:
    """The first in line is cancelled in the round in which it is served; what it leaves is for whoever comes next."""
    known = meetings(tuple(name for name in HANDED if name in mix.allowed), scene)
    if not known or not scene.has("cancel"):
        return free(scene, mix)
    area, chosen = scene.tape.pick(known)
    mix.areas = tuple(dict.fromkeys((*mix.areas, area)))
    scene.tight = True
    scene.bodies["main"] += made(scene, area, chosen.first, "main")
    waiters = [scene.add_task() for _ in range(2 if chosen.around else scene.tape.pick((1, 2)))]
    held = len(chosen.around[:1])
    for place, task in enumerate(waiters):
        waits = made(scene, area, chosen.wait, task) or [ops.Checkpoint()]
        wait, then = tuple(waits[held : held + 1]), tuple(waits[held + 1 :])
        kept = (ops.Note("served"), *(gap(scene) if scene.tape.chance(2) else ()))
        inner = (*wait, *kept, *then)
        if held:  # what was taken before the wait is given back, too, by who is cancelled in it
            inner = (ops.Attempt((*wait, *kept), finally_=then),)
        scene.bodies[task] = [*((pause(scene, place),) if place else ()), *waits[:held], *inner]
    struck = waiters[0] if not scene.tape.chance(4) else scene.tape.pick(waiters)
    quick = [kind for kind in chosen.feeds if kind.endswith("_nowait")]
    feeds = (quick or chosen.feeds[:1]) if scene.tape.chance(2) else chosen.feeds
    served: Block = tuple(made(scene, area, (scene.tape.pick(feeds),), "main"))
    cancel: Block = (ops.Cancel(struck),) if not scene.tape.chance(4) else ()
    between = gap(scene) if scene.tape.chance(4) else ()
    race = (*cancel, *between, *served) if scene.tape.chance(2) else (*served, *between, *cancel)
    around = [tuple(made(scene, area, (kind,), "main")) for kind in chosen.around]
    before, after = around or ((), ())
    rest = (*_look(scene, area), *_takes(scene, area, chosen))
    later = gap(scene) if scene.tape.chance(3) else ()
    return (pause(scene, len(waiters)), *before, *race, *after, *later, *rest)


def _takes(scene: Scene, area: str, chosen: Meeting) -> Block:
    """The driver wants for itself what it has just given, waiting for it or not; or it is used once more."""
    how = 0 if chosen.around else scene.tape.below(5)
    at_once = f"{chosen.wait[0]}_nowait"
    if how in (1, 2) and at_once in AREAS[area].ops and scene.has(at_once):
        return (*made(scene, area, (at_once,), "main"), ops.Log(2))
    if how > 2:
        return tuple(made(scene, area, chosen.wait, "main"))
    return once_more(scene, area, chosen)


def _look(scene: Scene, area: str) -> Block:
    """Perhaps the driver asks for a state of the object."""
    kinds = [kind for kind in AREAS[area].looks if scene.has(kind)]
    if not kinds or scene.tape.chance(2):
        return ()
    look = AREAS[area].ops[scene.tape.pick(kinds)](scene, "main")
    return (look,) if look is not None else ()


def _and_then(scene: Scene, area: str) -> Block:
    """Perhaps something else is done to the object before anybody can run."""
    if not scene.tape.chance(2):
        return ()
    kinds = [kind for kind in AREAS[area].ops if scene.has(kind)]
    op = AREAS[area].ops[scene.tape.pick(kinds)](scene, "main")
    return (guarded(scene, op),) if op is not None else ()
