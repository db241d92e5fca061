# ruff: noqa: T201 - a script that prints; its name is that of its page
"""asyncio: awaiting a thread that raised StopIteration never ends.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import sys


def work() -> None:
    """Raise what no coroutine can."""
    raise StopIteration


async def main() -> str:
    """Wait for the thread."""
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    try:
        await asyncio.wait_for(asyncio.to_thread(work), 0.3)
    except TimeoutError:
        return "nothing, for as long as it is awaited"
    except RuntimeError as error:
        return f"{type(error).__name__}, because of {type(error.__cause__).__name__}"
    return "a return"


print(f"CPython {sys.version.split()[0]}")
print("expected: an error, such as RuntimeError because of StopIteration")
seen = asyncio.run(main())
print(f"seen: {seen}")
raise SystemExit(seen.startswith("nothing"))
