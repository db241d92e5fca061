# ruff: noqa: T201 - a script that prints; its name is that of its page
"""trio-asyncio: `sys.exit`, or Ctrl-C, in an asyncio task leaves a loop that runs for ever, past trio's deadline.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import subprocess
import sys
from importlib.metadata import version

HANGS = """
import signal
import sys
import trio
import trio_asyncio

async def main():
    %s

async def root():
    with trio.move_on_after(1):
        async with trio_asyncio.open_loop():
            await trio_asyncio.aio_as_trio(main)()

trio.run(root)
"""

print(
    f"trio-asyncio {version('trio-asyncio')}, trio {version('trio')}, CPython {sys.version.split()[0]}"
)
print("expected: the process ends, as SystemExit and KeyboardInterrupt ask it to")
hung = False
for how in ("sys.exit(3)", "signal.raise_signal(signal.SIGINT)"):
    try:
        command = [sys.executable, "-c", HANGS % how]
        done = subprocess.run(command, timeout=10, check=False, stderr=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        print(f"happened at {how}: it ran on; killed after 10 seconds")
        hung = True
    else:
        print(f"happened at {how}: it ended with exit code {done.returncode}")
raise SystemExit(hung)
