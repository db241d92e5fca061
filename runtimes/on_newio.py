"""newio 0.5.1 with newio-kernel 0.5.1, the last release that has a kernel of its own.

newio 0.6 is another thing: a layer over asyncio, which calls `asyncio.Task.current_task`, gone since CPython 3.9. 0.5.1
imports `pkg_resources`, and so wants setuptools before 81.

Native are tasks, sleeps, `timeout_after`, the primitives of `newio.sync` and `newio.queue`, sockets and threads. `join`
is `Task.join`, which tells nothing of how the task ended, and what `Task.error` and `Task.result` say then. A nursery
is no group in our sense: a child's error is nothing to it and to the others, and it waits for its children even if its
body was cancelled. Main has no handle (`current_task()` is None there). There are no shields,
no conditions with a lock, no barrier that can be passed again, no infinite or negative times.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

import newio
import newio.socket
import newio_kernel

from conformance.adapter.context import Context
from conformance.adapter.core import Body, Limits, Runtime
from conformance.adapter.shutdown import Shutdown
from conformance.adapter.tasks import Tasks
from conformance.adapter.tcp import IncompleteRead, ReadAll, Unix
from conformance.adapter.threads import Threads
from conformance.adapter.time import Time
from conformance.errors import NotStarted
from runtimes._kernel_tcp import BROKEN, KernelTcp, Stream, name_of_trouble
from runtimes._newio_blocks import NewioScopes
from runtimes._newio_kernel import STEERING, Run
from runtimes._newio_sync import NewioSync
from runtimes.on_newio_semantics import SEMANTICS

MYSELF: Final = object()
"""The running task: newio tells its handle to who awaits it."""


class NewioTcp(KernelTcp, ReadAll, Unix):
    """Facet: TCP and UNIX sockets, on `newio.socket`."""

    _run: Run

    async def listen(self) -> Any:
        """`socket.socket`, `bind` and `listen`."""
        return self._listening(newio.socket.AF_INET, ("127.0.0.1", 0))

    async def connect(self, port: int) -> Stream:
        """`Socket.connect`."""
        return await self._connected(newio.socket.AF_INET, ("127.0.0.1", port))

    async def listen_unix(self, path: str) -> Any:
        """`socket.socket`, `bind` and `listen`."""
        return self._listening(newio.socket.AF_UNIX, path)

    async def connect_unix(self, path: str) -> Stream:
        """`Socket.connect`."""
        return await self._connected(newio.socket.AF_UNIX, path)

    def _listening(self, family: int, address: Any) -> Any:
        listener = newio.socket.socket(family)
        self._run.sockets.append(listener.socket)
        listener.bind(address)
        listener.listen()
        return listener

    async def _connected(self, family: int, address: Any) -> Stream:
        raw = newio.socket.socket(family)
        try:
            with self._run.in_flight.under_way():
                await raw.connect(address)
        except BaseException:
            await raw.close()
            raise
        return self._stream(raw)


class NewioThreads(Threads, Shutdown):
    """Facets: threads, shutdown. A thread cannot call back into the kernel."""

    async def run_in_thread(self, body: Callable[[], Any], abandon: bool | None) -> Any:  # noqa: FBT001
        """`run_in_thread`, whose wait is always given up when it is cancelled."""
        return await newio.run_in_thread(body)


class Newio(NewioTcp, NewioScopes, NewioThreads, NewioSync, Context, Time, Tasks, Runtime):
    """The adapter. What one run needs is made afresh by `run`."""

    families = frozenset({"newio"})
    composed = frozenset(
        {
            "abort", "fail_after", "receive_exactly", "receive_until_eof",
            "sleep_until",
        }
    )  # fmt: skip
    special = frozenset(
        {
            "cancel:self",
            "cleanup:waits",
            "thread:abandons",
            "channel:unbounded",
            "semaphore:bounded",
        }
    )
    errors: ClassVar[Mapping[type[BaseException], str]] = {
        TimeoutError: "Timeout",
        IncompleteRead: "IncompleteRead",
        queue.Full: "Full",
        queue.Empty: "Empty",
        ConnectionRefusedError: "Refused",
        FileNotFoundError: "Missing",
        **dict.fromkeys(BROKEN, "Broken"),
        RuntimeError: "Misuse",
    }
    lacks = frozenset({"main:handle"})
    virtual = "keeps timers"
    steering = STEERING
    semantics = SEMANTICS

    def __init__(self, flavour: str = "") -> None:
        if flavour:
            raise NotStarted(f"newio has no flavour `{flavour}`", hint="its address is `newio`")
        super().__init__(flavour)

    # ------------------------------------------------------------ the runtime

    def version(self) -> str:
        """Of newio and its kernel, which are released together."""
        return str(newio_kernel.__version__)

    def module_file(self) -> str:
        """Of newio."""
        return str(newio.__file__)

    def run(self, main: Body, limits: Limits) -> None:
        """A kernel, run as `newio_kernel.run` does."""
        self._run = Run(limits, self.at_work, self.parked)
        self._run.perform(main)

    async def spawn(self, body: Body, name: str, group: Any) -> Any:
        """`spawn`."""
        return await newio.spawn(body())

    async def checkpoint(self) -> None:
        """`sleep(0)`."""
        await newio.sleep(0)

    def is_cancellation(self, error: BaseException) -> bool:
        """`TaskCanceled`; `TaskTimeout`, which its own block swallows."""
        return isinstance(error, newio.TaskCanceled | newio.TaskTimeout)

    def error_name(self, error: BaseException) -> str:
        """Some kinds are known by more than their type."""
        if isinstance(error, RuntimeError) and str(error).startswith("file descriptor"):
            return "Busy"
        return name_of_trouble(error) or super().error_name(error)

    # ------------------------------------------------------------ tasks

    def current(self) -> Any:
        """`current_task()`, which is awaited by whoever is given this."""
        return MYSELF

    async def join(self, task: Any) -> Any:
        """`Task.join`, then `Task.error` and `Task.result`."""
        known = await newio.current_task() if task is MYSELF else task
        await known.join()
        if known.error is not None:
            raise known.error
        return known.result

    async def cancel(self, task: Any) -> None:
        """`Task.cancel`."""
        known = await newio.current_task() if task is MYSELF else task
        await known.cancel()

    # ------------------------------------------------------------ time

    def now(self) -> float:
        """The kernel's clock."""
        return self._run.clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        """`sleep`."""
        await newio.sleep(seconds)

    async def sleep_until(self, when: float) -> None:
        """Composed: there are only durations, and no negative ones."""
        await newio.sleep(max(0, when - self.now()))

    async def block(self, seconds: float) -> None:
        """Hold the kernel up."""
        self._run.clock.block(seconds)
