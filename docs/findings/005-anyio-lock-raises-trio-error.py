# ruff: noqa: T201 - a script that prints; its name is that of its page
"""anyio on trio: `Lock.acquire` raises trio's own BrokenResourceError.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import sys
from importlib.metadata import version

import anyio


async def main() -> str:
    """Want a lock whose owner ended without releasing it."""
    lock = anyio.Lock()
    async with anyio.create_task_group() as group:
        group.start_soon(lock.acquire)
    try:
        with anyio.fail_after(0.05):
            await lock.acquire()
    except TimeoutError:
        return "waits"
    except anyio.BrokenResourceError:
        return "raises anyio.BrokenResourceError"
    except Exception as error:  # noqa: BLE001 - which one is the question
        return f"raises {type(error).__module__}.{type(error).__qualname__}"
    return "acquires"


print(f"anyio {version('anyio')}, trio {version('trio')}, CPython {sys.version.split()[0]}")
print("expected on trio: an error of anyio's, or as on asyncio")
seen = {backend: anyio.run(main, backend=backend) for backend in ("asyncio", "trio")}
print("\n".join(f"{backend}: {said}" for backend, said in seen.items()))
raise SystemExit(seen["trio"].startswith("raises trio."))
