"""Random programs that collide: few op kinds, one object of each kind, full of cancels and shields."""

from __future__ import annotations

import random
from collections.abc import Sequence

from conformance.lang import ops
from conformance.lang.ops import Op
from conformance.lang.program import Channel, Program
from conformance.lang.semantics import Point, Semantics

SYNC: dict[str, Point] = dict.fromkeys(
    (
        "spawn",
        "set",
        "release",
        "cancel",
        "send_nowait",
        "receive_nowait",
        "listen",
        "send_eof",
        "close",
        "abort",
    ),
    "never",
)
STRUCTURED = Semantics(
    order="any", cancellation="level", cancel_before_start="runs", race="completion", past="later",
    sleep_race="cancel",
    notice="at_once", orphans="awaited", relock="error", unowned="error", dead_owner="broken",
    own_close="closed", second_user="refused",
    schedule_points={"default": "always", **SYNC},
    cancel_points={"default": "always", **SYNC},
)  # fmt: skip
EDGE = Semantics(
    order="fifo", cancellation="edge", cancel_before_start="skips", cancel_at_return="cancelled", race="cancel",
    cancel_joiner="propagates", join_self="error", channels="barging", past="later", late_child="refused",
    schedule_points={"default": "if_blocks", "checkpoint": "always", **SYNC},
    cancel_points={"default": "if_blocks", "checkpoint": "always", **SYNC},
)  # fmt: skip
WAITING_CANCEL = Semantics(
    order="fifo", cancellation="edge", cancel_before_start="runs", race="completion", cancel_waits=True,
    cancel_again="ignored", orphans="in_turn", groups="collected", children="in_turn", channels="barging", ties="fifo",
    join_error="wrapped", join_cancelled="error", own_close="drained",
    schedule_points={"default": "if_blocks", "checkpoint": "always", **SYNC},
    cancel_points={"default": "if_blocks", "checkpoint": "always", **SYNC},
)  # fmt: skip
EAGER = Semantics(
    order="fifo",
    start="eager",
    race="either",
    locks="barging",
    orphans="destroyed",
    cancel_again="each",
)
GREEN = Semantics(
    order="any", race="cancel", cancel_running="at_once", cancel_again="each", channels="unordered",
    join_cancelled="value", context="fresh", orphans="abandoned", past="either", groups="collected",
    schedule_points={"default": "if_blocks", "checkpoint": "always", **SYNC, "cancel": "unspecified"},
    cancel_points={"default": "if_blocks", "checkpoint": "always", **SYNC},
)  # fmt: skip
DEFERRED = Semantics(
    order="any", start="eager", cancel_before_start="runs", cancel_running="never", race="either",
    cancel_joiner="propagates", joiners="first", notice="at_once", orphans="abandoned", groups="collected",
    schedule_points={"default": "if_blocks", "checkpoint": "always", "set": "unspecified"},
    cancel_points={"default": "if_blocks", "checkpoint": "always", **SYNC},
)  # fmt: skip
FATAL = Semantics(
    order="fifo", cancel_before_start="runs", race="either", join_error="copied", unjoined="ends", orphans="abandoned",
    cancel_ended="error",
    schedule_points={"default": "if_blocks", "checkpoint": "always", **SYNC},
    cancel_points={"default": "if_blocks", "checkpoint": "always", **SYNC},
)  # fmt: skip
LOOSE = Semantics()
ALL = {
    "structured": STRUCTURED,
    "edge": EDGE,
    "waiting": WAITING_CANCEL,
    "eager": EAGER,
    "green": GREEN,
    "deferred": DEFERRED,
    "fatal": FATAL,
    "loose": LOOSE,
}

KINDS = (
    "send", "receive", "send_nowait", "acquire", "release", "wait", "set", "checkpoint", "note", "log", "sleep",
    "cancel", "shield", "deadline", "join", "attempt", "group", "spawn", "block", "detach",
)  # fmt: skip


_OPENING = (ops.Listen("L"), ops.Spawn("server"), ops.Connect("c", "L"))


class Maker:
    """Makes one program after another from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def program(self, tasks: int, length: int, kinds: Sequence[str] | None = None) -> Program:
        """A program of that many tasks of that many ops each, of a few drawn kinds."""
        self.names = ["a", "b", "c", "d"][:tasks]
        self.pool = list(kinds) if kinds is not None else self.random.sample(KINDS, 5)
        bodies = {"main": self._main()}
        for name in self.names:
            body = tuple(self._op(0) for _ in range(length))
            bodies[name] = (*body[:-1], ops.Raise("E")) if self.random.random() < 0.15 else body
        if self.detached:
            bodies["d1"] = (ops.Checkpoint(), ops.Note("detached"))
            bodies[self.names[0]] += (ops.Detach("d1"),)
        return Program(bodies, events=("e",), locks=("l",), channels={"q": Channel(1)})

    @property
    def detached(self) -> bool:
        """Whether the first task ends by waiting for a detached one."""
        return "detach" in self.pool

    def _main(self) -> tuple[Op, ...]:
        if "group" in self.pool:
            return (
                ops.Group("g", (*(ops.Spawn(n, "g") for n in self.names), ops.Checkpoint())),
                ops.Note("left"),
            )
        spawns: tuple[Op, ...] = tuple(ops.Spawn(n) for n in self.names)
        if self.random.random() < 0.5:
            spawns += tuple(
                ops.Attempt((ops.Join(n),), on_error=(), on_cancel=()) for n in self.names
            )
        return spawns

    def _op(self, depth: int) -> Op:
        choice, kind = self.random.choice, self.random.choice(self.pool)
        if kind in ("shield", "deadline", "attempt") and depth < 2:
            return self._block(
                kind, tuple(self._op(depth + 1) for _ in range(self.random.randint(1, 2)))
            )
        simple: dict[str, Op] = {
            "send": ops.Send("q", choice([1, 2, None])),
            "receive": ops.Receive("q"),
            "send_nowait": ops.Attempt((ops.SendNowait("q", 3),), on_error=()),
            "acquire": ops.Acquire("l"),
            "release": ops.Attempt((ops.Release("l"),), on_error=()),
            "wait": ops.Wait("e"),
            "set": ops.Set("e"),
            "checkpoint": ops.Checkpoint(),
            "log": ops.Log(choice([1, 2])),
            "sleep": ops.Sleep(choice([0, 1, 1, 2, -1])),
            "cancel": ops.Cancel(choice([*self.names, "main"])),
            "join": ops.Attempt((ops.Join(choice(self.names)),), on_error=()),
            "block": ops.Block_(1),
        }
        return simple.get(kind, ops.Note(choice([1, 2])))

    def _block(self, kind: str, body: tuple[Op, ...]) -> Op:
        choice = self.random.choice
        if kind == "shield":
            return ops.Shield(body)
        if kind == "deadline":
            return choice([ops.MoveOnAfter, ops.FailAfter])(choice([0, 1, 1, 2, -1]), body)
        return ops.Attempt(
            body,
            on_cancel=choice([None, (), (ops.Note("x"),)]),
            on_error=choice([None, ()]),
            finally_=choice([(), (ops.Checkpoint(),)]),
        )

    def tcp(self) -> Program:
        """A client and a server that do a few things to one connection."""
        choice = self.random.choice
        client = tuple(self._tcp_op("c") for _ in range(self.random.randint(1, 3)))
        server = tuple(self._tcp_op("s") for _ in range(self.random.randint(1, 3)))
        return Program(
            {
                "main": (
                    *(ops.Listen("L"), ops.Spawn("server"), ops.Connect("c", "L"), *client),
                    choice([ops.Close("c"), ops.Note(0)]),
                ),
                "server": (ops.Accept("s", "L"), *server, choice([ops.Close("s"), ops.Note(0)])),
            }
        )

    def _tcp_op(self, stream: str) -> Op:
        op: Op = self.random.choice(
            [
                ops.SendBytes(stream, "ab"), ops.SendBytes(stream, "x"), ops.ReceiveExactly(stream, 1),
                ops.ReceiveUntilEof(stream), ops.ReceiveSome(stream, 2), ops.SendEof(stream), ops.Close(stream),
                ops.Abort(stream), ops.Checkpoint(),
                ops.MoveOnAfter(1, (ops.ReceiveExactly(stream, 2),)),
            ]
        )  # fmt: skip
        return ops.Attempt((op,), on_error=())
