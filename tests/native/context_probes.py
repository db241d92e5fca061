"""Context variables asked of every runtime: the standard library's, among the runtime's own tasks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from typing import Any, Protocol

from native_probe import TICK, Filing
from structured import Api, words

VAR: ContextVar[int | None] = ContextVar("VAR", default=None)


class Tasks(Protocol):
    """How the runtime under test spells tasks."""

    def group(self) -> AbstractAsyncContextManager[Any]:
        """A group of tasks."""

    async def spawn(self, group: Any, body: Callable[[], Awaitable[None]]) -> Callable[[], Any]:
        """Start a task in it; what cancels it (await that if it is awaitable)."""

    def sleep(self, seconds: float, /) -> Awaitable[None]:
        """Sleep."""

    def within(self, seconds: float) -> AbstractAsyncContextManager[Any]:
        """A deadline whose failure is swallowed."""


class Structured:
    """trio and anyio."""

    def __init__(self, aio: Api) -> None:
        self.aio = aio
        self.group = aio.open_group
        self.sleep = aio.sleep

    async def spawn(self, group: Any, body: Callable[[], Awaitable[None]]) -> Callable[[], Any]:
        """Its cancel scope is opened in the child."""
        scope = self.aio.CancelScope()

        async def child() -> None:
            with scope:
                await body()

        group.start_soon(child)
        return scope.cancel  # type: ignore[no-any-return]

    @asynccontextmanager
    async def within(self, seconds: float) -> Any:
        """`fail_after`."""
        try:
            with self.aio.fail_after(seconds):
                yield
        except self.aio.late:
            pass


def file(probe: Filing, lib: Tasks) -> None:
    """What all can be asked."""

    @probe("context/child-sees")
    async def _() -> str:
        log: list[str] = []

        async def child() -> None:
            log.append(str(VAR.get()))

        VAR.set(1)
        async with lib.group() as group:
            await lib.spawn(group, child)
        return words(log, sees="1", nothing="None")

    @probe("context/set-after-spawn")
    async def _() -> str:
        log: list[str] = []

        async def child() -> None:
            log.append(str(VAR.get()))

        VAR.set(1)
        async with lib.group() as group:
            await lib.spawn(group, child)
            VAR.set(2)
        return words(log, as_spawned="1", as_it_starts="2")

    @probe("context/set-while-running")
    async def _() -> str:
        log: list[str] = []

        async def child() -> None:
            log.append(str(VAR.get()))
            await lib.sleep(2 * TICK)
            log.append(str(VAR.get()))

        VAR.set(1)
        async with lib.group() as group:
            await lib.spawn(group, child)
            await lib.sleep(TICK)
            VAR.set(2)
        return words(log, apart="1 1", shared="1 2")

    @probe("context/grandchild-sees")
    async def _() -> str:
        log: list[str] = []

        async def grandchild() -> None:
            log.append(str(VAR.get()))

        async def child() -> None:
            VAR.set(2)
            async with lib.group() as inner:
                await lib.spawn(inner, grandchild)

        VAR.set(1)
        async with lib.group() as group:
            await lib.spawn(group, child)
        return words(log, parent="2", grandparent="1", nothing="None")

    @probe("context/child-set")
    async def _() -> str:
        async def child() -> None:
            VAR.set(2)

        VAR.set(1)
        async with lib.group() as group:
            await lib.spawn(group, child)
        return words([str(VAR.get())], stays="1", leaks="2")

    @probe("context/siblings")
    async def _() -> str:
        seen: dict[str, int | None] = {}

        async def a() -> None:
            VAR.set(2)
            await lib.sleep(2 * TICK)
            seen["a"] = VAR.get()

        async def b() -> None:
            await lib.sleep(TICK)
            seen["b"] = VAR.get()
            VAR.set(3)

        async with lib.group() as group:
            await lib.spawn(group, a)
            await lib.spawn(group, b)
        return words([str(seen["a"]), str(seen["b"])], apart="2 None", shared="3 2")

    @probe("context/across-checkpoint")
    async def _() -> str:
        seen: dict[int, int | None] = {}

        def child(value: int) -> Callable[[], Awaitable[None]]:
            async def body() -> None:
                VAR.set(value)
                await lib.sleep(0)
                await lib.sleep(0)
                seen[value] = VAR.get()

            return body

        async with lib.group() as group:
            await lib.spawn(group, child(1))
            await lib.spawn(group, child(2))
        return words([str(seen[1]), str(seen[2])], own="1 2", last="2 2", first="1 1")

    @probe("context/cleanup-sees")
    async def _() -> str:
        log: list[str] = []

        async def child() -> None:
            VAR.set(2)
            try:
                await lib.sleep(4 * TICK)
            finally:
                log.append(str(VAR.get()))

        VAR.set(1)
        async with lib.group() as group:
            cancel = await lib.spawn(group, child)
            await lib.sleep(TICK)
            VAR.set(3)
            waiting = cancel()
            if hasattr(waiting, "__await__"):
                await waiting
        return words(log, own="2", cancellers="3")

    @probe("context/reset")
    async def _() -> str:
        log: list[str] = []
        first, second = VAR.set(1), VAR.set(2)
        await lib.sleep(0)
        VAR.reset(second)
        log.append(str(VAR.get()))
        VAR.reset(first)
        log.append(str(VAR.get()))
        return words(log, one_by_one="1 None", all_at_once="None None")

    @probe("context/reset-after-spawn")
    async def _() -> str:
        log: list[str] = []

        async def child() -> None:
            await lib.sleep(2 * TICK)
            log.append(str(VAR.get()))

        token = VAR.set(1)
        async with lib.group() as group:
            await lib.spawn(group, child)
            VAR.reset(token)
            await lib.sleep(TICK)
        return words(log, kept="1", lost="None")


def file_kept(probe: Filing, lib: Tasks) -> None:
    """What is left of a setting after the block in which it was made."""

    async def after(scope: AbstractAsyncContextManager[Any], seconds: float) -> str:
        VAR.set(1)
        async with scope:
            VAR.set(2)
            await lib.sleep(seconds)
        return words([str(VAR.get())], kept="2", lost="1")

    @probe("context/set-in-deadline")
    async def _() -> str:
        return await after(lib.within(3 * TICK), TICK)

    @probe("context/set-in-struck-deadline")
    async def _() -> str:
        return await after(lib.within(TICK), 4 * TICK)

    @probe("context/set-in-group")
    async def _() -> str:
        return await after(lib.group(), 0)


def file_scoped(probe: Filing, lib: Structured) -> None:
    """What only runtimes with shields and starts can be asked."""
    file_kept(probe, lib)

    @probe("context/set-in-shield")
    async def _() -> str:
        VAR.set(1)
        with lib.aio.CancelScope(shield=True):
            VAR.set(2)
            await lib.aio.checkpoint()
        return words([str(VAR.get())], kept="2", lost="1")

    @probe("context/started-sees")
    async def _() -> str:
        log: list[str] = []

        async def child(*, task_status: Any) -> None:
            log.append(str(VAR.get()))
            VAR.set(2)
            task_status.started()
            log.append(str(VAR.get()))

        VAR.set(1)
        async with lib.aio.open_group() as group:
            await group.start(child)
            await lib.sleep(TICK)
            log.append(str(VAR.get()))
        return words(log, copies="1 2 1", shared="1 2 2", nothing="None 2 1")
