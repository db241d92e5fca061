"""Broken event loops: watched descriptors, sockets, threads, servers."""

# mypy: disable-error-code="misc"
# The classes are mixed into what asyncio does not declare: see loop_base.

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import Any

from runtimes.mutants.loop_base import BaseLoop, broken, is_plain


@broken
class ReaderDeaf(BaseLoop):
    """A reader is never called."""

    def add_reader(self, fd: int, callback: Any, *args: Any) -> None:
        return


@broken
class WriterDeaf(BaseLoop):
    """A writer is never called."""

    def add_writer(self, fd: int, callback: Any, *args: Any) -> None:
        return


@broken
class ReaderOnce(BaseLoop):
    """A reader is called once only."""

    def add_reader(self, fd: int, callback: Any, *args: Any) -> None:
        def once() -> None:
            self.remove_reader(fd)
            callback(*args)

        super().add_reader(fd, once)


@broken
class ReaderStays(BaseLoop):
    """A reader that was removed is called once more."""

    def add_reader(self, fd: int, callback: Any, *args: Any) -> None:
        self.readers = {**getattr(self, "readers", {}), fd: callback}
        super().add_reader(fd, callback, *args)

    def remove_reader(self, fd: int) -> Any:
        removed, callback = super().remove_reader(fd), self.readers.pop(fd, None)

        def once_more() -> None:
            super(ReaderStays, self).remove_reader(fd)
            callback()

        if callback is not None:
            super().add_reader(fd, once_more)
        return removed


@broken
class RemoveSaysNothing(BaseLoop):
    """Removing a reader or a writer does not say whether there was one."""

    def remove_reader(self, fd: int) -> None:
        super().remove_reader(fd)

    def remove_writer(self, fd: int) -> None:
        super().remove_writer(fd)


@broken
class FirstReaderStays(BaseLoop):
    """A second reader of a descriptor is ignored."""

    def add_reader(self, fd: int, callback: Any, *args: Any) -> None:
        if fd not in self._selector.get_map():
            super().add_reader(fd, callback, *args)


@broken
class RemoveTakesBoth(BaseLoop):
    """Removing a writer removes the reader as well."""

    def remove_writer(self, fd: int) -> Any:
        self.remove_reader(fd)
        return super().remove_writer(fd)


# ---------------------------------------------------------------- sockets


@broken
class SockRecvSleepsOn(BaseLoop):
    """sock_recv is not woken by bytes that come later."""

    async def sock_recv(self, sock: Any, nbytes: int) -> bytes:
        try:
            data: bytes = sock.recv(nbytes)
        except BlockingIOError:
            data = await self.create_future()
        return data


@broken
class SockRecvDropsRest(BaseLoop):
    """sock_recv drops what is there beyond the bytes that it was asked for."""

    async def sock_recv(self, sock: Any, nbytes: int) -> Any:
        return (await super().sock_recv(sock, 4096))[:nbytes]


@broken
class SockEofIsAnError(BaseLoop):
    """sock_recv raises an error at EOF."""

    async def sock_recv(self, sock: Any, nbytes: int) -> Any:
        data = await super().sock_recv(sock, nbytes)
        if not data:
            raise ConnectionResetError
        return data


@broken
class SockRecvIntoSaysOne(BaseLoop):
    """sock_recv_into says one byte, whatever came."""

    async def sock_recv_into(self, sock: Any, buf: Any) -> int:
        await super().sock_recv_into(sock, buf)
        return 1


@broken
class CancelledSockRecvEats(BaseLoop):
    """A cancelled sock_recv eats the bytes that come next."""

    async def sock_recv(self, sock: Any, nbytes: int) -> Any:
        try:
            return await super().sock_recv(sock, nbytes)
        except asyncio.CancelledError:

            def eat() -> None:
                self._remove_reader(sock.fileno())
                sock.recv(nbytes)

            self.call_soon(self._add_reader, sock.fileno(), eat)
            raise


@broken
class SockSendallOnce(BaseLoop):
    """sock_sendall sends what the kernel takes at once, and no more."""

    async def sock_sendall(self, sock: Any, data: Any) -> None:
        sock.send(data)


@broken
class AcceptsSomebodyElse(BaseLoop):
    """sock_accept returns a socket that is connected to nobody in particular."""

    async def sock_accept(self, sock: Any) -> Any:
        connection, address = await super().sock_accept(sock)
        connection.close()
        other, connection = socket.socketpair()
        self.kept = other
        return connection, address


@broken
class AcceptsBlockingSockets(BaseLoop):
    """The socket that sock_accept returns blocks."""

    async def sock_accept(self, sock: Any) -> Any:
        connection, address = await super().sock_accept(sock)
        connection.settimeout(None)
        return connection, address


@broken
class SockConnectBelieves(BaseLoop):
    """sock_connect does not notice that it was refused."""

    async def sock_connect(self, sock: Any, address: Any) -> None:
        try:
            await super().sock_connect(sock, address)
        except ConnectionRefusedError:
            return


# ---------------------------------------------------------------- threads


@broken
class ExecutorLosesValue(BaseLoop):
    """run_in_executor returns nothing."""

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:
        return super().run_in_executor(executor, lambda: func(*args) and None)


@broken
class ExecutorLosesError(BaseLoop):
    """run_in_executor raises nothing."""

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:
        def swallow() -> Any:
            try:
                return func(*args)
            except Exception:
                return None

        return super().run_in_executor(executor, swallow)


@broken
class ExecutorInTheLoop(BaseLoop):
    """run_in_executor calls the function in the loop's own thread, before it returns."""

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future


@broken
class ThreadsafeDrops(BaseLoop):
    """A callback that another thread registers is never called."""

    def call_soon_threadsafe(self, callback: Any, *args: Any, context: Any = None) -> Any:
        if is_plain(callback) and threading.current_thread() is not threading.main_thread():
            return asyncio.Handle(callback, args, self, context)
        return super().call_soon_threadsafe(callback, *args, context=context)


# ---------------------------------------------------------------- servers


class _Servers(BaseLoop):
    """Every server is changed by `spoil`."""

    async def create_server(self, protocol_factory: Any, *args: Any, **named: Any) -> Any:
        server = await super().create_server(protocol_factory, *args, **named)
        self.spoil(server)
        return server

    def spoil(self, server: Any) -> None:
        """Break it."""


@broken
class ServerTakesConnectionsAlong(_Servers):
    """Closing a server aborts its connections."""

    def _make_socket_transport(self, *args: Any, **named: Any) -> Any:
        transport = super()._make_socket_transport(*args, **named)
        if named.get("server") is not None:
            self.connections = [*getattr(self, "connections", ()), transport]
        return transport

    def spoil(self, server: Any) -> None:
        close = server.close

        def close_all() -> None:
            close()
            for transport in getattr(self, "connections", ()):
                transport.abort()

        server.close = close_all


@broken
class ServerGoesOnListening(_Servers):
    """A server that was closed takes further connections, and does nothing with them."""

    def spoil(self, server: Any) -> None:
        self.kept = [sock.dup() for sock in server.sockets]

    def close(self) -> None:
        super().close()
        for sock in getattr(self, "kept", ()):
            sock.close()


@broken
class AlwaysServing(_Servers):
    """A server always says that it serves."""

    def spoil(self, server: Any) -> None:
        server.is_serving = lambda: True


@broken
class SecondStartFails(_Servers):
    """A second start_serving raises an error."""

    def spoil(self, server: Any) -> None:
        start = server.start_serving

        async def start_once() -> None:
            if server.is_serving():
                raise RuntimeError("serves already")
            await start()

        server.start_serving = start_once


@broken
class SecondServerCloseFails(_Servers):
    """A second close of a server raises an error."""

    def spoil(self, server: Any) -> None:
        close: Callable[[], None] = server.close

        def close_once() -> None:
            if not server.is_serving():
                raise RuntimeError("closed already")
            close()

        server.close = close_once


@broken
class ServesUnasked(_Servers):
    """A server serves before it was told to."""

    def spoil(self, server: Any) -> None:
        server._start_serving()


@broken
class OneProtocolForAll(BaseLoop):
    """A server has one protocol for all its connections."""

    async def create_server(self, protocol_factory: Any, *args: Any, **named: Any) -> Any:
        made: list[Any] = []

        def make() -> Any:
            made.append(made[0] if made else protocol_factory())
            return made[0]

        return await super().create_server(make, *args, **named)
