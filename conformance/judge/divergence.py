"""Where an outcome and the nearest allowed one part, and what kind of parting it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

from conformance.lang.ops import Ticks
from conformance.lang.outcome import Entry, Outcome, TaskOutcome

SHARED = "log"
"""Stands for a task where the shared log is what differs."""
RUN = "run"
"""Stands for a task where only the way that the run ended differs."""


@final
@dataclass(frozen=True, slots=True)
class Divergence:
    """The first step at which they part.

    task    whose log, or SHARED, or RUN.
    index   the place in that log; its length stands for the task's end.
    saw, expected   what stands there, without ticks; `tick` is the earlier of the two, None on a real clock.
    kind    the same for all partings that are alike: values, notes and names of objects are left out.
    """

    task: str
    index: int
    saw: str
    expected: str
    kind: str
    tick: Ticks | None = None

    def __str__(self) -> str:
        """One line for people."""
        when = "" if self.tick is None else f" at tick {self.tick}"
        if self.saw == self.expected:  # `tick` is the earlier one
            late = self.kind.endswith("late")
            told = "allowed then, comes later" if late else "comes then, allowed later"
            return f"{self.task}, entry {self.index + 1}{when}: `{self.saw}`, {told}"
        return f"{self.task}, entry {self.index + 1}{when}: saw `{self.saw}`, allowed `{self.expected}`"


def diverge(saw: Outcome, allowed: Outcome) -> Divergence | None:
    """Where they part first: at the earliest tick, main last. None if they are equal."""
    found = list(_partings(saw, allowed))
    return min(found, key=_when) if found else None


def _when(found: Divergence) -> tuple[float, bool]:
    tick = float("inf") if found.tick is None else float(found.tick)
    return tick, found.task in (SHARED, RUN, "main")


def _partings(saw: Outcome, allowed: Outcome) -> Iterator[Divergence]:
    others = dict(allowed.tasks)
    for name, task in saw.tasks:
        found = _parting(name, _steps(task), _steps(others.get(name, TaskOutcome())))
        if found is not None:
            yield found
    found = _parting(SHARED, list(saw.shared), list(allowed.shared))
    if found is not None:
        yield found
    if saw.ending != allowed.ending:
        kind = f"{saw.ending} for {allowed.ending}"
        yield Divergence(RUN, 0, saw.ending, allowed.ending, kind)


def _steps(task: TaskOutcome) -> list[Entry]:
    """The log, and the end as its last step."""
    return [*task.log, Entry(task.end, task.tick)]


def _parting(name: str, saw: list[Entry], expected: list[Entry]) -> Divergence | None:
    nothing = Entry("nothing")
    for at in range(max(len(saw), len(expected))):
        one = saw[at] if at < len(saw) else nothing
        other = expected[at] if at < len(expected) else nothing
        if one == other:
            continue
        ticks = [entry.tick for entry in (one, other) if entry.tick is not None]
        tick = min(ticks, default=None)
        return Divergence(name, at, one.text, other.text, _kind(name, one, other), tick)
    return None


def _kind(name: str, saw: Entry, expected: Entry) -> str:
    if saw.text == expected.text:
        late = (saw.tick or 0) > (expected.tick or 0)
        return f"{_plain(saw.text)} {'late' if late else 'early'}"
    if name == SHARED:
        return "order in the shared log"
    one, other = _plain(saw.text), _plain(expected.text)
    return f"another {one}" if one == other else f"{one} for {other}"


def _plain(text: str) -> str:
    """An entry or an end without values and names of objects."""
    word, _, rest = text.partition(" ")
    if word in ("got", "returned"):
        return word
    if word == "blocked:":
        return f"blocked in {rest.partition(' ')[0]}"
    if word in ("caught", "raised"):
        return f"{word} {rest.partition('(')[0]}"
    known = ("cancelled", "destroyed", "nothing", "running", "unspawned", "unstarted")
    return text if text in known or text == "scope expired" else "note"
