# ruff: noqa: T201 - a script that prints; its name is that of its page
"""asyncio: StreamReader.read tells the end of a stream that has not ended, when another reader was faster.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import sys

log: dict[str, object] = {}


async def read(name: str, reader: asyncio.StreamReader) -> None:
    """Reads at most one byte."""
    try:
        log[name] = await reader.read(1)
    except RuntimeError as error:
        log[name] = f"RuntimeError: {error}"
    log[f"{name} at_eof"] = reader.at_eof()


async def main() -> None:
    """One task waits for data; the data comes; another reads before the first one runs again."""
    reader = asyncio.StreamReader()
    first = asyncio.create_task(read("first", reader))
    await asyncio.sleep(0)  # it waits
    reader.feed_data(b"x")  # as a transport does
    await read("second", reader)
    await asyncio.wait({first}, timeout=0.2)
    first.cancel()


asyncio.run(main())
print(f"CPython {sys.version.split()[0]}, {sys.platform}")
print("expected: one of them gets b'x'; the other waits on, or is told that there are two readers")
print(f"happened: {log}")
raise SystemExit(log.get("first") == b"" and log.get("first at_eof") is False)
