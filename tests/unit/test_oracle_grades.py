from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from conformance.engine.oracle import (
    FREEDOMS,
    SearchOracle,
    cited_only,
    comparable,
    find_reference,
    freer,
)
from conformance.engine.unmodelled import beyond, unmodelled
from conformance.judge.evidence import AllowedSet
from conformance.judge.verdict import Grade
from conformance.lang.ops import (
    Abort,
    Acquire,
    Attempt,
    Cancel,
    Cancelled,
    Checkpoint,
    Close,
    Join,
    MoveOnAfter,
    Note,
    Op,
    Raise,
    RaiseGroup,
    ReceiveExactly,
    ReceiveSome,
    ReceiveUntilEof,
    SendBytes,
    Sleep,
    Spawn,
    WaitCondition,
)
from conformance.lang.outcome import Entry, Outcome, TaskOutcome, show_outcome
from conformance.lang.program import Program, walk_block
from conformance.lang.semantics import Semantics
from conformance.run.controllable import Controllable
from runtimes.on_trio_semantics import SEMANTICS as TRIO

PROGRAM = Program({"main": (Note("x"),)})
LARGE = 100_000
STRICT = Semantics(order="fifo", ties="fifo", race="cancel", citations={"order": "a", "ties": "b"})


def said(word: str, tick: int | None = 0, ending: str = "completed") -> Outcome:
    """An outcome in which main logged a word."""
    return Outcome((("main", TaskOutcome((Entry(word, tick),), "returned", tick)),), (), ending)


def _first(_: str, __: int) -> int:
    return 0


def make(_: Program, semantics: Semantics, __: bool) -> Controllable:
    """A machine under these semantics."""
    return Machine(semantics)


class Machine:
    """One step. Outcome `a` always, `b` in any order, `c` with race either, `d` with ties too."""

    def __init__(self, semantics: Semantics) -> None:
        words = ["a"]
        words += ["b"] if semantics.order == "any" else []
        words += ["c"] if semantics.race == "either" else []
        words += ["d"] if semantics.ties == "any" and semantics.order == "any" else []
        self.words = words
        self.taken = ""
        self.choose: Callable[[str, int], int] = _first
        self.reads = self.writes = 1

    def options(self) -> Sequence[Hashable]:
        return [] if self.taken else self.words

    def step(self, option: Any) -> None:
        self.taken = option

    def foresee(self) -> None:
        return None

    def remaining(self, option: Any) -> int:
        return 1

    def snapshot(self) -> Hashable:
        return self.taken

    def restore(self, saved: Any) -> None:
        self.taken = saved

    def reset(self) -> None:
        self.taken = ""

    def outcome(self) -> Outcome:
        return said(self.taken)

    def aim(self, outcome: Outcome) -> Any:
        raise NotImplementedError  # nobody searches it for one outcome


def allowed(semantics: Semantics, clock: Any = "virtual") -> AllowedSet:
    """What the machine's oracle allows."""
    oracle = SearchOracle(make)
    found = oracle.allowed(PROGRAM, semantics, clock)
    assert not isinstance(found, str)
    return found


CITED = replace(STRICT, citations={**STRICT.citations, "race": "c"})


@pytest.mark.parametrize(
    ("word", "grade", "freedom"),
    [
        ("a", Grade.ACCEPTABLE, ""),
        ("b", Grade.INTERESTING, "any order of ready tasks"),
        ("c", Grade.INTERESTING, "a cancel and a completion in one round, either way"),
        ("d", Grade.INTERESTING, "several freedoms together"),
        ("z", Grade.FORBIDDEN, ""),
    ],
)
def test_the_least_freedom_explains_it(word: str, grade: Grade, freedom: str) -> None:
    """Inside the semantics: acceptable; with a further freedom: interesting; else forbidden."""
    found = allowed(CITED)
    assert found.contains(said(word)) is grade
    assert found.freedom(said(word)) == freedom


def test_an_uncited_answer_is_never_acceptable() -> None:
    """What only an uncited declaration allows is interesting: probing launders no defect."""
    plain, names = cited_only(Semantics(order="fifo", cancel_waits=True, citations={"order": "a"}))
    assert names == ["cancel_waits"]
    assert plain == Semantics(order="fifo", citations={"order": "a"})


def test_a_real_clock_is_held_to_order_not_ticks() -> None:
    """Ticks do not count there, and blocked for ever is `stopped`."""
    assert comparable(said("a", 3), "real") == comparable(said("a", None), "real")
    assert comparable(said("a", 3), "virtual") != comparable(said("a", 4), "virtual")
    assert comparable(said("a", None, "deadlocked"), "real").ending == "stopped"
    assert allowed(CITED, "real").contains(said("a", None)) is Grade.ACCEPTABLE


@pytest.mark.parametrize(
    ("ops", "judged"),
    [
        ((SendBytes("s", "x", 100), ReceiveSome("c", 5)), True),
        ((SendBytes("s", "x", LARGE),), True),
        ((SendBytes("s", "x", LARGE), Close("s"), ReceiveUntilEof("c"), Close("c")), True),
        ((Attempt((SendBytes("s", "x", LARGE),), on_error=()), ReceiveExactly("c", LARGE)), True),
        ((SendBytes("s", "x", LARGE), ReceiveExactly("other", 1)), True),
        ((SendBytes("s", "x", LARGE), ReceiveSome("c", 5)), False),
        ((SendBytes("s", "x", LARGE), Abort("s")), False),
        ((SendBytes("s", "x", LARGE), SendBytes("s", "y")), False),
        ((SendBytes("s", "y"), SendBytes("s", "x", LARGE)), False),
        ((SendBytes("s", "x", LARGE), ReceiveExactly("s", 1)), False),
        ((SendBytes("s", "x", LARGE), ReceiveUntilEof("c"), ReceiveUntilEof("c")), False),
        ((MoveOnAfter(1, (SendBytes("s", "x", LARGE),)),), False),
        ((SendBytes("s", "x", LARGE), MoveOnAfter(1, (ReceiveUntilEof("c"),))), False),
        ((SendBytes("s", "x", LARGE), Cancel("main")), False),
        ((SendBytes("s", "x", LARGE), Join("main")), False),
        ((Sleep(float("inf")),), True),
        ((Sleep(1e12),), False),
    ],
)
def test_what_the_reference_cannot_judge(ops: tuple[Op, ...], *, judged: bool) -> None:
    """Large payloads that are not read whole and times that no clock tells from never are left to the labels."""

    class Walked:
        def walk(self) -> list[tuple[tuple[str, ...], Op]]:
            return list(walk_block(("main",), ops))

    assert (beyond(Walked()) == "") is judged  # type: ignore[arg-type]


def test_how_who_ends_by_a_group_has_ended_is_not_judged() -> None:
    """Of anyio's TaskHandle a task that raised its cancellation in a group has finished; another one was cancelled."""

    def asked(*handler: Op) -> str:
        a = (Attempt((Sleep(1),), on_cancel=handler),)
        main = (Spawn("a"), Sleep(1), Cancel("a"), Sleep(1), Cancelled("a"))
        return unmodelled(Program({"main": main, "a": a}), TRIO)

    assert "group of cancellations" in asked(RaiseGroup(None))
    assert not asked(RaiseGroup("E"))
    assert not asked()


def test_a_spent_budget_is_no_allowed_set() -> None:
    """A search that gave up allows and forbids nothing."""
    oracle = SearchOracle(make, budget=0)
    found = oracle.allowed(PROGRAM, Semantics(), "virtual")
    assert isinstance(found, str)
    assert "gave up" in found


def test_freer_goes_one_by_one_then_all() -> None:
    """Only what the semantics do not grant already is granted."""
    names = [name for name, _ in freer(STRICT) if not name.startswith("not declared")]
    assert names[-1] == "several freedoms together"
    assert "any order of ready tasks" in names
    everything: Any = STRICT
    for _, change in FREEDOMS:
        everything = replace(everything, **change)
    assert [name for name, _ in freer(everything) if not name.startswith("not declared")] == []


def test_what_was_never_declared_is_not_held_against_a_runtime() -> None:
    """Each other answer to a question without a citation is tried; to a cited one, none."""
    names = [name for name, _ in freer(replace(STRICT, citations={"order": "a"}))]
    assert "not declared: orphans=destroyed" in names
    assert "not declared: cancel_waits=True" in names
    assert not any(name.startswith("not declared: order") for name in names)


FAILING = Program({"main": (Spawn("a"), Sleep(1), Note("on")), "a": (Raise("E"),)})


@pytest.mark.parametrize("unjoined", ["ends", "spreads"])
def test_what_the_reference_does_not_model_is_left_to_the_labels(unjoined: Any) -> None:
    """Who is told of an unjoined error, the oracle does not know; where there can be none, it judges."""
    semantics = Semantics(unjoined=unjoined)
    reason = SearchOracle(find_reference()).allowed(FAILING, semantics, "virtual")
    assert isinstance(reason, str)
    assert "a task may fail" in reason
    assert not isinstance(SearchOracle(make).allowed(PROGRAM, semantics, "virtual"), str)


def test_a_wait_with_the_lock_held_twice_is_left_to_the_labels() -> None:
    """No document says what a condition does with a re-entrant lock that is held more than once."""
    twice = (Acquire("k"), Acquire("k"), WaitCondition("k"))
    others = {"a": (Acquire("k"),)}
    start = Spawn("a")
    for body, judged in ((twice, False), (twice[1:], True), (twice[:2], True)):
        program = Program({"main": (start, *body), **others}, conditions=("k",))
        found = SearchOracle(find_reference()).allowed(
            program, Semantics(relock="reenters"), "virtual"
        )
        assert isinstance(found, str) is not judged
        assert not isinstance(
            SearchOracle(find_reference()).allowed(program, Semantics(), "virtual"), str
        )


def shown(program: Program, **answers: Any) -> set[str]:
    """Every allowed outcome of a program under semantics with these answers."""
    semantics = Semantics(orphans="abandoned", schedule_points={"default": "if_blocks"}, **answers)
    found = SearchOracle(find_reference()).search(program, semantics, "virtual")
    return set(map(show_outcome, found.outcomes))


def test_an_error_that_nobody_joins_ends_the_run() -> None:
    """Main stops where it stands, whatever it waits for; what is ignored lets it go on."""
    assert shown(FAILING, unjoined="ends") == {"main: blocked: sleep 1; a: raised E"}
    assert shown(FAILING) == {"main: on@1, returned@1; a: raised E"}


def test_an_error_that_somebody_joins_does_not_end_the_run() -> None:
    """Joined in time it is the joiner's own; joined before its end was noticed, too."""
    join = Attempt((Join("a"),), on_error=())
    waits = Program({"main": (Spawn("a"), join, Note("on")), "a": (Sleep(1), Raise("E"))})
    assert shown(waits, unjoined="ends") == {"main: caught E@1, on@1, returned@1; a: raised E@1"}
    late = Program({"main": (Spawn("a"), Checkpoint(), join), "a": (Raise("E"),)})
    assert shown(late, unjoined="ends") == {
        "main: caught E, returned; a: raised E",
        "main: blocked: checkpoint; a: raised E",
    }


def test_a_cancellation_that_nobody_joins_may_end_the_run() -> None:
    """Whether it counts as an error is left open."""
    program = Program({"main": (Spawn("a"), Checkpoint(), Cancel("a"), Sleep(1)), "a": (Sleep(2),)})
    assert shown(program, unjoined="ends", cancel_before_start="runs") >= {
        "main: blocked: sleep 1; a: cancelled",
        "main: returned@1; a: cancelled",
    }


def test_each_joiner_is_given_a_copy() -> None:
    """The program's own errors show that they are copies; main ends by one, too. Others do not."""
    program = Program({"main": (Spawn("a"), Join("a")), "a": (Raise("E"),)})
    assert shown(program, join_error="copied") == {"main: raised Copy(E); a: raised E"}
    misused = Program({"main": (Spawn("a"), Join("a")), "a": (Join("a"),)})
    assert shown(misused, join_error="copied", join_self="error") == {
        "main: raised Misuse; a: raised Misuse"
    }
