"""What the probes of primitives need of a runtime, beside the primitives themselves.

asyncio, trio, curio and anyio spell locks, conditions and semaphores alike, but for what is awaited. The questions
about them are asked in those words once; a `Lib` says how each runtime starts, cancels and waits.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any, Protocol, TypeAlias

from native_probe import Filing

Work: TypeAlias = Callable[[], Awaitable[Any]]


class Lib(Protocol):
    """One runtime. `module` has Event, Lock, Condition, Semaphore, … under these names; what it lacks is never used."""

    @property
    def module(self) -> Any:
        """Where the primitives are."""

    @property
    def cancelled(self) -> type[BaseException]:
        """How a task is told of its cancellation."""

    @property
    def end(self) -> str:
        """The name of the error at the end of a channel."""

    def bounded(self) -> Any:
        """A bounded semaphore of one permit."""

    def pipe(self, size: float) -> tuple[Any, Any]:
        """A channel: its sending and its receiving end."""

    def session(self) -> AbstractAsyncContextManager[None]:
        """Around each question: what was started in it is cancelled at its end."""

    async def pause(self, ticks: float) -> None:
        """Sleep."""

    async def start(self, work: Work) -> Any:
        """A task beside this one."""

    async def cancel(self, task: Any) -> None:
        """Cancel it, as the runtime does: it may wait."""

    async def ended(self, task: Any) -> None:
        """Wait for its end, whatever it is."""

    async def in_time(self, work: Work) -> bool:
        """Whether it ends within a few ticks; otherwise it is given up."""


async def call(result: Any) -> Any:
    """The result of a method that some runtimes make a coroutine of."""
    return await result if inspect.isawaitable(result) else result


async def refusal(work: Callable[[], Any]) -> str:
    """The name of the error that a call raises; empty if none."""
    try:
        await call(work())
    except Exception as error:  # whatever it is, its name is the answer
        return type(error).__name__
    return ""


Question: TypeAlias = Callable[[Lib], Awaitable[str]]


class Questions:
    """A list of questions; its call is the decorator that adds one."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int, Question]] = []

    def __call__(self, name: str, runs: int = 1) -> Callable[[Question], Question]:
        """Under its scenario's id; asked `runs` times, because chance may have a say."""

        def add(question: Question) -> Question:
            self.asked.append((name, runs, question))
            return question

        return add

    def file(self, lib: Lib, probe: Filing) -> None:
        """File them all for one runtime, each inside a session."""
        for name, runs, question in self.asked:
            probe(name, runs)(partial(_inside, lib, question))


async def _inside(lib: Lib, question: Question) -> str:
    async with lib.session():
        return await question(lib)
    raise AssertionError("a session never swallows")
