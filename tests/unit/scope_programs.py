"""Random programs that collide in scopes and groups: named scopes, started tasks, context variables."""

from __future__ import annotations

import random

from conformance.lang import ops
from conformance.lang.ops import Op
from conformance.lang.program import Program

KINDS = (
    "cancel_scope", "move_deadline", "cancel_called", "cancel_pending", "cancelled_caught", "cancel_group", "done",
    "cancelled", "cancelling", "set_variable", "get_variable", "reset_variable", "checkpoint",
    "sleep", "shield", "attempt", "deadline", "wait", "set", "cancel", "raise", "block", "log", "join",
)  # fmt: skip


class ScopeMaker:
    """Makes one program after another from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def program(self, tasks: int, length: int) -> Program:
        """A program of that many tasks of about that many ops each, of a few drawn kinds.

        The scope `s` stands in the first task, the deadline `d` in another one or in main; all tasks but perhaps the
        last stand in the group `g`.
        """
        choice, chance = self.random.choice, self.random.random
        self.names = ["a", "b", "c"][:tasks]
        self.pool = self.random.sample(KINDS, 5)
        started = chance() < 0.5
        bodies = {name: self._body(length) for name in self.names}
        bodies["a"] = (ops.Scope("s", bodies["a"]), *self._body(1))
        if started:
            at = self.random.randint(0, length)
            ready = (*bodies["a"][:at], ops.Started(choice([None, 1])), *bodies["a"][at:])
            bodies["a"] = ready
        starts: list[Op] = [ops.Spawn(name, "g") for name in self.names]
        if started:
            starts[0] = self._caught(ops.Start("a", "g"))
            starts.append(starts.pop(0))
        if chance() < 0.3 and not (started and tasks == 1):
            loose = [isinstance(op, ops.Spawn) for op in starts].index(True)
            starts[loose] = ops.Spawn(starts[loose].task)  # type: ignore[attr-defined]
        timed = choice([ops.MoveOnAfter, ops.FailAfter])
        ticks = choice([0, 1, 2, -1])
        body: tuple[Op, ...]
        if chance() < 0.5:
            body = (timed(ticks, (*starts, *self._body(1)), "d"),)
        else:
            body = (*starts, *self._body(1))
            last = self.names[-1]
            bodies[last] = (self._caught(timed(ticks, bodies[last], "d")),)
        main = (*self._body(1, simple=True), self._caught(ops.Group("g", body)), *self._body(1))
        return Program(self._sound({"main": main, **bodies}), events=("e",), variables=("v",))

    def _caught(self, op: Op) -> Op:
        if self.random.random() < 0.5:
            return op
        return ops.Attempt((op,), on_error=(), on_cancel=self.random.choice([None, ()]))

    def _body(self, length: int, *, simple: bool = False) -> tuple[Op, ...]:
        return tuple(self._op(2 if simple else 0) for _ in range(length))

    def _op(self, depth: int) -> Op:
        choice, kind = self.random.choice, self.random.choice(self.pool)
        if kind in ("shield", "attempt", "deadline") and depth < 2:
            return self._block(kind, tuple(self._op(depth + 1) for _ in range(choice([1, 2]))))
        task = choice([*self.names, "main"])
        simple: dict[str, Op] = {
            "cancel_scope": self._caught(ops.CancelScope(choice("sd"))),
            "move_deadline": self._caught(ops.MoveDeadline("d", choice([0, 1, 2, -1, 9]))),
            "cancel_called": self._caught(ops.CancelCalled(choice("sd"))),
            "cancel_pending": ops.CancelPending(),
            "cancelled_caught": self._caught(ops.CancelledCaught(choice("sd"))),
            "cancel_group": self._caught(ops.CancelGroup("g")),
            "done": self._caught(ops.Done(task)),
            "cancelled": self._caught(ops.Cancelled(task)),
            "cancelling": self._caught(ops.Cancelling(task)),
            "set_variable": ops.SetVariable("v", choice([1, 2])),
            "get_variable": ops.GetVariable("v"),
            "reset_variable": self._caught(ops.ResetVariable("v")),
            "checkpoint": ops.Checkpoint(),
            "sleep": ops.Sleep(choice([0, 1, 1, 2])),
            "wait": ops.Wait("e"),
            "set": ops.Set("e"),
            "cancel": self._caught(ops.Cancel(task)),
            "join": self._caught(ops.Join(choice(self.names))),
            "raise": ops.Attempt(
                (ops.Checkpoint(), ops.Raise("E")), on_error=choice([None, ()]), finally_=()
            ),
            "block": ops.Block_(1),
            "log": ops.Log(1),
        }
        return simple.get(kind, ops.Note(choice([1, 2])))

    def _block(self, kind: str, body: tuple[Op, ...]) -> Op:
        choice = self.random.choice
        if kind == "shield":
            return ops.Shield(body)
        if kind == "deadline":
            return ops.MoveOnAfter(choice([0, 1, 1, 2]), body)
        return ops.Attempt(
            body,
            on_cancel=choice([None, ()]),
            on_error=choice([None, ()]),
            finally_=choice([(), (ops.Checkpoint(),)]),
        )

    def _sound(self, bodies: dict[str, tuple[Op, ...]]) -> dict[str, tuple[Op, ...]]:
        """The same with a `set_variable` before everything in a task that resets one."""
        resets = {t for t, body in bodies.items() if "ResetVariable" in repr(body)}
        first = (ops.SetVariable("v", 0),)
        return {t: (*first, *body) if t in resets else body for t, body in bodies.items()}
