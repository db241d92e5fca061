# ruff: noqa: T201 - a script that prints; its name is that of its page
"""rloop: three more places where it is no drop-in replacement of asyncio's loop.

Prints what happened. Exits 1 when one of the defects shows, 0 when none does.
"""

import asyncio
import contextlib
import contextvars
import os
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import rloop

LIMIT = 5.0
"""Seconds for one check; one that takes longer hangs."""


async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A server's handler."""
    writer.write(b"hello")
    writer.close()


def run(main: Callable[[], Any]) -> Any:
    """asyncio.run on rloop."""
    with asyncio.Runner(loop_factory=rloop.new_event_loop) as runner:
        return runner.run(main())


def exit_comes_out() -> bool:
    """A SystemExit that main raises comes out of asyncio's runner."""

    async def main() -> None:
        await asyncio.sleep(0.05)
        raise SystemExit(3)

    try:
        run(main)
    except SystemExit:
        return True
    return False


def threadsafe_context() -> bool:
    """What a thread hands to run_coroutine_threadsafe sees the context variables of the thread."""

    async def main() -> bool:
        variable: contextvars.ContextVar[int] = contextvars.ContextVar("variable", default=0)
        loop = asyncio.get_running_loop()

        async def get() -> int:
            return variable.get()

        def work() -> int:
            variable.set(5)
            return asyncio.run_coroutine_threadsafe(get(), loop).result(1)

        return await asyncio.to_thread(work) == 5

    return bool(run(main))


def serve_forever() -> bool:
    """serve_forever serves until it is cancelled."""

    async def main() -> bool:
        server = await asyncio.start_server(greet, "127.0.0.1", 0)
        where = server.sockets[0].getsockname()
        serving = asyncio.create_task(server.serve_forever())
        await asyncio.sleep(0.1)
        reader, _ = await asyncio.open_connection(*where)
        data = await asyncio.wait_for(reader.read(), 1)
        serving.cancel()
        await asyncio.wait([serving])
        return data == b"hello"

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
    exit_comes_out,
    threadsafe_context,
    serve_forever,
)
print(f"rloop {version('rloop')}, CPython {sys.version.split()[0]}")
print("expected: yes, three times")
answers = [kept(check) for check in CHECKS]
for check, answer in zip(CHECKS, answers, strict=True):
    print(f"{'yes' if answer else 'NO '}  {check.__doc__}")
raise SystemExit(not all(answers))
