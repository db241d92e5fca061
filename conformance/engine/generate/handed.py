"""Groups that are handed on: another task than the owner starts a child in them, at every stage."""

from __future__ import annotations

from conformance.engine.generate.area import caught, gap, mark, pause, requests
from conformance.engine.generate.families import family, lives, start_and_wait
from conformance.engine.generate.scene import Scene
from conformance.engine.generate.shapes import Mix, ended, some, wrapped
from conformance.lang import ops
from conformance.lang.ops import Block, Op


def handed(scene: Scene, mix: Mix) -> Block:
    """A group with few children or none; one of these, or somebody else, starts a further one in it.

    The reference has no model of tasks that start late beside threads.
    """
    if not scene.has("group", "spawn:handed") or "threads" in mix.areas:
        return family(scene, mix)
    owner = scene.add_task() if scene.has("cancel") and scene.tape.chance(3) else "main"
    name = scene.fresh("g")
    scene.groups.append(name)
    children = [scene.add_task() for _ in range(scene.tape.pick((1, 0, 2)))]
    inside: Block = ()
    for child in children:
        scene.bodies[child] = [*_lives(scene, mix, child), *ended(scene)]
        inside += (ops.Spawn(child, name), *gap(scene)[:1])
    starter = scene.tape.pick(children) if children and scene.tape.chance(2) else scene.add_task()
    for _ in range(1 + (scene.tape.below(3) == 0)):
        _hand(scene, mix, name, starter)
    group = ops.Group(name, (*inside, *_body(scene, mix, name, owner)))
    if owner == "main":
        return (*wrapped(scene, mix, owner, (group,)), *mark(scene), *gap(scene)[:1])
    scene.bodies[owner] = [*wrapped(scene, mix, owner, (group,)), *mark(scene), *ended(scene)]
    return (*gap(scene), ops.Cancel(owner), *gap(scene))


def _lives(scene: Scene, mix: Mix, task: str) -> Block:
    """A short life: a few rounds, a tick or two, or some ops."""
    if scene.tape.chance(3):
        return lives(scene, some(scene, mix, task, 1, 2))
    return lives(scene, gap(scene) or (pause(scene, scene.tape.pick((1, 2))),))


def _body(scene: Scene, mix: Mix, name: str, owner: str) -> Block:
    """What the owner does in its group: little; at times it cancels the group, or fails."""
    does = some(scene, mix, owner, 1, 1) if scene.tape.chance(3) else gap(scene)
    how = scene.tape.below(6)
    if how == 1 and scene.has("cancel_group"):
        return (*does, ops.CancelGroup(name), *gap(scene))
    return (*does, ops.Raise("B")) if how == 2 else does


def _hand(scene: Scene, mix: Mix, name: str, starter: str) -> None:
    """The starter starts a child of its own in the group: on its way, in clean-up, in a scope of its own."""
    child = scene.add_task()
    does = [*_lives(scene, mix, child), *ended(scene)]
    scene.bodies[child] = does
    if scene.has("start") and scene.tape.chance(3):
        starts: Block = start_and_wait(scene, name, child, does)
    else:
        starts = (ops.Spawn(child, name),)
    if "context" in mix.areas and scene.has("set_variable", "get_variable"):  # whose has the child?
        variable = scene.object("variables")
        does.insert(0, ops.GetVariable(variable))
        starts = (ops.SetVariable(variable, scene.value()), *starts)
    form = scene.tape.below(6)
    after = gap(scene)
    if form == 1:
        starts = (ops.Attempt((pause(scene, 3),), finally_=(*gap(scene), *_safe(scene, starts))),)
    elif form == 2 and scene.has("shield"):
        starts = (ops.Shield((*gap(scene), *_safe(scene, starts), pause(scene, 2))),)
    elif form == 3 and scene.has("move_on_after"):
        starts = (ops.MoveOnAfter(1, (*starts, pause(scene, 3))), *mark(scene))
    elif form == 4 and scene.has("group"):
        inner = scene.fresh("g")
        scene.groups.append(inner)
        starts = (ops.Group(inner, (*starts, *gap(scene))), *mark(scene))
    else:
        starts = _safe(scene, starts)
    asks = requests(scene, starter) if {"handles", "scopes"} & {*mix.areas} else ()
    body = scene.bodies[starter]
    at = scene.tape.below(len(body)) if body else 0
    body[at:at] = [*gap(scene), *starts, *after, *asks]


def _safe(scene: Scene, starts: Block) -> Block:
    """The starter mostly bears a refusal."""
    if scene.tape.chance(4):
        return starts
    safe: Op = caught(*starts, *mark(scene))
    return (safe,)
