# ruff: noqa: T201 - a script that prints; its name is that of its page
"""zloop: stop before run_forever, pause_reading in connection_made, is_reading.

Prints what happened. Exits 1 when one of the defects shows, 0 when none does.
"""

import asyncio
import contextlib
import os
import socket
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import zloop

LIMIT = 5.0
"""Seconds for one check; one that takes longer hangs."""


def stop_before_run() -> bool:
    """A loop that was stopped before it runs calls what is scheduled, and returns."""
    called: list[int] = []
    loop = zloop.Loop()
    loop.call_soon(called.append, 1)
    loop.stop()
    loop.run_forever()
    loop.close()
    return called == [1]


def pause_in_connection_made() -> bool:
    """Nothing is received when connection_made has paused reading."""
    said: list[bytes] = []

    class Paused(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            transport.pause_reading()

        def data_received(self, data: bytes) -> None:
            said.append(data)

    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            peer = socket.create_connection(listening.getsockname())
            here, _ = listening.accept()
        with peer:
            peer.sendall(b"x")
            loop = asyncio.get_running_loop()
            transport, _ = await loop.create_connection(Paused, sock=here)
            await asyncio.sleep(0.2)
            transport.abort()

    run(main)
    return not said


def is_reading() -> bool:
    """A transport says that it reads, until it is paused, and when it is resumed."""

    async def main() -> list[bool]:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            peer = socket.create_connection(listening.getsockname())
            here, _ = listening.accept()
        with peer:
            loop = asyncio.get_running_loop()
            transport, _ = await loop.create_connection(asyncio.Protocol, sock=here)
            seen = [transport.is_reading()]
            transport.pause_reading()
            seen.append(transport.is_reading())
            transport.resume_reading()
            seen.append(transport.is_reading())
            transport.abort()
            return seen

    return bool(run(main) == [True, False, True])


def run(main: Callable[[], Any]) -> Any:
    """asyncio.run on zloop."""
    with asyncio.Runner(loop_factory=zloop.Loop) as runner:
        return runner.run(main())


def kept(check: Callable[[], bool]) -> bool:
    """Whether a check holds, in a process of its own: some would end it, or never end."""
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            os._exit(0 if check() else 1)
        os._exit(1)
    until = time.monotonic() + LIMIT
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) == 0
        time.sleep(0.01)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return False


CHECKS = (stop_before_run, pause_in_connection_made, is_reading)
print(f"zloop {version('zloop')}, CPython {sys.version.split()[0]}")
print("expected: yes, three times")
answers = [kept(check) for check in CHECKS]
for check, answer in zip(CHECKS, answers, strict=True):
    print(f"{'yes' if answer else 'NO '}  {check.__doc__}")
raise SystemExit(not all(answers))
