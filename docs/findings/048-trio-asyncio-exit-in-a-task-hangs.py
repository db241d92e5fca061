# ruff: noqa: T201 - a script that prints; its name is that of its page
"""trio-asyncio: `sys.exit` in an asyncio task leaves a loop that runs for ever, past trio's deadline.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import subprocess
import sys
from importlib.metadata import version

HANGS = """
import sys
import trio
import trio_asyncio

async def main():
    sys.exit(3)

async def root():
    with trio.move_on_after(1):
        async with trio_asyncio.open_loop():
            await trio_asyncio.aio_as_trio(main)()

trio.run(root)
"""

print(
    f"trio-asyncio {version('trio-asyncio')}, trio {version('trio')}, CPython {sys.version.split()[0]}"
)
print("expected: the process ends, as SystemExit asks it to")
try:
    done = subprocess.run([sys.executable, "-c", HANGS], timeout=10, check=False)
except subprocess.TimeoutExpired:
    print("happened: it ran on; killed after 10 seconds")
    raise SystemExit(1) from None
print(f"happened: it ended with exit code {done.returncode}")
