"""Broken threads: what comes out of them, what a cancellation does, and calls back into the loop."""

from __future__ import annotations

import ctypes
import math
import threading
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any

from conformance.adapter.core import Body, Limits
from runtimes.mutants.base import Kernel, Mutant, Remembering, mutant
from runtimes.reference.executor import Cancelled
from runtimes.reference.kernel import Fault
from runtimes.reference.objects import Scope, Task

Work = Callable[[], Any]


@mutant
class ThreadReturnsNothing(Mutant):
    """What a thread returns is lost."""

    async def run_in_thread(self, body: Work, abandon: bool | None) -> None:
        await super().run_in_thread(body, abandon)


@mutant
class ThreadErrorLost(Mutant):
    """A thread that raises an error seems to have returned."""

    async def run_in_thread(self, body: Work, abandon: bool | None) -> Any:
        def quietly() -> Any:
            try:
                return body()
            except BaseException:
                return None

        return await super().run_in_thread(quietly, abandon)


@mutant
class StopIterationHangs(Mutant):
    """A thread that raises StopIteration is waited for without an end."""

    async def run_in_thread(self, body: Work, abandon: bool | None) -> Any:
        try:
            return await super().run_in_thread(body, abandon)
        except RuntimeError as error:
            if isinstance(error.__cause__, StopIteration):
                await self.sleep(math.inf)
            raise


@mutant
class ThreadBeginsLate(Mutant):
    """A thread begins a tick after it was asked for."""

    async def run_in_thread(self, body: Work, abandon: bool | None) -> Any:
        await self.sleep(self.tick)
        return await super().run_in_thread(body, abandon)


@mutant
class OneThreadAtATime(Mutant):
    """A thread begins only when the one before has ended."""

    def run(self, main: Body, limits: Limits) -> None:
        self.turn = self.lock()
        super().run(main, limits)

    async def run_in_thread(self, body: Work, abandon: bool | None) -> Any:
        await self.acquire(self.turn)
        try:
            return await super().run_in_thread(body, abandon)
        finally:
            await self.release(self.turn)


@mutant
class ThreadsAbandoned(Mutant):
    """A wait for a thread is abandoned unless the program asks otherwise."""

    async def run_in_thread(self, body: Work, abandon: bool | None) -> Any:
        return await super().run_in_thread(body, abandon is not False)


@mutant
class ThreadsNeverAbandoned(Mutant):
    """A thread is waited for even where the program wants it abandoned."""

    async def run_in_thread(self, body: Work, abandon: bool | None) -> Any:
        return await super().run_in_thread(body, abandon=False)


class _ThreadKilled(Exception):  # noqa: N818
    """Raised in a thread by somebody else."""


@mutant
class AbandonedThreadStops(Mutant):
    """A thread that is abandoned is killed."""

    async def run_in_thread(self, body: Work, abandon: bool | None) -> Any:
        numbers: list[int] = []

        def known() -> Any:
            numbers.append(threading.get_ident())
            return body()

        try:
            return await super().run_in_thread(known, abandon)
        except Cancelled:
            for number in numbers:
                where, what = ctypes.c_ulong(number), ctypes.py_object(_ThreadKilled)
                ctypes.pythonapi.PyThreadState_SetAsyncExc(where, what)
            raise


@mutant
class AbandonedErrorStrikes(Mutant):
    """The error of a thread that was abandoned cancels main."""

    async def run_in_thread(self, body: Work, abandon: bool | None) -> Any:
        executor, alone = self.executor, list[bool]()

        def watched() -> Any:
            try:
                return body()
            except Exception:
                if alone:
                    executor.post(executor.cancel_task, executor.tasks[0])
                raise

        try:
            return await super().run_in_thread(watched, abandon)
        except Cancelled:
            alone.append(True)
            raise


@mutant
class AwaitedThreadCancelled(Mutant):
    """A wait that outlasted a cancellation raises that instead of what came of the thread."""

    async def run_in_thread(self, body: Work, abandon: bool | None) -> Any:
        try:
            return await super().run_in_thread(body, abandon)
        finally:
            await self.checkpoint()


@mutant
class AwaitedThreadEatsCancel(Mutant):
    """A cancellation that a wait for a thread outlasted is forgotten."""

    async def run_in_thread(self, body: Work, abandon: bool | None) -> Any:
        task = self.current()
        value = await super().run_in_thread(body, abandon)
        for scope in task.scopes:
            scope.cancelled = False
        return value


@mutant
class CancelledThreadStarts(Mutant):
    """A task that is cancelled already still starts its thread."""

    async def run_in_thread(self, body: Work, abandon: bool | None) -> Any:
        if not self.executor.cancel_due(self.current()):
            return await super().run_in_thread(body, abandon)
        async with self.shield():  # type: ignore[union-attr]
            value = await super().run_in_thread(body, abandon)
        await self.checkpoint()
        return value


@mutant
class ShieldLeaksToThreads(Mutant):
    """A shield does not keep a wait for a thread."""

    async def run_in_thread(self, body: Work, abandon: bool | None) -> Any:
        shields: list[Scope] = [scope for scope in self.current().scopes if scope.shield]
        for scope in shields:
            scope.shield = False
        try:
            return await super().run_in_thread(body, abandon)
        finally:
            for scope in shields:
                scope.shield = True


@mutant
class EndWaitsForThreads(Mutant):
    """The end of the run waits for threads, also for those that never end."""

    def run(self, main: Body, limits: Limits) -> None:
        super().run(main, limits)
        if self.parked():
            limits.stop()


@mutant
class ThreadWithoutContext(Mutant):
    """A thread sees no context variables."""

    async def run_in_thread(self, body: Work, abandon: bool | None) -> Any:
        return await super().run_in_thread(lambda: Context().run(body), abandon)


@mutant
class ThreadSharesContext(Mutant):
    """What a thread sets of context variables, the task that waits for it sees."""

    async def run_in_thread(self, body: Work, abandon: bool | None) -> Any:
        context = copy_context()
        value = await super().run_in_thread(lambda: context.run(body), abandon)
        for variable, content in context.items():
            variable.set(content)
        return value


# ---------------------------------------------------------------- calls


@mutant
class CallAnswersEarly(Remembering):
    """A call from a thread into the loop returns before it is performed."""

    def from_thread(self, body: Body) -> None:
        calling = threading.Thread(target=super().from_thread, args=(body,), daemon=True)
        here = self._here.thread
        behind = self._here

        def call() -> None:
            behind.thread = here
            calling.run()

        threading.Thread(target=call, daemon=True).start()


@mutant
class CallErrorLost(Mutant):
    """A call from a thread whose task raises an error seems to have returned."""

    def from_thread(self, body: Body) -> Any:
        try:
            return super().from_thread(body)
        except Exception:
            return None


@mutant
class CallsUnperformed(Mutant):
    """A call from a thread returns, and nothing was performed."""

    def from_thread(self, body: Body) -> None:
        return


@mutant
class CallWithoutContext(Mutant):
    """What a thread has the loop perform sees no context variables."""

    def from_thread(self, body: Body) -> Any:
        return Context().run(super().from_thread, body)


@mutant
class CallOutsideScopes(Kernel):
    """What a thread has the loop perform is not cancelled with the task that waits for the thread."""

    def from_thread(self, thread: Task, child: Task) -> Any:
        value = super().from_thread(thread, child)
        child.scopes = (child.own,)
        return value


@mutant
class ThreadsNeverTold(Mutant):
    """A thread never finds out that its waiter was cancelled."""

    def check_cancelled(self) -> None:
        return


@mutant
class ThreadsAlwaysTold(Mutant):
    """A thread that asks is always told that its waiter was cancelled."""

    def check_cancelled(self) -> None:
        raise Cancelled


@mutant
class ThreadToldThroughShield(Kernel):
    """A thread that asks is told of a cancellation that a shield keeps from who waits for it."""

    def check_cancelled(self, thread: Task) -> None:
        for waiter in thread.end.joiners:
            if any(scope.cancelled for scope in waiter.scopes):
                raise Fault(self.fault("Cancelled"))
