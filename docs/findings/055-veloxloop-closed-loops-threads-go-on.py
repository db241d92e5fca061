# ruff: noqa: T201 - a script that prints; its name is that of its page
"""veloxloop: a loop that is closed keeps the threads of its executor, and they use a processor up.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import sys
import time
from importlib.metadata import version
from pathlib import Path

import veloxloop

LOOPS = 10
"""Loops that each call something in a thread, end, are closed, and are referred to still."""


async def main() -> int:
    """Something in a thread."""
    return await asyncio.get_running_loop().run_in_executor(None, int)


def threads() -> int:
    """Threads of this process, those that Python does not know of too; Linux tells."""
    return len(list(Path("/proc/self/task").iterdir()))


def use() -> float:
    """The share of a processor that this process uses while its main thread sleeps."""
    before = time.process_time()
    time.sleep(1)
    return time.process_time() - before


closed = []
for _ in range(LOOPS):
    loop = veloxloop.new_event_loop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:  # noqa: B023 - it is called at once
        runner.run(main())
    closed.append(loop)
time.sleep(0.5)
left, used = threads() - 1, use()
print(f"veloxloop {version('veloxloop')}, CPython {sys.version.split()[0]}, {sys.platform}")
print(f"expected: {LOOPS} loops are closed, and no thread of theirs is left")
print(f"happened: {left} threads are left, which use {used:.0%} of a processor")
sys.stdout.flush()
raise SystemExit(left > 0)
