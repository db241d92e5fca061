# ruff: noqa: T201 - a script that prints; its name is that of its page
"""veloxloop: a timer strikes when another one does, and waits poll.

Prints what happened. Exits 1 when one of the defects shows, 0 when none does.
"""

import asyncio
import contextlib
import socket
import sys
import time
from importlib.metadata import version
from typing import Any

import veloxloop

Log = dict[str, float]
EARLY, LATE = 0.05, 0.2
"""Seconds that a timer may strike before its time, for clocks are coarse, and after it, on a busy machine."""


async def armed_before_a_sleep(log: Log) -> dict[str, float]:
    """A timer that is armed before a shorter sleep strikes in time."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    loop.call_at(start + 0.4, lambda: log.setdefault("b", loop.time() - start))
    await asyncio.sleep(0.3)
    await asyncio.sleep(0.7)
    return {"b": 0.4}


async def after_a_cancelled_one(log: Log) -> dict[str, float]:
    """A timer that is armed after a cancelled one strikes in time."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    loop.call_at(start + 0.1, print).cancel()
    loop.call_at(start + 0.6, lambda: log.setdefault("b", loop.time() - start))
    await asyncio.sleep(0.3)
    await asyncio.sleep(0.7)
    return {"b": 0.6}


async def a_moved_deadline(log: Log) -> dict[str, float]:
    """A deadline that is moved to a later time strikes then."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    try:
        async with asyncio.timeout_at(start + 0.2) as deadline:
            deadline.reschedule(start + 0.6)
            await asyncio.sleep(0.3)
            await asyncio.sleep(0.7)
    except TimeoutError:
        log["deadline"] = loop.time() - start
    return {"deadline": 0.6}


async def cancelled_while_due(log: Log) -> dict[str, float]:
    """Of two timers that are due at once, the first can cancel the second."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    handles: list[Any] = []
    for name, other in (("a", 1), ("b", 0)):
        handles.append(
            loop.call_at(
                start + 0.1,
                lambda name=name, o=other: (log.setdefault(name, 0.1), handles[o].cancel()),
            )
        )
    time.sleep(0.2)  # noqa: ASYNC251 - both are overdue when the loop looks
    await asyncio.sleep(0.3)
    return {"a": 0.1} if "a" in log else {"b": 0.1}


async def a_socket_object(_: Log) -> dict[str, float]:
    """add_reader takes a socket, not its number alone."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        loop = asyncio.get_running_loop()
        try:
            loop.add_reader(ours, print)
            loop.remove_reader(ours)
        except TypeError:
            return {"taken": 0}
    return {}


async def a_given_socket(log: Log) -> dict[str, float]:
    """start_server serves a socket that it is given."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        served = asyncio.Event()
        server = await asyncio.start_server(lambda *_: served.set(), sock=listener)
        with socket.create_connection(listener.getsockname()), contextlib.suppress(TimeoutError):
            await asyncio.wait_for(served.wait(), 1)
            log["served"] = 0
        server.close()
    return {"served": 0}


def kept(check: Any) -> bool:
    """Whether what has to happen does, when it has to."""
    log: Log = {}
    loop = veloxloop.new_event_loop()
    asyncio.set_event_loop(loop)
    wanted = loop.run_until_complete(check(log))
    return log.keys() == wanted.keys() and all(
        -EARLY < log[name] - when < LATE for name, when in wanted.items()
    )


async def steps(loop: Any) -> int:
    """How often the loop is given something to do while a task waits 0.2 s for a thread."""
    before = loop.given
    await loop.run_in_executor(None, time.sleep, 0.2)
    return int(loop.given - before)


class Counting(veloxloop.VeloxLoop):  # type: ignore[misc]  # untyped
    """A loop that counts."""

    given = 0

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> Any:
        """As the loop's."""
        self.given += 1
        return super().call_soon(callback, *args, context=context)


CHECKS = (
    armed_before_a_sleep,
    after_a_cancelled_one,
    a_moved_deadline,
    cancelled_while_due,
    a_socket_object,
    a_given_socket,
)
print(f"veloxloop {version('veloxloop')}, CPython {sys.version.split()[0]}")
print("expected: yes, 6 times")
answers = [kept(check) for check in CHECKS]
for check, answer in zip(CHECKS, answers, strict=True):
    print(f"{'yes' if answer else 'NO '}  {check.__doc__}")
counting = Counting()
asyncio.set_event_loop(counting)
print(f"A wait of 0.2 s for a thread: {counting.run_until_complete(steps(counting))} callbacks")
raise SystemExit(not all(answers))
