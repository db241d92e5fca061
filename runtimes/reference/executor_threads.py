"""The executor's threads: real ones, which it listens to while nothing else can go on."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from conformance.lang.semantics import Semantics
from runtimes.reference.objects import Task
from runtimes.reference.threads import Threads

HELD = 5.0
"""Seconds that a thread at work may hold virtual time."""
LISTENS = 0.005
"""Seconds for which the loop listens to threads at a time, while it has nothing else to do."""


def nobody() -> bool:
    """No thread is there."""
    return False


class Listening(Threads):
    """Kernel of an executor whose threads are real; what they post, the loop calls."""

    def __init__(self, semantics: Semantics, *, lax: bool) -> None:
        super().__init__(semantics, lax=lax)
        self.ending: BaseException | None = None
        self.at_work: Callable[[], bool] = nobody
        self.posted: deque[tuple[Callable[..., object], tuple[Any, ...]]] = deque()
        self._bell = threading.Event()
        self._held_since: float | None = None

    def _poll(self, seconds: float) -> bool:
        """Look at sockets (`runtimes.reference.executor`)."""
        raise NotImplementedError

    # ------------------------------------------------------------ what ends more than a task

    def end_all(self, error: BaseException) -> None:
        """Ctrl-C or an exit: the run raises it once all have ended."""
        if self.ending is None:
            self.ending = error
        super().end_all(error)

    def ends_all(self, error: BaseException) -> None:
        """An error that nobody joined leaves the run there and then."""
        super().ends_all(error)
        self.ending = error
        self.stopped = True

    # ------------------------------------------------------------ threads

    def start_thread(self, thread: Task) -> None:
        """A real one; `ask` is what it performs."""
        self.threads = {*self.threads, thread}
        threading.Thread(target=self._live, args=(thread,), daemon=True).start()

    def _live(self, thread: Task) -> None:
        try:
            result = ("returned", thread.ask())
        except BaseException as error:  # whoever waits gets it
            result = ("failed", error)
        self.post(self.thread_ended, thread, result)

    def post(self, call: Callable[..., object], *args: Any) -> None:
        """From a thread: have the loop call that."""
        self.posted.append((call, args))
        self._bell.set()

    def answer(self, thread: Task, child: Task) -> None:
        """The thread blocks for a future."""
        assert child.end.result is not None
        how, value = child.end.result
        if how == "returned":
            thread.body.set_result(value)
        else:
            thread.body.set_exception(value)

    def refuse_thread(self, thread: Task) -> None:
        """A real one begins all the same."""

    def take_posted(self) -> None:
        """Call what threads have asked for."""
        self._bell.clear()
        while self.posted:
            call, args = self.posted.popleft()
            call(*args)

    def hear(self) -> bool:
        """Nothing else can go on: listen to threads for a moment; whether to look again. Bounded."""
        at_work = self.at_work()  # asked before the last look: it sees what a thread did by now
        if self.posted:
            return True
        if not at_work:
            self._held_since = None
            return False
        now = time.monotonic()
        if self._held_since is None:
            self._held_since = now
        self._bell.wait(LISTENS)
        self._poll(0)
        return now - self._held_since < HELD
