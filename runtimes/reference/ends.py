"""The reference's channels whose ends can be closed and cloned.

Source: trio.MemorySendChannel and trio.MemoryReceiveChannel. Where no op closes or clones an end, a channel has none
of these, and costs nothing for them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from runtimes.reference.conditions import Conditions
from runtimes.reference.kernel import WAIT, Fault
from runtimes.reference.objects import ERROR, RETRY, Channel, Stateful, Task

UNOPENED, OPEN, CLOSED = range(3)
"""Phases of a side."""


class Side(Stateful):
    """One end of a channel, or a clone of it: `sends` says which."""

    __slots__ = ("channel", "phase", "sends")
    STATE = ("phase",)

    def __init__(self, bit: int, channel: Channel, phase: int = OPEN, *, sends: bool) -> None:
        self.bit = bit
        self.channel = channel
        self.phase = phase
        self.sends = sends
        channel.sides += (self,)


class Ends(Conditions):
    """Kernel with ends of channels."""

    def send_on(self, task: Task, side: Side, item: Any) -> Any:
        """Send through that end."""
        self._check_send(side)
        return self._waits_at(task, side, self.send(task, side.channel, item))

    def send_on_nowait(self, task: Task, side: Side, item: Any) -> None:
        """The same, or fail."""
        self._check_send(side)
        self.send_nowait(task, side.channel, item)

    def receive_on(self, task: Task, side: Side) -> Any:
        """Receive through that end."""
        self._check_receive(side)
        return self._waits_at(task, side, self.receive(task, side.channel))

    def receive_on_nowait(self, task: Task, side: Side) -> Any:
        """The same, or fail."""
        self._check_receive(side)
        return self.receive_nowait(task, side.channel)

    def _waits_at(self, task: Task, side: Side, value: Any) -> Any:
        if value is WAIT:
            assert task.waiting is not None
            task.waiting = (*task.waiting[:2], side)
        return value

    def _check_send(self, side: Side) -> None:
        self._check_open(side)
        if not self._any_open(side.channel, sends=False):
            raise Fault(self.fault("Broken"))

    def _check_receive(self, side: Side) -> None:
        self._check_open(side)
        channel = side.channel
        self.reads |= channel.bit
        if not channel.items and not channel.senders and not self._any_open(channel, sends=True):
            raise Fault(self.fault("EndOfChannel"))

    def _check_open(self, side: Side) -> None:
        self.reads |= side.bit
        if side.phase == CLOSED:
            raise Fault(self.fault("Closed"))

    def _any_open(self, channel: Channel, *, sends: bool) -> bool:
        """Whether there is an open end on that side."""
        for side in channel.sides:
            self.reads |= side.bit
        return any(side.phase == OPEN and side.sends is sends for side in channel.sides)

    def close_side(self, task: Task, side: Side) -> None:
        """Close an end: who waits at it fails, and once it was the last, who waits at the other end."""
        self.reads |= side.bit
        if side.phase == CLOSED:
            return
        channel = side.channel
        self.writes |= side.bit | channel.bit
        side.phase = CLOSED
        here = self._fail_senders if side.sends else self._fail_receivers
        there = self._fail_receivers if side.sends else self._fail_senders
        here(
            channel,
            "Closed",
            lambda waiter: waiter.waiting is not None and waiter.waiting[2] is side,
        )
        if not self._any_open(channel, sends=side.sends):
            there(channel, "EndOfChannel" if side.sends else "Broken", lambda _: True)

    def _fail_senders(self, channel: Channel, name: str, among: Callable[[Task], bool]) -> None:
        failed = [sender for sender, _ in channel.senders if among(sender)]
        channel.senders = tuple(s for s in channel.senders if s[0] not in failed)
        for task in failed:
            self._fail(task, name, ("send-again", channel, None))

    def _fail_receivers(self, channel: Channel, name: str, among: Callable[[Task], bool]) -> None:
        failed = [receiver for receiver in channel.receivers if among(receiver)]
        channel.receivers = tuple(r for r in channel.receivers if r not in failed)
        for task in failed:
            self._fail(task, name, ("receive-again", channel, None))

    def _fail(self, task: Task, name: str, again: tuple[str, Any, Any]) -> None:
        """Barging: it tries again, and finds out. Otherwise it is told; or it looks at its own end when it goes on.

        The last is anyio's (`MemoryObjectSendStream.send`); trio tells at once.
        """
        if task.waiting is None:  # told of a cancellation, and has not gone on yet
            return
        at_once = name == "Closed" or self.semantics.own_close == "closed"
        if self.semantics.channels == "fair" and (at_once or self.choose("data", 2) == 0):
            self.wake(task, ERROR, self.fault(name), ("closed", again[1], None))
        else:
            self.wake(task, RETRY, None, again)

    def clone_side(self, task: Task, side: Side, clone: Side) -> None:
        """Open another end."""
        self._check_open(side)
        self.writes |= clone.bit
        clone.phase = OPEN

    def length(self, task: Task, channel: Channel) -> int:
        """How many items it holds; without a receiving end, whether they are dropped is nobody's promise."""
        self.reads |= channel.bit
        count = len(channel.items)
        if count and channel.sides and not self._any_open(channel, sends=False):
            return count if self.choose("data", 2) == 0 else 0
        return count
