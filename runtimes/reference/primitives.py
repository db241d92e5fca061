"""The reference's event, lock and bounded channel.

`fair` primitives hand over: the waker performs the waiter's op. `barging` ones only wake the waiter, which tries
again (asyncio.Queue, curio.Queue do that). What a cancellation takes back in each case is `undo`.
"""

from __future__ import annotations

from typing import Any, Final

from runtimes.reference.kernel import LINGERING, Fault
from runtimes.reference.objects import (
    BLOCKED,
    DONE,
    ERROR,
    READY,
    RETRY,
    VALUE,
    Channel,
    Event,
    Lock,
    Task,
)
from runtimes.reference.permits import Permits


class Primitives(Permits):
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
        if lock.owner.state == DONE and lock in lock.owner.owned:
            raise Fault(self.fault("Broken"))
        if lock.owner is task and self.semantics.relock == "error":
            raise Fault(self.fault("Misuse"))
        if lock.owner is task and self.semantics.relock == "reenters":
            lock.depth += 1
            return None
        lock.waiters += (task,)
        return self.block(task, "acquire", lock)

    def release(self, task: Task, lock: Lock) -> None:
        """Give the lock back."""
        if lock.owner is None or (lock.owner is not task and self.semantics.unowned == "error"):
            self.reads |= lock.bit
            raise Fault(self.fault("Misuse"))
        self.writes |= lock.bit
        if lock.owner is not task and not self.handed_over(lock):
            return
        if lock.depth:
            lock.depth -= 1
            return
        if self._follow:
            self.writes |= lock.owner.bit
            lock.owner.owned = tuple(held for held in lock.owner.owned if held is not lock)
        self.pass_lock(lock)

    def handed_over(self, lock: Lock) -> bool:
        """Whether this release goes on as usual, when its owner was woken and has not gone on yet.

        Documents are silent: asyncio takes the lock for free until then, so that a release is Misuse; curio takes it
        for good only then, so that a release changes nothing. Raises Fault.
        """
        assert lock.owner is not None
        if not self.just_woken(lock.owner):
            return True
        how = self.choose("wake", 2 if lock.waiters else 3)
        if how == 1:
            raise Fault(self.fault("Misuse"))
        if how == 0 and lock.owner.doing == "acquire":
            # when that one goes on, it may take the lock all the same (asyncio and curio: `acquire` sets a flag last)
            self.writes |= lock.owner.bit
            lock.owner.undo = ("lingering-lock", lock, None)
        return how == 0

    def just_woken(self, owner: Task) -> bool:
        """Whether the owner of a lock was woken to have it, and has not gone on yet."""
        self.reads |= owner.bit
        if owner.state != READY:
            return False
        turn = owner.undo is not None and owner.undo[0] == "lingering-turn"
        woken = owner.doing == "acquire" and (owner.wake[0] == VALUE or turn)
        return woken or owner.doing == "wait_condition"

    def acquire_nowait(self, task: Task, lock: Lock) -> None:
        """Take the lock or fail."""
        if lock.owner is None:
            self.writes |= lock.bit
            self.own(task, lock)
            return
        if lock.owner is task and self.semantics.relock == "reenters":
            self.writes |= lock.bit
            lock.depth += 1
            return
        self.reads |= lock.bit
        misused = lock.owner is task and self.semantics.relock == "error"
        raise Fault(self.fault("Misuse" if misused else "WouldBlock"))

    def locked(self, task: Task, lock: Lock) -> bool:
        """Whether it is taken. Where locks have no owners, one that is handed over may count as free."""
        self.reads |= lock.bit
        if lock.owner is None or lock.owner is task or self.semantics.unowned == "error":
            return lock.owner is not None
        return not self.just_woken(lock.owner) or self.choose("wake", 2) == 0

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
        """Whoever waits for a lock of a task that is gone fails.

        Main need not be gone where it waits for the others: they are in a nursery of its own task, in trio.
        """
        if task is self.tasks[0] and self.semantics.orphans == "awaited" and self.choose("io", 2):
            task.owned = ()
        for lock in task.owned:
            self.writes |= lock.bit
            for waiter in lock.waiters:
                if waiter.waiting is not None and waiter.waiting[0] == "reacquire":
                    self.wake(waiter, RETRY)
                else:
                    self.wake(waiter, ERROR, self.fault("Broken"))
            lock.waiters = ()

    def pass_lock(self, lock: Lock) -> None:
        """The lock is free: its first waiter, if any, gets it (or may try to)."""
        self.writes |= lock.bit
        lock.owner = None
        if not lock.waiters:
            return
        first, lock.waiters = self.next_of(lock.waiters, self.semantics.locks)
        if first.doing == "wait_condition":
            self.hand_back(first, lock)
        elif self.semantics.locks == "fair":
            self.own(first, lock)
            self.wake(first, VALUE, None, ("acquire", lock, None))
        else:
            self.wake(first, RETRY, None, ("acquire-again", lock, None))

    def hand_back(self, waiter: Task, lock: Lock) -> None:
        """The lock is for a task that comes back from a condition (`runtimes.reference.conditions`)."""
        raise NotImplementedError

    def is_set(self, task: Task, event: Event) -> bool:
        """Whether it is set."""
        self.reads |= event.bit
        return bool(event.set)  # a restored False may be the 0 of an equal state

    def clear(self, task: Task, event: Event) -> None:
        """Let it be no longer set. Whoever was woken stays so."""
        self.writes |= event.bit
        event.set = False

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
        fair = self.semantics.channels == "fair" or not channel.capacity
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
        behind = channel.receivers and self.semantics.channels == "barging" and not self.retrying
        if channel.items and not (behind and self.choose("wake", 2)):
            return self.take(channel)
        if not channel.capacity and channel.senders:
            return self.meet(channel)
        channel.receivers += (task,)
        return self.block(task, "receive", channel)

    def receive_nowait(self, task: Task, channel: Channel) -> Any:
        """Take an item or fail."""
        if not channel.items:
            self.reads |= channel.bit
            if not channel.capacity and channel.senders:
                return self.meet(channel)
            raise Fault(self.fault("Empty"))
        self.writes |= channel.bit
        return self.take(channel)

    def meet(self, channel: Channel) -> Any:
        """A rendezvous: the item goes from hand to hand."""
        self.writes |= channel.bit
        (sender, item), channel.senders = channel.senders[0], channel.senders[1:]
        if sender.state == BLOCKED:
            self.wake(sender, VALUE, None, ("send", channel, item))
        return item

    def take(self, channel: Channel) -> Any:
        """The first item; a waiting sender gets its room."""
        item, channel.items = channel.items[0], channel.items[1:]
        if channel.senders:
            (sender, waiting), channel.senders = self.next_of(
                channel.senders, self.semantics.channels
            )
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
            first, channel.receivers = self.next_of(channel.receivers, self.semantics.channels)
            self.wake(first, RETRY, None, ("receive-again", channel, None))

    def rouse_sender(self, channel: Channel) -> None:
        """Barging: tell the first sender to try."""
        if channel.senders and len(channel.items) < channel.capacity:
            (sender, _), channel.senders = self.next_of(channel.senders, self.semantics.channels)
            self.wake(sender, RETRY, None, ("send-again", channel, None))

    def undo(self, task: Task, kind: str, thing: Any, value: Any) -> None:
        """A cancellation wins over a wake-up: what was given goes to the next."""
        if kind == "join" and thing is not None and self.choose("wake", 2):
            self.unheard(thing)
        if kind in ("sleep", "wait", "join"):
            return
        self.writes |= thing.bit
        if kind in _LOCKS:
            self._undo_lock(task, kind, thing)
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
        elif kind in PERMITS:
            super().undo(task, kind, thing, value)

    def _undo_lock(self, task: Task, kind: str, lock: Lock) -> None:
        """A lock goes to the next; or it is taken only now, if it is still free (see `handed_over`)."""
        if kind == "lingering-lock":
            if task.wake[0] != ERROR and lock.owner is None and self.choose("wake", 2):
                self.own(task, lock)
            return
        handed = kind == "acquire" and self.semantics.locks == "fair"
        if handed and (self.fifo or not self.level) and self.choose("wake", 2):
            task.undo = ("lingering-turn", lock, None)  # passed on when the task goes on
            return
        task.owned = tuple(held for held in task.owned if held is not lock)
        if kind == "acquire" or lock.owner in (None, task):
            self.pass_lock(lock)

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


_LOCKS: Final = frozenset({"acquire", "acquire-again", "lingering-lock", "lingering-turn"})
PERMITS: Final = frozenset(
    {"semaphore", "semaphore-again", "limiter", "limiter-again", *LINGERING}
    - {"lingering-send", "lingering-lock", "lingering-turn"}
)
"""What a task was woken for that the layer below knows."""
