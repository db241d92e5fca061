"""Why programs do not find some mutants: the page that says so speaks of mutants that there are."""

from __future__ import annotations

from benchmarks.mutants import Sweep, reasons
from runtimes.mutants import NAMES


def test_reasons_are_of_mutants() -> None:
    """Each name is a mutant, each has one reason, and none is a broken loop."""
    names = [name for some in reasons().values() for name in some]
    assert sorted(names) == sorted(set(names))
    assert set(names) <= {name for name in NAMES if not name.startswith("loop-")}


def test_side_by_side_they_are_found_as_alone() -> None:
    """A verdict that is shared is the verdict of each: together and alone a mutant is found by the same program."""
    names = ("swallowed-cancel", "early-timer", "double-wakeup")
    together = Sweep(names)
    together.run(40)
    for name in names:
        alone = Sweep((name,))
        alone.run(40)
        assert alone.first(name) == together.first(name)
        assert alone.found == {
            way: {name: firsts[name]} if name in firsts else {}
            for way, firsts in together.found.items()
        }
    assert all(together.found.values())
    assert together.void == 0
