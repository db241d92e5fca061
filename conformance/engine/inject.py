"""Injected checkpoints: rewritings of a program that give a runtime other schedules to run.

A checkpoint goes only before an op that, under the declared semantics, is always a schedule point
and always a cancel point: there it adds no freedom that was not there, it only shifts when things
happen.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace

from conformance.errors import DataError
from conformance.lang import ops
from conformance.lang.capability import BUILT_IN
from conformance.lang.ops import Block, Checkpoint
from conformance.lang.program import Path, Program
from conformance.lang.semantics import Semantics


def sites(program: Program, semantics: Semantics) -> tuple[Path, ...]:
    """Where a checkpoint may go: before these ops. Nothing can happen where no runtime is asked, or in a thread."""
    threads = {op.thread for _, op in program.walk() if isinstance(op, ops.RunInThread)}
    return tuple(
        path
        for path, op in program.walk()
        if op.kind not in BUILT_IN
        and path[0] not in threads
        and semantics.schedule_point(op.kind) == "always"
        and semantics.cancel_point(op.kind) == "always"
    )


def choose_sites(program: Program, semantics: Semantics, number: int, seed: int) -> list[Path]:
    """At most `number` different sites, chosen by the seed, in the order of the program."""
    every = sites(program, semantics)
    chosen = random.Random(seed).sample(range(len(every)), min(number, len(every)))
    return [every[index] for index in sorted(chosen)]


def inject(program: Program, paths: Iterable[Path]) -> Program:
    """The program with a checkpoint before each of these ops. Raises DataError for unknown ones."""
    wanted = frozenset(paths)
    places = {path for path, _ in program.walk()}
    if unknown := wanted - places:
        raise DataError(f"the program has no op at {'.'.join(min(unknown))}")
    tasks = {task: _rewrite(body, (task,), wanted) for task, body in program.tasks.items()}
    return replace(program, tasks=tasks)


def _rewrite(block: Block, path: Path, wanted: frozenset[Path]) -> Block:
    rewritten: Block = ()
    for index, op in enumerate(block):
        here = (*path, str(index))
        nested = {name: _rewrite(inner, (*here, name), wanted) for name, inner in op.blocks()}
        rewritten += (Checkpoint(),) if here in wanted else ()
        rewritten += (replace(op, **nested) if nested else op,)
    return rewritten
