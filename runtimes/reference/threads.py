"""The reference's threads: a thread goes on at any time, and nobody cancels it.

What a thread touches of the loop is its end, and what it asks the loop to perform.
"""

from __future__ import annotations

from typing import Any

from runtimes.reference.kernel import Fault
from runtimes.reference.objects import ASLEEP, DONE, ERROR, READY, START, VALUE, Scope, Task
from runtimes.reference.peers import Peers

ABANDONS = "thread"
"""The queue of who waits for a thread and may give it up."""
AWAITS = "awaited"
"""The queue of who waits for a thread and cannot."""


class Threads(Peers):
    """Kernel with threads: `threads` are tasks that no loop runs, `called` those that it performs for them."""

    threads: Any = ()
    called: Any = ()

    def start_thread(self, thread: Task) -> None:
        """Let it begin; for `Executor` a real one."""
        self.make_ready(thread, START)

    def came_out(self, error: Any) -> Any:
        """The error as which a thread's error comes out of the wait for it."""
        return error

    def run_in_thread(self, task: Task, thread: Task, abandon: bool | None) -> Any:  # noqa: FBT001
        """Start a thread and wait for it."""
        self.writes |= thread.bit | thread.end.bit
        if abandon is None:
            abandon = self.semantics.cancelled_thread == "abandoned"
        thread.end.joiners = (task,)
        self.start_thread(thread)
        return self.block(task, ABANDONS if abandon else AWAITS, thread)

    def thread_ended(self, thread: Task, result: tuple[str, Any]) -> None:
        """A thread's body is over: whoever still waits is told."""
        thread.state = DONE
        thread.wake, thread.doing = ASLEEP, ""
        end = thread.end
        self.writes |= thread.bit | end.bit
        end.result = result
        how, value = result
        for waiter in end.joiners:
            assert waiter.waiting is not None
            undo = (ABANDONS, None, None) if waiter.waiting[0] == ABANDONS else None
            if how == "returned":
                self.wake(waiter, VALUE, value, undo)
            else:
                self.wake(waiter, ERROR, self.came_out(value), undo)
        end.joiners = ()

    def from_thread(self, thread: Task, child: Task) -> Any:
        """A thread has the loop perform a task, and waits for it."""
        scopes: tuple[Scope, ...] = (child.own,)
        self.reads |= thread.end.bit
        waiters = thread.end.joiners
        if self.level and waiters and self.semantics.thread_call == "inside":
            scopes = (*waiters[0].scopes, child.own)
        child.own.owner = child
        child.scopes = scopes
        child.end.joiners = (thread,)
        self.writes |= child.end.bit
        self.make_ready(child, START)
        return self.block(thread, "call", child)

    def answer(self, thread: Task, child: Task) -> None:
        """What a thread asked the loop for is done."""
        assert child.end.result is not None
        how, value = child.end.result
        self.wake(thread, VALUE if how == "returned" else ERROR, value)

    def check_cancelled(self, thread: Task) -> None:
        """Whether the task that waits for this thread was cancelled. Raises Fault."""
        self.reads |= thread.end.bit
        for waiter in thread.end.joiners:
            self.reads |= waiter.bit
            for scope in waiter.scopes:
                self.reads |= scope.bit
            if self.cancel_due(waiter):
                raise Fault(self.fault("Cancelled"))

    def finish(self, task: Task, result: tuple[str, Any]) -> None:
        """The body of a task or of a thread is over."""
        if not self.threads:
            super().finish(task, result)
            return
        if task in self.threads:
            self.thread_ended(task, result)
            return
        callers: tuple[Task, ...] = ()
        if task in self.called:
            end = task.end
            callers = tuple(joiner for joiner in end.joiners if joiner in self.threads)
            end.joiners = tuple(joiner for joiner in end.joiners if joiner not in self.threads)
        super().finish(task, result)
        for thread in callers:
            self.answer(thread, task)

    # ------------------------------------------------------------ cancellation

    def undo(self, task: Task, kind: str, thing: Any, value: Any) -> None:
        """A cancellation wins over a wake-up: what a thread returned is lost."""
        if kind != ABANDONS:
            super().undo(task, kind, thing, value)

    def forget(self, task: Task, queue: str, thing: Any, extra: Any) -> None:
        """A thread is abandoned; one that has not begun may never do so."""
        if queue != ABANDONS:
            super().forget(task, queue, thing, extra)
            return
        self.writes |= thing.end.bit | thing.bit
        thing.end.joiners = ()
        if thing.state == READY and thing.wake[0] == START and self.choose("cancel", 2):
            self.ready.remove(thing)
            self.refuse_thread(thing)

    def refuse_thread(self, thread: Task) -> None:
        """It never begins."""
        raise NotImplementedError
