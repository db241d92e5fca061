# ruff: noqa: T201 - a script that prints; its name is that of its page
"""rloop: seven places where it is no drop-in replacement of asyncio's loop.

Prints what happened. Exits 1 when one of the defects shows, 0 when none does.
"""

import asyncio
import contextlib
import os
import socket
import struct
import sys
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import rloop


def exception_handler() -> bool:
    """A handler with the signature (loop, context) is told of an error in a callback."""
    told: list[Any] = []
    loop = rloop.new_event_loop()
    loop.set_exception_handler(lambda _, context: told.append(context["exception"]))
    loop.call_soon(lambda: 1 / 0)
    loop.call_later(0.05, loop.stop)
    loop.run_forever()
    loop.close()
    return len(told) == 1


def handle_cancelled() -> bool:
    """A handle has a method `cancelled`."""
    loop = rloop.new_event_loop()
    handle = loop.call_soon(print)
    handle.cancel()
    loop.close()
    return hasattr(handle, "cancelled") and handle.cancelled()


def stop_before_run() -> bool:
    """A loop that was stopped before it runs calls what is scheduled."""
    called: list[int] = []
    loop = rloop.new_event_loop()
    loop.call_soon(called.append, 1)
    loop.stop()
    loop.run_forever()
    loop.close()
    return called == [1]


def threadsafe_when_closed() -> bool:
    """call_soon_threadsafe of a closed loop raises a RuntimeError."""
    loop = rloop.new_event_loop()
    loop.close()
    try:
        loop.call_soon_threadsafe(print)
    except RuntimeError:
        return True
    return False


def reset_is_told() -> bool:
    """connection_lost is called when the far end resets the connection."""
    lost: list[Any] = []

    class Protocol(asyncio.Protocol):
        def connection_lost(self, exc: Exception | None) -> None:
            lost.append(exc)

    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            peer = socket.create_connection(listening.getsockname())
            here, _ = listening.accept()
        await asyncio.get_running_loop().create_connection(Protocol, sock=here)
        await asyncio.sleep(0.05)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
        await asyncio.sleep(0.3)

    run(main)
    return len(lost) == 1 and lost[0] is not None


def closed_server_refuses() -> bool:
    """A closed server takes no more connections."""

    async def main() -> bool:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(asyncio.Protocol, "127.0.0.1", 0)
        address = server.sockets[0].getsockname()
        server.close()
        await asyncio.sleep(0.1)
        try:
            with socket.create_connection(address, timeout=1):
                return False
        except ConnectionRefusedError:
            return True

    return run(main)


def second_start() -> bool:
    """A second start_serving does nothing."""

    async def main() -> bool:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(asyncio.Protocol, "127.0.0.1", 0)
        await server.start_serving()
        await server.start_serving()
        server.close()
        return True

    return run(main)


def run(main: Callable[[], Any]) -> Any:
    """asyncio.run on rloop."""
    with asyncio.Runner(loop_factory=rloop.new_event_loop) as runner:
        return runner.run(main())


def kept(check: Callable[[], bool]) -> bool:
    """Whether a check holds, in a process of its own: one of them ends it."""
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            os._exit(0 if check() else 1)
        os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


CHECKS = (
    exception_handler,
    handle_cancelled,
    stop_before_run,
    threadsafe_when_closed,
    reset_is_told,
    closed_server_refuses,
    second_start,
)
print(f"rloop {version('rloop')}, CPython {sys.version.split()[0]}")
print("expected: yes, seven times")
answers = [kept(check) for check in CHECKS]
for check, answer in zip(CHECKS, answers, strict=True):
    print(f"{'yes' if answer else 'NO '}  {check.__doc__}")
raise SystemExit(not all(answers))
