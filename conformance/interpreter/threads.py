"""The threads of one run: what each performs, which are at work, which wait at a gate.

Virtual time stands still while a thread is at work (DESIGN section 3); so what a thread does next is decided in
the loop's own thread before it goes on: a gate that is opened there puts who waits at it back to work.
"""

from __future__ import annotations

import concurrent.futures.thread
import sys
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, final

from conformance.lang.outcome import show_value
from conformance.run.frames import Frames

if TYPE_CHECKING:
    from conformance.interpreter.world import World

GRACE: Final = 0.1
"""Real seconds after which a thread whose waiter is gone, and which has not begun, will not begin."""
HEARD: Final = 0.25
"""Real seconds after its end within which a runtime tells a thread's waiter; else it never will.

Of 3,500 threads on asyncio, trio, curio and anyio, on a machine with four busy processes for each core, the last was
heard of after 0.024."""
LOOKS: Final = 20
"""How often the loop must have looked meanwhile: a machine that stood still gave nobody time."""
HANDED_OVER: Final = 2
"""How often the loop looks for what a thread of `concurrent.futures` did that is back at its queue: it has asked the
loop to tell its waiter by then, or never will."""
_AT_QUEUE: Final = vars(concurrent.futures.thread)["_worker"].__code__
"""What such a thread performs between two calls; during one, callbacks of its future included, that is not the top."""
SETTLES: Final = 2.0
"""Real seconds that threads at work have when the run is over, before its outcome is told without them.

Less than what a run may take: a thread that waits for a loop that is over would count as a hang."""
DUE, WORKING, PARKED, CALLING, OVER = range(5)
"""A thread is asked for; performs ops; waits at a gate; waits for what the loop does for it; is over."""


class TornDownError(BaseException):
    """The run is over: leaves a gate that nobody opens."""


@final
class Threads:
    """All threads of one run."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._states: dict[str, int] = {}
        self._gates: dict[str, str] = {}
        self._waited_for: set[str] = set()
        self._since: dict[str, float] = {}
        self._looks: dict[str, int] = {}
        self._idents: dict[str, int] = {}
        self._handed_over: Counter[str] = Counter()
        self._open: set[str] = set()
        self._torn = False

    # ------------------------------------------------------------ told by the loop's thread

    def ask(self, name: str) -> None:
        """A task asks for that thread, and waits."""
        with self._changed:
            self._states[name] = DUE
            self._waited_for.add(name)

    def leave(self, name: str) -> None:
        """The task waits no longer."""
        with self._changed:
            self._waited_for.discard(name)
            self._begin_patience(name)
            self._changed.notify_all()

    def open(self, gate: str) -> None:
        """Open a gate: who waits at it is at work from now on."""
        with self._changed:
            self._open.add(gate)
            for name, where in self._gates.items():
                if where == gate and self._states[name] == PARKED:
                    self._states[name] = WORKING
            self._changed.notify_all()

    def at_work(self) -> bool:
        """Whether some thread is at work, or done and its waiter has not heard."""
        with self._changed:
            return any(self._is_at_work(name) for name in self._states)

    def parked(self) -> bool:
        """Whether some thread waits for a gate or for what the loop does for it, and none is at work."""
        with self._changed:
            if any(self._is_at_work(name) for name in self._states):
                return False
            return not {PARKED, CALLING}.isdisjoint(self._states.values())

    def _is_at_work(self, name: str) -> bool:
        state, waited_for = self._states[name], name in self._waited_for
        if state == DUE:
            return waited_for or self._patient(name, GRACE)
        if state == OVER:
            return waited_for and self._may_hear(name)
        return state == WORKING

    def _may_hear(self, name: str) -> bool:
        """Whether the waiter of a thread that is over may still be told."""
        frame = sys._current_frames().get(self._idents[name])  # noqa: SLF001 - documented, for such questions
        if frame is not None and frame.f_code is _AT_QUEUE:
            self._handed_over[name] += 1
            return self._handed_over[name] <= HANDED_OVER
        return self._patient(name, HEARD)

    def _begin_patience(self, name: str) -> None:
        self._since[name], self._looks[name] = time.monotonic(), 0

    def _patient(self, name: str, seconds: float) -> bool:
        self._looks[name] += 1
        return self._looks[name] < LOOKS or time.monotonic() - self._since[name] < seconds

    def settle(self) -> None:
        """Wait until no thread is at work; bounded."""
        deadline = time.monotonic() + SETTLES
        with self._changed:
            while any(self._runs(name) for name in self._states) and time.monotonic() < deadline:
                self._changed.wait(GRACE / LOOKS)

    def _runs(self, name: str) -> bool:
        return self._states[name] == WORKING or (
            self._states[name] == DUE and self._is_at_work(name)
        )

    def tear_down(self) -> None:
        """Let every thread go that still waits at a gate."""
        with self._changed:
            self._torn = True
            self._changed.notify_all()

    # ------------------------------------------------------------ told by a thread

    def set_state(self, name: str, state: int) -> None:
        """The thread does that now."""
        with self._changed:
            self._states[name] = state
            if state == OVER:
                self._begin_patience(name)
                self._idents[name] = threading.get_ident()
            self._changed.notify_all()

    def hold(self, name: str, gate: str) -> None:
        """Wait until the gate is open. Raises TornDownError."""
        with self._changed:
            if gate not in self._open:
                self._states[name] = PARKED
                self._gates[name] = gate
                self._changed.notify_all()
                while gate not in self._open and not self._torn:
                    self._changed.wait()
            if gate not in self._open:
                raise TornDownError


def perform_in_thread(world: World, task: str) -> Any:
    """The body of a thread: like a task's, but it waits by blocking."""
    threads = world.threads
    threads.set_state(task, WORKING)
    try:
        return _perform(world, task)
    except TornDownError:
        return None
    finally:
        threads.set_state(task, OVER)


def _perform(world: World, task: str) -> Any:
    frames = world.frames[task] = Frames(world.code[task], world)
    while (step := frames.next()) is not None:
        world.begun[task] = step
        try:
            _OPS[step.kind](world, task, step.op)
        except TornDownError:
            raise
        except BaseException as error:  # whatever it is, the program sees it
            frames.fail(error)
        else:
            frames.succeed()
    assert frames.end is not None
    how, result = frames.end
    if how == "returned":
        world.note_end(task, how if result is None else f"returned {show_value(result)}")
        return result
    cancelled = world.is_cancellation(result)
    world.note_end(task, "cancelled" if cancelled else f"raised {world.name_of(result)}")
    try:
        raise result
    finally:
        del result, frames  # no cycle between the exception and this frame


def _at_once(world: World, task: str, op: Any) -> None:
    """An op that never waits, performed as in a task."""
    from conformance.interpreter.ops import METHODS  # noqa: PLC0415  # it imports this module

    performing: Any = METHODS[op.kind](world, task, op)
    try:
        performing.send(None)
    except StopIteration:
        return
    performing.close()
    raise AssertionError(f"`{op.kind}` waits")


def _hold(world: World, task: str, op: Any) -> None:
    world.threads.hold(task, op.gate)


def _from_thread(world: World, task: str, op: Any) -> None:
    body, threads = world.body(op.task), world.threads

    async def called() -> Any:
        threads.set_state(task, CALLING)
        try:
            return await body()
        finally:
            threads.set_state(task, WORKING)

    value = world.runtime.from_thread(called)
    if value is not None:
        world.frames[task].record(f"got {show_value(value)}")


def _check_cancelled(world: World, task: str, op: Any) -> None:
    world.runtime.check_cancelled()


_OPS: Final = {
    "hold": _hold,
    "from_thread": _from_thread,
    "check_cancelled": _check_cancelled,
    **dict.fromkeys(
        ("exit", "get_variable", "interrupt", "log", "open_gate", "set_variable"), _at_once
    ),
}
"""What a thread performs, by kind; the rest is the business of its frames."""
