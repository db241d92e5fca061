"""Threads, and what ends more than a task: how each op becomes a call of the adapter."""

from __future__ import annotations

from typing import Any, Final

from conformance.interpreter.ops.base import Methods
from conformance.interpreter.threads import perform_in_thread
from conformance.interpreter.world import World
from conformance.lang.outcome import show_value


async def _run_in_thread(world: World, task: str, op: Any) -> None:
    world.begun[op.thread] = None
    world.threads.ask(op.thread)
    try:
        value = await world.runtime.run_in_thread(
            lambda: perform_in_thread(world, op.thread), op.abandon
        )
    finally:
        world.threads.leave(op.thread)
    if value is not None:
        world.frames[task].record(f"got {show_value(value)}")


async def _open_gate(world: World, task: str, op: Any) -> None:
    world.threads.open(op.gate)


async def _interrupt(world: World, task: str, op: Any) -> None:
    world.runtime.interrupt()


async def _exit(world: World, task: str, op: Any) -> None:
    world.runtime.exit()


METHODS: Final[Methods] = {
    "run_in_thread": _run_in_thread,
    "open_gate": _open_gate,
    "interrupt": _interrupt,
    "exit": _exit,
}
