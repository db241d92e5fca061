"""curio 1.6, its last release.

On CPython 3.12 and later curio cannot be imported as it is: it uses names that the standard
library has dropped. They are put back before the import (`stand_in`): constants of a protocol, and
a function for TLS sockets that is replaced by one which raises. Nothing of what is tested here uses
them; `version()` says that they are there.

`FLAVOURS` are other things that it has. Native is everything but `sleep_until` (curio 1.6 has no
such call) and `abort`. A task that was cancelled by a deadline is told so by the very exception
that the block then raises: `TaskTimeout` counts as a cancellation inside the block, and as the
error `Timeout` once it has left it.
"""

from __future__ import annotations

import multiprocessing.connection
import ssl
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from conformance.adapter.context import Context
from conformance.adapter.core import Body, Limits, Runtime
from conformance.adapter.tasks import Tasks
from conformance.adapter.time import Time
from conformance.errors import NotStarted
from runtimes._curio_spelling import SPELLING
from runtimes._in_flight import End
from runtimes._kernel_tcp import BROKEN, KernelTcp, Stream, counted, name_of_trouble


def stand_in() -> bool:
    """Put back what curio needs and CPython 3.12 dropped; whether anything was missing."""

    def wrap_socket(*_: Any, **__: Any) -> None:
        raise NotImplementedError("ssl.wrap_socket is gone since CPython 3.12")

    module = multiprocessing.connection
    names = {name: f"#{name}#".encode() for name in ("CHALLENGE", "WELCOME", "FAILURE")}
    missing = [(module, name, value) for name, value in names.items() if not hasattr(module, name)]
    if not hasattr(ssl, "wrap_socket"):
        missing.append((ssl, "wrap_socket", wrap_socket))  # type: ignore[arg-type]
    for owner, name, value in missing:
        setattr(owner, name, value)
    return bool(missing)


STOOD_IN: Final = stand_in()

import curio  # noqa: E402  (it needs the stand-ins)

from runtimes._curio_flavours import FLAVOURS, Flavour  # noqa: E402  (imports curio, too)
from runtimes._curio_scopes import CurioScopes  # noqa: E402  (imports curio, too)
from runtimes._curio_sync import CurioSync  # noqa: E402  (imports curio, too)
from runtimes._curio_threads import CurioServers, CurioThreads  # noqa: E402  (imports curio, too)
from runtimes.on_curio_kernel import STEERING, Run  # noqa: E402  (imports curio, too)
from runtimes.on_curio_semantics import SEMANTICS  # noqa: E402


class CurioTcp(KernelTcp):
    """Facet: TCP, on curio's sockets and socket streams."""

    _run: Run

    async def listen(self) -> Any:
        """`tcp_server_socket`."""
        listener = curio.tcp_server_socket("127.0.0.1", 0)
        self._run.sockets.append(listener._socket)
        return listener

    async def connect(self, port: int) -> Stream:
        """`open_connection`."""
        with self._run.connects():
            return self._stream(await curio.open_connection("127.0.0.1", port))

    async def receive_exactly(self, stream: Stream, count: int) -> bytes:
        """`SocketStream.read_exactly`."""
        with stream.end.receives():
            data: bytes = await stream.stream.read_exactly(count)
        return data

    async def receive_until_eof(self, stream: Stream) -> bytes:
        """`SocketStream.readall`."""
        with stream.end.receives():
            data: bytes = await stream.stream.readall()
        return data

    def _wrapped(self, raw: Any, end: End) -> Any:
        """`Socket.as_stream`."""
        stream = raw.as_stream()
        stream._socket_recv = counted(stream._socket_recv, end)
        return stream


class Curio(
    CurioServers, CurioTcp, CurioScopes, CurioThreads, CurioSync, Context, Time, Tasks, Runtime
):
    """The adapter. What one run needs is made afresh by `run`."""

    families = frozenset({"curio"})
    composed = frozenset({"abort", "sleep_until"})
    special = frozenset(
        {
            "sleep:nan", "sleep:negative", "deadline:nan", "deadline:negative", "cancel:self", "cleanup:waits",
            "spawn:handed", "thread:abandons", "channel:unbounded",
        }
    )  # fmt: skip
    errors: ClassVar[Mapping[type[BaseException], str]] = {
        curio.TaskTimeout: "Timeout",
        curio.TaskError: "JoinError",
        curio.errors.ResourceBusy: "Busy",
        EOFError: "IncompleteRead",
        ConnectionRefusedError: "Refused",
        FileNotFoundError: "Missing",
        **dict.fromkeys(BROKEN, "Broken"),
        RuntimeError: "Misuse",
    }
    virtual = "keeps timers"
    steering = STEERING
    semantics = SEMANTICS
    spelling = SPELLING

    flavours: ClassVar[tuple[str, ...]] = ("", *FLAVOURS)

    def __new__(cls, flavour: str = "") -> Self:
        """The adapter with that flavour mixed in. Raises NotStarted when there is none."""
        if flavour not in cls.flavours:
            known = ", ".join(f"`curio:{name}`" for name in FLAVOURS)
            raise NotStarted(
                f"curio has no flavour `{flavour}`", hint=f"there are `curio`, {known}"
            )
        made = type(cls.__name__, (FLAVOURS[flavour], cls), {}) if flavour else cls
        return super().__new__(made)

    def __init__(self, flavour: str = "") -> None:
        super().__init__(flavour)
        if isinstance(self, Flavour):
            self.semantics = self.declare(self.semantics)  # type: ignore[misc]

    # ------------------------------------------------------------ the runtime

    def version(self) -> str:
        """Of curio; `+stand-ins` where it could not be imported as it is."""
        return f"{curio.__version__}+stand-ins" if STOOD_IN else str(curio.__version__)

    def module_file(self) -> str:
        """Of curio."""
        return str(curio.__file__)

    def run(self, main: Body, limits: Limits) -> None:
        """A kernel, run and shut down as `curio.run` does."""
        task_class = self.task_class if isinstance(self, Flavour) else curio.Task
        self._run = Run(limits, self.at_work, task_class)
        self._run.perform(main)

    async def spawn(self, body: Body, name: str, group: Any) -> Any:
        """`curio.spawn`, or `TaskGroup.spawn`."""
        return await (curio.spawn if group is None else group.spawn)(body)

    async def checkpoint(self) -> None:
        """`sleep(0)`."""
        await curio.sleep(0)

    def is_cancellation(self, error: BaseException) -> bool:
        """`CancelledError`, but for a `TaskTimeout` that has left its block."""
        return isinstance(error, curio.CancelledError) and not getattr(error, "left", False)

    def error_name(self, error: BaseException) -> str:
        """Some kinds are known by more than their type."""
        if isinstance(error, AssertionError) and error.args == ("Lock not acquired",):
            return "Misuse"
        return name_of_trouble(error) or super().error_name(error)

    # ------------------------------------------------------------ tasks

    def current(self) -> Any:
        """The task that the kernel is running."""
        return self._run.current()

    async def join(self, task: Any) -> Any:
        """`Task.join`."""
        return await task.join()

    async def cancel(self, task: Any) -> None:
        """`Task.cancel`, which waits for the task's end."""
        await task.cancel()

    # ------------------------------------------------------------ time

    def now(self) -> float:
        """The kernel's clock."""
        return self._run.clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        """`sleep`."""
        await curio.sleep(seconds)

    async def sleep_until(self, when: float) -> None:
        """Composed: curio 1.6 sleeps for a duration only."""
        await curio.sleep(when - await curio.clock())

    async def block(self, seconds: float) -> None:
        """Hold the kernel up."""
        self._run.clock.block(seconds)
