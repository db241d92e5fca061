"""Semaphores, limiters and barriers: how each op becomes a call of the adapter."""

from __future__ import annotations

from typing import Any, Final

from conformance.interpreter.ops.base import Methods
from conformance.interpreter.world import World
from conformance.lang.outcome import show_value


async def _acquire_semaphore(world: World, task: str, op: Any) -> None:
    await world.runtime.acquire_semaphore(world.objects[op.semaphore])


async def _acquire_semaphore_nowait(world: World, task: str, op: Any) -> None:
    await world.runtime.acquire_semaphore_nowait(world.objects[op.semaphore])


async def _release_semaphore(world: World, task: str, op: Any) -> None:
    await world.runtime.release_semaphore(world.objects[op.semaphore])


async def _semaphore_value(world: World, task: str, op: Any) -> None:
    answer = await world.runtime.semaphore_value(world.objects[op.semaphore])
    world.frames[task].record(f"got {show_value(answer)}")


async def _acquire_limiter(world: World, task: str, op: Any) -> None:
    await world.runtime.acquire_limiter(world.objects[op.limiter])


async def _acquire_limiter_nowait(world: World, task: str, op: Any) -> None:
    await world.runtime.acquire_limiter_nowait(world.objects[op.limiter])


async def _release_limiter(world: World, task: str, op: Any) -> None:
    await world.runtime.release_limiter(world.objects[op.limiter])


async def _set_limit(world: World, task: str, op: Any) -> None:
    await world.runtime.set_limit(world.objects[op.limiter], op.tokens)


async def _available_tokens(world: World, task: str, op: Any) -> None:
    answer = await world.runtime.available_tokens(world.objects[op.limiter])
    world.frames[task].record(f"got {show_value(answer)}")


async def _wait_barrier(world: World, task: str, op: Any) -> None:
    index = await world.runtime.wait_barrier(world.objects[op.barrier])
    world.frames[task].record(f"got {show_value(index)}")


METHODS: Final[Methods] = {
    "acquire_semaphore": _acquire_semaphore,
    "acquire_semaphore_nowait": _acquire_semaphore_nowait,
    "release_semaphore": _release_semaphore,
    "semaphore_value": _semaphore_value,
    "acquire_limiter": _acquire_limiter,
    "acquire_limiter_nowait": _acquire_limiter_nowait,
    "release_limiter": _release_limiter,
    "set_limit": _set_limit,
    "available_tokens": _available_tokens,
    "wait_barrier": _wait_barrier,
}
