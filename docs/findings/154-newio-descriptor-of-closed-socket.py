# ruff: noqa: T201 - a script that prints; its name is that of its page
"""newio: a socket that gets the descriptor of one that was just closed never hears of anything.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import newio_kernel
from newio import sleep, socket, spawn, timeout_after


async def main() -> bytes:
    """What a socket receives within a second, of what is sent to it after a tenth."""
    old, peer = socket.socketpair()
    async with timeout_after(0.05):
        await old.recv(1)  # nothing comes
    await old.close()
    await peer.close()
    new, peer = socket.socketpair()  # the system gives the lowest descriptor that is free
    assert new.fileno() == old.fileno()

    async def send() -> None:
        await sleep(0.1)
        await peer.sendall(b"x")

    await spawn(send())
    async with timeout_after(1):
        return bytes(await new.recv(1))
    return b""


print(f"newio {newio_kernel.__version__}")
print("expected: b'x'")
told = newio_kernel.run(main())
print(f"happened: {told!r}")
raise SystemExit(told != b"x")
