"""Whether a run can still show one given outcome: what prunes the search for it.

Logs only grow, an end is final and time never goes back. So a state whose logs are no beginnings of the ones
that were seen, or in which it is too late for what was seen next, leads nowhere.
"""

from __future__ import annotations

import re
from typing import Any, final

from conformance.lang.outcome import Entry, Outcome, TaskOutcome
from runtimes.reference.objects import DONE, UNSPAWNED, Task
from runtimes.reference.scopes import ANY_NUMBER

_FINAL = ("returned", "raised", "cancelled")


@final
class Aim:
    """One outcome to be reached by one machine."""

    __slots__ = ("_known", "_machine", "_parts", "_shared", "_timed")

    def __init__(self, machine: Any, outcome: Outcome) -> None:
        wanted = dict(outcome.tasks)
        self._machine = machine
        self._parts = [(task, wanted[task.name]) for task in machine.tasks if task.name in wanted]
        self._shared = outcome.shared
        self._timed = not machine.lax
        self._known: dict[Task, Any] = {}

    def astray(self) -> bool:
        """Whether no run that goes on from here can show the outcome."""
        machine, known = self._machine, self._known
        for task, wanted in self._parts:
            body = task.body
            here = (body.log, body.end, task.state)
            if known.get(task) != here:
                if not self._fits(task, wanted):
                    return True
                known[task] = here
            if self._timed and machine.now > self._next(task, wanted):
                return True
        shared = machine.shared.entries
        return bool(shared != self._shared[: len(shared)])

    def _fits(self, task: Task, wanted: TaskOutcome) -> bool:
        """Whether what the task has shown is a beginning of what it is to show."""
        log, end = task.body.log, wanted.end
        if log != wanted.log[: len(log)]:
            return False
        if task.state == DONE:
            shown: TaskOutcome = self._machine.task_outcome(task)
            return shown == wanted
        return end != "unspawned" or task.state == UNSPAWNED

    def _next(self, task: Task, wanted: TaskOutcome) -> float:
        """The last tick at which the task can still do what it is to do next.

        When its body is over so is that: a server may take its time to close the connection that the task handled.
        """
        log, body = wanted.log, task.body
        if len(body.log) < len(log):
            return _tick(log[len(body.log)])
        if body.end is not None or not wanted.end.startswith(_FINAL) or wanted.tick is None:
            return float("inf")
        return wanted.tick

    def reached(self) -> int:
        """How much of the outcome has been shown: entries up to the first wrong one, and ends."""
        count = _common(self._machine.shared.entries, self._shared)
        for task, wanted in self._parts:
            log = task.body.log
            same = _common(log, wanted.log)
            over = task.state == DONE and same == len(log) == len(wanted.log)
            count += same + (over and self._machine.task_outcome(task) == wanted)
        return count


def _tick(entry: Entry) -> float:
    return float("inf") if entry.tick is None else entry.tick


def any_number(sought: tuple[Entry, ...], log: tuple[Entry, ...]) -> str:
    """An answer that may be any number: the one that is sought behind this log, if it is one; else that it is any."""
    seen = sought[len(log)].text if len(log) < len(sought) else ""
    return seen if re.fullmatch(r"got \d+", seen) else f"got {ANY_NUMBER}"


def _common(log: tuple[Entry, ...], wanted: tuple[Entry, ...]) -> int:
    """The length of their common beginning."""
    for at, (entry, other) in enumerate(zip(log, wanted, strict=False)):
        if entry != other:
            return at
    return min(len(log), len(wanted))
