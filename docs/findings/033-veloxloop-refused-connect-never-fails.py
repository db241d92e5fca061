# ruff: noqa: T201 - a script that prints; its name is that of its page
"""On veloxloop connecting to a port that nobody listens at never fails.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import socket
import sys
from importlib.metadata import version

import veloxloop

with socket.create_server(("127.0.0.1", 0)) as nobody:
    PORT = nobody.getsockname()[1]  # free again


async def main() -> str:
    """Connect, and give it a second; over the loopback interface it takes no time."""
    try:
        async with asyncio.timeout(1):
            await asyncio.open_connection("127.0.0.1", PORT)
    except OSError as error:  # a TimeoutError is one
        return repr(error)
    return "connected"


with asyncio.Runner(loop_factory=veloxloop.new_event_loop) as runner:
    told = runner.run(main())
print(f"veloxloop {version('veloxloop')}, CPython {sys.version.split()[0]}, {sys.platform}")
print("expected: ConnectionRefusedError")
print(f"happened: {told}")
raise SystemExit(not told.startswith("ConnectionRefusedError"))
