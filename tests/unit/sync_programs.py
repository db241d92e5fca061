"""Random programs that collide on primitives and on ends of channels: one object of each kind, full of cancels."""

from __future__ import annotations

import math
import random

from conformance.lang import ops
from conformance.lang.ops import Op
from conformance.lang.program import Channel, Program

AREAS: dict[str, tuple[str, ...]] = {  # `count` asks who waits
    "event": ("wait", "set", "clear", "is_set", "count"),
    "lock": ("acquire", "release", "locked", "acquire_nowait", "count"),
    "condition": (
        "wait_condition", "wait_condition", "notify", "notify_all", "locked", "acquire", "count",
    ),
    "semaphore": (
        "acquire_semaphore", "acquire_semaphore", "release_semaphore", "semaphore_value", "count",
    ),
    "bounded": ("acquire_semaphore", "release_semaphore", "acquire_semaphore_nowait"),
    "limiter": (
        "acquire_limiter", "acquire_limiter", "release_limiter", "set_limit", "available", "count",
    ),
    "barrier": ("wait_barrier", "wait_barrier", "checkpoint", "count"),
    "rendezvous": ("send", "receive", "send_nowait", "receive_nowait", "count"),
    "unbounded": ("send", "receive", "receive_nowait", "length"),
    "ends": (
        "send", "receive", "close_sender", "close_receiver", "length", "receive_nowait", "count",
    ),
    "clones": ("send_clone", "receive_clone", "close_sender", "close_clone", "clone", "receive"),
}  # fmt: skip
COUNTS: dict[str, tuple[Op, ...]] = {
    "event": (ops.EventWaiters("e"),),
    "lock": (ops.LockWaiters("l"),),
    "condition": (ops.ConditionWaiters("k"), ops.LockWaiters("k")),
    "semaphore": (ops.SemaphoreWaiters("s"),),
    "limiter": (ops.LimiterWaiters("i"),),
    "barrier": (ops.BarrierWaiters("x"),),
}
DISTURBANCES = ("cancel", "shield", "deadline", "checkpoint", "sleep", "attempt", "log", "cancel")


class SyncMaker:
    """Makes one program after another from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def program(self, tasks: int, length: int, area: str | None = None) -> Program:
        """A program of that many tasks of about that many ops each, about one area."""
        choice, chance = self.random.choice, self.random.random
        self.area = area or choice(list(AREAS))
        self.pool = [*AREAS[self.area], *self.random.sample(DISTURBANCES, 2)]
        self.names = ["a", "b", "c", "d"][:tasks]
        bodies = {name: self._body(length) for name in self.names}
        if self.area == "condition":
            bodies = {
                n: (ops.Acquire("k"), *b, self._caught(ops.Release("k"))) for n, b in bodies.items()
            }
        opening = (ops.CloneSender("q", "s2"), ops.CloneReceiver("q", "r2"))
        early = self.area == "clones" and chance() < 0.7
        start: tuple[Op, ...] = opening if early else ()
        if self.area == "clones" and not early:
            bodies["a"] = (self._caught(opening[0]), self._caught(opening[1]), *bodies["a"])
        capacity: float = {"rendezvous": 0, "unbounded": math.inf}.get(self.area, choice([0, 1, 1]))
        bounded = self.area == "bounded"
        spawns = tuple(ops.Spawn(name) for name in self.names)
        tail = (self._caught(ops.Join(choice(self.names))),) if chance() < 0.3 else ()
        return Program(
            {"main": (*start, *spawns, *self._body(1), *tail), **bodies},
            events=("e",),
            locks=("l",),
            conditions=("k",),
            channels={"q": Channel(capacity)},
            semaphores={} if bounded else {"s": choice([0, 1, 1, 2])},
            bounded_semaphores={"s": 1} if bounded else {},
            limiters={"i": choice([1, 1, 2])},
            barriers={"x": choice([1, 2, 2, 3])},
        )

    def _caught(self, op: Op) -> Op:
        return ops.Attempt((op,), on_error=(), on_cancel=self.random.choice([None, None, ()]))

    def _body(self, length: int) -> tuple[Op, ...]:
        return tuple(self._op(0) for _ in range(length))

    def _op(self, depth: int) -> Op:
        choice, kind = self.random.choice, self.random.choice(self.pool)
        if kind in ("shield", "attempt", "deadline") and depth < 2:
            return self._block(kind, tuple(self._op(depth + 1) for _ in range(choice([1, 2]))))
        made = self._plain(kind)
        waits = kind.startswith(("acquire", "wait")) and kind != "acquire_nowait"
        return made if waits or self.random.random() < 0.1 else self._caught(made)

    def _plain(self, kind: str) -> Op:
        choice = self.random.choice
        lock = "k" if self.area == "condition" else "l"
        simple: dict[str, Op] = {
            "wait": ops.Wait("e"), "set": ops.Set("e"), "clear": ops.Clear("e"), "is_set": ops.IsSet("e"),
            "acquire": ops.Acquire(lock), "release": ops.Release(lock), "locked": ops.Locked(lock),
            "acquire_nowait": ops.AcquireNowait(lock), "wait_condition": ops.WaitCondition("k"),
            "notify": ops.Notify("k", choice([1, 2])), "notify_all": ops.NotifyAll("k"),
            "acquire_semaphore": ops.AcquireSemaphore("s"), "release_semaphore": ops.ReleaseSemaphore("s"),
            "acquire_semaphore_nowait": ops.AcquireSemaphoreNowait("s"),
            "semaphore_value": ops.SemaphoreValue("s"), "acquire_limiter": ops.AcquireLimiter("i"),
            "release_limiter": ops.ReleaseLimiter("i"), "set_limit": ops.SetLimit("i", choice([0, 1, 2])),
            "available": ops.AvailableTokens("i"), "wait_barrier": ops.WaitBarrier("x"),
            "send": ops.Send("q", choice([1, 2])), "receive": ops.Receive("q"),
            "send_nowait": ops.SendNowait("q", 3), "receive_nowait": ops.ReceiveNowait("q"),
            "length": ops.Length("q"), "close_sender": ops.CloseSender("q"),
            "close_receiver": ops.CloseReceiver("q"), "send_clone": ops.Send("s2", choice([4, 5])),
            "receive_clone": ops.Receive("r2"), "close_clone": choice([ops.CloseSender("s2"), ops.CloseReceiver("r2")]),
            "clone": choice([ops.CloseReceiver("q"), ops.SendNowait("s2", 6)]),
            "count": choice(COUNTS.get(self.area, (ops.WaitingSenders("q"), ops.WaitingReceivers("q")))),
            "checkpoint": ops.Checkpoint(), "sleep": ops.Sleep(choice([0, 1, 1])),
            "cancel": ops.Cancel(choice([*self.names, *self.names, "main"])), "log": ops.Log(1),
        }  # fmt: skip
        return simple.get(kind, ops.Note(choice([1, 2])))

    def _block(self, kind: str, body: tuple[Op, ...]) -> Op:
        choice = self.random.choice
        if kind == "shield":
            return ops.Shield(body)
        if kind == "deadline":
            return ops.MoveOnAfter(choice([0, 1, 1]), body)
        return ops.Attempt(
            body,
            on_cancel=choice([None, ()]),
            on_error=choice([None, ()]),
            finally_=choice([(), (ops.Checkpoint(),)]),
        )
