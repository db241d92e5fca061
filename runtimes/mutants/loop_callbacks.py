"""Broken event loops: callbacks, handles, errors, contexts, timers."""

# mypy: disable-error-code="misc"
# The classes are mixed into what asyncio does not declare: see loop_base.

from __future__ import annotations

import asyncio
import contextvars
from typing import Any

from runtimes.mutants.loop_base import BaseLoop, broken, is_plain


@broken
class CallbackOvertakes(BaseLoop):
    """A callback is called before the one that was registered just before it."""

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> Any:
        handle = super().call_soon(callback, *args, context=context)
        ready = self._ready
        if is_plain(callback) and len(ready) > 1 and is_plain(ready[-2]._callback):
            ready[-1], ready[-2] = ready[-2], ready[-1]
        return handle


@broken
class CallbackAtOnce(BaseLoop):
    """A callback is called within call_soon."""

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> Any:
        handle = super().call_soon(callback, *args, context=context)
        if is_plain(callback):
            self._ready.remove(handle)
            handle._run()
        return handle


@broken
class NestedCallbackFirst(BaseLoop):
    """What a callback registers is called before what was registered earlier."""

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> Any:
        handle = super().call_soon(callback, *args, context=context)
        if is_plain(callback) and asyncio._get_running_loop() and not asyncio.current_task():
            self._ready.remove(handle)
            self._ready.appendleft(handle)
        return handle


@broken
class CallbackTwice(BaseLoop):
    """A callback is called twice."""

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> Any:
        if is_plain(callback):
            super().call_soon(callback, *args, context=context)
        return super().call_soon(callback, *args, context=context)


class _Handles(BaseLoop):
    """Handles of plain callbacks are of another kind."""

    kinds: tuple[type, type]

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> Any:
        handle = super().call_soon(callback, *args, context=context)
        if is_plain(callback):
            handle.__class__ = self.kinds[0]
        return handle

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> Any:
        handle = super().call_at(when, callback, *args, context=context)
        if is_plain(callback):
            handle.__class__ = self.kinds[1]
        return handle


class _Uncancelled:
    __slots__ = ()

    def cancel(self) -> None:
        """No effect."""


class _UncancelledHandle(_Uncancelled, asyncio.Handle):
    __slots__ = ()


class _UncancelledTimer(_Uncancelled, asyncio.TimerHandle):
    __slots__ = ()


@broken
class CancelledCallbackRuns(_Handles):
    """A callback that was cancelled is called all the same."""

    kinds = (_UncancelledHandle, _UncancelledTimer)


class _TouchyHandle(asyncio.Handle):
    __slots__ = ()

    def cancel(self) -> None:
        if self.cancelled():
            raise RuntimeError("cancelled twice")
        super().cancel()


@broken
class SecondCancelFails(_Handles):
    """A second cancel of a callback raises an error."""

    kinds = (_TouchyHandle, asyncio.TimerHandle)


class _DenyingHandle(asyncio.Handle):
    __slots__ = ()

    def cancelled(self) -> bool:
        return False


@broken
class HandleDeniesCancel(_Handles):
    """A handle never says that it was cancelled."""

    kinds = (_DenyingHandle, asyncio.TimerHandle)


class _GreedyTimer(asyncio.TimerHandle):
    __slots__ = ()

    def cancel(self) -> None:
        for timer in list(self._loop._scheduled):  # type: ignore[attr-defined]
            if timer.when() == self.when():
                asyncio.TimerHandle.cancel(timer)


@broken
class CancelTakesEqualTimer(_Handles):
    """Cancelling a timer cancels all that are due at the same time."""

    kinds = (asyncio.Handle, _GreedyTimer)


@broken
class ErrorDropsRound(BaseLoop):
    """After an error in a callback the others of the same round are not called."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        super().call_exception_handler(context)
        for handle in self._ready:
            if is_plain(handle._callback):
                handle.cancel()


@broken
class ErrorsUnheard(BaseLoop):
    """No error is told to the exception handler."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        return


@broken
class FirstHandlerStays(BaseLoop):
    """A third exception handler is ignored."""

    handlers = 0

    def set_exception_handler(self, handler: Any) -> None:
        self.handlers += 1
        if self.handlers < 3:
            super().set_exception_handler(handler)


@broken
class HandlerErrorEndsRun(BaseLoop):
    """An error in the exception handler ends the loop's run."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self.get_exception_handler()(self, context)


@broken
class HandlerInOwnContext(BaseLoop):
    """The exception handler runs in the context in which it was set."""

    def set_exception_handler(self, handler: Any) -> None:
        context = contextvars.copy_context()
        super().set_exception_handler(lambda loop, told: context.run(handler, loop, told))


@broken
class CallbackInLoopsContext(BaseLoop):
    """A callback runs in an empty context."""

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> Any:
        if is_plain(callback):
            context = contextvars.Context()
        return super().call_soon(callback, *args, context=context)


@broken
class CallbackSharesContext(BaseLoop):
    """Callbacks and tasks all run in one context."""

    one: contextvars.Context | None = None

    def create_task(self, coro: Any, **named: Any) -> Any:
        self.one = self.one or contextvars.copy_context()
        return super().create_task(coro, **{**named, "context": self.one})

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> Any:
        if is_plain(callback):
            context = self.one
        return super().call_soon(callback, *args, context=context)


# ---------------------------------------------------------------- timers


class _Timers(BaseLoop):
    """Timers of plain callbacks are armed by `arm`."""

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> Any:
        if not is_plain(callback):
            return super().call_at(when, callback, *args, context=context)
        return self.arm(when, callback, context)

    def arm(self, when: float, callback: Any, context: Any) -> Any:
        """Arm one timer."""
        return super().call_at(when, callback, context=context)


@broken
class TimersInOrderOfArming(_Timers):
    """A timer is not called before those that were armed before it."""

    last = 0.0

    def arm(self, when: float, callback: Any, context: Any) -> Any:
        self.last = max(when, self.last + 1e-6)
        return super().arm(self.last, callback, context)


@broken
class EarlyTimer(_Timers):
    """A timer is called after half of its time."""

    def arm(self, when: float, callback: Any, context: Any) -> Any:
        now = self.time()
        return super().arm(now + (when - now) / 2, callback, context)


@broken
class TimerRepeats(_Timers):
    """A timer is called twice."""

    def arm(self, when: float, callback: Any, context: Any) -> Any:
        super().arm(when, callback, context)
        return super().arm(when, callback, context)


@broken
class PastTimeFails(_Timers):
    """A timer for a time that is over is refused."""

    def arm(self, when: float, callback: Any, context: Any) -> Any:
        if when < self.time():
            raise ValueError("that time is over")
        return super().arm(when, callback, context)


@broken
class NestedTimerLost(_Timers):
    """A timer that a callback arms is never called."""

    def arm(self, when: float, callback: Any, context: Any) -> Any:
        handle = super().arm(when, callback, context)
        if not asyncio.current_task():
            handle.cancel()
        return handle
