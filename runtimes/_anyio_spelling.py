"""How users of anyio write each op; a handle that can be joined and cancelled is made of what every version has."""

from __future__ import annotations

from typing import Final

from conformance.adapter.spelling import Spelling

_HEADER: Final = '''\
import anyio
import anyio.abc
import anyio.lowlevel


HANDLES = hasattr(anyio, "TaskHandle")  # anyio 4.14: to await one wraps the task's error


class JoinError(Exception):
    """The joined task was cancelled, or has failed."""


try:
    from trio import BrokenResourceError as BrokenLock  # what anyio.Lock lets through on trio
except ImportError:
    BrokenLock = anyio.BrokenResourceError


class Task:
    """A task that can be joined and cancelled: a cancel scope, an event, what came of it."""

    def __init__(self):
        self.scope, self.ended = anyio.CancelScope(), anyio.Event()
        self.value = self.error = self.cancelled = None

    def start(self, group, body):
        group.start_soon(self.live if group is not t.root else self.live_alone, body)
        return self

    async def live(self, body):
        try:
            with self.scope:
                try:
                    self.value = await body()
                except BaseException as error:
                    self.cancelled = error
                    raise
        except BaseException as error:
            self.error = error
            raise
        finally:
            if self.scope.cancelled_caught:
                self.error = self.cancelled
            self.ended.set()

    async def live_alone(self, body):
        try:
            await self.live(body)
        except (Exception, BaseExceptionGroup):
            pass  # it stays in the handle

    async def join(self):
        await self.ended.wait()
        if self.error is None:
            return self.value
        if HANDLES or isinstance(self.error, anyio.get_cancelled_exc_class()):
            raise JoinError from self.error
        raise self.error


async def root():
    async with anyio.create_task_group() as t.root:
        t.main = Task()
        await t.main.live(main)
        if t.main.error is not None:
            t.root.cancel_scope.cancel()


async def listen():
    every = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=0)
    [listener] = every.listeners
    return listener, listener.extra(anyio.abc.SocketAttribute.local_port)


async def receive_some(stream, count):
    try:
        return await stream.receive(count)
    except anyio.EndOfStream:
        return b""


async def receive_exactly(stream, count):
    received = b""
    while len(received) < count:
        more = await receive_some(stream, count - len(received))
        if not more:
            raise IncompleteRead
        received += more
    return received


async def receive_until_eof(stream):
    received = b""
    while more := await receive_some(stream, 65536):
        received += more
    return received


async def abort(stream):
    raw = stream.extra(anyio.abc.SocketAttribute.raw_socket)
    if raw.fileno() >= 0:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    await stream.aclose()


class IncompleteRead(Exception):
    """EOF came first."""
'''


_ERRORS: Final = {
    "JoinError": "JoinError",
    "Timeout": "TimeoutError",
    "Busy": "anyio.BusyResourceError",
    "Closed": "anyio.ClosedResourceError",
    "Broken": "(anyio.BrokenResourceError, BrokenLock)",
    "IncompleteRead": "IncompleteRead",
    "Refused": "OSError",
    "Misuse": "RuntimeError",
}

_OBJECTS: Final = {
    "event": "anyio.Event()",
    "lock": "anyio.Lock()",
    "channel": "anyio.create_memory_object_stream($size)",
}

_OPS: Final = {
    "spawn": "t.$task = Task().start(t.root, $task)",
    "spawn:group": "t.$task = Task().start(t.$group, $task)",
    "join": "got(await t.$task.join())",
    "cancel": "t.$task.scope.cancel()",
    "cancel:self": "t.$task.scope.cancel()",
    "group": "async with anyio.create_task_group() as t.$name:\n    $body",
    "shield": "with anyio.CancelScope(shield=True):\n    $body",
    "move_on_after": (
        "with anyio.move_on_after($seconds) as scope:\n"
        "    $body\n"
        "if scope.cancelled_caught:\n"
        '    note("scope expired")'
    ),
    "fail_after": "with anyio.fail_after($seconds):\n    $body",
    "checkpoint": "await anyio.lowlevel.checkpoint()",
    "block": "time.sleep($seconds)",
    "sleep": "await anyio.sleep($seconds)",
    "sleep_until": (
        "await anyio.sleep_until(anyio.current_time() + START + $seconds - time.monotonic())"
    ),
    "wait": "await t.$event.wait()",
    "set": "t.$event.set()",
    "acquire": "await t.$lock.acquire()",
    "release": "t.$lock.release()",
    "send": "await t.$channel[0].send($item)",
    "receive": "got_item(await t.$channel[1].receive())",
    "send_nowait": 'would("Full", t.$channel[0].send_nowait, $item)',
    "receive_nowait": 'got_item(would("Empty", t.$channel[1].receive_nowait))',
    "listen": "t.$listener = await listen()",
    "close_listener": "await t.$listener[0].aclose()",
    "connect": 't.$stream = await anyio.connect_tcp("127.0.0.1", t.$listener[1])',
    "accept": "t.$stream = await t.$listener[0].accept()",
    "send_bytes": "await t.$stream.send($data)",
    "receive_some": "data(await receive_some(t.$stream, $max))",
    "receive_exactly": "data(await receive_exactly(t.$stream, $count))",
    "receive_until_eof": "data(await receive_until_eof(t.$stream))",
    "send_eof": "await t.$stream.send_eof()",
    "close": "await t.$stream.aclose()",
    "abort": "await abort(t.$stream)",
}


def spelling(backend: str, options: str) -> Spelling:
    """By backend."""
    return Spelling(
        header=_HEADER,
        run=f'anyio.run(root, backend="{backend}"{options})',
        cancelled="anyio.get_cancelled_exc_class()",
        errors=_ERRORS,
        objects=_OBJECTS,
        ops=_OPS,
    )


SPELLINGS: Final = {
    "asyncio": spelling("asyncio", ""),
    "uvloop": spelling("asyncio", ', backend_options={"use_uvloop": True}'),
    "trio": spelling("trio", ""),
}
"""By flavour."""
