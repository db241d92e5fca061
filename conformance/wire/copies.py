"""A worker afresh at the price of a fork: what is loaded stays, and what ran is gone with its process.

The process that loaded the runtime runs nothing itself. It lives on in a copy, and makes another one whenever that copy
gives itself up; whatever else happens to the copy happens to it, too, so that nobody can tell the two apart.
"""

from __future__ import annotations

import contextlib
import faulthandler
import mmap
import os
import signal
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn, final


def copyable(descriptors: Iterable[int]) -> bool:
    """Whether a copy of this process is as good as the process: no other thread, and no descriptors but these are open.

    A runtime that has opened something, or started a thread, is better loaded anew. So is any where the system does
    not tell.
    """
    try:
        threads = list(Path("/proc/self/task").iterdir())
        opened = {int(path.name) for path in Path("/proc/self/fd").iterdir()}
    except OSError:
        return False
    return len(threads) == 1 and not any(map(_still_open, opened - {*descriptors}))


def _still_open(descriptor: int) -> bool:
    """Not so the one through which the descriptors were listed."""
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


@final
class Copies:
    """The copies of one process, one after the other."""

    def __init__(self) -> None:
        self._given_up = mmap.mmap(-1, 1)  # shared with the copy

    def live_on(self) -> None:
        """Return in a copy of this process, and in no other."""
        while True:
            copy = os.fork()
            if copy == 0:
                faulthandler.unregister(signal.SIGUSR1)
                signal.signal(signal.SIGUSR1, signal.SIG_DFL)
                faulthandler.register(signal.SIGUSR1)
                return
            faulthandler.unregister(signal.SIGUSR1)
            signal.signal(signal.SIGUSR1, lambda *_, copy=copy: _ask_where(copy))
            _, status = os.waitpid(copy, 0)
            if self._given_up[0] == 0:
                _end_likewise(os.waitstatus_to_exitcode(status))
            self._given_up[0] = 0

    def give_up(self) -> NoReturn:
        """End this copy: the next one takes its place."""
        self._given_up[0] = 1
        os._exit(0)


def _ask_where(copy: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # it has just ended
        os.kill(copy, signal.SIGUSR1)


def _end_likewise(code: int) -> NoReturn:
    if code < 0:
        faulthandler.disable()  # the copy has told where it was
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)
