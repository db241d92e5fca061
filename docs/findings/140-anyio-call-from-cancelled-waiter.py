# ruff: noqa: T201 - a script that prints; its name is that of its page
"""anyio on asyncio: a thread's call into the loop outlives the cancellation of whoever waits for the thread.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import sys
import threading
from importlib.metadata import version

import anyio
import anyio.from_thread
import anyio.to_thread


async def main() -> str:
    """Cancel the task that waits for a thread, and only then let the thread call back."""
    gate, seen = threading.Event(), []

    def work() -> None:
        gate.wait()
        try:
            anyio.from_thread.check_cancelled()
        except BaseException as told:  # noqa: BLE001 - the backends' classes differ
            seen.append(f"check_cancelled raises {type(told).__name__}")
        try:
            anyio.from_thread.run(anyio.sleep, 0.05)
            seen.append("from_thread.run completes")
        except BaseException:
            seen.append("from_thread.run is cancelled")
            raise

    async with anyio.create_task_group() as group:
        group.start_soon(anyio.to_thread.run_sync, work)
        await anyio.sleep(0.05)
        group.cancel_scope.cancel()
        gate.set()
    return ", ".join(seen)


print(f"anyio {version('anyio')}, trio {version('trio')}, CPython {sys.version.split()[0]}")
print("expected on both: check_cancelled raises …, from_thread.run is cancelled")
answers = {backend: anyio.run(main, backend=backend) for backend in ("asyncio", "trio")}
print("\n".join(f"{backend}: {said}" for backend, said in answers.items()))
raise SystemExit("completes" in answers["asyncio"] and "is cancelled" in answers["trio"])
