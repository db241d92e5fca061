"""What the generator knows of exits and Ctrl-C: who is told, and whose clean-up is performed, also one that waits."""

from __future__ import annotations

from typing import Final

from conformance.engine.generate.area import Area, caught, gap, mark, pause
from conformance.engine.generate.scene import Scene
from conformance.lang import ops
from conformance.lang.ops import Block, Op


def _deadly(scene: Scene) -> Op:
    """An exit or a Ctrl-C, whichever there is."""
    if scene.has("interrupt") and (not scene.has("exit") or scene.tape.chance(2)):
        return ops.Interrupt()
    return ops.Exit()


def _cleaning(scene: Scene, *body: Op) -> Block:
    """The ops, and clean-up behind them: at once, with waits, or shielded. Some swallow what they are told."""
    swallows: Block | None = (ops.Note(3),) if scene.tape.chance(4) else None
    clean: Block = (ops.Log(4),)
    how = scene.tape.below(4)
    if how == 1:
        clean = (ops.Note(4), pause(scene, 1), ops.Log(5))
    elif how == 2:
        clean = (ops.Checkpoint(), ops.Log(5))
    elif how == 3 and scene.has("shield"):
        clean = (ops.Shield((pause(scene, 1),)), ops.Log(5))
    return (ops.Attempt((*body, ops.Note("past")), on_cancel=swallows, finally_=clean),)


def _bystander(scene: Scene) -> str:
    """A task that has something to clean up, or another one to wait for."""
    joined = scene.later("main") if scene.has("join") and scene.tape.chance(3) else None
    task = scene.add_task()
    waits: Op = ops.Join(joined) if joined is not None else pause(scene, scene.tape.pick((3, 1, 2)))
    if scene.has("move_on_after") and scene.tape.chance(4):
        waits = ops.MoveOnAfter(scene.tape.pick((1, 2)), (waits,))
    scene.bodies[task] = [*_cleaning(scene, waits), *gap(scene)[:1]]
    return task


def _ends(scene: Scene) -> Block:
    """One ends it all, main or a task or a child of a group, once or twice; one or two others have to clean up."""
    others = [_bystander(scene) for _ in range(1 + scene.tape.below(2))]
    again: Block = (*gap(scene), _deadly(scene)) if scene.tape.chance(4) else ()
    ends = (*gap(scene), *_cleaning(scene, _deadly(scene), *mark(scene), pause(scene, 2), *again))
    who = scene.tape.below(4)
    if who == 0:
        return (*ends, *mark(scene))
    task = scene.add_task()
    scene.bodies[task] = list(ends)
    if who == 1 or not scene.has("group"):
        waits = caught(ops.Join(task)) if scene.has("join") and scene.tape.chance(3) else None
        return (*gap(scene), *_cleaning(scene, waits or pause(scene, 3)))
    name = scene.fresh("g")
    scene.groups.append(name)
    within = (task, *others[: scene.tape.below(2)])
    group = ops.Group(name, (*(ops.Spawn(child, name) for child in within), *gap(scene)))
    if who == 2:
        return _cleaning(scene, group)
    owner = scene.add_task()
    scene.bodies[owner] = list(_cleaning(scene, group))
    return (*gap(scene), pause(scene, 3))


SHUTDOWN: Final = Area(
    ops={
        "exit": lambda _scene, _task: ops.Exit(),
        "interrupt": lambda _scene, _task: ops.Interrupt(),
    },
    stories=(_ends, _ends),
)
