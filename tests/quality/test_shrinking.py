"""Shrinking: the very program that is left of a counterexample, for mutants whose minimum can be argued by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

import pytest

from conformance.engine.shrinking.passes import PASSES, weight
from conformance.engine.shrinking.shrink import shrink
from conformance.judge.witness import same_failure
from conformance.lang import ops
from conformance.lang.program import Channel, Program
from tests.quality.finding import Broken, first

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

SMALLEST: Final[Mapping[str, tuple[tuple[str, ...], Program]]] = {
    # An early timer needs one sleep; an odd number of ticks, and one tick, are woken on time.
    "early-timer": (("time",), Program({"main": (ops.Sleep(2),)})),
    # A deadline that never fires needs a deadline, and something that outlasts it, and the horizon of the run.
    "deadline-never-fires": (
        ("time",),
        Program({"main": (ops.MoveOnAfter(1, (ops.Sleep(10**6),)),)}),
    ),
    # A join that loses the value needs a value to be joined.
    "join-loses-value": (
        ("tasks",),
        Program(
            {"main": (ops.Spawn("a"), ops.Join("a")), "a": (ops.Return(1),)},
        ),
    ),
    # A swallowed cancel needs a task that waits, and a cancel of it.
    "swallowed-cancel": (
        ("tasks",),
        Program({"main": (ops.Spawn("a"), ops.Cancel("a")), "a": (ops.Checkpoint(),)}),
    ),
    # Timers in the wrong order need two timers, one beside the other: a task's end shows when it was woken.
    "lifo-timers": (
        ("time",),
        Program(
            {
                "main": (ops.Spawn("a"), ops.Sleep(2)),
                "a": (ops.Sleep(1),),
            }
        ),
    ),
    # An item is lost when its receiver was cancelled: it takes along what is sent then; the next one waits in vain.
    "item-lost-on-cancel": (
        ("tasks", "channel", "time", "lock"),
        Program(
            {
                "main": (
                    ops.MoveOnAfter(1, (ops.Receive("ch0"),)),
                    ops.Send("ch0", 1),
                    ops.Receive("ch0"),
                ),
            },
            channels={"ch0": Channel(1)},
        ),
    ),
    # A group that takes tasks once it was left needs to be left, and somebody whose end shows that he was not refused.
    "closed-group-starts": (
        ("tasks",),
        Program(
            {
                "main": (ops.Group("g1", ()), ops.Spawn("a")),
                "a": (ops.Spawn("b", "g1"),),
                "b": (),
            }
        ),
    ),
    # A shield that leaks needs a cancel, a shield, and something inside that would be cancelled.
    "leaking-shield": (
        ("tasks", "time"),
        Program(
            {
                "main": (ops.Spawn("a"), ops.Cancel("a")),
                "a": (ops.Shield((ops.Checkpoint(),)),),
            }
        ),
    ),
}


LIKE: Final[Mapping[str, Program]] = {
    # The last use of the channel stands in a deadline, which gives it up; left out, it never comes.
    "item-lost-on-cancel": Program(
        {
            "main": (
                ops.MoveOnAfter(1, (ops.Receive("ch0"),)),
                ops.MoveOnAfter(1, (ops.Send("ch0", 1), ops.Receive("ch0"))),
            ),
        },
        channels={"ch0": Channel(1)},
    ),
}
"""How the program that is made small fails, where that is not how the smallest does."""


@pytest.mark.parametrize("name", SMALLEST)
def test_shrinks_to_exactly_this(name: str) -> None:
    """What is left of the first counterexample of its kind is the smallest program that one would write by hand."""
    areas, smallest = SMALLEST[name]
    found = first(name, areas, within=1000, like=LIKE.get(name, smallest))
    assert found is not None
    assert found.small == smallest
    assert found.program.size() > found.small.size()


@pytest.mark.parametrize("name", SMALLEST)
def test_the_smallest_is_a_local_minimum(name: str) -> None:
    """No pass can make it smaller and still show the same failure; and the unbroken rules allow no such thing."""
    broken, (_, smallest) = Broken(name), SMALLEST[name]
    kind = broken.kind(smallest)
    assert kind
    for proposals in PASSES:
        for smaller in proposals(smallest):
            if smaller is not None and weight(smaller) < weight(smallest):
                assert broken.kind(smaller) != kind


@pytest.mark.parametrize(
    ("kind", "smaller", "same"),
    [
        ("note late", "note late", True),
        ("note late", "blocked in wait for note", True),
        ("note late", "blocked in wait for returned", True),
        ("returned late", "blocked in wait for note", False),
        ("note for cancelled", "returned for cancelled", True),
        ("blocked in wait for note", "blocked in wait for cancelled", False),
        ("note late", "note early", False),
        ("returned early", "returned for blocked in join", True),
        ("returned early", "cancelled for blocked in join", False),
        ("cancelled late", "blocked in join for cancelled", True),
        ("another got", "blocked in join for got", False),
        ("blocked in wait for note", "note late", False),
        ("caught Misuse for returned", "raised Misuse for returned", True),
        ("caught Misuse for returned", "raised Misuse for note", False),
        ("caught Misuse for returned", "raised Broken for returned", False),
        ("raised Misuse for returned", "caught Misuse for returned", False),
        ("caught Broken for caught Misuse", "raised Broken for raised Misuse", True),
        ("blocked in receive for caught Closed", "blocked in receive for raised Closed", True),
        ("caught Closed late", "blocked in receive for raised Closed", True),
        ("scope expired for caught Closed", "blocked in receive for raised Closed", True),
        ("scope expired for got", "blocked in receive for returned", False),
        ("scope cancelled for got", "blocked in receive for got", False),
        ("got for scope expired", "got for blocked in receive", False),
    ],
)
def test_what_hid_half_of_a_failure_may_go(kind: str, smaller: str, same: bool) -> None:
    """What came late, or was given up, may never come; what came early may be what should never.

    What was caught, or should be, may be raised; and who noted how far he came may just end.
    """
    assert same_failure(kind, smaller) is same


def has_kinds(*kinds: str) -> Callable[[Program], bool]:
    """Whether a program has as many ops of each of these kinds."""
    wanted = Counter(kinds)
    return lambda program: Counter(op.kind for _, op in program.walk()) >= wanted


def test_neighbours_go_together() -> None:
    """An acquire goes with its release, where neither can go alone; a wait takes their place if it must."""
    body = (ops.Acquire("k"), ops.Release("k"), ops.Note(1))
    program = Program({"main": body}, locks=("k",))

    def balanced(smaller: Program) -> bool:
        kinds = Counter(op.kind for _, op in smaller.walk())
        return kinds["note"] == 1 and kinds["acquire"] == kinds["release"]

    assert shrink(program, balanced)[0] == Program({"main": (ops.Note(1),)})

    def waits(smaller: Program) -> bool:
        return balanced(smaller) and smaller.size() > 1

    assert shrink(program, waits)[0] == Program({"main": (ops.Checkpoint(), ops.Note(1))})


def test_a_starter_that_waits_becomes_one_of_the_others() -> None:
    """Who starts two tasks, waits for them to come so far and goes on need not wait if it is one of them."""
    waits = (ops.Acquire("k"), ops.WaitCondition("k"))
    told = (ops.Sleep(1), ops.Acquire("k"), ops.Notify("k"))
    main = (ops.Spawn("a"), ops.Spawn("b"), *told)
    program = Program({"main": main, "a": waits, "b": waits}, conditions=("k",))
    needed = has_kinds(*("acquire", "wait_condition") * 2, "acquire", "notify", "spawn", "spawn")
    small, _ = shrink(program, needed)
    assert small.size() == program.size() - 1
    assert needed(small)
    assert len(small.tasks) == 3


def test_a_task_that_waits_first_is_started_later() -> None:
    """Who begins with a wait, for others to come first, is spawned behind them instead."""
    program = Program(
        {
            "main": (ops.Spawn("a"), ops.Spawn("b")),
            "a": (ops.Sleep(1), ops.Note("second")),
            "b": (ops.Note("first"),),
        }
    )

    def in_order(smaller: Program) -> bool:
        tasks = [name for name, body in smaller.tasks.items() if name != "main" and body]
        late = {name for name in tasks if isinstance(smaller.tasks[name][0], ops.Sleep)}
        started = [op.task for _, op in smaller.walk() if isinstance(op, ops.Spawn)]
        if {*started} != {*tasks}:
            return False
        order = sorted(started, key=lambda name: (name in late, started.index(name)))
        return [smaller.tasks[name][-1] for name in order] == [
            ops.Note("first"),
            ops.Note("second"),
        ]

    assert in_order(program)
    small, _ = shrink(program, in_order)
    assert small.size() == program.size() - 1
    assert in_order(small)


def test_whom_a_task_waits_for_starts_it() -> None:
    """Two who wait, and one who sleeps until they do, start one another in turn: nobody sleeps."""
    waits = (ops.Acquire("k"), ops.WaitCondition("k"))
    told = (ops.Acquire("k"), ops.Notify("k", 2), ops.Release("k"))
    main = (ops.Spawn("a"), ops.Spawn("b"), *waits, ops.Release("k"))
    program = Program({"main": main, "a": waits, "b": (ops.Sleep(1), *told)}, conditions=("k",))
    broken = Broken("notify-counts-one")
    kind = broken.kind(program)
    small, _ = shrink(program, lambda smaller: same_failure(kind, broken.kind(smaller)))
    assert small == Program(
        {
            "main": (ops.Spawn("a"), *waits, ops.Release("k")),
            "a": (waits[0], ops.Spawn("b"), waits[1]),
            "b": told,
        },
        conditions=("k",),
    )


def test_fewer_tokens_go_with_who_took_them() -> None:
    """A limiter of two, one of which a task holds, becomes a limiter of one without that task."""
    takes = (ops.AcquireLimiter("l"),)
    program = Program(
        {"main": (ops.Spawn("a"), ops.Spawn("b")), "a": takes, "b": takes}, limiters={"l": 2}
    )

    def all_taken(smaller: Program) -> bool:
        taken = [name for name, body in smaller.tasks.items() if body and body[-1] == takes[0]]
        return len(taken) > 0 and smaller.limiters["l"] == len(taken)

    small, _ = shrink(program, all_taken)
    assert small == Program({"main": takes}, limiters={"l": 1})


def test_shrinking_does_not_slip_to_another_failure() -> None:
    """A program with two failures keeps the one that it was shrunk for."""
    program = Program(
        {
            "main": (
                *(ops.Note(1), ops.Spawn("a"), ops.Join("a")),
                ops.MoveOnAfter(1, (ops.Sleep(2), ops.Note(2))),
            ),
            "a": (ops.Return(1),),
        }
    )

    def sleeps(smaller: Program) -> bool:
        return any(isinstance(op, ops.Sleep) for _, op in smaller.walk())

    small, tried = shrink(program, sleeps)
    assert small == Program({"main": (ops.Sleep(1),)})
    assert tried > 3


def test_shrinking_ends_when_everything_fails() -> None:
    """A predicate that always holds leaves the empty program: each step is smaller, so there is an end."""
    small, _ = shrink(first_program(), lambda _: True)
    assert small == Program({"main": ()})


def test_shrinking_keeps_to_its_budget() -> None:
    """At most so many programs are tried."""
    tried: list[Program] = []

    def never(smaller: Program) -> bool:
        tried.append(smaller)
        return False

    shrink(first_program(), never, trials=7)
    assert len(tried) == 7


def first_program() -> Program:
    """Something with a bit of everything."""
    return Program(
        {
            "main": (
                ops.Listen("L"),
                ops.Connect("c", "L"),
                ops.Group("g", (ops.Spawn("a", "g"), ops.Checkpoint())),
                ops.Close("c"),
            ),
            "a": (
                ops.Accept("s", "L"),
                ops.Attempt((ops.ReceiveSome("s", 2),), on_error=(ops.Note("x"),)),
                ops.FailAfter(3, (ops.Acquire("k"), ops.Shield((ops.Wait("e"),)))),
                ops.Return(5),
            ),
        },
        events=("e",),
        locks=("k",),
    )
