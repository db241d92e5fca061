"""The reference's time: timers, sleeping, jumping to the next deadline."""

from __future__ import annotations

import math
from typing import Any

from conformance.lang.ops import Ticks
from runtimes.reference.kernel import ALL, CLOCK, HORIZON, LANE, Fault, Kernel
from runtimes.reference.objects import BLOCKED, VALUE, Scope, Task


class Clock(Kernel):
    """Kernel with time."""

    def sleep(self, task: Task, ticks: Ticks) -> Any:
        """Sleep; zero and less is a checkpoint. Raises Fault where such ticks are refused."""
        if task.doing == "sleep" and self.refuses_sleep(ticks):
            raise Fault(self.fault("Misuse"))
        if ticks <= 0:
            return self.checkpoint(task)
        self.arm(self.now + ticks, task)
        return self.block(task, "sleep", None)

    def refuses_sleep(self, ticks: Ticks) -> bool:
        """Whether a sleep of that many is misuse."""
        field = "nan_sleep" if math.isnan(ticks) else "negative_sleep"
        return not ticks >= 0 and getattr(self.semantics, field) == "refused"

    def check_deadline(self, ticks: Ticks) -> None:
        """Raises Fault where a deadline of that many is misuse."""
        if math.isnan(ticks) and self.semantics.nan_deadline == "refused":
            raise Fault(self.fault("Misuse"))

    def hold(self, task: Task, ticks: Ticks) -> None:
        """Time passes, nobody runs."""
        self.now += ticks
        self.writes |= ALL

    def arm(self, deadline: Ticks, what: Any) -> None:
        """Add a timer."""
        if self.lax or deadline <= self.now:
            self.writes |= CLOCK
        if deadline < HORIZON:
            self.timers += ((deadline, what),)
            self.writes |= LANE if self.timed_lane else 0

    def disarm(self, what: Any) -> None:
        """Remove a timer."""
        self.timers = tuple(t for t in self.timers if t[1] is not what)
        self.writes |= CLOCK if self.lax else 0

    def fire_timers(self) -> None:
        """Jump to the first deadline if need be, and fire everything that is due."""
        first = min([timer[0] for timer in self.timers])
        if self.lax or first > self.now:
            self.writes |= ALL
            self.now = max(self.now, first)
        else:
            self.writes |= CLOCK  # and what fires
        now = self.now
        due = [t for t in self.timers if t[0] <= now]
        if len(due) == 1:
            self.timers = tuple([t for t in self.timers if t[0] > now])
            self.fire(due[0][1])
            return
        due.sort(key=lambda t: t[0])
        self.timers = tuple([t for t in self.timers if t[0] > now])
        while due:
            same = due[:1]
            if self.semantics.ties == "any":  # in an order that a saved and restored run keeps
                same = sorted((t for t in due if t[0] == due[0][0]), key=lambda t: t[1].bit)
            timer = same[self.choose("timer", len(same)) if len(same) > 1 else 0]
            due.remove(timer)
            self.fire(timer[1])

    def fire(self, what: Any) -> None:
        """One timer fires: a sleeper wakes, or a scope's deadline has come."""
        if isinstance(what, Scope):
            self.expire(what)
        elif what.state == BLOCKED:
            what.waiting = None
            told = self.regrets or self.semantics.sleep_race == "cancel"
            what.undo = ("sleep", None, None) if told else None
            self.make_ready(what, VALUE, None, self.timed_lane)

    def expire(self, scope: Scope) -> None:
        """A scope's deadline has come (`runtimes.reference.structure`)."""
        raise NotImplementedError
