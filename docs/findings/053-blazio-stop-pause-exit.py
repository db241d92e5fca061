# ruff: noqa: T201 - a script that prints; its name is that of its page
"""blazio: four places where it is no drop-in replacement of asyncio's loop.

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

import blazio

LIMIT = 5.0
"""Seconds for one check; one that takes longer hangs."""


class Told(asyncio.Protocol):
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.data = bytearray()
        self.stays_open = False
        self.lost: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        """Bytes."""
        self.data += data

    def eof_received(self) -> bool:
        """The end of the stream."""
        self.log.append("eof")
        return self.stays_open

    def pause_writing(self) -> None:
        """The write buffer is above its high limit."""
        self.log.append("paused")

    def resume_writing(self) -> None:
        """The write buffer is below its low limit."""
        self.log.append("resumed")

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is over."""
        self.log.append("lost")
        if not self.lost.done():
            self.lost.set_result(error)


async def connected() -> tuple[Any, Told, socket.socket]:
    """A transport with its protocol, and the plain socket at its far end."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        peer = socket.create_connection(listening.getsockname(), timeout=2)
        here, _ = listening.accept()
    here.settimeout(0)
    transport, told = await asyncio.get_running_loop().create_connection(Told, sock=here)
    return transport, told, peer


def run(main: Callable[[], Any]) -> Any:
    """asyncio.run on blazio."""
    with asyncio.Runner(loop_factory=blazio.new_event_loop) as runner:
        return runner.run(main())


def stop_before_run() -> bool:
    """A loop that was stopped before it runs calls what is scheduled, and returns."""
    called: list[int] = []
    loop = blazio.new_event_loop()
    loop.call_soon(called.append, 1)
    loop.stop()
    loop.run_forever()
    loop.close()
    return called == [1]


def pause_reading() -> bool:
    """No data is handed over while reading is paused."""

    async def main() -> bool:
        transport, told, peer = await connected()
        await asyncio.sleep(0.1)
        transport.pause_reading()
        await asyncio.sleep(0.1)
        peer.send(b"ab")
        await asyncio.sleep(0.2)
        held_back = not told.data
        transport.resume_reading()
        await asyncio.sleep(0.2)
        return held_back and told.data == b"ab"

    return bool(run(main))


def flushes_at_eof() -> bool:
    """What was written is delivered when the transport closes itself at the end of the stream."""

    async def main() -> bool:
        transport, _, peer = await connected()
        transport.write(b"x" * 8_000_000)
        peer.shutdown(socket.SHUT_WR)
        await asyncio.sleep(0.3)

        def read() -> int:
            count = 0
            while data := peer.recv(65536):
                count += len(data)
            return count

        count = await asyncio.get_running_loop().run_in_executor(None, read)
        return count == 8_000_000

    return bool(run(main))


def exit_beside_others() -> bool:
    """A SystemExit that main raises comes out of asyncio's runner though another task is left."""

    async def main() -> None:
        other = asyncio.create_task(asyncio.sleep(9))
        await asyncio.sleep(0.05)
        raise SystemExit(4 if other.done() else 3)

    try:
        run(main)
    except SystemExit:
        return True
    return False


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


CHECKS = (
    stop_before_run,
    pause_reading,
    flushes_at_eof,
    exit_beside_others,
)
print(f"blazio {version('blazio')}, CPython {sys.version.split()[0]}")
print("expected: yes, four times")
answers = [kept(check) for check in CHECKS]
for check, answer in zip(CHECKS, answers, strict=True):
    print(f"{'yes' if answer else 'NO '}  {check.__doc__}")
raise SystemExit(not all(answers))
