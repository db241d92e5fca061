"""trio-asyncio: asyncio's tasks, primitives and streams on a loop that is a task of trio's.

Virtual time is trio's own autojumping clock, which keeps trio's timers; the loop takes its time
and its timers from there.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Any, ClassVar, Final

from conformance.adapter.core import Body, Limits
from runtimes._asyncio_run import AsyncioRun
from runtimes._installed import module, place, release
from runtimes.drop_in import drop_in
from runtimes.on_asyncio import Asyncio

trio_asyncio: Final[Any] = module("trio_asyncio", "trio-asyncio")
trio: Final[Any] = module("trio")

from runtimes._trio_clock import ThreadWatch, steered, virtual_clock  # noqa: E402  # imports trio

NAP: Final = 0.0002
"""Real seconds between looks while something real holds the clock."""

_PROMISE: Final = (
    "https://trio-asyncio.readthedocs.io/: a re-implementation of the asyncio mainloop on Trio, "
    "which runs asyncio's own code"
)


class TrioAsyncio(Asyncio):
    """`trio_asyncio.open_loop`, `aio_as_trio`, and asyncio's API in there."""

    families = Asyncio.families - {"asyncio-runner"} | {"trio-asyncio"}
    semantics = drop_in(_PROMISE, {})
    flavours: ClassVar[tuple[str, ...]] = ("",)
    _last_asked = 0.0

    def version(self) -> str:
        """That of trio-asyncio."""
        return release("trio-asyncio")

    def module_file(self) -> str:
        """The package `trio_asyncio`."""
        return place(trio_asyncio)

    def run(self, main: Body, limits: Limits) -> None:
        """`trio.run`."""
        run = self._now_running = AsyncioRun(limits)
        self.reports = run.reports
        watch = ThreadWatch(self.at_work)
        self._clock = None
        if run.clock is not None:
            run.clock.at_work, run.clock.parked = self.at_work, self.parked
            self._clock = virtual_clock(partial(_held, run), watch)
        with steered(None):
            try:
                trio.run(self._root, main, run, clock=self._clock, instruments=[watch])
            finally:
                run.after_loop()

    async def _root(self, main: Body, run: AsyncioRun) -> None:
        everything = trio.CancelScope()
        trio.lowlevel.spawn_system_task(_sentinel, run, everything)
        with everything:
            async with trio_asyncio.open_loop() as self._loop:
                self._loop.set_exception_handler(run.hear)
                await trio_asyncio.aio_as_trio(main)()

    def now(self) -> float:
        """`loop.time`; of a closed loop, which has none, what it said last: tasks are dropped then."""
        if not self._loop.is_closed():
            self._last_asked = float(self._loop.time())
        return self._last_asked

    async def block(self, seconds: float) -> None:
        """`time.sleep`; a virtual clock is put forward instead."""
        if self._clock is None:
            time.sleep(seconds)  # noqa: ASYNC251  # holding the loop up is the point
        else:
            self._clock.jump(seconds)


async def _sentinel(run: AsyncioRun, everything: Any) -> None:
    """At the horizon: tell, then cancel. trio ends it when main is over."""
    await trio.sleep_until(trio.current_time() + run.limits.horizon)
    run.expired = True
    run.collect()
    run.limits.stop()
    everything.cancel()


def _held(run: AsyncioRun) -> bool:
    """Whether trio's clock must not jump yet; then it naps."""
    held = run.clock is not None and run.clock.must_wait()
    if held:
        time.sleep(NAP)
    return held
