"""Broken events, locks and channels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from runtimes.mutants.base import Kernel, mutant
from runtimes.reference.kernel import Fault
from runtimes.reference.objects import READY, VALUE, Channel, Event, Lock, Task


@mutant
class LostWakeup(Kernel):
    """Of several that wait for one event, or one task's end, only the first is woken."""

    def set_event(self, task: Task, event: Event) -> None:
        event.waiters = event.waiters[:1]
        super().set_event(task, event)

    def finish(self, task: Task, result: tuple[str, Any]) -> None:
        task.end.joiners = task.end.joiners[:1]
        super().finish(task, result)


@mutant
class LostItemWakeup(Kernel):
    """An item that is put into an empty channel wakes no receiver that waits for it."""

    def offer(self, channel: Channel, item: Any) -> bool:
        waiting, channel.receivers = channel.receivers, ()
        done = super().offer(channel, item)
        channel.receivers = waiting
        return done


@mutant
class DoubleWakeup(Kernel):
    """An item is handed to every receiver that waits."""

    def offer(self, channel: Channel, item: Any) -> bool:
        others, channel.receivers = channel.receivers[1:], channel.receivers[:1]
        for other in others:
            self.wake(other, VALUE, item, ("receive", channel, item))
        return super().offer(channel, item)


@mutant
class ItemStays(Kernel):
    """An item that is handed to a receiver that waits stays in the channel as well."""

    def offer(self, channel: Channel, item: Any) -> bool:
        handed = bool(channel.receivers)
        done = super().offer(channel, item)
        channel.items += (item,) if handed else ()
        return done


@mutant
class SenderItemLost(Kernel):
    """The item of a send that had to wait for room is lost."""

    def take(self, channel: Channel) -> Any:
        waiting = len(channel.senders)
        item = super().take(channel)
        channel.items = channel.items[:-1] if len(channel.senders) < waiting else channel.items
        return item


@mutant
class PulseEvent(Kernel):
    """An event that is set wakes who waits, and is not set afterwards."""

    def set_event(self, task: Task, event: Event) -> None:
        super().set_event(task, event)
        event.set = False


@mutant
class SetSwitches(Kernel):
    """The call that sets an event lets others run."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._yields["set"] = True


@mutant
class LeakedPermit(Kernel):
    """A lock for which somebody had to wait is never free again."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.leaked: set[Lock] = set()

    def acquire(self, task: Task, lock: Lock) -> Any:
        if lock.owner is not None:
            self.leaked.add(lock)
        return super().acquire(task, lock)

    def pass_lock(self, lock: Lock) -> None:
        if lock not in self.leaked:
            super().pass_lock(lock)


@mutant
class LockForTwo(Kernel):
    """A lock lets a second task in beside the one that has it."""

    def acquire(self, task: Task, lock: Lock) -> Any:
        if lock.owner not in (None, task) and not lock.waiters:
            self.own(task, lock)
            return None
        return super().acquire(task, lock)


@mutant
class BargingLock(Kernel):
    """A released lock goes to whoever takes it first."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.semantics = replace(self.semantics, locks="barging")


@mutant
class BargingChannel(Kernel):
    """An item, or room for one, goes to whoever takes it first."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.semantics = replace(self.semantics, channels="barging")


@mutant
class ReentrantLock(Kernel):
    """A task may take a lock that it has."""

    def acquire(self, task: Task, lock: Lock) -> Any:
        return None if lock.owner is task else super().acquire(task, lock)


@mutant
class ReleaseForNothing(Kernel):
    """The release of a lock that nobody has is accepted."""

    def release(self, task: Task, lock: Lock) -> None:
        if lock.owner is not None:
            super().release(task, lock)


@mutant
class ReleaseByAnybody(Kernel):
    """A lock can be released by a task that does not have it."""

    def release(self, task: Task, lock: Lock) -> None:
        super().release(task if lock.owner is None else lock.owner, lock)


@mutant
class DeadHolderKeepsLock(Kernel):
    """Who waits for a lock whose holder has ended waits for ever."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.semantics = replace(self.semantics, dead_owner="kept")


@mutant
class LifoWaiters(Kernel):
    """Who comes last to wait for a lock or a channel is served first."""

    def acquire(self, task: Task, lock: Lock) -> Any:
        value = super().acquire(task, lock)
        lock.waiters = _last_first(lock.waiters, task)
        return value

    def send(self, task: Task, channel: Channel, item: Any) -> Any:
        value = super().send(task, channel, item)
        channel.senders = _last_first(channel.senders, (task, item))
        return value

    def receive(self, task: Task, channel: Channel) -> Any:
        value = super().receive(task, channel)
        channel.receivers = _last_first(channel.receivers, task)
        return value


def _last_first(queue: tuple[Any, ...], newest: Any) -> tuple[Any, ...]:
    return (newest, *queue[:-1]) if queue and queue[-1] == newest else queue


@mutant
class LifoChannel(Kernel):
    """The item that went in last comes out first."""

    def take(self, channel: Channel) -> Any:
        channel.items = (channel.items[-1], *channel.items[:-1])
        return super().take(channel)


@mutant
class UnboundedChannel(Kernel):
    """A channel is never full."""

    def offer(self, channel: Channel, item: Any) -> bool:
        if len(channel.items) >= channel.capacity:
            channel.capacity += 1
        return super().offer(channel, item)


@mutant
class CapacityOffByOne(Kernel):
    """A channel holds one item more than it should."""

    def offer(self, channel: Channel, item: Any) -> bool:
        channel.capacity += 1
        try:
            return super().offer(channel, item)
        finally:
            channel.capacity -= 1


@mutant
class EmptyGivesNone(Kernel):
    """A receive that must not wait gives none when the channel is empty."""

    def receive_nowait(self, task: Task, channel: Channel) -> Any:
        return super().receive_nowait(task, channel) if channel.items else None


@mutant
class FullDropsItem(Kernel):
    """A send that must not wait drops its item, without an error, when the channel is full."""

    def send_nowait(self, task: Task, channel: Channel, item: Any) -> None:
        try:
            super().send_nowait(task, channel, item)
        except Fault:
            return


@mutant
class HastyPrimitives(Kernel):
    """An op on an event, lock or channel that need not wait lets nobody else run."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._yields |= dict.fromkeys(("wait", "acquire", "send", "receive"), False)


@mutant
class NowaitSlipsIn(Kernel):
    """A lock can be taken at once between its release and the wake-up of who was given it."""

    def acquire_nowait(self, task: Task, lock: Lock) -> None:
        owner = lock.owner
        if owner is not None and owner.state == READY and owner.undo == ("acquire", lock, None):
            self.own(task, lock)
            return
        super().acquire_nowait(task, lock)


@mutant
class NowaitFreesNoRoom(Kernel):
    """A receive that must not wait lets no sender in that waits for room."""

    def receive_nowait(self, task: Task, channel: Channel) -> Any:
        if not channel.items:
            return super().receive_nowait(task, channel)
        waiting, channel.senders = channel.senders, ()
        item = super().receive_nowait(task, channel)
        channel.senders = waiting
        return item


@mutant
class CancelledSendTakesRoom(Kernel):
    """A send that was cancelled while it waited for room takes away a place for good."""

    def forget(self, task: Task, queue: str, thing: Any, extra: Any) -> None:
        super().forget(task, queue, thing, extra)
        if queue == "send" and thing.capacity > 0:
            thing.capacity -= 1
