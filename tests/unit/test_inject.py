import pytest

from conformance.engine.inject import choose_sites, inject, sites
from conformance.errors import DataError
from conformance.lang.ops import Attempt, Checkpoint, Log, Note, Return, Set, Sleep, Spawn, Wait
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics

PROGRAM = Program(
    {
        "main": (Spawn("a"), Attempt((Sleep(1), Log("x")), finally_=(Wait("e"),)), Return(1)),
        "a": (Sleep(2), Set("e")),
    },
    events=("e",),
)
POINTS = Semantics(
    schedule_points={"default": "always", "wait": "if_blocks", "set": "never"},
    cancel_points={"default": "always", "spawn": "never"},
)


def test_only_certain_points_are_sites() -> None:
    """A checkpoint goes only before ops that always schedule and always take a cancel."""
    assert sites(PROGRAM, POINTS) == (("main", "1", "body", "0"), ("a", "0"))


def test_unspecified_semantics_have_no_sites() -> None:
    """Where nothing is promised, nothing is injected."""
    assert sites(PROGRAM, Semantics()) == ()


def test_inject_puts_a_checkpoint_before_each_op() -> None:
    """Nested and outer places are rewritten at once, and nothing else changes."""
    rewritten = inject(PROGRAM, [("main", "1", "body", "0"), ("a", "0")])
    inner = rewritten.tasks["main"][1]
    assert isinstance(inner, Attempt)
    assert inner.body == (Checkpoint(), Sleep(1), Log("x"))
    assert inner.finally_ == (Wait("e"),)
    assert rewritten.tasks["a"] == (Checkpoint(), Sleep(2), Set("e"))
    assert rewritten.events == PROGRAM.events


def test_inject_nothing_is_the_same_program() -> None:
    """No places, no change."""
    assert inject(PROGRAM, []) == PROGRAM


def test_a_place_outside_the_program_is_refused() -> None:
    """A token for another program is a DataError, not a silent no-op."""
    with pytest.raises(DataError, match=r"b\.0"):
        inject(PROGRAM, [("b", "0")])


def test_the_choice_of_sites_is_the_seed_s() -> None:
    """The same seed chooses the same sites, in order, and never more than there are."""
    program = Program({"main": tuple(Sleep(n) for n in range(9))})
    chosen = choose_sites(program, POINTS, 3, seed=5)
    assert chosen == choose_sites(program, POINTS, 3, seed=5)
    assert chosen == sorted(chosen)
    assert len(chosen) == 3
    assert len(choose_sites(program, POINTS, 99, seed=5)) == 9


def test_notes_are_no_sites() -> None:
    """What the interpreter does by itself is no point at all, whatever the default says."""
    assert sites(Program({"main": (Note("x"), Return(1))}), POINTS) == ()
