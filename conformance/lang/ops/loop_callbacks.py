"""The event loop of asyncio's API: callbacks, timers, file descriptors, its life.

A *callback* is a task whose ops never wait (`SYNCHRONOUS`): it is performed from its first op to its
last whenever the loop calls it, so its log grows with each call. An op that hands a callback to the
loop counts as its start. A callback that was scheduled and never called ends `unstarted`.
"""

from __future__ import annotations

from dataclasses import dataclass

from conformance.lang.ops.base import Op, Ticks


@dataclass(frozen=True, slots=True)
class CallSoon(Op):
    """Have the loop call `callback` in its next iteration (`loop.call_soon`)."""

    callback: str


@dataclass(frozen=True, slots=True)
class CallSoonThreadsafe(Op):
    """The same from any thread (`loop.call_soon_threadsafe`)."""

    callback: str


@dataclass(frozen=True, slots=True)
class CallLater(Op):
    """Have the loop call `callback` after that many ticks (`loop.call_later`)."""

    callback: str
    ticks: Ticks


@dataclass(frozen=True, slots=True)
class CallAt(Op):
    """Have the loop call `callback` that many ticks after the run's start (`loop.call_at`)."""

    callback: str
    tick: Ticks


@dataclass(frozen=True, slots=True)
class CancelHandle(Op):
    """Cancel a callback that was scheduled (`Handle.cancel`)."""

    handle: str


@dataclass(frozen=True, slots=True)
class HandleCancelled(Op):
    """Whether a scheduled callback was cancelled: logs `got true` or `got false`."""

    handle: str


@dataclass(frozen=True, slots=True)
class HandleWhen(Op):
    """Whether `TimerHandle.when` is the time that was asked for: logs `got true` or `got false`."""

    handle: str
    tick: Ticks


@dataclass(frozen=True, slots=True)
class TimeReached(Op):
    """Whether the loop's time has come to that tick (a quarter of one allowed): logs `got true`."""

    tick: Ticks


@dataclass(frozen=True, slots=True)
class SetExceptionHandler(Op):
    """Have the loop tell errors to `callback`, which first logs `got NAME`; None is the default."""

    callback: str | None


@dataclass(frozen=True, slots=True)
class CallExceptionHandler(Op):
    """Tell the loop of an error of the program (`loop.call_exception_handler`)."""

    error: str


@dataclass(frozen=True, slots=True)
class RunInExecutor(Op):
    """Wait for `callback` to be called in a thread; logs `got VALUE`, raises its error."""

    callback: str


@dataclass(frozen=True, slots=True)
class AddReader(Op):
    """Have `callback` called whenever the socket is readable (`loop.add_reader`)."""

    socket: str
    callback: str


@dataclass(frozen=True, slots=True)
class RemoveReader(Op):
    """No longer watch the socket for reading: logs `got true` if it was watched."""

    socket: str


@dataclass(frozen=True, slots=True)
class AddWriter(Op):
    """Have `callback` called whenever the socket is writable (`loop.add_writer`)."""

    socket: str
    callback: str


@dataclass(frozen=True, slots=True)
class RemoveWriter(Op):
    """No longer watch the socket for writing: logs `got true` if it was watched."""

    socket: str


@dataclass(frozen=True, slots=True)
class InNewLoop(Op):
    """In a thread of its own, make a fresh loop and perform `callback`; wait for the thread.

    Until it ends, the loop ops of that callback, and of those that it schedules, are about the
    fresh loop, whose time is real.
    """

    callback: str


@dataclass(frozen=True, slots=True)
class RunForever(Op):
    """Run the fresh loop until it is stopped (`loop.run_forever`)."""


@dataclass(frozen=True, slots=True)
class RunUntilComplete(Op):
    """Run the fresh loop until `task` ends: logs `got VALUE`, raises its error."""

    task: str


@dataclass(frozen=True, slots=True)
class StopLoop(Op):
    """`loop.stop`."""


@dataclass(frozen=True, slots=True)
class CloseLoop(Op):
    """`loop.close`."""


@dataclass(frozen=True, slots=True)
class IsRunning(Op):
    """`loop.is_running`: logs `got true` or `got false`."""


@dataclass(frozen=True, slots=True)
class IsClosed(Op):
    """`loop.is_closed`: logs `got true` or `got false`."""
