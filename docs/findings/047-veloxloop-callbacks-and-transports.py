# ruff: noqa: T201 - a script that prints; its name is that of its page
"""veloxloop: six places where it is no drop-in replacement of asyncio's loop.

Prints what happened. Exits 1 when one of the defects shows, 0 when none does.
"""

import asyncio
import contextlib
import contextvars
import os
import socket
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import veloxloop

LIMIT = 5.0
"""Seconds for one check; one that takes longer hangs."""


def stop_before_run() -> bool:
    """A loop that was stopped before it runs calls what is scheduled, and returns."""
    called: list[int] = []
    loop = veloxloop.new_event_loop()
    loop.call_soon(called.append, 1)
    loop.stop()
    loop.run_forever()
    loop.close()
    return called == [1]


def handle_cancel() -> bool:
    """What call_soon returns can be cancelled."""
    called: list[int] = []
    loop = veloxloop.new_event_loop()
    handle = loop.call_soon(called.append, 1)
    handle.cancel()
    loop.call_later(0.05, loop.stop)
    loop.run_forever()
    return not called


def context_at_registration() -> bool:
    """A callback sees the context variables as they were when it was registered."""
    variable: contextvars.ContextVar[int] = contextvars.ContextVar("variable")
    seen: list[int] = []

    async def main() -> None:
        variable.set(1)
        asyncio.get_running_loop().call_soon(lambda: seen.append(variable.get()))
        variable.set(2)
        await asyncio.sleep(0.05)

    run(main)
    return seen == [1]


def threadsafe_when_closed() -> bool:
    """call_soon_threadsafe of a closed loop raises a RuntimeError."""
    loop = veloxloop.new_event_loop()
    loop.close()
    try:
        loop.call_soon_threadsafe(print)
    except RuntimeError:
        return True
    return False


def limits_of_zero() -> bool:
    """A high limit of zero for the write buffer forces the low one to zero."""

    async def main() -> bool:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            peer = socket.create_connection(listening.getsockname())
            here, _ = listening.accept()
        with peer:
            loop = asyncio.get_running_loop()
            transport, _ = await loop.create_connection(asyncio.Protocol, sock=here)
            transport.set_write_buffer_limits(0)
            limits = transport.get_write_buffer_limits()
            transport.abort()
            return bool(limits == (0, 0))

    return bool(run(main))


def written_is_delivered() -> bool:
    """Everything that was written before close is delivered."""
    size = 8_000_000
    got = bytearray()

    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            peer = socket.create_connection(listening.getsockname())
            here, _ = listening.accept()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(asyncio.Protocol, sock=here)
        transport.write(b"x" * size)
        transport.close()

        def read() -> None:
            with peer:
                while data := peer.recv(65536):
                    got.extend(data)

        await loop.run_in_executor(None, read)

    run(main)
    return len(got) == size


def run(main: Callable[[], Any]) -> Any:
    """asyncio.run on veloxloop."""
    with asyncio.Runner(loop_factory=veloxloop.new_event_loop) as runner:
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


CHECKS = (
    stop_before_run,
    handle_cancel,
    context_at_registration,
    threadsafe_when_closed,
    limits_of_zero,
    written_is_delivered,
)
print(f"veloxloop {version('veloxloop')}, CPython {sys.version.split()[0]}")
print("expected: yes, six times")
answers = [kept(check) for check in CHECKS]
for check, answer in zip(CHECKS, answers, strict=True):
    print(f"{'yes' if answer else 'NO '}  {check.__doc__}")
raise SystemExit(not all(answers))
