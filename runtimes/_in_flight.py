"""What is on its way between two ends of a TCP connection, so that virtual time waits for it.

Both ends of every connection are ours: an adapter counts what was sent, received and closed, and
asks `InFlight.held()` before its virtual clock jumps. Bytes that the kernel has and nobody can read
yet are rare over loopback, but they exist: up to 44 ms were measured with small buffers. Waiting is
bounded: when nothing has moved for a while, whoever waits is waiting for good.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, final

PATIENCE = 0.1
"""Seconds of real time without any movement after which nothing is in flight."""
HELD = 5.0
"""The same while a connect or a thread is under way."""
NAPS = 0.0002, 0.003
"""Seconds of real time between two looks: the first, and the longest."""


@final
class End:
    """One end of a connection: `peer` is None until the other side has accepted."""

    __slots__ = (
        "closed",
        "got",
        "peer",
        "raw",
        "receiving",
        "saw_eof",
        "sending",
        "sent",
        "traffic",
    )

    def __init__(self, raw: Any, traffic: InFlight) -> None:
        self.raw = raw
        self.traffic = traffic
        self.peer: End | None = None
        self.sent = self.got = self.sending = self.receiving = 0
        self.closed = self.saw_eof = False

    @contextmanager
    def sends(self, count: int) -> Iterator[None]:
        """Around the sending of that many bytes."""
        self.sent += count
        self.sending += 1
        self.traffic.moved()
        try:
            yield
        finally:
            self.sending -= 1
            self.traffic.moved()

    @contextmanager
    def receives(self) -> Iterator[None]:
        """Around the wait for bytes; tell what came with `received`."""
        self.receiving += 1
        try:
            yield
        finally:
            self.receiving -= 1

    def received(self, count: int) -> None:
        """That many bytes came; 0 is EOF."""
        self.got += count
        self.saw_eof = self.saw_eof or count == 0
        self.traffic.moved()

    def closes(self) -> None:
        """The sending direction is over: the peer will see EOF."""
        self.closed = True
        self.traffic.moved()

    def waits(self) -> bool:
        """Whether somebody waits at this end for what may be on its way."""
        if self.peer is None or not self.receiving:
            return self.sending > 0
        return self.peer.sent > self.got or (self.peer.closed and not self.saw_eof)


@final
class InFlight:
    """The connections of one run."""

    def __init__(self, at_work: Callable[[], bool] | None = None) -> None:
        """`at_work` tells whether a thread of the program is at work."""
        self.ends: list[End] = []
        self._at_work = at_work
        self._unpaired: dict[frozenset[Any], End] = {}
        self._under_way = 0
        self._was_under_way = False
        self._still_since: float | None = None

    def add(self, raw: Any, own: Any, peer: Any) -> End:
        """A new end, its own address and its peer's; the second of two is paired with the first."""
        end = End(raw, self)
        self.ends.append(end)
        key = frozenset((tuple(own), tuple(peer)))
        other = self._unpaired.pop(key, None)
        if other is None:
            self._unpaired[key] = end
        else:
            end.peer, other.peer = other, end
        self.moved()
        return end

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Around what the kernel or a thread does for us: a connect, a resolution."""
        self._under_way += 1
        self.moved()
        try:
            yield
        finally:
            self._under_way -= 1
            self.moved()

    def moved(self) -> None:
        """Something happened."""
        self._still_since = None

    def held(self) -> bool:
        """Whether the clock must not jump yet; then it naps. For when nothing is ready."""
        under_way = self._under_way > 0 or (self._at_work is not None and self._at_work())
        if under_way is not self._was_under_way:  # each reason has patience of its own
            self._was_under_way = under_way
            self.moved()
        if not under_way and not any(end.waits() for end in self.ends):
            return False
        now = time.monotonic()
        if self._still_since is None:
            self._still_since = now
        still = now - self._still_since
        if still > (HELD if under_way else PATIENCE):
            return False
        time.sleep(min(max(NAPS[0], still / 8), NAPS[1]))
        return True
