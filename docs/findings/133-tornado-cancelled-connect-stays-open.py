# ruff: noqa: T201 - a script that prints; its name is that of its page
"""Tornado: a connection whose `connect` is cancelled when it has just been made stays open.

Prints what happened. Exits 1 when the defect shows, 0 when it does not.
"""

import asyncio
import gc

import tornado
from tornado.iostream import IOStream, StreamClosedError
from tornado.netutil import bind_sockets
from tornado.tcpclient import TCPClient
from tornado.tcpserver import TCPServer

ROUNDS = 6


class Server(TCPServer):
    """One that does something when it has accepted."""

    def __init__(self) -> None:
        super().__init__()
        self.accepted: asyncio.Future[IOStream] = asyncio.get_running_loop().create_future()

    def handle_stream(self, stream: IOStream, address: object) -> None:
        """Keep it."""
        self.accepted.set_result(stream)


async def left_open(rounds: int) -> bool:
    """Whether a connection stays open whose connect is cancelled that many rounds of the loop after it was accepted."""
    [sock] = bind_sockets(0, "127.0.0.1")
    server = Server()
    server.add_socket(sock)
    client = asyncio.create_task(TCPClient().connect("127.0.0.1", sock.getsockname()[1]))
    stream = await server.accepted
    for _ in range(rounds):
        await asyncio.sleep(0)
    client.cancel()
    [ended] = await asyncio.gather(client, return_exceptions=True)
    is_open = False
    if isinstance(ended, asyncio.CancelledError):
        gc.collect()
        try:
            await asyncio.wait_for(asyncio.ensure_future(stream.read_bytes(1)), 0.3)
        except StreamClosedError:
            pass
        except TimeoutError:
            is_open = True
    else:
        ended.close()
    stream.close()
    server.stop()
    return is_open


async def main() -> list[int]:
    """After how many rounds it stays open."""
    return [rounds for rounds in range(ROUNDS) if await left_open(rounds)]


print(f"Tornado {tornado.version}")
print("expected: whenever a connect is cancelled, its connection is closed")
rounds = asyncio.run(main())
print(
    f"happened: open for ever when cancelled {rounds} rounds after it was accepted"
    if rounds
    else "happened: closed"
)
raise SystemExit(bool(rounds))
