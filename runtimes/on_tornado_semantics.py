"""What Tornado's documents, and where they are silent its source, say to the oracle's questions.

Its tasks are asyncio's: what is not answered here is answered by asyncio's documents. An answer that only the source
gives is marked "undocumented".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from conformance.lang.semantics import Semantics
from runtimes._asyncio_semantics import SHIPPED

_DOCS: Final = "https://www.tornadoweb.org/en/stable/"
_LOCKS: Final = f"{_DOCS}locks.html#tornado.locks."
_SOURCE: Final = "undocumented; tornado/"
_TASKS: Final = (
    f"{_DOCS}releases/v5.0.0.html: asyncio.Task is used instead of the Tornado coroutine runner; "
)
_NO_CONDITION: Final = f"nothing to say: {_LOCKS}Condition does not need an underlying lock"

_OWN: Final[Mapping[str, str]] = {
    "cancellation": f"{_DOCS}releases/v5.0.0.html: in native coroutines, cancellation will cause an exception to be"
    f" raised in the coroutine; {SHIPPED.citations['cancellation']}",
    "cancelled_send": f"{_SOURCE}queues.py, Queue._consume_expired: who waited to put and was cancelled is passed over,"
    " from the moment of the cancellation on",
    "locks": f"{_LOCKS}Lock.release: the first coroutine in line waiting for acquire gets the lock",
    "channels": f"{_SOURCE}queues.py, Queue.put_nowait: sets the future of the first who waits to the item",
    "permits": f"{_SOURCE}locks.py, Semaphore.release: gives the permit to the first of the queue of waiters",
    **dict.fromkeys(("conditions", "notified", "reacquire", "lost_notify"), _NO_CONDITION),
    "relock": f"{_LOCKS}Lock: while it is locked, who yields acquire waits until another coroutine calls release",
    "unowned": f"{_LOCKS}Lock.release: RuntimeError if it is not locked (a lock has no owner)",
    "dead_owner": f"{_SOURCE}locks.py, Lock: a semaphore of one; nobody is the owner",
    "second_user": f"{_SOURCE}iostream.py, BaseIOStream._start_read: AssertionError 'Already reading' as long as"
    " another read has not been given its data",
    "own_close": f"{_DOCS}iostream.html#tornado.iostream.StreamClosedError: raised when the stream is closed;"
    f" {_SOURCE}iostream.py, close, _start_read: what is in the buffer is still read; read_until_close just ends",
    "waiters": "nothing to say: no documented method of Tornado's locks or queues tells who waits",
    "thread_context": f"{_SOURCE}platform/asyncio.py, BaseAsyncIOLoop.run_in_executor: asyncio's of the loop, which"
    " copies no context",
    "leftover_threads": f"{_DOCS}ioloop.html#tornado.ioloop.IOLoop.run_in_executor: uses the loop's default executor;"
    f" {SHIPPED.citations['leftover_threads']}",
    "cancelled_thread": f"{_DOCS}ioloop.html#tornado.ioloop.IOLoop.run_in_executor: asyncio's;"
    f" {SHIPPED.citations['cancelled_thread']}",
    "handlers": "composed by the adapter, not an answer of Tornado's: a TCPServer serves beside whoever started it;"
    f" {_DOCS}tcpserver.html#tornado.tcpserver.TCPServer.handle_stream: may be a coroutine, whose errors are logged",
    "handled": f"{_SOURCE}tcpserver.py, TCPServer._handle_connection: leaves the stream of a handler that has returned",
    "negative_sleep": f"{_SOURCE}gen.py, sleep: call_later; asyncio's loop takes what is past as due",
    "nan_sleep": f"{_SOURCE}gen.py, sleep: call_later, of which nothing is said",
    "schedule_points": f"{_DOCS}gen.html#tornado.gen.sleep: a Future that resolves after the given number of seconds;"
    f" {_SOURCE}locks.py, queues.py, iostream.py: a Future of what is there is done, and awaiting it does not suspend;"
    f" {SHIPPED.citations['schedule_points']}",
}

_OTHERS: Final = {
    name: cited if name in _OWN else f"{_TASKS}{cited}" for name, cited in SHIPPED.citations.items()
}

SEMANTICS: Final[Semantics] = replace(
    SHIPPED,
    channels="fair",
    second_user="refused",
    nan_sleep="unknown",
    thread_context="none",
    citations={**_OTHERS, **_OWN},
)
"""Tornado 6.6, on asyncio's loop and tasks."""
