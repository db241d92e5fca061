"""A toy async runtime: tasks, sleep, events, cancellation."""

import heapq
import time
from collections import deque
from types import coroutine

__version__ = "0.1"


class Cancelled(BaseException):
    """Raised inside a task that was cancelled."""


class Task:
    def __init__(self, coro):
        self.coro = coro
        self.done = Event()
        self.value = self.error = None
        self.cancelled = self.told = False
        self.event = None  # what it waits for

    async def join(self):
        await self.done.wait()
        if self.error is not None:
            raise self.error
        return self.value

    def cancel(self):
        if not self.done.is_set and not self.cancelled:
            self.cancelled = True
            self.interrupt()

    def interrupt(self):
        """It waits no more: it will be told."""
        if self.event is not None:
            self.event.waiters.remove(self)
            self.event = None
        loop.timers = [timer for timer in loop.timers if timer[2] is not self]
        heapq.heapify(loop.timers)
        if self not in loop.ready:
            loop.ready.append(self)


class Event:
    def __init__(self):
        self.is_set = False
        self.waiters = []

    def set(self):
        self.is_set = True
        for task in self.waiters:
            task.event = None
            loop.ready.append(task)
        self.waiters = []

    async def wait(self):
        if not self.is_set:
            await _pause(lambda task: self._add(task))

    def _add(self, task):
        task.event = self
        self.waiters.append(task)


class Loop:
    """One run. `clock` and `pause` may be replaced, so that tests need not wait."""

    def __init__(self, clock=time.monotonic, pause=time.sleep):
        self.clock, self.pause = clock, pause
        self.ready, self.timers, self.count = deque(), [], 0
        self.current = None

    def spawn(self, coro):
        task = Task(coro)
        self.ready.append(task)
        return task

    def run(self, coro):
        global loop
        loop = self
        main = self.spawn(coro)
        while not main.done.is_set:
            while self.timers and self.timers[0][0] <= self.clock():
                self.ready.append(heapq.heappop(self.timers)[2])
            if self.ready:
                self.step(self.ready.popleft())
            else:
                self.pause(self.timers[0][0] - self.clock() if self.timers else None)
        if main.error is not None:
            raise main.error
        return main.value

    def step(self, task):
        self.current = task
        try:
            if task.cancelled and not task.told:
                task.told = True
                wait = task.coro.throw(Cancelled())
            else:
                wait = task.coro.send(None)
        except StopIteration as end:
            task.value = end.value
            task.done.set()
        except BaseException as error:
            task.error = error
            task.done.set()
        else:
            wait(task)
            if task.cancelled and not task.told:
                task.interrupt()


loop = None


@coroutine
def _pause(wait):
    yield wait


async def sleep(seconds):
    def arm(task):
        if seconds <= 0:
            loop.ready.append(task)
        else:
            loop.count += 1
            heapq.heappush(loop.timers, (loop.clock() + seconds, loop.count, task))

    await _pause(arm)
