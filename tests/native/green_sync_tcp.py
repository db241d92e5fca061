"""Timers, locks, queues and TCP, asked of gevent and eventlet themselves."""

from __future__ import annotations

from green_run import G, LockType, connect, join, lib, listen, probe, within
from native_probe import TICK


@probe("timers/sleeps-overlap")
def _() -> str:
    start = lib.spawn(lib.sleep, 4 * TICK)
    other = lib.spawn(lib.sleep, 4 * TICK)
    return "yes" if within(7, lambda: [join(start), join(other)]) else "no"


@probe("timers/deadline-moves-on")
def _() -> str:
    return "finishes" if within(1, lib.sleep, 4 * TICK) else "expires"


@probe("timers/nested-outer-first")
def _() -> str:
    return "inner" if within(1, within, 3, lib.sleep, 6 * TICK) else "outer"


@probe("timers/deadline-zero-blocks")
def _() -> str:
    return "passes" if within(0, lib.sleep, TICK) else "cut"


@probe("sync/lock-reacquire")
def _() -> str:
    lock = LockType(1) if G else LockType()
    lock.acquire()
    return "works" if within(1, lock.acquire) else "blocks"


@probe("sync/lock-barging")
def _() -> str:
    log: list[str] = []
    lock = LockType(1) if G else LockType()
    lock.acquire()

    def waiter() -> None:
        lock.acquire()
        log.append("waiter-first")
        lock.release()

    task = lib.spawn(waiter)
    lib.sleep(TICK)
    lock.release()
    lock.acquire()
    log.append("owner-again")
    lock.release()
    join(task)
    return log[0]


@probe("sync/channel-nowait-full")
def _() -> str:
    queue = lib.queue.Queue(1)
    queue.put(1)
    try:
        queue.put_nowait(2)
    except Exception as error:
        return type(error).__name__
    return "sent"


@probe("sync/channel-barging-receiver")
def _() -> str:
    queue = lib.queue.Queue(1)
    got: list[int] = []
    task = lib.spawn(lambda: got.append(queue.get()))
    lib.sleep(TICK)
    queue.put_nowait(7)
    try:
        queue.get_nowait()
    except Exception:
        return "reserved"
    queue.put(8)
    join(task)
    return "barges" if got == [8] else "other"


@probe("tcp/connection-refused")
def _() -> str:
    listener = listen()
    address = listener.getsockname()
    listener.close()
    try:
        lib.socket.create_connection(address) if G else lib.connect(address)
    except ConnectionRefusedError:
        return "refused"
    return "other"


@probe("tcp/half-close-by-client")
def _() -> str:
    listener = listen()
    client = connect(listener)
    server, _ = listener.accept()
    client.sendall(b"abc")
    client.shutdown(1)
    got = server.recv(10) + server.recv(10)
    server.sendall(b"z")
    return "yes" if got == b"abc" and client.recv(1) == b"z" else "no"


@probe("tcp/close-under-receive")
def _() -> str:
    listener = listen()
    client = connect(listener)
    server, _ = listener.accept()
    log: list[str] = []

    def receive() -> None:
        try:
            log.append(repr(client.recv(1)))
        except (OSError, EOFError):
            log.append("error")

    lib.spawn(receive)
    lib.sleep(TICK)
    client.close()
    lib.sleep(3 * TICK)
    server.close()
    return log[0] if log else "hangs"


@probe("tcp/close-with-unread-data")
def _() -> str:
    listener = listen()
    client = connect(listener)
    server, _ = listener.accept()
    client.sendall(b"x")
    lib.sleep(TICK)
    server.close()
    lib.sleep(TICK)
    try:
        return "eof" if client.recv(1) == b"" else "data"
    except ConnectionResetError:
        return "reset"


@probe("tcp/two-receives")
def _() -> str:
    listener = listen()
    client = connect(listener)
    server, _ = listener.accept()
    log: list[str] = []

    def receive() -> None:
        try:
            client.recv(1)
        except BaseException as error:
            log.append(type(error).__name__)

    lib.spawn(receive)
    lib.sleep(TICK)
    receive_again = lib.spawn(receive)
    lib.sleep(TICK)
    server.sendall(b"xy")
    join(receive_again)
    return "second-fails" if len(log) == 1 else "other"
