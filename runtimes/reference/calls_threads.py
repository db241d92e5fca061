"""From a program's ops on threads, UNIX sockets and peers to the kernel's calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

from conformance.lang.ops.threads import STOP_ITERATION
from conformance.lang.outcome import show_value
from conformance.lang.program import Program
from runtimes.reference.calls_scopes import Call, ScopeCalls
from runtimes.reference.kernel import Fault
from runtimes.reference.objects import DONE, Event, Listener, Stream, Task

THREAD = "thread"
"""As what kind of op the kernel performs all that a thread does: others may come before it and after it."""


class ThreadCalls(ScopeCalls):
    """Kernel that knows a program's threads, gates and peers."""

    listeners: dict[str, Listener]

    def build_threads(self, program: Program) -> None:
        """Tell threads from tasks, and make gates and peers."""
        every = [op for _, op in program.walk()]
        self.peers: dict[str, tuple[Stream, Stream]] = {}
        for op in every:
            if op.kind == "peer_connect":
                pair = (self.make_thing(Stream), self.make_thing(Stream))
                self.peers[op.peer] = pair  # type: ignore[attr-defined]
        gates = dict.fromkeys(op.gate for op in every if op.kind in ("hold", "open_gate"))  # type: ignore[attr-defined]
        self.gates = {name: self.make_thing(Event) for name in gates}
        names = [op.thread for op in every if op.kind == "run_in_thread"]  # type: ignore[attr-defined]
        if not names:
            return
        self.threads = frozenset(self.by_name[name] for name in names)
        self.called = frozenset(self.by_name[op.task] for op in every if op.kind == "from_thread")  # type: ignore[attr-defined]
        self.sets: dict[str, dict[str, list[str]]] = {}
        for path, op in program.walk():
            if path[0] in names and op.kind in ("set_variable", "reset_variable"):
                value = show_value(getattr(op, "value", None))
                self.sets.setdefault(path[0], {}).setdefault(op.variable, []).append(value)  # type: ignore[attr-defined]
        self.tasks = [task for task in self.tasks if task not in self.threads]
        self._yields[THREAD], self._cancels[THREAD] = True, "never"

    def came_out(self, error: Any) -> Any:
        """What cannot come out of a coroutine comes out as the cause of another error."""
        return f"Wrapped({error})" if error == STOP_ITERATION else error

    def refuse_thread(self, thread: Task) -> None:
        """It shows as unstarted."""
        thread.state = DONE
        thread.body.request = -1

    def left_over(self) -> bool:
        """Whether a thread keeps the run's shutdown waiting."""
        return (
            bool(self.threads)
            and self.semantics.leftover_threads == "awaited"
            and any(thread.state != DONE and thread.state for thread in self.threads)
        )

    def resolve_threaded(self, op: Any) -> Call:
        """The call for one of `THREADED`."""
        kind = op.kind
        if kind == "run_in_thread":
            thread = self.by_name[op.thread]
            copies = self.semantics.thread_context == "copied"
            inherit = self.inherit if copies else self.inherit_used
            return inherit(self.run_in_thread), (thread, op.abandon)
        if kind == "from_thread":
            return self.inherit(self.from_thread), (self.by_name[op.task],)
        if kind in ("hold", "open_gate"):
            return (self.wait_event if kind == "hold" else self.set_event), (self.gates[op.gate],)
        return self.check_cancelled, ()

    def inherit_used(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """The call, which starts a thread: a new one, with no variables set, or one that has served another wait.

        curio: `WorkerPool.reserve` in workers.py. Which of them it is, if any, is left open; where the threads of a
        pool share a queue (concurrent.futures), one that is at work now may be done when this wait's turn comes.
        """
        if not self.contexts:
            return call
        threads = sorted(self.threads, key=lambda thread: thread.bit)

        def starting(task: Task, thread: Task, *args: Any) -> Any:
            context = self.contexts[thread.name]
            known = {context.values: None}
            for other in threads:
                self.reads |= other.bit | other.end.bit
                if other.state and other is not thread:
                    self.reads |= self.contexts[other.name].bit
                    known |= dict.fromkeys(self.left_by(other))
            if len(known) > 1:
                self.writes |= context.bit
                context.values = list(known)[self.choose("data", len(known))]
            return call(task, thread, *args)

        return starting

    def left_by(self, thread: Task) -> Iterable[tuple[str, ...]]:
        """The variables that a thread has set, or may have set by the time it is done."""
        values = self.contexts[thread.name].values
        if thread.state == DONE:
            return (values,)
        sets = self.sets.get(thread.name, {})
        may = zip(self.variables, values, strict=True)
        return product(*((value, *sets.get(variable, ())) for variable, value in may))

    def resolve_socket(self, op: Any, opened: Callable[[Listener], None]) -> Call:
        """The call for one of `SOCKETS`."""
        kind = op.kind
        if kind in ("listen_unix", "peer_connect"):
            listener = self.listeners[op.listener]
            if kind == "listen_unix":
                return self.listen, (listener,)

            def connect(task: Task, client: Stream, server: Stream) -> None:
                opened(listener)
                self.peer_connect(task, client, server, listener)

            return connect, self.peers[op.peer]
        if kind == "peer_send":
            return self.peer_send, (self.peers[op.peer][0], op.data.encode())
        return getattr(self, kind), (self.peers[op.peer][0],)

    def connect_unix(self, task: Task, client: Stream, server: Stream, listener: Listener) -> Any:
        """As by TCP; a path may outlive its listener or not."""
        self.reads |= listener.bit
        if not listener.open and self.choose("io", 2):
            raise Fault(self.fault("Missing"))
        return self.connect(task, client, server, listener)


THREADED = frozenset({"run_in_thread", "from_thread", "hold", "open_gate", "check_cancelled"})
SOCKETS = frozenset(
    {"listen_unix", "peer_connect", "peer_send", "peer_eof", "peer_reset", "peer_close"}
)
