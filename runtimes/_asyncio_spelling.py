"""How users of asyncio write each op."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from conformance.adapter.spelling import Spelling

STREAMS: Final = """
async def listen():
    waiting = asyncio.Queue()  # asyncio accepts by itself and calls back

    async def connected(reader, writer):
        waiting.put_nowait((reader, writer))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    return server, waiting, server.sockets[0].getsockname()[1]


async def close(stream):
    stream[1].close()
    await stream[1].wait_closed()


def abort(stream):
    sock = stream[1].get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    stream[1].transport.abort()
"""

OPS: Final = {
    "spawn": "t.$task = asyncio.create_task($task())",
    "spawn:group": "t.$task = t.$group.create_task($task())",
    "join": "got(await t.$task)",
    "cancel": "t.$task.cancel()",
    "cancel:self": "asyncio.current_task().cancel()",
    "detach": "t.$task = asyncio.create_task($task())\ngot(await asyncio.shield(t.$task))",
    "group": "async with asyncio.TaskGroup() as t.$name:\n    $body",
    "move_on_after": (
        "try:\n"
        "    async with asyncio.timeout($seconds) as scope:\n"
        "        $body\n"
        "except TimeoutError:\n"
        "    if not scope.expired():\n"
        "        raise\n"
        '    note("scope expired")'
    ),
    "fail_after": "async with asyncio.timeout($seconds):\n    $body",
    "checkpoint": "await asyncio.sleep(0)",
    "block": "time.sleep($seconds)",
    "sleep": "await asyncio.sleep($seconds)",
    "sleep_until": "await asyncio.sleep(START + $seconds - time.monotonic())",
    "wait": "await t.$event.wait()",
    "set": "t.$event.set()",
    "acquire": "await t.$lock.acquire()",
    "release": "t.$lock.release()",
    "send": "await t.$channel.put($item)",
    "receive": "got_item(await t.$channel.get())",
    "send_nowait": "t.$channel.put_nowait($item)",
    "receive_nowait": "got_item(t.$channel.get_nowait())",
    "listen": "t.$listener = await listen()",
    "close_listener": "t.$listener[0].close()",
    "connect": 't.$stream = await asyncio.open_connection("127.0.0.1", t.$listener[2])',
    "accept": "t.$stream = await t.$listener[1].get()",
    "send_bytes": "t.$stream[1].write($data)\nawait t.$stream[1].drain()",
    "receive_some": "data(await t.$stream[0].read($max))",
    "receive_exactly": "data(await t.$stream[0].readexactly($count))",
    "receive_until_eof": "data(await t.$stream[0].read(-1))",
    "send_eof": "t.$stream[1].write_eof()",
    "close": "await close(t.$stream)",
    "abort": "abort(t.$stream)",
}

SPELLING: Final = Spelling(
    header="import asyncio\n" + STREAMS,
    run="asyncio.run(main())",
    cancelled="asyncio.CancelledError",
    errors={
        "Timeout": "TimeoutError",
        "Full": "asyncio.QueueFull",
        "Empty": "asyncio.QueueEmpty",
        "IncompleteRead": "asyncio.IncompleteReadError",
        "Refused": "ConnectionRefusedError",
        "Broken": "ConnectionError",
        "Misuse": "RuntimeError",
    },
    objects={
        "event": "asyncio.Event()",
        "lock": "asyncio.Lock()",
        "channel": "asyncio.Queue($size)",
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
        header=f"import asyncio\nimport {package}\n{STREAMS}",
        run=f"asyncio.Runner(loop_factory={package}.new_event_loop).run(main())",
    )
