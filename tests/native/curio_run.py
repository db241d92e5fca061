"""Running curio probes; the table that the probe files fill."""

from __future__ import annotations

import argparse
import multiprocessing.connection
import ssl
from collections.abc import Callable
from typing import Any

import native_probe
from native_probe import TICK, table

for name in ("CHALLENGE", "WELCOME", "FAILURE"):  # curio 1.6 imports what 3.12 took away
    if not hasattr(multiprocessing.connection, name):
        setattr(multiprocessing.connection, name, b"")
if not hasattr(ssl, "wrap_socket"):
    vars(ssl)["wrap_socket"] = ssl.SSLContext.wrap_socket

import curio as curio  # noqa: E402  (it needs the stand-ins)


def run(question: Callable[[], Any]) -> str:
    """Run one question; what it leaves to answer later, now."""
    answer = curio.run(question)
    return str(answer() if callable(answer) else answer)


PROBES, probe = table(run)


async def settle() -> None:
    """Let every ready task run until it waits."""
    for _ in range(6):
        await curio.sleep(0)


async def lets_others_run(operation: Callable[[], Any]) -> str:
    """Whether an operation that need not wait, done twice, lets a ready task run."""
    log: list[str] = []

    async def other() -> None:
        log.append("ran")

    task = await curio.spawn(other)
    try:
        await operation()
        await operation()
    except ValueError:
        return "refused"
    answer = "yields" if log else "goes-straight-on"
    await task.join()
    return answer


async def blocks(operation: Callable[..., Any], *args: Any) -> bool:
    """Whether an operation takes longer than a few ticks."""
    try:
        await curio.timeout_after(3 * TICK, operation, *args)
    except curio.TaskTimeout:
        return True
    return False


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("only", nargs="?", default="")
    native_probe.main(PROBES, only=parser.parse_args().only)
