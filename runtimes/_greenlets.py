"""What gevent and eventlet share: tasks are greenlets, and so nothing is ever awaited.

A task's body is a coroutine all the same, since the interpreter is one. No method of these adapters
ever suspends it: they switch greenlets underneath. So one `send` performs a body to its end.
"""

from __future__ import annotations

import errno
import socket
import struct
import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final, final

from conformance.adapter.channels import Channels
from conformance.adapter.context import Context
from conformance.adapter.core import Body, Runtime, Scope
from conformance.adapter.scopes import Scopes
from conformance.adapter.sync import Sync
from conformance.adapter.tasks import Tasks
from conformance.adapter.tcp import ReadAll
from conformance.adapter.time import Time
from conformance.errors import AdapterError
from runtimes._in_flight import End, InFlight

RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER on, 0 s: a close drops what is unsent and resets the connection."""
_LEFT: Final = "left"
"""The mark of a `Timeout` that has left its block."""
BROKEN: Final = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError)


def drive(body: Body) -> Any:
    """Perform a body that never suspends. Raises what it raises; AdapterError if it did suspend."""
    coroutine: Any = body()
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    raise AdapterError("an op of a greenlet runtime suspended its coroutine")


@final
class Deadline:
    """A `Timeout` around a block, as both libraries have it.

    Inside its block the `Timeout` is how the task is told to give up, so that it counts as a
    cancellation; once it has left the block it is an error, and marked so.
    """

    def __init__(self, make: Callable[..., Any], *arguments: object) -> None:
        self._make = make
        self._arguments = arguments

    def __enter__(self) -> None:
        self._timeout: Any = self._make(*self._arguments)
        self._timeout.__enter__()

    def __exit__(self, *told: object) -> Any:
        """As the library's."""
        swallowed = self._timeout.__exit__(*told)
        if told[1] is self._timeout and not swallowed:
            setattr(self._timeout, _LEFT, True)
        return swallowed


@final
class Group:
    """A block around a pool of greenlets, composed: the end of the body waits for all of them.

    `start` starts one in the pool, `wait` waits until that is empty. Neither library has such a
    block, nor does one child's error mean anything to the others.
    """

    def __init__(self, start: Callable[[Body], Any], wait: Callable[[], Any]) -> None:
        self.start = start
        self._wait = wait
        self._members: list[Any] = []

    def __enter__(self) -> Group:
        return self

    def spawn(self, body: Body) -> Any:
        """Start one."""
        self._members.append(self.start(body))
        return self._members[-1]

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        """Wait; if the body failed, or whoever waits is killed, kill them all first."""
        try:
            if error is None:
                self._wait()
                return
        except BaseException:
            self._kill()
            raise
        self._kill()

    def _kill(self) -> None:
        for member in self._members:
            member.kill()
        self._wait()


class GreenTcp(ReadAll):
    """Facet: TCP, on green sockets: those of the standard library, but that they let others run."""

    in_flight: InFlight
    listeners: list[Any]

    async def close_listener(self, listener: Any) -> None:
        """`socket.close`."""
        listener.close()

    def port(self, listener: Any) -> int:
        """`socket.getsockname`."""
        port: int = listener.getsockname()[1]
        return port

    async def accept(self, listener: Any) -> End:
        """`socket.accept`."""
        raw, _ = listener.accept()
        return self.end(raw)

    async def send_bytes(self, stream: End, data: bytes) -> None:
        """`socket.sendall`."""
        with stream.sends(len(data)):
            stream.raw.sendall(data)

    async def receive_some(self, stream: End, max_bytes: int) -> bytes:
        """`socket.recv`."""
        with stream.receives():
            data: bytes = stream.raw.recv(max_bytes)
        stream.received(len(data))
        return data

    async def send_eof(self, stream: End) -> None:
        """`socket.shutdown`."""
        stream.closes()
        stream.raw.shutdown(socket.SHUT_WR)

    async def close_stream(self, stream: End) -> None:
        """`socket.close`."""
        stream.closes()
        stream.raw.close()

    async def abort_stream(self, stream: End) -> None:
        """Composed: SO_LINGER 0, then `socket.close`."""
        stream.closes()
        stream.raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        stream.raw.close()

    def end(self, raw: Any) -> End:
        """A new connection."""
        try:
            own, peer = raw.getsockname(), raw.getpeername()
        except OSError:  # the peer reset it already
            own, peer = (), (id(raw),)
        return self.in_flight.add(raw, own, peer)

    def close_sockets(self) -> None:
        """Close what the program left open."""
        for owner in [*self.listeners, *(end.raw for end in self.in_flight.ends)]:
            owner.close()


class Green(GreenTcp, Channels, Context, Sync, Time, Scopes, Tasks, Runtime):
    """What both adapters say alike. `api` is the library, `killed_by` what it raises in a task."""

    api: ClassVar[Any]
    killed_by: ClassVar[type[BaseException]]
    composed = frozenset(
        {"abort", "detach", "group", "receive_exactly", "receive_until_eof", "sleep_until"}
    )
    errors: ClassVar[Mapping[type[BaseException], str]] = {
        ConnectionRefusedError: "Refused",
        **dict.fromkeys(BROKEN, "Broken"),
    }

    async def spawn(self, body: Body, name: str, group: Any) -> Any:
        """`spawn`, of the library or of a group's pool."""
        return self.spawn_green(body) if group is None else group.spawn(body)

    def spawn_green(self, body: Body) -> Any:
        """`spawn`; the greenlet is remembered, to be cleared away some time after the run."""
        raise NotImplementedError

    async def checkpoint(self) -> None:
        """`sleep(0)`."""
        self.api.sleep(0)

    def is_cancellation(self, error: BaseException) -> bool:
        """`GreenletExit`, and a `Timeout` that has not left its block."""
        if isinstance(error, self.api.Timeout):
            return not getattr(error, _LEFT, False)
        return isinstance(error, self.killed_by)

    def error_name(self, error: BaseException) -> str:
        """A `Timeout` has left its block here; a closed socket is known by its number."""
        if isinstance(error, self.api.Timeout):
            return "Timeout"
        if isinstance(error, OSError) and error.errno == errno.EBADF:
            return "Closed"
        return super().error_name(error)

    def current(self) -> Any:
        """`getcurrent`."""
        return self.api.getcurrent()

    async def cancel(self, task: Any) -> None:
        """`kill`."""
        task.kill()

    async def detach(self, body: Body, name: str) -> Any:
        """Composed: `spawn`, and join it; whoever waits may be killed, and the work goes on."""
        return await self.join(self.spawn_green(body))

    def move_on_after(self, seconds: float) -> Scope:
        """`with Timeout(seconds, False)`."""
        return Deadline(self.api.Timeout, seconds, False)  # noqa: FBT003  # that is how it is spelt

    def fail_after(self, seconds: float) -> Scope:
        """`with Timeout(seconds)`."""
        return Deadline(self.api.Timeout, seconds)

    async def sleep(self, seconds: float) -> None:
        """`sleep`."""
        self.api.sleep(seconds)

    async def sleep_until(self, when: float) -> None:
        """Composed: there are only durations."""
        self.api.sleep(when - self.now())

    async def block(self, seconds: float) -> None:
        """Hold the hub up."""
        if not self.advance(seconds):
            time.sleep(seconds)  # noqa: ASYNC251  # holding it up is the point

    def advance(self, seconds: float) -> bool:
        """Move a virtual clock; whether there is one."""
        raise NotImplementedError

    async def wait_event(self, event: Any) -> None:
        """`Event.wait`."""
        event.wait()

    async def acquire(self, lock: Any) -> None:
        """`acquire`."""
        lock.acquire()

    async def release(self, lock: Any) -> None:
        """`release`."""
        lock.release()

    async def send(self, channel: Any, item: Any) -> None:
        """`Queue.put`."""
        channel.put(item)

    async def receive(self, channel: Any) -> Any:
        """`Queue.get`."""
        return channel.get()

    async def send_nowait(self, channel: Any, item: Any) -> None:
        """`Queue.put_nowait`."""
        channel.put_nowait(item)

    async def receive_nowait(self, channel: Any) -> Any:
        """`Queue.get_nowait`."""
        return channel.get_nowait()
