"""Broken timers and deadlines."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from conformance.lang.ops import Ticks
from runtimes.mutants.base import Kernel, mutant
from runtimes.reference.kernel import HORIZON, Fault
from runtimes.reference.objects import Scope, Task


@mutant
class LifoTimers(Kernel):
    """When a timer is due, the one that was to come last goes off in its place."""

    def fire_timers(self) -> None:
        (first, what), *others = sorted(self.timers, key=lambda timer: timer[0])
        if others:
            last, other = others.pop()
            self.timers = ((first, other), *others, (last, what))
        super().fire_timers()


@mutant
class EarlyTimer(Kernel):
    """A sleep of two ticks and more ends one tick early."""

    def sleep(self, task: Task, ticks: Ticks) -> Any:
        return super().sleep(task, ticks - 1 if ticks >= 2 else ticks)


@mutant
class LateTimer(Kernel):
    """A deadline strikes one tick late."""

    def enter_deadline(self, task: Task, scope: Scope, ticks: Ticks) -> None:
        super().enter_deadline(task, scope, ticks + 1)


@mutant
class LostTimer(Kernel):
    """Of two timers that are due at once, one is lost."""

    def fire_timers(self) -> None:
        first = min(timer[0] for timer in self.timers)
        due = [timer for timer in self.timers if timer[0] == first]
        self.timers = (due[0], *(timer for timer in self.timers if timer[0] > first))
        super().fire_timers()


@mutant
class InfiniteIsZero(Kernel):
    """A sleep that is too long to be timed ends at once."""

    def sleep(self, task: Task, ticks: Ticks) -> Any:
        return super().sleep(task, 0 if ticks >= HORIZON else ticks)


@mutant
class HugeTimeDeafens(Kernel):
    """While somebody sleeps for very long, no socket is looked at."""

    deaf = False

    def sleep(self, task: Task, ticks: Ticks) -> Any:
        self.deaf |= ticks > HORIZON**2
        return super().sleep(task, ticks)

    def _poll(self, seconds: float) -> bool:
        return False if self.deaf else super()._poll(seconds)


@mutant
class SleepHoldsTheLoop(Kernel):
    """A sleep begins only when those before it are over."""

    def sleep(self, task: Task, ticks: Ticks) -> Any:
        sleeps = [when for when, what in self.timers if isinstance(what, Task)]
        later = max(sleeps) - self.now if sleeps and ticks > 0 else 0
        return super().sleep(task, ticks + later)


class _Hasty(Kernel):
    """What need not sleep goes straight on."""

    kind: ClassVar[str] = ""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._yields[self.kind] = False

    def sleep(self, task: Task, ticks: Ticks) -> Any:
        at_once = ticks <= 0 and task.doing == self.kind
        return None if at_once else super().sleep(task, ticks)


@mutant
class ZeroSleepIsNothing(_Hasty):
    """A sleep of zero or less lets nobody else run."""

    kind = "sleep"


@mutant
class NegativeSleepFails(Kernel):
    """A sleep of less than zero is refused."""

    def sleep(self, task: Task, ticks: Ticks) -> Any:
        if ticks < 0 and task.doing == "sleep":
            raise Fault(self.fault("Misuse"))
        return super().sleep(task, ticks)


@mutant
class NanSleepReturns(Kernel):
    """A sleep of ticks that are no number is one of zero."""

    def sleep(self, task: Task, ticks: Ticks) -> Any:
        return super().sleep(task, 0 if math.isnan(ticks) else ticks)


@mutant
class NanDeadlineNever(Kernel):
    """A deadline of ticks that are no number is taken, and never strikes."""

    def check_deadline(self, ticks: Ticks) -> None:
        return


@mutant
class PastIsNothing(_Hasty):
    """A sleep until a time that is past lets nobody else run."""

    kind = "sleep_until"


@mutant
class ZeroIsNoDeadline(Kernel):
    """A deadline of zero or less is none."""

    def enter_deadline(self, task: Task, scope: Scope, ticks: Ticks) -> None:
        super().enter_deadline(task, scope, HORIZON if ticks <= 0 else ticks)


@mutant
class DeadlineNeverFires(Kernel):
    """No deadline ever strikes."""

    def expire(self, scope: Scope) -> None:
        return


@mutant
class LeakingScope(Kernel):
    """A deadline that strikes cancels its task for good, not only the body."""

    def expire(self, scope: Scope) -> None:
        super().expire(scope)
        if scope.cancelled and scope.owner is not None:
            self.cancel_scope(scope.owner.own)


@mutant
class DeadlineStaysArmed(Kernel):
    """A deadline strikes although its body has come to its end in time."""

    def leave_deadline(self, task: Task, scope: Scope, error: Any, *, fails: bool) -> bool:
        armed = self.timers
        try:
            return super().leave_deadline(task, scope, error, fails=fails)
        finally:
            self.timers = armed

    def expire(self, scope: Scope) -> None:
        if scope.owner is not None and scope not in scope.owner.scopes:
            self.cancel_scope(scope.owner.own)
        super().expire(scope)


@mutant
class DeadlineAtExit(Kernel):
    """A deadline that has passed counts as missed although the body came to its end."""

    def leave_deadline(self, task: Task, scope: Scope, error: Any, *, fails: bool) -> bool:
        passed = any(what is scope and when <= self.now for when, what in self.timers)
        swallows = super().leave_deadline(task, scope, error, fails=fails)
        if (passed or scope.cancelled) and error is None:
            if fails:
                raise Fault(self.fault("Timeout"))
            return True
        return swallows


@mutant
class DeadlineHidesError(Kernel):
    """An error that leaves a body whose deadline has passed gives way to that of the deadline."""

    def leave_deadline(self, task: Task, scope: Scope, error: Any, *, fails: bool) -> bool:
        passed = any(what is scope and when <= self.now for when, what in self.timers)
        hides = (passed or scope.cancelled) and error is not None and not self.is_cancelled(error)
        swallows = super().leave_deadline(task, scope, error, fails=fails)
        if hides and fails:
            raise Fault(self.fault("Timeout"))
        return swallows or hides


@mutant
class MissedInSilence(Kernel):
    """A deadline that must fail only moves on."""

    def leave_deadline(self, task: Task, scope: Scope, error: Any, *, fails: bool) -> bool:
        return super().leave_deadline(task, scope, error, fails=False)


@mutant
class WrongScope(Kernel):
    """Of two nested deadlines, the other one ends its body."""

    def expire(self, scope: Scope) -> None:
        owner = scope.owner
        nested = [s for s in owner.scopes if s.kind == "deadline"] if owner is not None else []
        others = [other for other in nested if other is not scope]
        super().expire(others[0] if others else scope)


@mutant
class InnerSwallowsOuter(Kernel):
    """The inner of two deadlines takes the cancellation by the outer one for its own."""

    def _caught(self, task: Task, scope: Scope, error: Any) -> bool:
        return error is not None and self.is_cancelled(error)


@mutant
class ForgetsOuterDeadline(Kernel):
    """Once one deadline of a task has struck, its others are forgotten."""

    def expire(self, scope: Scope) -> None:
        super().expire(scope)
        owner = scope.owner
        self.timers = tuple(
            (when, what)
            for when, what in self.timers
            if not isinstance(what, Scope) or what.owner is not owner
        )
