# ruff: noqa: T201 - a script that prints; its name is that of its page
"""veloxloop: fifteen more places where it is no drop-in replacement of asyncio's loop.

Prints what happened. Exits 1 when one of the defects shows, 0 when none does.
"""

import asyncio
import contextlib
import contextvars
import os
import socket
import struct
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import veloxloop

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
    """asyncio.run on veloxloop."""
    with asyncio.Runner(loop_factory=veloxloop.new_event_loop) as runner:
        return runner.run(main())


def can_write_eof() -> bool:
    """A transport over TCP says that it can write an end of stream."""

    async def main() -> bool:
        transport, _, _ = await connected()
        return bool(transport.can_write_eof())

    return bool(run(main))


def is_reading() -> bool:
    """is_reading is true, false once reading is paused, and true again."""

    async def main() -> bool:
        transport, _, _ = await connected()
        before = transport.is_reading()
        transport.pause_reading()
        paused = transport.is_reading()
        transport.resume_reading()
        return (before, paused, transport.is_reading()) == (True, False, True)

    return bool(run(main))


def limits() -> bool:
    """get_write_buffer_limits answers what was set."""

    async def main() -> bool:
        transport, _, _ = await connected()
        transport.set_write_buffer_limits(3000, 2000)
        return bool(transport.get_write_buffer_limits() == (2000, 3000))

    return bool(run(main))


def writelines() -> bool:
    """Writelines writes."""

    async def main() -> bool:
        transport, _, peer = await connected()
        transport.writelines([b"ab", b"cd"])
        await asyncio.sleep(0.1)
        return peer.recv(9) == b"abcd"

    return bool(run(main))


def lost_once() -> bool:
    """connection_lost is called once, though the transport is closed twice and aborted."""

    async def main() -> bool:
        transport, told, _ = await connected()
        transport.close()
        transport.close()
        transport.abort()
        await asyncio.sleep(0.2)
        return told.log.count("lost") == 1

    return bool(run(main))


def eof_once() -> bool:
    """eof_received is called once where it answers true, so that the transport stays open."""

    async def main() -> bool:
        transport, told, peer = await connected()
        told.stays_open = True
        peer.shutdown(socket.SHUT_WR)
        await asyncio.sleep(0.2)
        transport.abort()
        return told.log.count("eof") == 1

    return bool(run(main))


def nested_run() -> bool:
    """run_forever of a loop that runs raises a RuntimeError."""

    async def main() -> bool:
        try:
            asyncio.get_running_loop().run_forever()
        except RuntimeError:
            return True
        return False

    return bool(run(main))


def pauses() -> bool:
    """pause_writing is called once the write buffer is above its high limit."""

    async def main() -> bool:
        transport, told, _ = await connected()
        transport.set_write_buffer_limits(1000)
        transport.write(b"x" * 8_000_000)
        await asyncio.sleep(0.2)
        transport.abort()
        return "paused" in told.log

    return bool(run(main))


def drain_waits() -> bool:
    """Drain waits while the far end reads nothing."""

    async def main() -> bool:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            _, writer = await asyncio.open_connection(*listening.getsockname())
            writer.write(b"x" * 8_000_000)
            try:
                await asyncio.wait_for(writer.drain(), 0.3)
            except TimeoutError:
                return True
            finally:
                writer.transport.abort()
        return False

    return bool(run(main))


def eof_flushes() -> bool:
    """Everything that was written before write_eof is delivered."""

    async def main() -> bool:
        transport, _, peer = await connected()
        transport.write(b"x" * 8_000_000)
        transport.write_eof()

        def read() -> int:
            count = 0
            while data := peer.recv(65536):
                count += len(data)
            return count

        count = await asyncio.get_running_loop().run_in_executor(None, read)
        return count == 8_000_000

    return bool(run(main))


def reader_and_writer() -> bool:
    """A reader beside a writer of one descriptor is called when there is something to read."""

    async def main() -> bool:
        loop = asyncio.get_running_loop()
        here, peer = socket.socketpair()
        here.settimeout(0)
        got: list[str] = []

        def read() -> None:
            try:
                got.append(here.recv(9).decode())
            except BlockingIOError:
                got.append("nothing")

        def write() -> None:
            got.append("writable")
            loop.remove_writer(here)

        loop.add_reader(here, read)
        loop.add_writer(here, write)
        await asyncio.sleep(0.1)
        peer.send(b"a")
        await asyncio.sleep(0.1)
        loop.remove_reader(here)
        return got == ["writable", "a"]

    return bool(run(main))


def reset_told() -> bool:
    """connection_lost is called with an error when the far end resets."""

    async def main() -> bool:
        _, told, peer = await connected()
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
        return isinstance(await asyncio.wait_for(told.lost, 1), ConnectionError)

    return bool(run(main))


def serving_later() -> bool:
    """A server that is made with start_serving=False serves once start_serving was called."""

    async def main() -> bool:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Told, "127.0.0.1", 0, start_serving=False)
        before = server.is_serving()
        await server.start_serving()
        started = server.is_serving()
        server.close()
        return (before, started, server.is_serving()) == (False, True, False)

    return bool(run(main))


def task_contexts() -> bool:
    """What a task sets of a context variable, another task does not see."""

    async def main() -> bool:
        variable: contextvars.ContextVar[int] = contextvars.ContextVar("variable", default=0)

        async def keep(value: int) -> bool:
            variable.set(value)
            await asyncio.sleep(0.02 * value)
            return variable.get() == value

        kept = await asyncio.gather(*(asyncio.create_task(keep(value)) for value in (1, 2)))
        return all(kept) and variable.get() == 0

    return bool(run(main))


def sock_refused() -> bool:
    """sock_connect to a port that nobody listens at raises ConnectionRefusedError."""

    async def main() -> bool:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            where = listening.getsockname()
        with socket.socket() as sock:
            sock.settimeout(0)
            try:
                await asyncio.wait_for(asyncio.get_running_loop().sock_connect(sock, where), 1)
            except ConnectionRefusedError:
                return True
        return False

    return bool(run(main))


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
    can_write_eof,
    is_reading,
    limits,
    writelines,
    lost_once,
    eof_once,
    nested_run,
    pauses,
    drain_waits,
    eof_flushes,
    reader_and_writer,
    reset_told,
    serving_later,
    task_contexts,
    sock_refused,
)
print(f"veloxloop {version('veloxloop')}, CPython {sys.version.split()[0]}")
print("expected: yes, 15 times")
answers = [kept(check) for check in CHECKS]
for check, answer in zip(CHECKS, answers, strict=True):
    print(f"{'yes' if answer else 'NO '}  {check.__doc__}")
raise SystemExit(not all(answers))
