# ruff: noqa: T201 - a script that prints; its name is that of its page
"""asyncio: run_forever inside a callback of the same loop makes the loop say that it does not run.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import sys

seen: list[bool] = []


def callback(loop: asyncio.AbstractEventLoop) -> None:
    """Call run_forever, which is refused, and look again."""
    try:
        loop.run_forever()
    except RuntimeError as error:
        print(f"run_forever inside a callback: RuntimeError: {error}")
    seen.append(loop.is_running())
    loop.stop()


fresh = asyncio.new_event_loop()
fresh.call_soon(callback, fresh)
fresh.run_forever()
fresh.close()
print(f"CPython {sys.version.split()[0]}")
print("expected: inside the callback is_running() is still True")
print(f"is_running() was {seen[0]}")
raise SystemExit(not seen[0])
