"""The promises about cancellation and TCP that the catalogue's rules rest on, as links."""

from __future__ import annotations

from typing import Final

PYTHON: Final = "https://docs.python.org/3/library/"
ASYNCIO_TASKS: Final = PYTHON + "asyncio-task.html"
ASYNCIO_STREAMS: Final = PYTHON + "asyncio-stream.html"
TRIO_CORE: Final = "https://trio.readthedocs.io/en/stable/reference-core.html"
TRIO_IO: Final = "https://trio.readthedocs.io/en/stable/reference-io.html"
CURIO: Final = "https://curio.readthedocs.io/en/latest/reference.html"
ANYIO: Final = "https://anyio.readthedocs.io/en/stable/"
ANYIO_CANCELLATION: Final = ANYIO + "cancellation.html"
ANYIO_API: Final = ANYIO + "api.html"
TORNADO: Final = "https://www.tornadoweb.org/en/stable/"
TORNADO_STREAMS: Final = TORNADO + "iostream.html#tornado.iostream."
TCP: Final = "https://www.rfc-editor.org/rfc/rfc9293.html"
POSIX: Final = "https://pubs.opengroup.org/onlinepubs/9799919799/functions/"

ASYNCIO_CANCEL: Final = ASYNCIO_TASKS + "#asyncio.Task.cancel"
TRIO_LEVEL: Final = TRIO_CORE + "#cancellation-semantics"
TRIO_PRIMITIVES: Final = TRIO_CORE + "#cancellation-and-primitive-operations"
CURIO_CANCEL: Final = CURIO + "#Task.cancel"
CURIO_CONTROL: Final = CURIO + "#cancellation-control"
ANYIO_LEVEL: Final = (
    ANYIO_CANCELLATION + "#differences-between-asyncio-and-anyio-cancellation-semantics"
)

INTERRUPTS: Final = {
    "asyncio": ASYNCIO_CANCEL,  # CancelledError is thrown into the coroutine at the next chance
    "trio": TRIO_PRIMITIVES,  # blocked while a scope around it becomes cancelled: raises Cancelled
    "curio": CURIO_CANCEL,  # raises TaskCancelled in the task
    "anyio": ANYIO_CANCELLATION,  # "if a task is waiting on something, it is cancelled immediately"
    "tornado": TORNADO
    + "releases/v5.0.0.html (partially supported: cancellation raises an exception in a native coroutine)",
}
"""Where each family promises that cancelling a task interrupts what it waits for."""
