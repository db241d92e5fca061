"""A task that says twice that it is ready: what its caller has to do with it."""

from conformance.engine.oracle import SearchOracle, find_reference
from conformance.lang.ops import Attempt, Group, MoveOnAfter, Note, Shield, Sleep, Start, Started
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics

LEVEL = Semantics(cancellation="level", order="any")


def shown(ticks: float) -> set[str]:
    """What `a` may log when its caller waits for that long at most."""
    main = (Group("g", (MoveOnAfter(ticks, (Start("a", "g"),)),)),)
    twice = (Started(None), Attempt((Started(None),), on_error=(Note("refused"),)), Note("on"))
    program = Program({"main": main, "a": (Shield((Sleep(2.0), *twice)),)})
    found = SearchOracle(find_reference()).search(program, LEVEL, "virtual")
    assert found.complete
    return {
        " ".join(entry.text for entry in task.log)
        for outcome in found.outcomes
        for name, task in outcome.tasks
        if name == "a"
    }


def test_a_caller_that_listens_has_the_second_refused() -> None:
    """Saying it twice is an error while the caller was never told of a cancellation."""
    assert shown(9.0) == {"caught Misuse refused on"}


def test_nobody_listens_to_a_caller_that_is_gone() -> None:
    """Once the caller was told of a cancellation the second may be refused, as the first, or go unheard."""
    assert shown(1.0) >= {"caught Misuse refused on", "on"}
