"""The reference executor beside asyncio, trio and curio: spawn and join, and switching, in one run.

Runtimes take turns within a round and a figure is the median over the rounds, of the time and of
its ratio to asyncio in the same round: what else the machine does in a while hits all of them
alike. The reference is used through its raw executor, as the others are through their own API: no
interpreter, no adapter.
"""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import curio  # type: ignore[import-not-found, unused-ignore]
import trio

from benchmarks.measure import Row, Table, Times
from runtimes.reference.declared import REFERENCE
from runtimes.reference.executor import Ask, Executor

ROUNDS = 15
TASKS = 100
SPAWNS = 3000
ALONE = 20_000
EACH = 200


class Contender(Protocol):
    """One runtime, spelled natively. `run` runs a function of no arguments in a fresh loop."""

    def run(self, main: Callable[[], Awaitable[Any]]) -> None:
        """Run to the end."""

    async def spawn_join(self, count: int) -> None:
        """Start a task that does nothing and wait for it, `count` times."""

    async def pause(self, count: int) -> None:
        """Let others run, `count` times."""

    async def together(self, tasks: int, count: int) -> None:
        """That many tasks that do so at the same time."""


async def nothing() -> None:
    """Return."""


class OnAsyncio:
    """asyncio, with the tasks that are written in C."""

    def run(self, main: Callable[[], Awaitable[Any]]) -> None:
        """Run to the end."""

        async def body() -> None:
            await main()

        asyncio.run(body())

    async def spawn_join(self, count: int) -> None:
        """`create_task`, `await`."""
        for _ in range(count):
            await asyncio.create_task(nothing())

    async def pause(self, count: int) -> None:
        """`sleep(0)`."""
        for _ in range(count):
            await asyncio.sleep(0)

    async def together(self, tasks: int, count: int) -> None:
        """A task for each."""
        for task in [asyncio.create_task(self.pause(count)) for _ in range(tasks)]:
            await task


class OnTrio:
    """trio. A task's end is awaited with its nursery."""

    def run(self, main: Callable[[], Awaitable[Any]]) -> None:
        """Run to the end."""
        trio.run(main)

    async def spawn_join(self, count: int) -> None:
        """A nursery for each."""
        for _ in range(count):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(nothing)

    async def pause(self, count: int) -> None:
        """`lowlevel.checkpoint`."""
        for _ in range(count):
            await trio.lowlevel.checkpoint()

    async def together(self, tasks: int, count: int) -> None:
        """One nursery."""
        async with trio.open_nursery() as nursery:
            for _ in range(tasks):
                nursery.start_soon(self.pause, count)


class OnCurio:
    """curio."""

    def run(self, main: Callable[[], Awaitable[Any]]) -> None:
        """Run to the end."""
        curio.run(main)

    async def spawn_join(self, count: int) -> None:
        """`spawn`, `join`."""
        for _ in range(count):
            task = await curio.spawn(nothing)
            await task.join()

    async def pause(self, count: int) -> None:
        """`sleep(0)`."""
        for _ in range(count):
            await curio.sleep(0)

    async def together(self, tasks: int, count: int) -> None:
        """A task for each."""
        for task in [await curio.spawn(self.pause, count) for _ in range(tasks)]:
            await task.join()


class OnReference:
    """The reference executor, first in first out."""

    executor: Executor

    def run(self, main: Callable[[], Awaitable[Any]]) -> None:
        """Run to the end."""
        self.executor = Executor(REFERENCE)
        self.executor.run(main)

    async def spawn_join(self, count: int) -> None:
        """`spawn`, `join`."""
        executor = self.executor
        for _ in range(count):
            task = executor.new_task(nothing())
            await Ask("spawn", executor.spawn, task)
            await Ask("join", executor.join, task)

    async def pause(self, count: int) -> None:
        """`checkpoint`."""
        executor = self.executor
        for _ in range(count):
            await Ask("checkpoint", executor.checkpoint)

    async def together(self, tasks: int, count: int) -> None:
        """A task for each."""
        executor = self.executor
        started = [executor.new_task(self.pause(count)) for _ in range(tasks)]
        for task in started:
            await Ask("spawn", executor.spawn, task)
        for task in started:
            await Ask("join", executor.join, task)


CONTENDERS: dict[str, Contender] = {
    "asyncio": OnAsyncio(),
    "reference": OnReference(),
    "trio": OnTrio(),
    "curio": OnCurio(),
}
WORK: dict[str, tuple[int, Callable[[Contender], Awaitable[None]]]] = {
    "spawn + join": (SPAWNS, lambda on: on.spawn_join(SPAWNS)),
    "switch, 1 task": (ALONE, lambda on: on.pause(ALONE)),
    f"switch, {TASKS} tasks": (TASKS * EACH, lambda on: on.together(TASKS, EACH)),
}


def switching() -> Table:
    """Times and ratios of every runtime at every kind of work."""
    rows = []
    for name, (count, work) in WORK.items():
        times = {contender: Times() for contender in CONTENDERS}
        for _ in range(ROUNDS):
            for contender, on in CONTENDERS.items():
                with times[contender].sample():
                    on.run(lambda on=on, work=work: work(on))  # type: ignore[misc]
        for contender in CONTENDERS:
            mine = times[contender]
            wall, cpu = (
                _ratio(mine.wall, times["asyncio"].wall),
                _ratio(mine.cpu, times["asyncio"].cpu),
            )
            target = "about 1" if contender == "reference" else ""
            note = f"{statistics.median(mine.cpu) / count * 1e6:.2f} µs of CPU each"
            rows.append(Row(f"{name}: {contender}", "× asyncio", wall, cpu, target, note))
    about = (
        f"Median over {ROUNDS} rounds of the ratio to asyncio's C tasks in the same round. trio "
        f"has no join: it "
        "opens and leaves a nursery for each task."
    )
    return Table("switching", "Reference executor beside the others", tuple(rows), about)


def _ratio(mine: list[float], base: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(mine, base, strict=True))
