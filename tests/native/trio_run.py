"""Running trio probes; the table that the probe files fill."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import native_probe
import trio
from native_probe import TICK, table


def run(question: Callable[[], Any]) -> str:
    """Run one question; what it leaves to answer later, now."""
    answer = trio.run(question)
    return str(answer() if callable(answer) else answer)


PROBES, probe = table(run)


async def lets_others_run(operation: Callable[[], Any]) -> str:
    """Whether an operation that need not wait lets a ready task run.

    It is done twice: where ready tasks go on in random order, the first time may choose ourselves.
    """
    log: list[str] = []

    async def other() -> None:
        log.append("ran")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(other)
        try:
            await operation()
            await operation()
        except ValueError:
            return "refused"
        return "yields" if log else "goes-straight-on"


async def blocks(operation: Callable[..., Any], *args: Any) -> bool:
    """Whether an operation takes longer than a few ticks."""
    with trio.move_on_after(3 * TICK) as scope:
        await operation(*args)
    return scope.cancelled_caught


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("only", nargs="?", default="")
    native_probe.main(PROBES, only=parser.parse_args().only)
