"""Where two outcomes part, in one line."""

from __future__ import annotations

from conformance.judge.divergence import diverge
from conformance.lang.outcome import Entry, Outcome, TaskOutcome


def _of(*log: Entry, tick: int = 3) -> Outcome:
    return Outcome(tasks=(("main", TaskOutcome(log=log, end="returned", tick=tick)),))


def test_another_entry() -> None:
    """What was seen, and what is allowed in its place."""
    found = diverge(_of(Entry("got 1", 2)), _of(Entry("got 2", 2)))
    assert str(found) == "main, entry 1 at tick 2: saw `got 1`, allowed `got 2`"
    assert found is not None
    assert found.kind == "another got"


def test_the_same_entry_at_another_time() -> None:
    """The line says which of the two comes first: their texts are the same."""
    early, late = _of(Entry("got 1", 1)), _of(Entry("got 1", 2))
    assert (
        str(diverge(late, early)) == "main, entry 1 at tick 1: `got 1`, allowed then, comes later"
    )
    assert (
        str(diverge(early, late)) == "main, entry 1 at tick 1: `got 1`, comes then, allowed later"
    )


def test_a_late_end() -> None:
    """An end is the last entry."""
    told = "main, entry 1 at tick 3: `returned`, allowed then, comes later"
    assert str(diverge(_of(tick=4), _of())) == told


def test_equal_outcomes_do_not_part() -> None:
    """There is nothing to tell."""
    assert diverge(_of(), _of()) is None
