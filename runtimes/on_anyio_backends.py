"""anyio's backends: how each is started, on which clock, and how a seed steers it."""

from __future__ import annotations

import asyncio
import importlib.metadata
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, ClassVar, Final, Literal

import anyio

from conformance.adapter.core import Limits
from conformance.errors import NotStarted
from conformance.lang.semantics import Semantics
from runtimes._asyncio_clock import VirtualClock, VirtualLoop
from runtimes.on_anyio_semantics import ASYNCIO, TRIO

VERSION: Final = tuple(map(int, importlib.metadata.version("anyio").split(".")[:2]))
"""Of anyio, as (major, minor)."""


class Backend:
    """One run's backend."""

    name: ClassVar[str]
    virtual: ClassVar[Literal["keeps timers", "replaces timers"]] = "keeps timers"
    steering: ClassVar[str] = ""
    lacks: ClassVar[frozenset[str]] = frozenset()
    semantics: ClassVar[Semantics]

    def __init__(self, limits: Limits, held: Callable[[], bool]) -> None:
        """`held` tells whether a virtual clock must not jump."""
        self.limits = limits

    @classmethod
    def check(cls) -> None:
        """Raise NotStarted when it cannot be imported."""

    @classmethod
    def cancelled(cls) -> type[BaseException]:
        """What a cancellation looks like."""
        raise NotImplementedError

    @classmethod
    def errors(cls) -> dict[type[BaseException], str]:
        """Exception types of the backend's own that come through anyio, by normalised name."""
        return {}

    def options(self) -> dict[str, Any]:
        """`backend_options` for `anyio.run`."""
        raise NotImplementedError

    def run(self, root: Callable[..., Any], *args: Any) -> None:
        """`anyio.run`; or the backend's own, in which anyio works as well, where anyio drops the options."""
        anyio.run(root, *args, backend=self.name, backend_options=self.options())

    def steered(self) -> AbstractContextManager[None]:
        """Steer the scheduler while this is open."""
        return nullcontext()

    def holding(self) -> AbstractContextManager[None]:
        """Keep a virtual clock from jumping while this is open."""
        return nullcontext()

    def main_ended(self) -> None:
        """From here on only the backend's own shutdown runs."""

    def advance(self, seconds: float) -> bool:
        """Put a virtual clock forward; false if there is none."""
        raise NotImplementedError

    def now(self) -> float | None:
        """The time of a virtual clock, if there is one."""
        raise NotImplementedError

    def watch_threads(self, at_work: Callable[[], bool], parked: Callable[[], bool]) -> None:
        """Tell a virtual clock how to ask for threads, if it has to be told."""


class OnAsyncio(Backend):
    """asyncio's own loop."""

    name = "asyncio"
    semantics = ASYNCIO

    def __init__(self, limits: Limits, held: Callable[[], bool]) -> None:
        super().__init__(limits, held)
        self.clock: VirtualClock | None = None
        self.loop: asyncio.AbstractEventLoop | None = None
        if limits.clock == "virtual":
            # Our sentinel's timer comes first; when even teardown cannot go on, the loop stops.
            self.clock = VirtualClock(float("inf"), self._stop)
            self.clock.in_flight = held

    @classmethod
    def cancelled(cls) -> type[BaseException]:
        """CancelledError."""
        return asyncio.CancelledError

    def _stop(self) -> None:
        if self.loop is not None:
            self.loop.stop()

    def options(self) -> dict[str, Any]:
        """A loop of ours for virtual time."""
        return {"loop_factory": self._make_loop} if self.clock is not None else {}

    def run(self, root: Callable[..., Any], *args: Any) -> None:
        """`asyncio.Runner` before 4.2 (https://github.com/agronholm/anyio/issues/643)."""
        if VERSION >= (4, 2):
            super().run(root, *args)
            return
        with asyncio.Runner(loop_factory=self._own_loop()) as runner:
            runner.run(root(*args))

    def _own_loop(self) -> Callable[[], Any] | None:
        """What `asyncio.Runner` is to run on; None is asyncio's default."""
        return self._make_loop if self.clock is not None else None

    def _make_loop(self) -> Any:
        assert self.clock is not None
        self.loop = self._virtual_loop(self.clock)
        return self.loop

    def _virtual_loop(self, clock: VirtualClock) -> Any:
        return VirtualLoop(clock)

    @contextmanager
    def _held(self, clock: VirtualClock) -> Iterator[None]:
        clock.holds += 1
        try:
            yield
        finally:
            clock.holds -= 1

    def holding(self) -> AbstractContextManager[None]:
        """Counted by the clock."""
        return nullcontext() if self.clock is None else self._held(self.clock)

    def main_ended(self) -> None:
        """The runner waits for its threads, for which there is no timer."""
        if self.clock is not None:
            self.clock.closing += 1

    def now(self) -> float | None:
        """Of the loop's clock."""
        return None if self.clock is None else self.clock.now

    def watch_threads(self, at_work: Callable[[], bool], parked: Callable[[], bool]) -> None:
        """The clock asks by itself."""
        if self.clock is not None:
            self.clock.at_work, self.clock.parked = at_work, parked

    def advance(self, seconds: float) -> bool:
        """Of the loop's clock."""
        if self.clock is None:
            return False
        self.clock.now += seconds
        return True


class OnUvloop(OnAsyncio):
    """uvloop."""

    virtual = "replaces timers"

    @classmethod
    def check(cls) -> None:
        """Needs uvloop."""
        try:
            import uvloop  # noqa: F401, PLC0415  # only this flavour needs it
        except ImportError as error:
            raise NotStarted(
                f"uvloop cannot be imported: {error}", hint="pip install uvloop"
            ) from error

    def options(self) -> dict[str, Any]:
        """`use_uvloop`, or a loop of ours for virtual time."""
        return super().options() or {"use_uvloop": True}

    def _own_loop(self) -> Callable[[], Any] | None:
        import uvloop  # noqa: PLC0415  # only this flavour needs it

        return super()._own_loop() or uvloop.new_event_loop

    def _virtual_loop(self, clock: VirtualClock) -> Any:
        from runtimes.on_uvloop import Uvloop  # noqa: PLC0415  # imports uvloop

        return Uvloop.loops[1](clock)


class OnTrio(Backend):
    """trio."""

    name = "trio"
    semantics = TRIO
    steering = "by trio: see the steering of `trio`"
    lacks = frozenset({"cancelling"})

    def __init__(self, limits: Limits, held: Callable[[], bool]) -> None:
        super().__init__(limits, held)
        from runtimes._trio_clock import ThreadWatch, virtual_clock  # noqa: PLC0415  # imports trio

        self.watch = ThreadWatch(lambda: False)
        self.clock = virtual_clock(held, self.watch) if limits.clock == "virtual" else None

    @classmethod
    def check(cls) -> None:
        """Needs trio."""
        try:
            from runtimes import _trio_clock  # noqa: PLC0415  # only this flavour needs it
        except ImportError as error:
            raise NotStarted(
                f"trio cannot be imported: {error}", hint="pip install trio"
            ) from error
        cls.steering = _trio_clock.STEERING

    @classmethod
    def cancelled(cls) -> type[BaseException]:
        """trio.Cancelled."""
        import trio  # noqa: PLC0415  # only this flavour needs it

        return trio.Cancelled

    @classmethod
    def errors(cls) -> dict[type[BaseException], str]:
        """A lock whose owner has ended (docs/findings/005-anyio-lock-raises-trio-error.md)."""
        import trio  # noqa: PLC0415  # only this flavour needs it

        return {trio.BrokenResourceError: "Broken"}

    def options(self) -> dict[str, Any]:
        """A clock, and what it needs to know."""
        return {"clock": self.clock, "instruments": [self.watch]}

    def run(self, root: Callable[..., Any], *args: Any) -> None:
        """`trio.run` before 4.14 (https://github.com/agronholm/anyio/pull/1161)."""
        if VERSION >= (4, 14):
            super().run(root, *args)
            return
        import trio  # noqa: PLC0415  # only this flavour needs it

        trio.run(root, *args, **self.options())

    def watch_threads(self, at_work: Callable[[], bool], parked: Callable[[], bool]) -> None:
        """Asked before trio looks for events."""
        self.watch.ask = at_work

    def steered(self) -> AbstractContextManager[None]:
        """As trio."""
        from runtimes._trio_clock import steered  # noqa: PLC0415  # imports trio

        return steered(self.limits.seed)

    def now(self) -> float | None:
        """Of trio's clock."""
        return None if self.clock is None else self.clock.current_time()

    def advance(self, seconds: float) -> bool:
        """Of trio's clock."""
        if self.clock is None:
            return False
        self.clock.jump(seconds)
        return True


BACKENDS: dict[str, type[Backend]] = {"asyncio": OnAsyncio, "uvloop": OnUvloop, "trio": OnTrio}
"""By flavour."""
