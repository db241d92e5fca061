# ruff: noqa: T201 - a script that prints; its name is that of its page
"""asyncio, uvloop: a connection is lost when the sock_accept that would get it is cancelled as it comes.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import importlib.util
import socket
import sys
from collections.abc import Callable
from typing import Any


async def attempt(rounds: int) -> str:
    """Cancel an accept that many rounds of the loop after somebody has connected; then accept again."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: told.append(str(context.get("exception"))))
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0)
    accepting = asyncio.create_task(loop.sock_accept(server))
    await asyncio.sleep(0)
    client = socket.create_connection(server.getsockname())
    for _ in range(rounds):
        await asyncio.sleep(0)
    accepting.cancel()
    try:
        connection, _ = await accepting
    except asyncio.CancelledError:
        try:
            connection, _ = await asyncio.wait_for(loop.sock_accept(server), 0.3)
        except TimeoutError:
            return "cancelled, and nobody gets the connection"
        finally:
            server.close()
            client.close()
    connection.close()
    return "accepted"


told: list[str] = []
runs: dict[str, Callable[..., Any]] = {"asyncio": asyncio.run}
if importlib.util.find_spec("uvloop"):
    import uvloop

    runs["uvloop"] = uvloop.run

print(f"CPython {sys.version.split()[0]}, {sys.platform}")
print("expected, at each of 0 to 3 rounds: accepted, by the first accept or the second")
wrong = False
for name, run in runs.items():
    told.clear()
    seen = [run(attempt(rounds)) for rounds in range(4)]
    heard = f"; the loop's exception handler was told: {', '.join(told)}" if told else ""
    print(f"happened on {name}: {'; '.join(seen)}{heard}")
    wrong |= any(one != "accepted" for one in seen)
raise SystemExit(wrong)
