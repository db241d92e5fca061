"""Running asyncio probes on the loop under test; the table that the probe files fill."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import asyncio_loops
import native_probe
from native_probe import TICK, table

LOOP = "asyncio"


def new_loop() -> asyncio.AbstractEventLoop:
    """The event loop under test."""
    return asyncio_loops.make(LOOP)


def run(question: Callable[[], Any]) -> str:
    """Run one question on a new loop, as `asyncio.run` does; ask what it left to ask at the end."""
    answers: list[Any] = []

    async def top() -> None:
        answers.append(await question())

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.get_loop().set_exception_handler(lambda loop, context: None)
        with contextlib.suppress(*([asyncio.CancelledError] if LOOP == "eager" else [])):
            runner.run(top())  # eager groups of 3.12.1 leave a cancellation behind
    answer = answers[0]
    return str(answer() if callable(answer) else answer)


PROBES, probe = table(run)


def other() -> tuple[asyncio.Task[None], list[str]]:
    """A task that is ready, and the list that it fills as soon as somebody lets it run."""
    log: list[str] = []

    async def child() -> None:
        if LOOP == "eager":  # the first step is taken by create_task itself
            await asyncio.sleep(0)
        log.append("ran")

    return asyncio.create_task(child()), log


async def lets_others_run(operation: Callable[[], Any]) -> str:
    """Whether an operation that need not wait, done twice, lets a ready task run."""
    ready, log = other()
    try:
        await operation()
        await operation()
    except ValueError:
        return "refused"
    finally:
        answer = "yields" if log else "goes-straight-on"
        await ready
    return answer


async def blocks(wait: Any) -> bool:
    """Whether waiting takes longer than a few ticks."""
    return not (await asyncio.wait({asyncio.ensure_future(wait)}, timeout=3 * TICK))[0]


def main() -> None:
    """The command line."""
    global LOOP  # noqa: PLW0603  (set once, by the command line)
    parser = argparse.ArgumentParser()
    parser.add_argument("--loop", default="asyncio", choices=asyncio_loops.LOOPS)
    parser.add_argument("only", nargs="?", default="")
    options = parser.parse_args()
    LOOP = options.loop
    native_probe.main(PROBES, only=options.only)
