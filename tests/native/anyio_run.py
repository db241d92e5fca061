"""Running anyio probes on the backend under test; the table that the probe files fill."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import anyio
import native_probe
from native_probe import TICK, table

BACKEND = "asyncio"


def run(question: Callable[[], Any]) -> str:
    """Run one question; what it leaves to answer later, now."""
    backend, options = BACKEND, {}
    if BACKEND == "uvloop":
        backend, options = "asyncio", {"use_uvloop": True}
    answer = anyio.run(question, backend=backend, backend_options=options)
    return str(answer() if callable(answer) else answer)


PROBES, probe = table(run)


async def lets_others_run(operation: Callable[[], Any]) -> str:
    """Whether an operation that need not wait lets a ready task run.

    It is done twice: where ready tasks go on in random order, the first time may choose ourselves.
    """
    log: list[str] = []

    async def other() -> None:
        log.append("ran")

    async with anyio.create_task_group() as group:
        group.start_soon(other)
        try:
            await operation()
            await operation()
        except ValueError:
            return "refused"
        return "yields" if log else "goes-straight-on"
    raise AssertionError("a group never swallows")


async def blocks(operation: Callable[..., Any], *args: Any) -> bool:
    """Whether an operation takes longer than a few ticks."""
    with anyio.move_on_after(3 * TICK) as scope:
        await operation(*args)
    return scope.cancelled_caught


def main() -> None:
    """The command line."""
    global BACKEND  # noqa: PLW0603  (set once, by the command line)
    parser = argparse.ArgumentParser()
    parser.add_argument("--backend", default="asyncio", choices=("asyncio", "uvloop", "trio"))
    parser.add_argument("only", nargs="?", default="")
    options = parser.parse_args()
    BACKEND = options.backend
    native_probe.main(PROBES, only=options.only)
