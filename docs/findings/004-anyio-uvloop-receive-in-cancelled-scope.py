# ruff: noqa: T201 - a script that prints; its name is that of its page
"""anyio on uvloop: a TCP receive inside a cancelled scope returns data.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import socket
import sys
from importlib.metadata import version
from typing import Any

import anyio


async def main() -> str:
    """Receive a byte that is there, in a scope that is cancelled already."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        async with await anyio.connect_tcp("127.0.0.1", server.getsockname()[1]) as client:
            peer, _ = server.accept()
            with peer:
                peer.sendall(b"x")
                await anyio.sleep(0.05)  # it has arrived
                with anyio.CancelScope() as scope:
                    scope.cancel()
                    return f"received {await client.receive(1)!r}"
    return "cancelled"


print(f"anyio {version('anyio')}, uvloop {version('uvloop')}, CPython {sys.version.split()[0]}")
print("expected on every backend: cancelled")
BACKENDS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("asyncio", "asyncio", {}),
    ("uvloop", "asyncio", {"use_uvloop": True}),
)
seen = {
    name: anyio.run(main, backend=backend, backend_options=options)
    for name, backend, options in BACKENDS
}
print("\n".join(f"{name}: {said}" for name, said in seen.items()))
raise SystemExit(seen["uvloop"] != "cancelled")
