"""What the probes of threads, servers and ends need of a library, spelled by each in a file of its own."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from native_probe import TICK

Asked = Callable[[], Awaitable[Any]]


class Words:
    """One library's own words.

    `start` returns a task with `cancel()` and `end()` (`returned`, `cancelled` or `raised`); a stream has `send`,
    `receive`, `send_eof` and `close`; a listener has an `address`, its port or path.
    """

    cancelled: Any
    """What a cancellation is told by, in tasks and in threads."""
    late: Any
    broken: Any
    has_calls: bool
    has_checks: bool
    has_shield: bool
    may_wait: bool
    joins: Any = None
    """A module with a time limit for threads that are left."""

    inside: Callable[[Asked], Asked]
    start: Callable[[Asked], Awaitable[Any]]
    join: Callable[[Any], Awaitable[None]]
    sleep: Callable[[float], Awaitable[None]]
    in_thread: Callable[..., Awaitable[Any]]
    group: Callable[[], Any]
    shield: Callable[[], Any]
    within: Callable[[float, Asked], Awaitable[Any]]
    call: Callable[[Asked], Any]
    check: Callable[[], None]
    listen: Callable[..., Awaitable[Any]]
    bind: Callable[[], Awaitable[Any]]
    accept: Callable[[Any], Awaitable[Any]]
    connect: Callable[[Any], Awaitable[Any]]
    serve: Callable[[Any, Callable[[Any], Awaitable[Any]]], Awaitable[None]]
    close_listener: Callable[[Any], Awaitable[None]]


class Watch:
    """Notes with the tick at which they were written."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self.log: list[str] = []

    def note(self, word: str) -> None:
        """Write it down."""
        self.log.append(f"{word}@{round((time.monotonic() - self._start) / TICK)}")

    def has(self, *words: str) -> bool:
        """Whether all of these were written, `word` or `word@tick`."""
        plain = {entry.partition("@")[0] for entry in self.log}
        return all(word in self.log or word in plain for word in words)
