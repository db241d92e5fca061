"""How users of curio write each op."""

from __future__ import annotations

from typing import Final

from conformance.adapter.spelling import Spelling

_HEADER: Final = '''\
import curio


class Timeout(Exception):
    """A TaskTimeout that has left its block: inside it is a cancellation, and of that type."""


async def listen():
    listener = curio.tcp_server_socket("127.0.0.1", 0)
    return listener, listener.getsockname()[1]


async def abort(stream):
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    await stream.close()
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
        "Closed": "(AttributeError, OSError)",  # a closed curio socket has forgotten its socket
        "Misuse": "(RuntimeError, AssertionError)",
    },
    objects={
        "event": "curio.Event()",
        "lock": "curio.Lock()",
        "channel": "curio.Queue(maxsize=$size)",
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
            "async with curio.ignore_after($seconds) as scope:\n"
            "    $body\n"
            "if scope.expired:\n"
            '    note("scope expired")'
        ),
        "fail_after": (
            "try:\n"
            "    async with curio.timeout_after($seconds):\n"
            "        $body\n"
            "except curio.TaskTimeout as error:\n"
            "    raise Timeout from error"
        ),
        "checkpoint": "await curio.sleep(0)",
        "block": "time.sleep($seconds)",
        "sleep": "await curio.sleep($seconds)",
        "sleep_until": "await curio.sleep(START + $seconds - time.monotonic())",
        "wait": "await t.$event.wait()",
        "set": "await t.$event.set()",
        "acquire": "await t.$lock.acquire()",
        "release": "await t.$lock.release()",
        "send": "await t.$channel.put($item)",
        "receive": "got_item(await t.$channel.get())",
        "listen": "t.$listener = await listen()",
        "close_listener": "await t.$listener[0].close()",
        "connect": 't.$stream = await curio.open_connection("127.0.0.1", t.$listener[1])',
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
