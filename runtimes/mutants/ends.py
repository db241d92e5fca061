"""Broken channels: those without room, those without a bound, and their ends."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from runtimes.mutants.base import Kernel, mutant
from runtimes.reference.ends import CLOSED, OPEN, Side
from runtimes.reference.kernel import Fault
from runtimes.reference.objects import Channel, Task


@mutant
class RendezvousBuffers(Kernel):
    """A channel of capacity zero holds an item."""

    def offer(self, channel: Channel, item: Any) -> bool:
        channel.capacity = channel.capacity or 1
        return super().offer(channel, item)


@mutant
class NowaitMeetsNobody(Kernel):
    """A receive that must not wait does not look for a sender that waits."""

    def receive_nowait(self, task: Task, channel: Channel) -> Any:
        if not channel.items:
            raise Fault(self.fault("Empty"))
        return super().receive_nowait(task, channel)


@mutant
class UnboundedIsBounded(Kernel):
    """A channel without a bound holds two items."""

    def offer(self, channel: Channel, item: Any) -> bool:
        channel.capacity = 2 if channel.capacity == math.inf else channel.capacity
        return super().offer(channel, item)


@mutant
class LengthCountsSends(Kernel):
    """A channel says how many items were ever sent to it, or are to be."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.sent: Counter[Channel] = Counter()

    def offer(self, channel: Channel, item: Any) -> bool:
        self.sent[channel] += 1
        return super().offer(channel, item)

    def length(self, task: Task, channel: Channel) -> int:
        return self.sent[channel]


@mutant
class CloseWakesNobody(Kernel):
    """Whoever waits at a channel learns nothing of an end that is closed."""

    def close_side(self, task: Task, side: Side) -> None:
        side.phase = CLOSED


@mutant
class CloseDropsItems(Kernel):
    """The items in a channel are lost when its sending end is closed."""

    def close_side(self, task: Task, side: Side) -> None:
        super().close_side(task, side)
        side.channel.items = () if side.sends else side.channel.items


@mutant
class EndedIsEmpty(Kernel):
    """A receive that must not wait takes an ended channel for an empty one."""

    def receive_on_nowait(self, task: Task, side: Side) -> Any:
        self._check_open(side)
        return self.receive_nowait(task, side.channel)


@mutant
class ClosedSends(Kernel):
    """A closed end sends."""

    def _check_send(self, side: Side) -> None:
        return


@mutant
class ClosedReceives(Kernel):
    """A closed end receives what is there."""

    def _check_receive(self, side: Side) -> None:
        if not side.channel.items:
            super()._check_receive(side)


@mutant
class CloseOnce(Kernel):
    """Closing an end again is an error."""

    def close_side(self, task: Task, side: Side) -> None:
        if side.phase == CLOSED:
            raise Fault(self.fault("Closed"))
        super().close_side(task, side)


@mutant
class SendsToNobody(Kernel):
    """A send does not look whether anybody can receive."""

    def _check_send(self, side: Side) -> None:
        self._check_open(side)


@mutant
class CloneClosesToo(Kernel):
    """With an end of a channel all ends of that side are closed."""

    def close_side(self, task: Task, side: Side) -> None:
        for other in side.channel.sides:
            if other.sends is side.sends and other.phase == OPEN:
                super().close_side(task, other)


@mutant
class CloneKeepsForEver(Kernel):
    """A channel of which an end was cloned never ends."""

    def _any_open(self, channel: Channel, *, sends: bool) -> bool:
        cloned = sum(side.sends is sends for side in channel.sides) > 1
        return cloned or super()._any_open(channel, sends=sends)


@mutant
class ClosedClones(Kernel):
    """A closed end can be cloned."""

    def clone_side(self, task: Task, side: Side, clone: Side) -> None:
        clone.phase = OPEN


@mutant
class CloneLosesItems(Kernel):
    """What is sent through a clone gets lost."""

    def send_on(self, task: Task, side: Side, item: Any) -> Any:
        if side is not next(other for other in side.channel.sides if other.sends):
            return None
        return super().send_on(task, side, item)
