"""How users of anyio write each op, with task handles where this version of anyio has them (4.14)."""

from __future__ import annotations

from typing import Final

from conformance.adapter.spelling import Spelling

_HANDLES: Final = '''\
class JoinError(Exception):
    """Never raised: handles have an error of their own."""


def ready(body):
    """A body for `TaskGroup.start`."""

    async def live(*, task_status):
        READY.set(task_status)
        return await body()

    return live


class Task:
    """An anyio.TaskHandle; outside of a group the error of its task stays in it."""

    host = None

    def start(self, group, body):
        self.handle = group.create_task(self.live(body))

    async def live(self, body):
        self.host = current_task()
        return await body()

    def start_alone(self, body):
        self.handle = anyio.TaskHandle(self.live(body), None)
        t.root.start_soon(self.live_alone)

    async def live_alone(self):
        try:
            await self.handle._run_coro()
        except (Exception, BaseExceptionGroup):
            pass

    async def start_ready(self, group, body):
        self.handle = await group.start(ready(lambda: self.live(body)), return_handle=True)
        return self.handle.start_value

    def cancel(self):
        self.handle.cancel()

    async def join(self):
        return await self.handle

    def done(self):
        return self.handle.status.name not in ("PENDING", "CANCELLING")

    def cancelled(self):
        return self.handle.status.name == "CANCELLED"

    def requests(self):
        return self.host.cancelling() if self.host else 0  # who has not begun is not told yet
'''

_NO_HANDLES: Final = '''\
class JoinError(Exception):
    """The joined task was cancelled."""


class Task:
    """A task that can be joined and cancelled: a cancel scope, an event, what came of it."""

    def __init__(self):
        self.scope, self.ended = anyio.CancelScope(), anyio.Event()
        self.value = self.error = self.cause = self.host = None

    def start(self, group, body):
        group.start_soon(self.live, body)

    def start_alone(self, body):
        t.root.start_soon(self.live_alone, body)

    async def start_ready(self, group, body):
        return await group.start(self.live_ready, body)

    async def live_ready(self, body, *, task_status):
        READY.set(task_status)
        await self.live(body)

    async def live(self, body):
        self.host = current_task()
        try:
            with self.scope:
                try:
                    self.value = await body()
                except BaseException as error:
                    self.cause = error
                    raise
        except BaseException as error:
            self.error = error
            raise
        finally:
            if self.scope.cancelled_caught:
                self.error = self.cause
            self.ended.set()

    async def live_alone(self, body):
        try:
            await self.live(body)
        except (Exception, BaseExceptionGroup):
            pass  # it stays in the handle

    def cancel(self):
        self.scope.cancel()

    async def join(self):
        await self.ended.wait()
        if self.error is None:
            return self.value
        if self.cancelled() or isinstance(self.error, anyio.get_cancelled_exc_class()):
            raise JoinError from self.error
        raise self.error

    def done(self):
        return self.ended.is_set()

    def cancelled(self):
        return self.scope.cancelled_caught

    def requests(self):
        return self.host.cancelling() if self.host else 0  # who has not begun is not told yet
'''

_IMPORTS: Final = """\
import concurrent.futures
import errno

import anyio
import anyio.abc
import anyio.from_thread
import anyio.lowlevel
import anyio.to_thread
from TASKS import current_task

READY = contextvars.ContextVar("READY")

try:
    from trio import BrokenResourceError as BrokenLock  # what anyio.Lock lets through on trio
except ImportError:
    BrokenLock = anyio.BrokenResourceError


"""

_STREAMS: Final = '''

async def root():
    async with anyio.create_task_group() as t.root:
        t.main = Task()
        t.main.start(t.root, main)
        try:
            await t.main.join()
        except Exception:  # main's own error comes out of the group
            if t.main.cancelled():
                t.root.cancel_scope.cancel()


async def listen():
    every = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=0)
    [listener] = every.listeners
    return listener, listener.extra(anyio.abc.SocketAttribute.local_port)


async def listen_unix(path):
    return await anyio.create_unix_listener(path), path


async def serve(listener, announced):
    async def handler(stream):
        body = next_handler(announced, stream)
        await (stream.aclose() if body is None else body())

    await listener.serve(handler)


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


def of_lock(statistics):
    """A condition tells of its lock, too."""
    return getattr(statistics, "lock_statistics", statistics)


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


def named(error):
    cause = error.__cause__ if isinstance(error, OSError) else None
    causes = cause.exceptions if isinstance(cause, BaseExceptionGroup) else (cause,)
    if all(isinstance(each, ConnectionRefusedError) for each in causes):
        return "Refused"
    if all(isinstance(each, ConnectionError) for each in causes):
        return "Broken"
    if isinstance(error, OSError) and error.errno in (errno.ENOTCONN, errno.EBADF):
        return "Closed" if error.errno == errno.EBADF else "Broken"
    if isinstance(error, ValueError) and str(error) == "semaphore released too many times":
        return "Misuse"
    return None
'''

_ERRORS: Final = {
    "JoinError": '(JoinError, getattr(anyio, "TaskFailed", JoinError))',
    "Timeout": "TimeoutError",
    "Busy": "anyio.BusyResourceError",
    "Closed": "anyio.ClosedResourceError",
    "Broken": "(anyio.BrokenResourceError, BrokenLock)",
    "IncompleteRead": "IncompleteRead",
    "EndOfChannel": "anyio.EndOfStream",
    "Refused": "ConnectionRefusedError",
    "Missing": "FileNotFoundError",
    "Misuse": "(RuntimeError, ValueError)",
}

_OBJECTS: Final = {
    "event": "anyio.Event()",
    "lock": "anyio.Lock()",
    "condition": "anyio.Condition()",
    "semaphore": "anyio.Semaphore($size)",
    "bounded_semaphore": "anyio.Semaphore($size, max_value=$size)",
    "limiter": "anyio.CapacityLimiter($size)",
    "channel": "anyio.create_memory_object_stream($size)",
}

_OPS: Final = {
    "spawn": "t.$task = Task()\nt.$task.start_alone($task)",
    "spawn:group": "t.$task = Task()\nt.$task.start(t.$group, $task)",
    "start": "starting = Task()\ngot(await starting.start_ready(t.$group, $task))\nt.$task = starting",
    "started": "READY.get().started($value)",
    "join": "got(await t.$task.join())",
    "cancel": "t.$task.cancel()",
    "done": "got(t.$task.done())",
    "cancelled": "got(t.$task.cancelled())",
    "cancelling": "got(t.$task.requests())",
    "group": "async with anyio.create_task_group() as t.$name:\n    $body",
    "shield": "with anyio.CancelScope(shield=True):\n    $body",
    "move_on_after": (
        "$up = True\n"
        "with anyio.move_on_after($seconds) as $scope:\n"
        "    $body\n"
        "    $up = False\n"
        "if $up:\n"
        '    note("scope expired")'
    ),
    "fail_after": "with anyio.fail_after($seconds):\n    $body",
    "fail_after:named": (
        "$up = True\n"
        "with anyio.fail_after($seconds) as $scope:\n"
        "    $body\n"
        "    $up = False\n"
        "if $up:\n"
        '    note("scope cancelled")'
    ),
    "scope": (
        "$up = True\n"
        "with anyio.CancelScope() as $scope:\n"
        "    $body\n"
        "    $up = False\n"
        "if $up:\n"
        '    note("scope cancelled")'
    ),
    "cancel_scope": "$scope.cancel()",
    "move_deadline": "$scope.deadline = anyio.current_time() + $seconds",
    "cancel_called": "got($scope.cancel_called)",
    "cancel_pending": "got(anyio.get_current_task().has_pending_cancellation())",
    "cancelled_caught": "got($scope.cancelled_caught)",
    "cancel_group": "t.$group.cancel_scope.cancel()",
    "checkpoint": "await anyio.lowlevel.checkpoint()",
    "block": "time.sleep($seconds)",
    "sleep": "await anyio.sleep($seconds)",
    "sleep_until": (
        "await anyio.sleep_until(anyio.current_time() + START + $seconds - time.monotonic())"
    ),
    "wait": "await t.$event.wait()",
    "set": "t.$event.set()",
    "is_set": "got(t.$event.is_set())",
    "acquire": "await t.$lock.acquire()",
    "acquire_nowait": "t.$lock.acquire_nowait()",
    "release": "t.$lock.release()",
    "locked": "got(t.$lock.locked())",
    "wait_condition": "await t.$condition.wait()",
    "notify": "t.$condition.notify($count)",
    "notify_all": "t.$condition.notify_all()",
    "acquire_semaphore": "await t.$semaphore.acquire()",
    "acquire_semaphore_nowait": "t.$semaphore.acquire_nowait()",
    "release_semaphore": "t.$semaphore.release()",
    "semaphore_value": "got(t.$semaphore.value)",
    "acquire_limiter": "await t.$limiter.acquire()",
    "acquire_limiter_nowait": "t.$limiter.acquire_nowait()",
    "release_limiter": "t.$limiter.release()",
    "set_limit": "t.$limiter.total_tokens = $tokens",
    "available_tokens": "got(int(t.$limiter.available_tokens))",
    "send": "await t.$channel[0].send($item)",
    "receive": "got_item(await t.$channel[1].receive())",
    "send_nowait": 'would("Full", t.$channel[0].send_nowait, $item)',
    "receive_nowait": 'got_item(would("Empty", t.$channel[1].receive_nowait))',
    "length": "got(t.$channel[0].statistics().current_buffer_used)",
    "close_sender": "t.$channel[0].close()",
    "close_receiver": "t.$channel[1].close()",
    "clone_sender": "t.$clone = t.$channel[0].clone(), None",
    "clone_receiver": "t.$clone = None, t.$channel[1].clone()",
    "event_waiters": "got(t.$event.statistics().tasks_waiting)",
    "lock_waiters": "got(of_lock(t.$lock.statistics()).tasks_waiting)",
    "condition_waiters": "got(t.$condition.statistics().tasks_waiting)",
    "semaphore_waiters": "got(t.$semaphore.statistics().tasks_waiting)",
    "limiter_waiters": "got(t.$limiter.statistics().tasks_waiting)",
    "waiting_senders": "got(t.$channel[0].statistics().tasks_waiting_send)",
    "waiting_receivers": "got(t.$channel[0].statistics().tasks_waiting_receive)",
    "run_in_thread": "got(await anyio.to_thread.run_sync($thread))",
    "run_in_thread:abandon": (
        "got(await anyio.to_thread.run_sync($thread, abandon_on_cancel=$abandon))"
    ),
    "from_thread": "got(anyio.from_thread.run($task))",
    "check_cancelled": "anyio.from_thread.check_cancelled()",
    "listen": "t.$listener = await listen()",
    "close_listener": "await t.$listener[0].aclose()",
    "listen_unix": "t.$listener = await listen_unix(fresh_path())",
    "serve": "await serve(t.$listener[0], t.${listener}_announced)",
    "connect_unix": "t.$stream = await anyio.connect_unix(t.$listener[-1])",
    "connect": 't.$stream = await anyio.connect_tcp("127.0.0.1", t.$listener[-1])',
    "accept": "t.$stream = await t.$listener[0].accept()",
    "send_bytes": "await t.$stream.send($data)",
    "receive_some": "data(await receive_some(t.$stream, $max))",
    "receive_exactly": "data(await receive_exactly(t.$stream, $count))",
    "receive_until_eof": "data(await receive_until_eof(t.$stream))",
    "send_eof": "await t.$stream.send_eof()",
    "close": "await t.$stream.aclose()",
    "abort": "await abort(t.$stream)",
}


_UVLOOP: Final = ', backend_options={"use_uvloop": True}'
_BACKENDS: Final = {
    "asyncio": ("asyncio", "asyncio", "asyncio.CancelledError", ""),
    "uvloop": ("asyncio", "asyncio", "asyncio.CancelledError", _UVLOOP),
    "trio": ("trio", "trio.lowlevel", "trio.Cancelled", ""),
}
"""By flavour: the backend, where its `current_task` is, its `get_cancelled_exc_class()`, which threads cannot ask, and
what else is told."""


_BEFORE_4_4: Final = {"cancel_pending": "got(anyio.current_effective_deadline() == -math.inf)"}


def spelling(flavour: str, version: tuple[int, ...], *, handles: bool) -> Spelling:
    """By the adapter's flavour, by the version of anyio, and by whether that has task handles."""
    backend, tasks, cancelled, options = _BACKENDS[flavour]
    return Spelling(
        header=f"import {backend}\n"
        + _IMPORTS.replace("TASKS", tasks)
        + (_HANDLES if handles else _NO_HANDLES)
        + _STREAMS,
        run=f'anyio.run(root, backend="{backend}"{options})',
        cancelled=f"({cancelled}, concurrent.futures.CancelledError)",
        errors=_ERRORS,
        objects=_OBJECTS,
        ops=_OPS if version >= (4, 4) else {**_OPS, **_BEFORE_4_4},
    )
