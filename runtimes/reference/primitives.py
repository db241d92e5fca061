"""The reference's event, lock and bounded channel.

`fair` primitives hand over: the waker performs the waiter's op. `barging` ones only wake the waiter, which tries
again (asyncio.Queue, curio.Queue do that). What a cancellation takes back in each case is `undo`.
"""

from __future__ import annotations

from typing import Any

from runtimes.reference.kernel import Fault
from runtimes.reference.objects import (
    BLOCKED,
    DONE,
    ERROR,
    RETRY,
    VALUE,
    Channel,
    Event,
    Lock,
    Task,
)
from runtimes.reference.tasks import Tasks


class Primitives(Tasks):
    """Kernel with event, lock, channel."""

    def wait_event(self, task: Task, event: Event) -> Any:
        """Wait until it is set."""
        if event.set:
            self.reads |= event.bit
            return None
        self.writes |= event.bit
        event.waiters += (task,)
        return self.block(task, "wait", event)

    def set_event(self, task: Task, event: Event) -> None:
        """Set it and release every waiter."""
        if event.set:
            self.reads |= event.bit
            return
        self.writes |= event.bit
        event.set = True
        for waiter in event.waiters:
            self.wake(waiter, VALUE, None, ("wait", event, None))
        event.waiters = ()

    def acquire(self, task: Task, lock: Lock) -> Any:
        """Take the lock."""
        self.writes |= lock.bit
        if lock.owner is None:
            self.own(task, lock)
            return None
        if lock.owner.state == DONE and self._follow:
            raise Fault(self.fault("Broken"))
        if lock.owner is task and self.semantics.relock == "error":
            raise Fault(self.fault("Misuse"))
        lock.waiters += (task,)
        return self.block(task, "acquire", lock)

    def release(self, task: Task, lock: Lock) -> None:
        """Give the lock back."""
        if lock.owner is None or (lock.owner is not task and self.semantics.unowned == "error"):
            self.reads |= lock.bit
            raise Fault(self.fault("Misuse"))
        self.writes |= lock.bit
        if self._follow:
            self.writes |= lock.owner.bit
            lock.owner.owned = tuple(held for held in lock.owner.owned if held is not lock)
        self.pass_lock(lock)

    @property
    def _follow(self) -> bool:
        """Whether it matters who holds which lock when it ends."""
        return self.semantics.dead_owner == "broken"

    def own(self, task: Task, lock: Lock) -> None:
        """The task has the lock now."""
        lock.owner = task
        if self._follow:
            task.owned += (lock,)

    def owner_died(self, task: Task) -> None:
        """Whoever waits for a lock of a task that is gone fails."""
        for lock in task.owned:
            self.writes |= lock.bit
            for waiter in lock.waiters:
                self.wake(waiter, ERROR, self.fault("Broken"))
            lock.waiters = ()

    def pass_lock(self, lock: Lock) -> None:
        """The lock is free: its first waiter, if any, gets it (or may try to)."""
        self.writes |= lock.bit
        lock.owner = None
        if not lock.waiters:
            return
        first, lock.waiters = lock.waiters[0], lock.waiters[1:]
        if self.semantics.locks == "fair":
            self.own(first, lock)
            self.wake(first, VALUE, None, ("acquire", lock, None))
        else:
            self.wake(first, RETRY, None, ("acquire-again", lock, None))

    def send(self, task: Task, channel: Channel, item: Any) -> Any:
        """Put an item in, waiting for room."""
        if self.offer(channel, item):
            return None
        self.writes |= channel.bit
        channel.senders += ((task, item),)
        return self.block(task, "send", channel, item)

    def send_nowait(self, task: Task, channel: Channel, item: Any) -> None:
        """Put an item in or fail."""
        if not self.offer(channel, item):
            raise Fault(self.fault("Full"))

    def offer(self, channel: Channel, item: Any) -> bool:
        """Put an item in if there is a receiver or room."""
        self.reads |= channel.bit
        fair = self.semantics.channels == "fair"
        if fair and channel.receivers:
            self.writes |= channel.bit
            first, channel.receivers = channel.receivers[0], channel.receivers[1:]
            self.wake(first, VALUE, item, ("receive", channel, item))
            return True
        if len(channel.items) >= channel.capacity:
            return False
        self.writes |= channel.bit
        channel.items += (item,)
        if not fair:
            self.rouse_receiver(channel)
        return True

    def receive(self, task: Task, channel: Channel) -> Any:
        """Take an item, waiting for one."""
        self.writes |= channel.bit
        if channel.items:
            return self.take(channel)
        channel.receivers += (task,)
        return self.block(task, "receive", channel)

    def receive_nowait(self, task: Task, channel: Channel) -> Any:
        """Take an item or fail."""
        if not channel.items:
            self.reads |= channel.bit
            raise Fault(self.fault("Empty"))
        self.writes |= channel.bit
        return self.take(channel)

    def take(self, channel: Channel) -> Any:
        """The first item; a waiting sender gets its room."""
        item, channel.items = channel.items[0], channel.items[1:]
        if channel.senders:
            (sender, waiting), channel.senders = channel.senders[0], channel.senders[1:]
            if sender.state != BLOCKED:
                channel.items += (
                    waiting,
                )  # it was told of a cancellation, and has not gone on yet
            elif self.semantics.channels == "fair":
                channel.items += (waiting,)
                self.wake(sender, VALUE, None, ("send", channel, waiting))
            else:
                self.wake(sender, RETRY, None, ("send-again", channel, None))
        return item

    def rouse_receiver(self, channel: Channel) -> None:
        """Barging: tell the first receiver to try."""
        if channel.receivers:
            first, channel.receivers = channel.receivers[0], channel.receivers[1:]
            self.wake(first, RETRY, None, ("receive-again", channel, None))

    def rouse_sender(self, channel: Channel) -> None:
        """Barging: tell the first sender to try."""
        if channel.senders and len(channel.items) < channel.capacity:
            (sender, _), channel.senders = channel.senders[0], channel.senders[1:]
            self.wake(sender, RETRY, None, ("send-again", channel, None))

    def undo(self, task: Task, kind: str, thing: Any, value: Any) -> None:
        """A cancellation wins over a wake-up: what was given goes to the next."""
        if kind in ("sleep", "wait", "join"):
            return
        self.writes |= thing.bit
        if kind in ("acquire", "acquire-again"):
            task.owned = tuple(held for held in task.owned if held is not thing)
            if kind == "acquire" or thing.owner is None:
                self.pass_lock(thing)
        elif kind == "receive":
            if thing.receivers:
                first, thing.receivers = thing.receivers[0], thing.receivers[1:]
                self.wake(first, VALUE, value, ("receive", thing, value))
            else:
                thing.items = (value, *thing.items)
        elif kind == "receive-again" and thing.items:
            self.rouse_receiver(thing)
        elif kind == "lingering-send":
            thing.senders = tuple(s for s in thing.senders if s[0] is not task)
        elif kind == "send-again":
            self.rouse_sender(thing)

    def forget(self, task: Task, queue: str, thing: Any, extra: Any) -> None:
        """Remove a task from the queue that it waits in."""
        if queue in ("wait", "acquire"):
            self.writes |= thing.bit
            thing.waiters = tuple(t for t in thing.waiters if t is not task)
        elif queue == "receive":
            self.writes |= thing.bit
            thing.receivers = tuple(t for t in thing.receivers if t is not task)
        elif queue == "send":
            self.writes |= thing.bit
            if self.semantics.cancelled_send == "may":
                return
            thing.senders = tuple(s for s in thing.senders if s[0] is not task)
        else:
            super().forget(task, queue, thing, extra)
