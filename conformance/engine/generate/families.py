"""Groups: children that fail, wait, clean up, become ready, or are cancelled, at every stage."""

from __future__ import annotations

from conformance.engine.generate.area import caught, gap, mark, pause, shielded
from conformance.engine.generate.scene import Scene
from conformance.engine.generate.shapes import Mix, ended, free, guarded, some, wrapped
from conformance.lang import ops
from conformance.lang.ops import Block, Op


def family(scene: Scene, mix: Mix) -> Block:
    """A group whose children fail, wait, or are cancelled, at every stage; at times so is the task that owns it."""
    if not scene.has("group"):
        return free(scene, mix)
    owner = "main"
    if scene.has("cancel") and scene.tape.chance(4):
        owner = scene.add_task()
    name = scene.fresh("g")
    scene.groups.append(name)
    started: Block = ()
    children = [scene.add_task() for _ in range(scene.tape.pick((2, 1, 3, 0)))]
    crossed = owner != "main" and bool(children) and scene.tape.chance(2)
    for child in children:
        does = scene.bodies[child]
        if crossed and child == children[-1]:
            does += [*gap(scene), ops.Raise("F")]
        else:
            does += [*gap(scene), *lives(scene, some(scene, mix, child, 1, 2)), *ended(scene)]
        if scene.has("start") and scene.tape.chance(3):
            started += start_and_wait(scene, name, child, does)
        else:
            started += (ops.Spawn(child, name), *gap(scene)[:1])
    if children and scene.has("cancel_group") and scene.tape.chance(6):
        does = scene.bodies[scene.tape.pick(children)]
        does.insert(0, ops.CancelGroup(name))
    started = _inside(scene, started) if children and scene.tape.chance(4) else started
    body = () if scene.tape.chance(4) else some(scene, mix, owner, 1, 2)
    body += _parted(scene, name, children)
    failed: Block = (ops.Raise("B"),) if scene.tape.chance(6) else ()
    group = ops.Group(name, (*started, *body, *failed))
    if owner != "main":
        return _owned(scene, mix, owner, group)
    return (*wrapped(scene, mix, owner, (group,)), *gap(scene)[:1])


def _owned(scene: Scene, mix: Mix, owner: str, group: Op) -> Block:
    """Another task than main owns the group, is cancelled about when a child fails, and goes on behind it."""
    block = wrapped(scene, mix, owner, (guarded(scene, group),))
    scene.bodies[owner] = [*block, pause(scene, 2), *mark(scene), *ended(scene)]
    return (*gap(scene), ops.Cancel(owner), *gap(scene))


def lives(scene: Scene, body: Block) -> Block:
    """What a child does: as it is, longer than what started it, or with clean-up that takes its time."""
    form = scene.tape.below(4)
    if form == 2:
        return (*body, pause(scene, 2), ops.Note("lived"))
    if form == 3 and scene.has("cleanup:waits"):
        slow = (*shielded(scene, pause(scene, 1)), ops.Log(5))
        return (ops.Attempt((*body, *gap(scene)), finally_=slow),)
    return body


def _inside(scene: Scene, started: Block) -> Block:
    """Children that are started inside a scope of the group's owner, which is given up before they have ended."""
    ticks = scene.ticks("deadline")
    if scene.has("scope", "cancel_scope") and scene.tape.chance(2):
        name = scene.fresh("n")
        return (ops.Scope(name, (*started, ops.CancelScope(name), *gap(scene))), *mark(scene))
    if scene.has("move_on_after"):
        return (ops.MoveOnAfter(ticks, (*started, *gap(scene))), *mark(scene))
    return started


def _parted(scene: Scene, name: str, children: list[str]) -> Block:
    """Perhaps one child is cancelled by the owner, or all with the group itself; or the owner waits for it to fail."""
    how = scene.tape.below(4)
    if children and how == 1 and scene.has("join"):
        joined = scene.tape.pick(children)
        does = scene.bodies[joined]
        if scene.tape.chance(2) and not (does and does[-1].kind in ("return", "raise")):
            does.append(ops.Raise("E"))
        return (caught(ops.Join(joined)),)
    if children and how == 2 and scene.has("cancel"):
        return (*gap(scene), ops.Cancel(scene.tape.pick(children)))
    if children and how == 3 and scene.has("cancel_group"):
        return (*gap(scene), ops.CancelGroup(name))
    return ()


def start_and_wait(scene: Scene, group: str, child: str, body: list[Op]) -> Block:
    """The child is waited for until it is ready, at some place of its body; seldom it never says so, or twice."""
    if not scene.tape.chance(6):
        for _ in range(2 if scene.tape.chance(6) else 1):
            ready = guarded(scene, ops.Started(scene.value()))
            if scene.tape.chance(5):  # as it is told to go, or would have been
                ready = ops.Attempt((pause(scene, 2),), finally_=(ready, *mark(scene)))
            body.insert(scene.tape.below(len(body)) if body else 0, ready)
    if scene.tape.chance(4):  # who is told to go before it is ready fails of its clean-up
        fails = (*mark(scene), ops.Raise("C"))
        body.insert(0, ops.Attempt((pause(scene, 2),), on_cancel=fails))
    start = guarded(scene, ops.Start(child, group))
    if scene.has("shield") and scene.tape.chance(4):
        return (ops.Shield((start,)), *mark(scene))
    if scene.has("move_on_after") and scene.tape.chance(2):
        return (ops.MoveOnAfter(scene.ticks("deadline"), (start,)), *mark(scene))
    return (start,)
