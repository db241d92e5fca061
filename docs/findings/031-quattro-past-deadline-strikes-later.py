# ruff: noqa: T201 - a script that prints; its name is that of its page
"""A quattro scope whose deadline is past cancels what comes after it.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import sys
from importlib.metadata import version

import quattro


async def main() -> bool:
    """Leave such a scope without waiting in it, then wait."""
    with quattro.move_on_after(0):
        pass
    try:
        await asyncio.sleep(0)
    except asyncio.CancelledError:
        return True
    return False


struck = asyncio.run(main())
print(f"quattro {version('quattro')}, CPython {sys.version.split()[0]}")
print("expected: after the scope was left, nothing is cancelled by it")
print(f"happened: the wait after the scope {'raised CancelledError' if struck else 'went well'}")
raise SystemExit(struck)
