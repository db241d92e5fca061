"""Random programs with threads that collide with tasks; and connections by UNIX sockets and from outside."""

from __future__ import annotations

import random

from conformance.lang import ops
from conformance.lang.ops import Op
from conformance.lang.program import Program

IN_TASKS = (
    "checkpoint",
    "sleep",
    "cancel",
    "open",
    "log",
    "note",
    "set",
    "wait",
    "set_variable",
    "join",
)
IN_THREADS = (
    "hold", "open", "log", "note", "from", "check", "raise", "stop", "get_variable", "set_variable",
)  # fmt: skip


class ThreadMaker:
    """Makes one program after another from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def program(self, tasks: int, length: int) -> Program:
        """Tasks of about that many ops each; one or two of them wait for a thread somewhere."""
        choice, chance = self.random.choice, self.random.random
        self.names = ["a", "b", "c"][:tasks]
        self.pool = self.random.sample(IN_TASKS, 4)
        self.thread_pool = self.random.sample(IN_THREADS, 4)
        bodies = {name: [self._op() for _ in range(length)] for name in self.names}
        threads: dict[str, tuple[Op, ...]] = {}
        for name in self.names[: choice([1, 1, 2])]:
            thread = f"t{name}"
            asked: Op = ops.RunInThread(thread, choice([None, None, True, False]))
            if chance() < 0.3:
                asked = choice([ops.MoveOnAfter, ops.FailAfter])(choice([0, 1, 2]), (asked,))
            elif chance() < 0.2:
                asked = ops.Shield((asked,))
            if chance() < 0.7:
                asked = ops.Attempt((asked,), on_error=(), on_cancel=choice([None, ()]))
            bodies[name].insert(self.random.randint(0, length), asked)
            threads |= self._thread(thread)
        main: tuple[Op, ...] = tuple(map(ops.Spawn, self.names))
        if chance() < 0.3:
            main = (ops.Group("g", (*(ops.Spawn(n, "g") for n in self.names), ops.Checkpoint())),)
        if chance() < 0.5:
            main += (self._op(), self._op())
        every = {"main": main, **{n: tuple(body) for n, body in bodies.items()}, **threads}
        return Program(every, events=("e",), variables=("v",))

    def _thread(self, name: str) -> dict[str, tuple[Op, ...]]:
        choice = self.random.choice
        body: list[Op] = []
        calls: dict[str, tuple[Op, ...]] = {}
        for _ in range(choice([1, 1, 2])):
            kind = choice(self.thread_pool)
            simple: dict[str, Op] = {
                "hold": ops.Hold("g1"),
                "open": ops.OpenGate("g1"),
                "log": ops.Log(3),
                "check": ops.CheckCancelled(),
                "raise": ops.Raise("F"),
                "stop": ops.Raise("StopIteration"),
                "get_variable": ops.GetVariable("v"),
                "set_variable": ops.SetVariable("v", 7),
                "note": ops.Note(5),
            }
            if kind == "from" and not calls:
                called = f"c{name}"
                calls[called] = (self._op(), choice([ops.Return(8), ops.Raise("G"), ops.Note(1)]))
                body.append(self._caught(ops.FromThread(called)))
            else:
                body.append(self._caught(simple.get(kind, ops.Note(6))))
        return {name: (*body, choice([ops.Note("end"), ops.Return(9)])), **calls}

    def _caught(self, op: Op) -> Op:
        if self.random.random() < 0.6:
            return op
        return ops.Attempt((op,), on_error=(), on_cancel=self.random.choice([None, ()]))

    def _op(self) -> Op:
        choice = self.random.choice
        simple: dict[str, Op] = {
            "checkpoint": ops.Checkpoint(),
            "sleep": ops.Sleep(choice([0, 1, 2])),
            "cancel": self._caught(ops.Cancel(choice([*self.names, "main"]))),
            "open": ops.OpenGate("g1"),
            "log": ops.Log(choice([1, 2])),
            "set": ops.Set("e"),
            "wait": ops.Wait("e"),
            "set_variable": ops.SetVariable("v", choice([1, 2])),
            "join": self._caught(ops.Join(choice(self.names))),
        }
        return simple.get(choice(self.pool), ops.Note(choice([1, 2])))

    def late(self) -> Program:
        """Main ends early; who is left behind starts another task in its clean-up."""
        choice = self.random.choice
        some: list[Op] = [
            ops.Checkpoint(),
            ops.Sleep(1),
            ops.Note(1),
            ops.Log(1),
            ops.Wait("e"),
            ops.Set("e"),
        ]
        last = choice([ops.Spawn("b"), ops.Attempt((ops.Detach("b"),), on_cancel=())])
        cleanup = (*((choice(some),) if self.random.random() < 0.5 else ()), last, choice(some))
        tasks: dict[str, tuple[Op, ...]] = {
            "main": (
                ops.Spawn("a"),
                ops.Spawn("c"),
                choice([ops.Checkpoint(), ops.Sleep(1), ops.Note(0)]),
            ),
            "a": (ops.Attempt((ops.Sleep(9),), finally_=cleanup),),
            "b": (choice(some), choice(some)),
            "c": (
                choice(some),
                ops.Attempt((choice(some),), on_error=(), on_cancel=choice([None, ()])),
            ),
        }
        return Program(tasks, events=("e",))

    # ------------------------------------------------------------ connections

    def connection(self) -> Program:
        """A server's end, and a client by a UNIX socket or outside of the runtime."""
        chance, count = self.random.random, self.random.randint
        server = tuple(self._of_stream("s") for _ in range(count(1, 3)))
        if chance() < 0.4:
            client = tuple(self._of_stream("c") for _ in range(count(1, 2)))
            main: tuple[Op, ...] = (ops.ListenUnix("L"), ops.Spawn("server"))
            main += (
                ops.ConnectUnix("c", "L"),
                *client,
                self.random.choice([ops.Close("c"), ops.Note(0)]),
            )
            if chance() < 0.3:
                late = ops.Attempt((ops.ConnectUnix("d", "L"),), on_error=())
                main += (ops.CloseListener("L"), late)
        else:
            outside = tuple(self._of_peer() for _ in range(count(1, 3)))
            main = (ops.Listen("L"), ops.Spawn("server"), ops.PeerConnect("p", "L"), *outside)
        return Program({"main": main, "server": (ops.Accept("s", "L"), *server)})

    def _of_peer(self) -> Op:
        return self.random.choice(
            [
                ops.PeerSend("p", "ab"), ops.PeerSend("p", "x"), ops.PeerEof("p"), ops.PeerReset("p"),
                ops.PeerClose("p"), ops.Checkpoint(), ops.Sleep(1),
            ]
        )  # fmt: skip

    def _of_stream(self, stream: str) -> Op:
        op: Op = self.random.choice(
            [
                ops.SendBytes(stream, "ab"), ops.ReceiveExactly(stream, 1), ops.ReceiveUntilEof(stream),
                ops.ReceiveSome(stream, 2), ops.SendEof(stream), ops.Close(stream), ops.Checkpoint(),
                ops.MoveOnAfter(1, (ops.ReceiveExactly(stream, 2),)),
            ]
        )  # fmt: skip
        return ops.Attempt((op,), on_error=())
