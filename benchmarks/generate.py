"""Make the committed sets of programs: `python -m benchmarks.generate`.

Swarm testing (Groce and others, 2012): each program draws three to five kinds of op and repeats
them on very few objects, so that its tasks collide. The seed is fixed.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

from conformance.engine.explore import explore
from conformance.lang import ops
from conformance.lang.codec import Json, program_from_json, program_to_json
from conformance.lang.ops import Op
from conformance.lang.program import Channel, Program
from runtimes.reference.declared import REFERENCE
from runtimes.reference.machine import Machine

HERE = Path(__file__).parent
FOUR, THREE = HERE / "programs.json", HERE / "three.json"
SEED = 20_25
ENOUGH = 4
"""Outcomes that make a program one with many."""

KINDS = (
    "checkpoint", "note", "sleep", "event", "lock", "channel", "nowait", "cancel",
    "shield", "deadline", "attempt",
)  # fmt: skip
FRAME = {
    "four": "main spawns four tasks (and joins them in every second program); each has four "
    "ops, those in the bodies of shields and deadlines counted; an attempt around ops is not an op",
    "three": "main spawns three tasks; each has three ops, without bodies",
}
SELECTION = (
    "drawn in order from one seeded generator; kept until {few} programs with fewer than "
    "{enough} allowed outcomes "
    "under the reference's semantics and {many} with at least as many were found, so that the "
    "median is at least "
    "{enough}; how long a search takes plays no part, and a program whose search gives up "
    "counts by what was found"
)


class Draw:
    """Draws one program."""

    def __init__(
        self, rng: random.Random, names: tuple[str, ...], *, bodies: bool, cancels: bool
    ) -> None:
        self.rng = rng
        self.names = names
        self.left = 0
        kinds = [
            kind
            for kind in KINDS
            if bodies or kind not in ("shield", "deadline", "attempt", "nowait")
        ]
        self.kinds = rng.sample(kinds, rng.randint(3, 5))
        if cancels and "cancel" not in self.kinds:
            self.kinds[0] = "cancel"

    def program(self, length: int, *, joins: bool) -> Program:
        """A program of tasks of that length."""
        main: tuple[Op, ...] = tuple(ops.Spawn(name) for name in self.names)
        if joins:
            main += tuple(
                ops.Attempt((ops.Join(name),), on_error=(), on_cancel=()) for name in self.names
            )
        bodies = {name: self._task(name, length) for name in self.names}
        return Program(
            {"main": main, **bodies}, events=("e",), locks=("l",), channels={"q": Channel(1)}
        )

    def _task(self, task: str, length: int) -> tuple[Op, ...]:
        """So many ops, nested ones included."""
        self.left = length
        body: list[Op] = []
        while self.left:
            body.append(self.op(task))
        return tuple(body)

    def op(self, task: str, depth: int = 0) -> Op:
        """One op; a body inside a body holds none."""
        structures = ("shield", "deadline", "attempt", "nowait")
        flat = depth or self.left < 2
        kinds = [kind for kind in self.kinds if not flat or kind not in structures] or ["note"]
        kind = self.rng.choice(kinds)
        self.left -= kind != "attempt"
        make: Callable[[str, int], Op] = getattr(self, "_" + kind)
        return make(task, depth)

    def _body(self, task: str, depth: int) -> tuple[Op, ...]:
        return tuple(
            self.op(task, depth + 1) for _ in range(self.rng.randint(1, min(2, self.left)))
        )

    def _checkpoint(self, task: str, depth: int) -> Op:
        return ops.Checkpoint()

    def _note(self, task: str, depth: int) -> Op:
        return ops.Note(self.rng.randint(1, 2))

    def _sleep(self, task: str, depth: int) -> Op:
        return ops.Sleep(self.rng.choice((0, 1, 1, 2)))

    def _event(self, task: str, depth: int) -> Op:
        return ops.Wait("e") if self.rng.random() < 0.5 else ops.Set("e")

    def _lock(self, task: str, depth: int) -> Op:
        if self.rng.random() < 0.5:
            return ops.Acquire("l")
        return ops.Release("l") if depth else ops.Attempt((ops.Release("l"),), on_error=())

    def _channel(self, task: str, depth: int) -> Op:
        if self.rng.random() < 0.5:
            return ops.Receive("q")
        return ops.Send("q", self.rng.randint(1, 2))

    def _nowait(self, task: str, depth: int) -> Op:
        ask = ops.ReceiveNowait("q") if self.rng.random() < 0.5 else ops.SendNowait("q", 3)
        return ops.Attempt((ask,), on_error=())

    def _cancel(self, task: str, depth: int) -> Op:
        return ops.Cancel(self.rng.choice(self.names))

    def _shield(self, task: str, depth: int) -> Op:
        return ops.Shield(self._body(task, depth))

    def _deadline(self, task: str, depth: int) -> Op:
        make = ops.MoveOnAfter if self.rng.random() < 0.5 else ops.FailAfter
        return make(self.rng.choice((0, 1, 1, 2)), self._body(task, depth))

    def _attempt(self, task: str, depth: int) -> Op:
        body = self._body(task, depth)
        on_error = self.rng.choice((None, ()))
        on_cancel = self.rng.choice((None, (), (ops.Note("c"),)))
        finally_ = self.rng.choice((None, (ops.Note("f"),), (ops.Checkpoint(),)))
        if on_error is None and on_cancel is None and finally_ is None:
            on_error = ()
        return ops.Attempt(body, on_error, on_cancel, finally_)


def draw_four(rng: random.Random, count: int) -> list[Program]:
    """Programs of four tasks of four ops, chosen as `SELECTION` says."""
    wanted = {False: count * 9 // 20, True: count - count * 9 // 20}
    chosen: list[Program] = []
    at = 0
    while any(wanted.values()):
        at += 1
        draw = Draw(rng, ("a", "b", "c", "d"), bodies=True, cancels=at % 3 == 0)
        program = draw.program(4, joins=at % 2 == 0)
        many = len(explore(Machine(program, REFERENCE)).outcomes) >= ENOUGH
        if wanted[many]:
            wanted[many] -= 1
            chosen.append(program)
    return chosen


def draw_three(rng: random.Random, count: int) -> list[Program]:
    """Programs of three tasks of three ops, all that are drawn."""
    return [
        Draw(rng, ("a", "b", "c"), bodies=False, cancels=at % 3 == 0).program(3, joins=False)
        for at in range(count)
    ]


def write_set(path: Path, about: dict[str, Json], programs: list[Program]) -> None:
    """A header, and one program to a line."""
    lines = ",\n".join(json.dumps(program_to_json(p), separators=(",", ":")) for p in programs)
    path.write_text(f'{{"about": {json.dumps(about, indent=1)},\n"programs": [\n{lines}\n]}}\n')


def read_set(path: Path) -> list[Program]:
    """The programs of a set."""
    return [program_from_json(data) for data in json.loads(path.read_text())["programs"]]


def main() -> None:
    """Write both sets."""
    rng = random.Random(SEED)
    four = draw_four(rng, 200)
    many = len(four) - len(four) * 9 // 20
    cancels = sum(any(op.kind == "cancel" for _, op in program.walk()) for program in four)
    selection = SELECTION.format(few=len(four) - many, many=many, enough=ENOUGH)
    about = {"made_by": "python -m benchmarks.generate", "seed": SEED}
    write_set(
        FOUR,
        {**about, "shape": FRAME["four"], "selection": selection, "with_cancel": cancels},
        four,
    )
    write_set(THREE, {**about, "shape": FRAME["three"], "selection": "none"}, draw_three(rng, 50))
    print(f"{len(four)} programs in {FOUR.name}, {cancels} with a cancel; 50 in {THREE.name}")


if __name__ == "__main__":
    main()
