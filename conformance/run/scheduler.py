"""The scheduler protocol: who answers the reference's choices."""

from __future__ import annotations

from typing import Protocol

from conformance.lang.outcome import Outcome
from conformance.run.controllable import Controllable


class Scheduler(Protocol):
    """Answers every choice of a run. One instance serves many runs, one after the other."""

    def begin(self, run: Controllable) -> bool:
        """A new run starts; false when there is no further schedule to try."""

    def choose(self, kind: str, options: int) -> int:
        """An index below `options`. 0 is what a plain FIFO loop would do."""


def run_once(run: Controllable, scheduler: Scheduler) -> tuple[Outcome, list[int]] | None:
    """One run under a scheduler: its outcome and schedule; None when the scheduler has no more to try.

    The schedule is every answer to a choice that had more than one option: any list of integers is one.
    """
    run.reset()
    if not scheduler.begin(run):
        return None
    schedule: list[int] = []
    record, pick, look, step = schedule.append, scheduler.choose, run.options, run.step

    def choose(kind: str, options: int) -> int:
        index = pick(kind, options)
        record(index)
        return index

    run.choose = choose
    while options := look():
        count = len(options)
        if count > 1:
            record(index := pick("run", count))
            step(options[index])
        else:
            step(options[0])
    return run.outcome(), schedule


def sample(run: Controllable, scheduler: Scheduler, runs: int) -> dict[Outcome, int]:
    """A histogram of outcomes over at most that many runs."""
    counts: dict[Outcome, int] = {}
    for _ in range(runs):
        result = run_once(run, scheduler)
        if result is None:
            break
        counts[result[0]] = counts.get(result[0], 0) + 1
    return counts
