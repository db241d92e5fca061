import sys

import pytest

from conformance.errors import NotStarted
from conformance.lang import ops
from conformance.lang.outcome import show_outcome
from tests.contract.structured_programs import EVENT, Claim, check, every_claim, program, run

pytest.importorskip("trio")

from runtimes.on_trio import Trio

SHUFFLED = program(
    *(ops.Spawn(task) for task in "abcdef"),
    objects=None,
    **dict.fromkeys("abcdef", (ops.Log("x"), ops.Checkpoint(), ops.Log("y"))),
)


@every_claim
def test_a_program_shows_on_virtual_time(claim: Claim, capfd: pytest.CaptureFixture[str]) -> None:
    """What a structured runtime shows, trio does."""
    check(Trio(), claim, capfd)


def test_what_a_failing_child_leaves() -> None:
    """A group raises its child's error in a group; a join (ours) raises it as it is."""
    failing = program(
        ops.Attempt((ops.Group("g", (ops.Spawn("a", "g"), ops.Sleep(9))),), on_error=()),
        ops.Attempt((ops.Join("a"),), on_error=()),
        a=(ops.Sleep(1), ops.Raise("E")),
    )
    shown = show_outcome(run(Trio(), failing))
    assert shown == "main: caught Group(E)@1, caught E@1, returned@1; a: raised E@1"


def test_a_seed_repeats_its_schedule() -> None:
    """The same seed, the same order; among a few seeds, odd or even, several orders."""
    for parity in (0, 1):
        orders = [run(Trio(), SHUFFLED, seed=seed).shared for seed in range(parity, 16, 2)]
        again = [run(Trio(), SHUFFLED, seed=seed).shared for seed in range(parity, 16, 2)]
        assert orders == again
        assert len(set(orders)) > 1


def test_without_a_seed_trio_is_pinned_as_shipped() -> None:
    """Batches forwards or backwards only, the same in every run; trio is left as it was found."""
    inside = sys.modules["trio._core._run"]
    before = inside._ALLOW_DETERMINISTIC_SCHEDULING, inside._r.getstate()
    [shared] = {run(Trio(), SHUFFLED).shared for _ in range(3)}
    first = "".join(entry.text[0] for entry in shared[:6])
    assert first in ("abcdef", "fedcba")
    assert before == (inside._ALLOW_DETERMINISTIC_SCHEDULING, inside._r.getstate())


def test_the_native_clock_keeps_its_horizon() -> None:
    """Without virtual time a wait for ever, in a shield, is stopped, and a deadline works."""
    stuck = program(
        ops.MoveOnAfter(1, (ops.Sleep(9),)), ops.Shield((ops.Wait("e"),)), objects=EVENT
    )
    outcome = run(Trio(), stuck, virtual=False, tick=0.02, horizon=0.2)
    assert show_outcome(outcome) == "main: scope expired, blocked: wait e; stopped"


def test_what_is_composed_is_said() -> None:
    """There are no handles: what we made of nursery, scope and event is not shown as trio's."""
    had = Trio().capabilities()
    composed = {kind for kind, support in had.items() if support == "composed"}
    assert composed >= {"spawn", "join", "cancel", "abort"}
    assert had["group"] == had["shield"] == had["accept"] == "native"
    assert "detach" not in had
    assert had["sleep:negative"] == "native"


def test_every_answer_is_cited() -> None:
    """Each field of the semantics says where it comes from."""
    semantics = Trio().semantics
    assert set(semantics.citations) == {*semantics.__dataclass_fields__} - {"citations"}


def test_there_are_no_flavours() -> None:
    """An unknown flavour is refused by name."""
    with pytest.raises(NotStarted, match="`eager`"):
        Trio("eager")
