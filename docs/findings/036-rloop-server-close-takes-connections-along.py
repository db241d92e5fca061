# ruff: noqa: T201 - a script that prints; its name is that of its page
"""On rloop Server.close breaks the connections that the server has accepted.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import sys
from importlib.metadata import version

import rloop


async def main() -> str:
    """Close the server, then send over a connection that it had accepted."""
    came: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
    server = await asyncio.start_server(lambda _r, w: came.put_nowait(w), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
    accepted = await came.get()
    server.close()
    try:
        accepted.write(b"x")
        await accepted.drain()
        async with asyncio.timeout(0.5):
            return f"the client received {await reader.read(1)!r}"
    except OSError as error:
        return f"sending raised {error!r}"
    finally:
        writer.close()


with asyncio.Runner(loop_factory=rloop.new_event_loop) as runner:
    told = runner.run(main())
print(f"rloop {version('rloop')}, CPython {sys.version.split()[0]}, {sys.platform}")
print("expected: the client received b'x'")
print(f"happened: {told}")
raise SystemExit(told != "the client received b'x'")
