# ruff: noqa: T201 - a script that prints; its name is that of its page
"""On rloop neither a closed transport nor a closed server closes its socket.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import socket
import sys
from importlib.metadata import version

import rloop


async def main() -> tuple[bool, bool]:
    """Whether a peer saw the end of the stream, and whether a closed server still takes connections."""
    peer = socket.create_server(("127.0.0.1", 0))
    _, writer = await asyncio.open_connection("127.0.0.1", peer.getsockname()[1])
    there, _ = peer.accept()
    writer.close()
    await writer.wait_closed()
    await asyncio.sleep(0.1)
    there.settimeout(0)
    try:
        ended = there.recv(1) == b""
    except BlockingIOError:
        ended = False

    server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    await asyncio.sleep(0.1)
    knocking = socket.socket()
    refused = knocking.connect_ex(("127.0.0.1", port)) != 0
    for sock in (there, peer, knocking):
        sock.close()
    return ended, refused


with asyncio.Runner(loop_factory=rloop.new_event_loop) as runner:
    saw_end, was_refused = runner.run(main())
print(f"rloop {version('rloop')}, CPython {sys.version.split()[0]}, {sys.platform}")
print("expected: the peer sees the end, and a connection to the closed server is refused")
print(f"happened: the peer {'saw' if saw_end else 'did not see'} the end; ", end="")
print(f"the connection was {'refused' if was_refused else 'accepted'}")
raise SystemExit(not (saw_end and was_refused))
