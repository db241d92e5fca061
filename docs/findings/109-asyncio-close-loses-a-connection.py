# ruff: noqa: T201 - a script that prints; its name is that of its page
"""asyncio: a connection that is just being accepted when its server is closed is neither handed over nor closed.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import sys
import tempfile

log: list[str] = []


async def main() -> None:
    """A client connects to a UNIX socket, and the server is closed before its callback has been called."""
    path = tempfile.mkdtemp() + "/socket"
    server = await asyncio.start_unix_server(
        lambda *_: log.append("the server's callback is called"), path
    )
    reader, writer = await asyncio.open_unix_connection(path)
    server.close()
    try:
        log.append(f"the client reads {await asyncio.wait_for(reader.read(1), 0.5)!r}")
    except ConnectionError as error:
        log.append(f"the client is told: {type(error).__name__}")
    except TimeoutError:
        log.append("the client waits for ever")
    writer.close()


asyncio.run(main())
print(f"CPython {sys.version.split()[0]}, {sys.platform}")
print("expected: the connection is given to the callback, or it is closed, and the client is told")
print(f"happened: {'; '.join(log)}")
raise SystemExit(log == ["the client waits for ever"])
