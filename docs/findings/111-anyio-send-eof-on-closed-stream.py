# ruff: noqa: T201 - a script that prints; its name is that of its page
"""anyio: send_eof on a stream that was closed here returns, or raises an error of the backend's.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import importlib.util
import sys
from importlib.metadata import version
from typing import Any, cast

import anyio
from anyio.abc import SocketAttribute, SocketListener, SocketStream

EXPECTED = "ClosedResourceError"


async def told(stream: SocketStream, method: str, *args: Any) -> str:
    """What the method of the stream does: its error, or that it returned."""
    try:
        await getattr(stream, method)(*args)
    except Exception as error:  # noqa: BLE001 - whichever it is, is the question
        return type(error).__name__
    return "nothing"


async def main() -> dict[str, str]:
    """Close a stream, then use it."""
    multi = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = multi.extra(SocketAttribute.local_port)  # noqa: S610 - no Django here
    listener = cast("SocketListener", multi.listeners[0])
    async with multi, await anyio.connect_tcp("127.0.0.1", port) as stream, await listener.accept():
        await stream.aclose()
        calls: list[tuple[Any, ...]] = [("send", b"x"), ("receive", 1), ("send_eof",)]
        return {call[0]: await told(stream, *call) for call in calls}


backends: dict[str, tuple[str, dict[str, Any]]] = {"asyncio": ("asyncio", {})}
if importlib.util.find_spec("uvloop"):
    backends["uvloop"] = ("asyncio", {"use_uvloop": True})
if importlib.util.find_spec("trio"):
    backends["trio"] = ("trio", {})

print(f"anyio {version('anyio')}, CPython {sys.version.split()[0]}, {sys.platform}")
print(f"expected, of each method on every backend: {EXPECTED}")
wrong = False
for name, (backend, options) in backends.items():
    seen = anyio.run(main, backend=backend, backend_options=options)
    print(
        f"happened on {name}: {', '.join(f'{method}: {error}' for method, error in seen.items())}"
    )
    wrong |= seen["send_eof"] != EXPECTED
raise SystemExit(wrong)
