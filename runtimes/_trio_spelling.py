"""How users of trio write each op; a handle that can be joined and cancelled is made of what trio has."""

from __future__ import annotations

from typing import Final

from conformance.adapter.spelling import Spelling

_HEADER: Final = '''\
import errno

import trio


class JoinError(Exception):
    """The joined task was cancelled."""


READY = contextvars.ContextVar("READY", default=trio.TASK_STATUS_IGNORED)


class Task:
    """A task that can be joined and cancelled: a cancel scope, an event, what came of it."""

    def __init__(self):
        self.scope, self.ended = trio.CancelScope(), trio.Event()
        self.value = self.error = self.cancelled = None

    def start(self, nursery, body):
        nursery.start_soon(self.live if nursery is not t.root else self.live_alone, body)
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

    async def live_ready(self, body, *, task_status):
        READY.set(task_status)
        await self.live(body)

    async def live_alone(self, body):
        try:
            await self.live(body)
        except (Exception, BaseExceptionGroup):
            pass  # it stays in the handle

    async def join(self):
        await self.ended.wait()
        if self.error is None:
            return self.value
        group = isinstance(self.error, BaseExceptionGroup)
        alone = self.error.split(trio.Cancelled)[1] is None if group else isinstance(self.error, trio.Cancelled)
        if alone or self.scope.cancelled_caught:
            raise JoinError from self.error
        raise self.error


async def root():
    async with trio.open_nursery() as t.root:
        t.main = Task()
        await t.main.live(main)
        if t.main.error is not None:
            t.root.cancel_scope.cancel()


async def listen():
    [listener] = await trio.open_tcp_listeners(0, host="127.0.0.1")
    return listener, listener.socket.getsockname()[1]


async def listen_unix(path):
    sock = trio.socket.socket(trio.socket.AF_UNIX, trio.socket.SOCK_STREAM)
    await sock.bind(path)
    sock.listen()
    return trio.SocketListener(sock), path


async def serve(listener, announced):
    async def handler(stream):
        body = next_handler(announced, stream)
        await (stream.aclose() if body is None else body())

    await trio.serve_listeners(handler, [listener])


async def receive_exactly(stream, count):
    received = b""
    while len(received) < count:
        more = await stream.receive_some(count - len(received))
        if not more:
            raise IncompleteRead
        received += more
    return received


def of_lock(statistics):
    """A condition tells of its lock, too."""
    return getattr(statistics, "lock_statistics", statistics)


async def receive_until_eof(stream):
    received = b""
    while more := await stream.receive_some(65536):
        received += more
    return received


async def abort(stream):
    if stream.socket.fileno() >= 0:
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    await stream.aclose()


class IncompleteRead(Exception):
    """EOF came first."""


def named(error):
    causes = error.__cause__
    if isinstance(causes, BaseExceptionGroup):
        if all(isinstance(cause, ConnectionRefusedError) for cause in causes.exceptions):
            return "Refused"
        if all(isinstance(cause, ConnectionError) for cause in causes.exceptions):
            return "Broken"
    if isinstance(error, OSError) and error.errno == errno.ENOTCONN:
        return "Broken"
    if isinstance(error, ValueError) and str(error) == "semaphore released too many times":
        return "Misuse"
    return None
'''

SPELLING: Final = Spelling(
    header=_HEADER,
    run="trio.run(root)",
    cancelled="trio.Cancelled",
    errors={
        "JoinError": "JoinError",
        "Timeout": "trio.TooSlowError",
        "Busy": "trio.BusyResourceError",
        "Closed": "trio.ClosedResourceError",
        "Broken": "trio.BrokenResourceError",
        "IncompleteRead": "IncompleteRead",
        "EndOfChannel": "trio.EndOfChannel",
        "Refused": "ConnectionRefusedError",
        "Missing": "FileNotFoundError",
        "Misuse": "(RuntimeError, ValueError)",
    },
    objects={
        "event": "trio.Event()",
        "lock": "trio.Lock()",
        "condition": "trio.Condition()",
        "semaphore": "trio.Semaphore($size)",
        "bounded_semaphore": "trio.Semaphore($size, max_value=$size)",
        "limiter": "trio.CapacityLimiter($size)",
        "channel": "trio.open_memory_channel($size)",
    },
    ops={
        "spawn": "t.$task = Task().start(t.root, $task)",
        "spawn:group": "t.$task = Task().start(t.$group, $task)",
        "start": (
            "starting = Task()\n"
            "got(await t.$group.start(starting.live_ready, $task))\n"
            "t.$task = starting"
        ),
        "started": "READY.get().started($value)",
        "join": "got(await t.$task.join())",
        "cancel": "t.$task.scope.cancel()",
        "cancel:self": "t.$task.scope.cancel()",
        "group": "async with trio.open_nursery() as t.$name:\n    $body",
        "shield": "with trio.CancelScope(shield=True):\n    $body",
        "move_on_after": (
            "$up = True\n"
            "with trio.move_on_after($seconds) as $scope:\n"
            "    $body\n"
            "    $up = False\n"
            "if $up:\n"
            '    note("scope expired")'
        ),
        "fail_after": "with trio.fail_after($seconds):\n    $body",
        "fail_after:named": (
            "$up = True\n"
            "with trio.fail_after($seconds) as $scope:\n"
            "    $body\n"
            "    $up = False\n"
            "if $up:\n"
            '    note("scope cancelled")'
        ),
        "scope": (
            "$up = True\n"
            "with trio.CancelScope() as $scope:\n"
            "    $body\n"
            "    $up = False\n"
            "if $up:\n"
            '    note("scope cancelled")'
        ),
        "cancel_scope": "$scope.cancel()",
        "move_deadline": "$scope.deadline = trio.current_time() + $seconds",
        "cancel_called": "got($scope.cancel_called)",
        "cancel_pending": "got(trio.current_effective_deadline() == -math.inf)",
        "cancelled_caught": "got($scope.cancelled_caught)",
        "cancel_group": "t.$group.cancel_scope.cancel()",
        "checkpoint": "await trio.lowlevel.checkpoint()",
        "block": "time.sleep($seconds)",
        "sleep": "await trio.sleep($seconds)",
        "sleep_until": (
            "await trio.sleep_until(trio.current_time() + START + $seconds - time.monotonic())"
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
        "run_in_thread": "got(await trio.to_thread.run_sync($thread))",
        "run_in_thread:abandon": (
            "got(await trio.to_thread.run_sync($thread, abandon_on_cancel=$abandon))"
        ),
        "from_thread": "got(trio.from_thread.run($task))",
        "check_cancelled": "trio.from_thread.check_cancelled()",
        "listen": "t.$listener = await listen()",
        "close_listener": "await t.$listener[0].aclose()",
        "listen_unix": "t.$listener = await listen_unix(fresh_path())",
        "serve": "await serve(t.$listener[0], t.${listener}_announced)",
        "connect_unix": "t.$stream = await trio.open_unix_socket(t.$listener[-1])",
        "connect": 't.$stream = await trio.open_tcp_stream("127.0.0.1", t.$listener[-1])',
        "accept": "t.$stream = await t.$listener[0].accept()",
        "send_bytes": "await t.$stream.send_all($data)",
        "receive_some": "data(await t.$stream.receive_some($max))",
        "receive_exactly": "data(await receive_exactly(t.$stream, $count))",
        "receive_until_eof": "data(await receive_until_eof(t.$stream))",
        "send_eof": "await t.$stream.send_eof()",
        "close": "await t.$stream.aclose()",
        "abort": "await abort(t.$stream)",
    },
)
