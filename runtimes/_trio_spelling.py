"""How users of trio write each op; a handle that can be joined and cancelled is made of what trio has."""

from __future__ import annotations

from typing import Final

from conformance.adapter.spelling import Spelling

_HEADER: Final = '''\
import trio


class JoinError(Exception):
    """The joined task was cancelled."""


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

    async def live_alone(self, body):
        try:
            await self.live(body)
        except (Exception, BaseExceptionGroup):
            pass  # it stays in the handle

    async def join(self):
        await self.ended.wait()
        if self.error is None:
            return self.value
        if isinstance(self.error, trio.Cancelled):
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


async def receive_exactly(stream, count):
    received = b""
    while len(received) < count:
        more = await stream.receive_some(count - len(received))
        if not more:
            raise IncompleteRead
        received += more
    return received


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
        "Refused": "OSError",
        "Misuse": "RuntimeError",
    },
    objects={
        "event": "trio.Event()",
        "lock": "trio.Lock()",
        "channel": "trio.open_memory_channel($size)",
    },
    ops={
        "spawn": "t.$task = Task().start(t.root, $task)",
        "spawn:group": "t.$task = Task().start(t.$group, $task)",
        "join": "got(await t.$task.join())",
        "cancel": "t.$task.scope.cancel()",
        "cancel:self": "t.$task.scope.cancel()",
        "group": "async with trio.open_nursery() as t.$name:\n    $body",
        "shield": "with trio.CancelScope(shield=True):\n    $body",
        "move_on_after": (
            "with trio.move_on_after($seconds) as scope:\n"
            "    $body\n"
            "if scope.cancelled_caught:\n"
            '    note("scope expired")'
        ),
        "fail_after": "with trio.fail_after($seconds):\n    $body",
        "checkpoint": "await trio.lowlevel.checkpoint()",
        "block": "time.sleep($seconds)",
        "sleep": "await trio.sleep($seconds)",
        "sleep_until": (
            "await trio.sleep_until(trio.current_time() + START + $seconds - time.monotonic())"
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
        "connect": 't.$stream = await trio.open_tcp_stream("127.0.0.1", t.$listener[1])',
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
