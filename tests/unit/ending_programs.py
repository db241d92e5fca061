"""Random programs that end by exits and Ctrl-C, with clean-up, groups and joins in their way."""

from __future__ import annotations

import random
from dataclasses import replace

from conformance.lang import ops
from conformance.lang.ops import Op
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics
from tests.unit.programs import ALL

ENDING: dict[str, Semantics] = {
    "structured": replace(ALL["structured"], exits="cancels", interrupts="there"),
    "edge": replace(ALL["edge"], exits="closes", interrupts="main"),
    "edge, at once": replace(ALL["edge"], exits="closes", interrupts="main", notice="at_once"),
    "waiting": replace(ALL["waiting"], exits="closes", interrupts="there"),
    "told": replace(ALL["edge"], exits="cancels", interrupts="main"),
}
"""Answers under which runs end in every way."""


class EndingMaker:
    """Makes one program after another from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def program(self, tasks: int, length: int) -> Program:
        """So many tasks of so many ops, one or two of which end it all."""
        choice, chance = self.random.choice, self.random.random
        names = ["a", "b", "c"][:tasks]
        bodies = {name: [self._op(names) for _ in range(length)] for name in names}
        bodies["main"] = [self._op(names) for _ in range(choice([0, 1, 1]))]
        for _ in range(choice([1, 1, 2])):
            body = bodies[choice([*names, "main"])]
            body.insert(self.random.randint(0, len(body)), choice([ops.Exit(), ops.Interrupt()]))
        spawns: tuple[Op, ...] = tuple(map(ops.Spawn, names))
        if chance() < 0.4:
            inner = tuple(ops.Spawn(n, "g") for n in names[1:])
            spawns = (ops.Spawn(names[0]), ops.Group("g", (*inner, ops.Checkpoint())))
        every = {name: self._cleaning(body) for name, body in bodies.items()}
        if chance() < 0.2:
            every["late"] = (ops.Checkpoint(), ops.Note("late"))
            every[names[0]] = (ops.Attempt(every[names[0]], finally_=(ops.Spawn("late"),)),)
        main = (*spawns, *every.pop("main"))
        return Program({"main": main, **every})

    def _cleaning(self, body: list[Op]) -> tuple[Op, ...]:
        if self.random.random() < 0.6:
            return tuple(body)
        ends = self.random.choice([(ops.Log(1),), (ops.Checkpoint(), ops.Note(2)), (ops.Exit(),)])
        told = self.random.choice([None, None, ()])
        return (ops.Attempt(tuple(body), on_cancel=told, finally_=ends),)

    def _op(self, names: list[str]) -> Op:
        choice = self.random.choice
        made = (
            ops.Checkpoint(), ops.Sleep(choice([0, 1])), ops.Log(choice([3, 4])), ops.Cancel(choice(names)),
            ops.Attempt((ops.Join(choice(names)),), on_error=()), ops.MoveOnAfter(1, (ops.Sleep(2),)),
            ops.Shield((ops.Checkpoint(),)),
        )  # fmt: skip
        return choice(made)
