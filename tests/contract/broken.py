"""A runtime that breaks in one way, its flavour, when its seed is BOOM: asyncio otherwise."""

import asyncio
import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

from conformance.adapter.core import Body, Handle, Limits, Runtime

BOOM = 13


def hang() -> None:
    """Never come back."""
    while True:
        time.sleep(3600)


def segfault() -> None:
    """Read address 0."""
    ctypes.string_at(0)


def sigkill() -> None:
    """As the kernel does when memory is short."""
    os.kill(os.getpid(), signal.SIGKILL)


def sys_exit() -> None:
    """An ordinary exception, to be seen in the outcome."""
    sys.exit(3)


def os_exit() -> None:
    """The process is gone at once."""
    os._exit(3)


def garbage() -> None:
    """Write nonsense to everything that is open, the protocol's pipe included."""
    for fd in range(64):
        try:
            os.write(fd, b"nonsense\n")
        except OSError:
            continue


def later() -> None:
    """Die only once the run is over and answered."""
    threading.Timer(0.2, os._exit, (3,)).start()


def chatter() -> None:
    """Print what looks like a reply, more than a pipe holds, on both streams."""
    for _ in range(5000):
        sys.stdout.write('{"seq": 1, "outcome": {}}\n')
        os.write(1, b'{"seq": 2, "outcome": {}}\n')
        sys.stderr.write("oh dear\n")


WAYS: dict[str, Callable[[], None]] = {
    function.__name__: function
    for function in (hang, segfault, sigkill, sys_exit, os_exit, garbage, later, chatter)
}


class Broken(Runtime):
    """Just the four methods, and a defect. Flavour `stuck` does not come back from its teardown."""

    def version(self) -> str:
        return "0"

    def module_file(self) -> str:
        return __file__

    def run(self, main: Body, limits: Limits) -> None:
        asyncio.run(self._main(main, limits))

    async def _main(self, main: Body, limits: Limits) -> None:
        if limits.seed == BOOM and self.flavour == "stuck":
            await main()
            limits.stop()
            hang()
        if limits.seed == BOOM:
            WAYS[self.flavour]()
        await main()

    async def spawn(self, body: Body, name: str, group: Handle | None) -> Handle:
        task = asyncio.ensure_future(body())
        await asyncio.sleep(0)
        return task

    async def checkpoint(self) -> None:
        await asyncio.sleep(0)

    def is_cancellation(self, error: BaseException) -> bool:
        return isinstance(error, asyncio.CancelledError)


class Carried(Broken):
    """asyncio under any interpreter, as long as nothing of ours is installed beside it."""

    def module_file(self) -> str:
        assert "site-packages" not in str(sys.modules["conformance"].__file__)
        return asyncio.__file__


class Remembers(Broken):
    """Tells in each run how many there were. Flavour `opens` has a pipe of its own, `thread` a thread."""

    def __init__(self, flavour: str = "") -> None:
        super().__init__(flavour)
        self._runs = 0
        if flavour == "opens":
            self._pipe = os.pipe()
        if flavour == "thread":
            threading.Thread(target=hang, daemon=True).start()

    def run(self, main: Body, limits: Limits) -> None:
        self._runs += 1
        super().run(main, limits)
        raise type(f"Run{self._runs}", (Exception,), {})


def no_adapter(flavour: str) -> str:
    """Not a Runtime."""
    return flavour


def refuses(flavour: str) -> Runtime:
    """Raises while it is made."""
    raise SystemExit(flavour or 5)
