"""How users of asyncio write each op."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from conformance.adapter.spelling import Spelling

STREAMS: Final = '''
class Listener:
    """asyncio accepts by itself and calls back: a queue stands for the kernel's backlog."""

    def __init__(self):
        self.backlog, self.server, self.closed = asyncio.Queue(), None, False

    def connected(self, reader, writer):
        if self.closed:
            abort((reader, writer))
        else:
            self.backlog.put_nowait((reader, writer))

    async def accept(self):
        stream = await self.backlog.get()
        if stream is None:
            self.backlog.put_nowait(None)  # for the next one who asks
            raise Closed
        return stream

    def close(self):
        self.server.close()
        self.closed = True
        while not self.backlog.empty():
            if stream := self.backlog.get_nowait():
                abort(stream)
        self.backlog.put_nowait(None)


class Closed(Exception):
    """The listener was closed."""


async def listen():
    found = Listener()
    found.server = await asyncio.start_server(found.connected, "127.0.0.1", 0)
    return found, found.server.sockets[0].getsockname()[1]


async def listen_unix(path):
    found = Listener()
    found.server = await asyncio.start_unix_server(found.connected, path)
    return found, path


class Served:
    """A listening socket, and the server that accepts from it once somebody serves it."""

    def __init__(self):
        self.sock, self.server = socket.create_server(("127.0.0.1", 0)), None

    async def serve(self, announced):
        async def connected(reader, writer):
            body = next_handler(announced, (reader, writer))
            await (close((reader, writer)) if body is None else body())

        self.server = await asyncio.start_server(connected, sock=self.sock)
        async with self.server:
            await self.server.serve_forever()

    def close(self):
        if self.server is not None:
            self.server.close()
        self.sock.close()


def bind():
    served = Served()
    return served, served.sock.getsockname()[1]


async def close(stream):
    stream[1].close()
    await stream[1].wait_closed()


def abort(stream):
    sock = stream[1].get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    stream[1].transport.abort()


async def telling(kind, waiting):
    """A queue that was shut down raises one error for all: name it."""
    try:
        return await waiting
    except asyncio.QueueShutDown as error:
        raise type(kind, (Exception,), {}) from error


def telling_nowait(kind, call, *args):
    try:
        return call(*args)
    except asyncio.QueueShutDown as error:
        raise type(kind, (Exception,), {}) from error


def named(error):
    if isinstance(error, RuntimeError):
        if "while another coroutine is already waiting" in str(error):
            return "Busy"
        if "after write_eof" in str(error) or "handler is closed" in str(error):
            return "Closed"
    if isinstance(error, OSError) and error.errno == errno.ENOTCONN:
        return "Broken"
    return None
'''

OPS: Final = {
    "spawn": "t.$task = asyncio.create_task($task())",
    "spawn:group": "t.$task = t.$group.create_task($task())",
    "join": "got(await t.$task)",
    "cancel": "t.$task.cancel()",
    "cancel:self": "asyncio.current_task().cancel()",
    "done": "got(t.$task.done())",
    "cancelled": "got(t.$task.cancelled())",
    "cancelling": "got(t.$task.cancelling())",
    "detach": "t.$task = asyncio.create_task($task())\ngot(await asyncio.shield(t.$task))",
    "group": "async with asyncio.TaskGroup() as t.$name:\n    $body",
    "move_on_after": (
        "$up = True\n"
        "try:\n"
        "    async with asyncio.timeout($seconds) as $scope:\n"
        "        $body\n"
        "        $up = False\n"
        "except TimeoutError:\n"
        "    if not $scope.expired():\n"
        "        raise\n"
        "if $up:\n"
        '    note("scope expired")'
    ),
    "fail_after": "async with asyncio.timeout($seconds):\n    $body",
    "fail_after:one": (
        "async def waiting():\n    $body\n\n\nawait asyncio.wait_for(waiting(), $seconds)"
    ),
    "fail_after:named": "async with asyncio.timeout($seconds) as $scope:\n    $body",
    "move_deadline": "$scope.reschedule(asyncio.get_running_loop().time() + $seconds)",
    "move_deadline:never": "$scope.reschedule(None)",
    "cancel_called": "got($scope.expired())",
    "checkpoint": "await asyncio.sleep(0)",
    "block": "time.sleep($seconds)",
    "sleep": "await asyncio.sleep($seconds)",
    "sleep_until": "await asyncio.sleep(START + $seconds - time.monotonic())",
    "wait": "await t.$event.wait()",
    "set": "t.$event.set()",
    "clear": "t.$event.clear()",
    "is_set": "got(t.$event.is_set())",
    "acquire": "await t.$lock.acquire()",
    "release": "t.$lock.release()",
    "locked": "got(t.$lock.locked())",
    "wait_condition": "await t.$condition.wait()",
    "notify": "t.$condition.notify($count)",
    "notify_all": "t.$condition.notify_all()",
    "acquire_semaphore": "await t.$semaphore.acquire()",
    "release_semaphore": "t.$semaphore.release()",
    "wait_barrier": "got(await t.$barrier.wait())",
    "barrier_waiters": "got(t.$barrier.n_waiting)",
    "send": "await t.$channel.put($item)",
    "send:closing": 'await telling("Closed", t.$channel.put($item))',
    "receive": "got_item(await t.$channel.get())",
    "receive:closing": 'got_item(await telling("EndOfChannel", t.$channel.get()))',
    "send_nowait": "t.$channel.put_nowait($item)",
    "send_nowait:closing": 'telling_nowait("Closed", t.$channel.put_nowait, $item)',
    "receive_nowait": "got_item(t.$channel.get_nowait())",
    "receive_nowait:closing": ('got_item(telling_nowait("EndOfChannel", t.$channel.get_nowait))'),
    "length": "got(t.$channel.qsize())",
    "close_sender": "t.$channel.shutdown()",
    "run_in_thread": "got(await asyncio.to_thread($thread))",
    "from_thread": "got(asyncio.run_coroutine_threadsafe($task(), t.loop).result())",
    "listen": "t.$listener = await listen()",
    "listen:served": "t.$listener = bind()",
    "listen_unix": "t.$listener = await listen_unix(fresh_path())",
    "close_listener": "t.$listener[0].close()",
    "serve": "await t.$listener[0].serve(t.${listener}_announced)",
    "connect": 't.$stream = await asyncio.open_connection("127.0.0.1", t.$listener[-1])',
    "connect_unix": "t.$stream = await asyncio.open_unix_connection(t.$listener[-1])",
    "accept": "t.$stream = await t.$listener[0].accept()",
    "send_bytes": "t.$stream[1].write($data)\nawait t.$stream[1].drain()",
    "receive_some": "data(await t.$stream[0].read($max))",
    "receive_exactly": "data(await t.$stream[0].readexactly($count))",
    "receive_until_eof": "data(await t.$stream[0].read(-1))",
    "send_eof": "t.$stream[1].write_eof()",
    "close": "await close(t.$stream)",
    "abort": "abort(t.$stream)",
}

IMPORTS: Final = "import asyncio\nimport concurrent.futures\nimport errno\n"

SPELLING: Final = Spelling(
    header=IMPORTS + STREAMS,
    run="asyncio.run(main())",
    cancelled="(asyncio.CancelledError, concurrent.futures.CancelledError)",
    errors={
        "Timeout": "TimeoutError",
        "Full": "asyncio.QueueFull",
        "Empty": "asyncio.QueueEmpty",
        "IncompleteRead": "asyncio.IncompleteReadError",
        "Refused": "ConnectionRefusedError",
        "Missing": "FileNotFoundError",
        "Broken": "ConnectionError",
        "Misuse": "RuntimeError",
    },
    objects={
        "event": "asyncio.Event()",
        "lock": "asyncio.Lock()",
        "condition": "asyncio.Condition()",
        "semaphore": "asyncio.Semaphore($size)",
        "bounded_semaphore": "asyncio.BoundedSemaphore($size)",
        "barrier": "asyncio.Barrier($size)",
        "channel": "asyncio.Queue($bound)",
        "main": "asyncio.current_task()",
        "loop": "asyncio.get_running_loop()",
    },
    ops=OPS,
)

EAGER: Final = replace(
    SPELLING,
    run=(
        "with asyncio.Runner() as runner:\n"
        "    runner.get_loop().set_task_factory(asyncio.eager_task_factory)\n"
        "    runner.run(main())"
    ),
)


def on_loop(package: str) -> Spelling:
    """The same on the loops of a package that offers `new_event_loop`, as most do."""
    return replace(
        SPELLING,
        header=f"{IMPORTS}import {package}\n{STREAMS}",
        run=f"asyncio.Runner(loop_factory={package}.new_event_loop).run(main())",
    )
