"""How users of curio write each op."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from conformance.adapter.spelling import Spelling

_HEADER: Final = '''\
import errno
import multiprocessing.connection
import ssl

for gone in ("CHALLENGE", "WELCOME", "FAILURE"):  # curio 1.6 imports what CPython 3.12 took away
    if not hasattr(multiprocessing.connection, gone):
        setattr(multiprocessing.connection, gone, b"")
if not hasattr(ssl, "wrap_socket"):
    ssl.wrap_socket = ssl.SSLContext.wrap_socket

import curio
import curio.network


class Timeout(Exception):
    """A TaskTimeout that has left its block: inside it is a cancellation, and of that type."""


async def listen():
    listener = curio.tcp_server_socket("127.0.0.1", 0)
    return listener, listener.getsockname()[1]


def listen_unix(path):
    return curio.network.unix_server_socket(path), path


async def serve(listener, announced):
    async def connected(client, _):
        body = next_handler(announced, client)
        await (client.close() if body is None else body())

    await curio.network.run_server(listener, connected)


async def abort(stream):
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    await stream.close()


def named(error):
    if isinstance(error, AttributeError) and "NoneType" in str(error):
        return "Closed"  # a closed curio socket has forgotten its socket
    if isinstance(error, OSError) and error.errno in (errno.EBADF, errno.ENOTCONN):
        return "Closed" if error.errno == errno.EBADF else "Broken"
    if isinstance(error, AssertionError) and error.args == ("Lock not acquired",):
        return "Misuse"
    return None
'''

SPELLING: Final = Spelling(
    header=_HEADER,
    run="curio.run(main)",
    cancelled="curio.CancelledError",
    errors={
        "Timeout": "Timeout",
        "JoinError": "curio.TaskError",
        "Busy": "curio.errors.ResourceBusy",
        "IncompleteRead": "EOFError",
        "Refused": "ConnectionRefusedError",
        "Broken": "(ConnectionResetError, ConnectionAbortedError, BrokenPipeError)",
        "Missing": "FileNotFoundError",
        "Misuse": "RuntimeError",
    },
    objects={
        "event": "curio.Event()",
        "lock": "curio.Lock()",
        "condition": "curio.Condition()",
        "semaphore": "curio.Semaphore($size)",
        "channel": "curio.Queue(maxsize=$bound)",
        "main": "await curio.current_task()",
    },
    ops={
        "spawn": "t.$task = await curio.spawn($task)",
        "spawn:group": "t.$task = await t.$group.spawn($task)",
        "join": "got(await t.$task.join())",
        "cancel": "await t.$task.cancel()",
        "cancel:self": "await (await curio.current_task()).cancel()",
        "group": "async with curio.TaskGroup() as t.$name:\n    $body",
        "shield": "async with curio.disable_cancellation():\n    $body",
        "move_on_after": (
            "$up = True\n"
            "async with curio.ignore_after($seconds) as $scope:\n"
            "    $body\n"
            "    $up = False\n"
            "if $up:\n"
            '    note("scope expired")'
        ),
        "fail_after": (
            "try:\n"
            "    async with curio.timeout_after($seconds):\n"
            "        $body\n"
            "except curio.TaskTimeout as error:\n"
            "    raise Timeout from error"
        ),
        "fail_after:named": (
            "try:\n"
            "    async with curio.timeout_after($seconds) as $scope:\n"
            "        $body\n"
            "except curio.TaskTimeout as error:\n"
            "    raise Timeout from error"
        ),
        "cancelled_caught": "got($scope.expired)",
        "cancel_group": "await t.$group.cancel_remaining()",
        "done": "got(t.$task.terminated)",
        "cancelled": "got(t.$task.cancelled)",
        "checkpoint": "await curio.sleep(0)",
        "block": "time.sleep($seconds)",
        "sleep": "await curio.sleep($seconds)",
        "sleep_until": "await curio.sleep(START + $seconds - time.monotonic())",
        "wait": "await t.$event.wait()",
        "set": "await t.$event.set()",
        "clear": "t.$event.clear()",
        "is_set": "got(t.$event.is_set())",
        "acquire": "await t.$lock.acquire()",
        "release": "await t.$lock.release()",
        "locked": "got(t.$lock.locked())",
        "wait_condition": "await t.$condition.wait()",
        "notify": "await t.$condition.notify($count)",
        "notify_all": "await t.$condition.notify_all()",
        "acquire_semaphore": "await t.$semaphore.acquire()",
        "release_semaphore": "await t.$semaphore.release()",
        "semaphore_value": "got(t.$semaphore.value)",
        "send": "await t.$channel.put($item)",
        "receive": "got_item(await t.$channel.get())",
        "length": "got(t.$channel.qsize())",
        "run_in_thread": "got(await curio.run_in_thread($thread))",
        "listen": "t.$listener = await listen()",
        "close_listener": "await t.$listener[0].close()",
        "listen_unix": "t.$listener = listen_unix(fresh_path())",
        "serve": "await serve(t.$listener[0], t.${listener}_announced)",
        "connect_unix": "t.$stream = await curio.open_unix_connection(t.$listener[-1])",
        "connect": 't.$stream = await curio.open_connection("127.0.0.1", t.$listener[-1])',
        "accept": "t.$stream, _ = await t.$listener[0].accept()",
        "send_bytes": "await t.$stream.sendall($data)",
        "receive_some": "data(await t.$stream.recv($max))",
        "receive_exactly": "data(await t.$stream.as_stream().read_exactly($count))",
        "receive_until_eof": "data(await t.$stream.as_stream().readall())",
        "send_eof": "await t.$stream.shutdown(socket.SHUT_WR)",
        "close": "await t.$stream.close()",
        "abort": "await abort(t.$stream)",
    },
)

UNIVERSAL: Final = replace(
    SPELLING, objects={**SPELLING.objects, "event": "curio.UniversalEvent()"}
)

CONTEXT: Final = replace(
    SPELLING,
    header=_HEADER.replace("import curio\n", "import curio\nimport curio.task\n"),
    run="curio.run(main, taskcls=curio.task.ContextTask)",
)
