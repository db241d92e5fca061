"""Running the probes of gevent and eventlet: `--library gevent` or `--library eventlet`."""

from __future__ import annotations

import argparse
import importlib
import warnings
from collections.abc import Callable
from typing import Any

from native_probe import TICK, table

warnings.simplefilter("ignore")
parser = argparse.ArgumentParser()
parser.add_argument("--library", choices=("gevent", "eventlet"), required=True)
parser.add_argument("only", nargs="?", default="")
arguments = parser.parse_args()
G = arguments.library == "gevent"
lib: Any = importlib.import_module(arguments.library)
for name in ("event", "lock", "queue", "socket", "pool") if G else ("event", "lock", "queue"):
    importlib.import_module(f"{arguments.library}.{name}")
if G:
    from gevent.hub import Hub

    Hub.print_exception = lambda *_: None  # an error of a greenlet is printed
else:
    lib.debug = importlib.import_module("eventlet.debug")
    lib.debug.hub_exceptions(False)
Exit: type[BaseException] = importlib.import_module("greenlet").GreenletExit
EventType: Any = lib.event.Event
LockType: Any = lib.lock.BoundedSemaphore if G else lib.lock.Lock


def join(task: Any) -> Any:
    return task.get() if G else task.wait()


def fire(event: Any) -> None:
    (event.set if G else event.send)()


def listen() -> Any:
    if not G:
        return lib.listen(("127.0.0.1", 0))
    listener = lib.socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    return listener


def connect(listener: Any) -> Any:
    address = ("127.0.0.1", listener.getsockname()[1])
    return lib.socket.create_connection(address) if G else lib.connect(address)


def later(log: list[str], ticks: float) -> None:
    lib.sleep(ticks * TICK)
    log.append("done")


def within(ticks: float, operation: Callable[..., Any], *args: Any) -> bool:
    """Whether the operation finishes before a Timeout."""
    log: list[object] = []
    with lib.Timeout(ticks * TICK, False):
        log.append(operation(*args))
    return bool(log)


def run(question: Callable[[], str]) -> str:
    return str(join(lib.spawn(question)))


probes, probe = table(run)
