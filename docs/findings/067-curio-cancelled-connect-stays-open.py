# ruff: noqa: T201 - a script that prints; its name is that of its page
"""curio: a connect that is cancelled when it has been made leaves its connection open.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import multiprocessing.connection
import ssl

for name in ("CHALLENGE", "WELCOME", "FAILURE"):  # curio 1.6 imports what 3.12 took away
    if not hasattr(multiprocessing.connection, name):
        setattr(multiprocessing.connection, name, b"")
if not hasattr(ssl, "wrap_socket"):
    vars(ssl)["wrap_socket"] = ssl.SSLContext.wrap_socket

import curio  # noqa: E402 - it needs the stand-ins


async def attempt(delay: float) -> str:
    """Cancel a connect after so many seconds; look from the server's side."""
    listener = curio.tcp_server_socket("127.0.0.1", 0)
    address = listener.getsockname()
    async with listener:
        task = await curio.spawn(curio.open_connection, *address)
        await curio.sleep(delay)
        await task.cancel()
        if not isinstance(task.exception, curio.CancelledError):
            return "made before it was cancelled"
        try:
            async with curio.timeout_after(0.05):
                peer, _ = await listener.accept()
        except curio.TaskTimeout:
            return "never made"
        async with peer:
            try:
                async with curio.timeout_after(0.2):
                    return "closed" if await peer.recv(1) == b"" else "data"
            except curio.TaskTimeout:
                return "open"


print(f"curio {curio.__version__}")
print("expected: a cancelled connect is closed, or was never made")
seen = set()
for number in range(400):  # one of a few dozen meets the moment
    seen.add(curio.run(attempt, number % 100 / 20_000))
    if "open" in seen:
        break
print(f"seen: {', '.join(sorted(seen))}")
raise SystemExit("open" in seen)
