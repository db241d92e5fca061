# ruff: noqa: T201 - a script that prints; its name is that of its page
"""anyio: a token that is released while its only waiter is being cancelled cannot be borrowed until that one has run.

Prints what happened on both backends. Exits 1 when they differ, 0 when they do not.
"""

import sys
from importlib.metadata import version

import anyio


async def main() -> str:
    """A task waits for the only token and is cancelled; before it has run, the token is released and asked for."""
    limiter = anyio.CapacityLimiter(1)
    scope = anyio.CancelScope()
    await limiter.acquire()

    async def wait() -> None:
        with scope:
            await limiter.acquire()

    async with anyio.create_task_group() as group:
        group.start_soon(wait)
        await anyio.wait_all_tasks_blocked()
        scope.cancel()
        limiter.release()
        try:
            limiter.acquire_nowait()
        except anyio.WouldBlock:
            return "is refused a token"
        return "borrows the token"


print(f"anyio {version('anyio')}, CPython {sys.version.split()[0]}, {sys.platform}")
print(
    "expected: on both, main borrows the token, which nobody has and only a cancelled task wanted"
)
told = {backend: anyio.run(main, backend=backend) for backend in ("asyncio", "trio")}
for backend, what in told.items():
    print(f"happened: on {backend}, main {what}")
raise SystemExit(len(set(told.values())) > 1)
