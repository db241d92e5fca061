"""From bytes to a program: the swarm, the shape, who starts whom, and the epilogue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from conformance.engine.generate.area import gap
from conformance.engine.generate.areas import AREAS
from conformance.engine.generate.families import family
from conformance.engine.generate.handed import handed
from conformance.engine.generate.order import handover, queue, steps
from conformance.engine.generate.scene import Scene
from conformance.engine.generate.shapes import Mix, Shape, early, free, meeting, nest, story
from conformance.engine.generate.tape import Tape
from conformance.lang import ops
from conformance.lang.capability import SPECIAL
from conformance.lang.check_loop import started_by
from conformance.lang.ops import OPS, Block, Op
from conformance.lang.program import Program

EVERYTHING: Final = frozenset((*OPS, *SPECIAL))
"""What a runtime that lacks nothing has."""
SHAPES: Final[tuple[Shape, ...]] = (
    free,
    meeting,
    nest,
    early,
    family,
    meeting,
    queue,
    story,
    steps,
    handover,
    handed,
)
"""Drawn from with equal chances. The order is part of what a seed means."""
QUIET: Final = 12
"""Ticks after which main looks at what is left: later than any small time in a program."""


def decode(
    data: bytes, can: frozenset[str] = EVERYTHING, areas: Iterable[str] = tuple(AREAS)
) -> Program:
    """The program of these bytes, of ops that are in `can`, in these areas (all: any of them).

    The program makes sense whatever the bytes. Raises KeyError for an area that there is not.
    """
    tape = Tape(data)
    scene = Scene(tape, can)
    every = [name for name in areas if _there(name, can)]
    mix = Mix(scene, swarm(tape, every), every)
    opened = [op for name in mix.areas for op in AREAS[name].prelude(scene)]
    shape = tape.pick(SHAPES)
    driver = shape(scene, mix)
    main = [*opened, *scene.bodies["main"], *_starts(scene, driver)]
    scene.bodies["main"] = main
    end = [op for name in mix.areas for op in AREAS[name].epilogue(scene) if _within(op, can)]
    if scene.has("sleep"):
        main.append(ops.Sleep(QUIET))
    main.extend(end)
    for body in scene.bodies.values():
        body[:] = _known(tuple(body), can)
    return scene.program()


def _there(name: str, can: frozenset[str]) -> bool:
    """Whether a runtime has anything of an area."""
    area = AREAS[name]
    some = not area.either or not can.isdisjoint(area.either)
    return some and can.issuperset(area.needs) and not can.isdisjoint(area.ops)


def _within(op: Op, can: frozenset[str]) -> bool:
    """Whether a runtime has an op and all that is inside it."""
    return op.kind in can and all(_within(inner, can) for _, b in op.blocks() for inner in b)


def _known(block: Block, can: frozenset[str]) -> Block:
    """The ops; a checkpoint in the place of each that a runtime lacks: a story may tell more than there is."""
    known: list[Op] = []
    for op in block:
        inner = {name: _known(body, can) for name, body in op.blocks()}
        known.append(
            (replace(op, **inner) if inner else op) if op.kind in can else ops.Checkpoint()
        )
    return tuple(known)


def swarm(tape: Tape, areas: Iterable[str]) -> tuple[str, ...]:
    """One area or two: few things, so that they meet. Tasks are always among them where they may be."""
    every = [name for name in areas for _ in range(AREAS[name].weight)]
    if not every:
        return ()
    first = tape.pick(every)
    chosen = {first}
    if (beside := AREAS[first].beside) in every and tape.chance(2):
        chosen.add(beside)
    elif tape.chance(2):
        chosen.add(tape.pick(every))
    if "tasks" in every:
        chosen.add("tasks")
    if "threads" in chosen:  # the reference has no model of both
        chosen.discard("shutdown")
    return tuple(name for name in dict.fromkeys(every) if name in chosen)


def _starts(scene: Scene, driver: Block) -> list[Op]:
    """Main starts whoever nobody else starts, then drives; its own troubles do not keep it from the epilogue."""
    inside = {*_started(scene, driver)}
    starts: list[Op] = []
    for task in scene.tasks[1:]:
        if task not in inside:
            starts += [ops.Spawn(task), *gap(scene)[:1]]
    if not driver:
        return starts
    held = ops.MoveOnAfter(4, driver) if scene.has("move_on_after") else None
    body: Block = (held,) if held is not None and scene.tape.chance(2) else driver
    if scene.tape.chance(4):
        return [*starts, *body]
    return [*starts, ops.Attempt(body, on_error=(), on_cancel=())]


def _started(scene: Scene, driver: Block) -> Iterable[str]:
    """Whoever somebody starts."""
    blocks: list[Block] = [driver, *map(tuple, scene.bodies.values())]
    while blocks:
        for op in blocks.pop():
            if (started := started_by(op)) is not None:
                yield started
            blocks.extend(block for _, block in op.blocks())
