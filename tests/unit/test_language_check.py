"""What makes no sense is refused, and the error names the op and where it stands."""

import math
from typing import Any

import pytest

from conformance.errors import ScenarioError
from conformance.lang.check import LARGEST
from conformance.lang.ops import (
    Accept,
    Acquire,
    Attempt,
    Block_,
    Connect,
    Detach,
    FailAfter,
    Group,
    Join,
    Listen,
    Note,
    Op,
    Raise,
    RaiseGroup,
    Receive,
    ReceiveExactly,
    ReceiveSome,
    Return,
    SendBytes,
    Shield,
    Sleep,
    SleepUntil,
    Spawn,
    Start,
    Started,
    Wait,
)
from conformance.lang.program import Channel, Program, brief

LISTEN = (Listen("l"), Connect("c", "l"))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ((Join("b"),), r"^main\[0\]: `join`: unknown task `b`$"),
        ((Shield((Note(1), Wait("e"))),), r"^main\[0\]\.body\[1\]: `wait`: unknown event `e`$"),
        ((Acquire("k"),), "unknown lock `k`"),
        ((Receive("c"),), "unknown channel `c`"),
        ((ReceiveSome("s", 1),), "unknown stream `s`"),
        ((Accept("s", "l"),), "unknown listener `l`"),
        ((Spawn("main"),), "`main` is the first task and cannot be spawned"),
        ((Return(1), Note(1)), r"^main\[0\]: `return`: may only be the last op"),
        ((Shield((Return(1),)),), r"^main\[0\]\.body\[0\]: `return`: may only be the last op"),
        ((Attempt((Note(1),)),), "neither catches nor cleans up"),
        ((Attempt((), on_error=(Raise("two words"),)),), r"^main\[0\]\.on_error\[0\]: `raise`"),
        ((SleepUntil(math.nan),), "NaN is no number of ticks"),
        ((Sleep(True),), "true is no number of ticks"),
        ((Sleep(10**400),), "a whole number beyond 9007199254740992"),
        ((Note(LARGEST + 1),), "a whole number beyond"),
        ((Block_(math.inf),), "finite number of ticks"),
        ((Block_(-1),), "finite number of ticks"),
        ((Note("two words"),), r'"two words" is no word'),
        ((Note("a\n"),), "is no word"),
        ((Note(1.5),), "1.5 is not a word, a whole number, true, false or none"),  # type: ignore[arg-type]
        ((*LISTEN, SendBytes("c", "x", 0)), "sends 0 bytes"),
        ((*LISTEN, SendBytes("c", "x", 2**40)), "sends 1099511627776 bytes, not 1 to"),
        ((*LISTEN, SendBytes("c", "x", times=True)), "true is no whole number"),
        ((*LISTEN, ReceiveSome("c", 0)), "cannot receive at most 0 bytes"),
        ((*LISTEN, ReceiveExactly("c", -1)), "cannot receive exactly -1 bytes"),
        ((RaiseGroup("E"),), "only where a cancellation is handled"),
        (
            (Attempt((RaiseGroup(),), on_cancel=(), finally_=()),),
            r"^main\[0\]\.body\[0\]: .*only where a cancellation is handled",
        ),
        ((*LISTEN, Listen("c")), r"^main\[2\]: `listen`: `c` is opened twice$"),
        ((*LISTEN, Group("l", ())), "`l` is opened twice"),
        ((Group("g", (Group("g", ()),)),), r"^main\[0\]\.body\[0\]: .* group `g` is open already"),
        ((Shield([Note(1)]),), r"`shield`: body is no tuple of ops"),  # type: ignore[arg-type]
        ((Shield((Note,)),), "body is no tuple of ops"),  # type: ignore[arg-type]
        ([Note(1)], "task `main`: this is no tuple of ops"),
    ],
    ids=str,
)
def test_senseless_ops(body: Any, why: str) -> None:
    """Each senseless op is refused with its path, its kind and the reason."""
    with pytest.raises(ScenarioError, match=why):
        Program({"main": body})


@pytest.mark.parametrize(
    ("tasks", "why"),
    [
        ({}, "no task `main`"),
        ({"main": (), "a": ()}, "task `a` is never spawned"),
        ({"main": (Spawn("a"), Spawn("a")), "a": ()}, r"^main\[1\]: .*`a` is spawned twice"),
        ({"main": (Spawn("a"), Detach("a")), "a": ()}, "`a` is spawned twice"),
        ({"main": (), "a": (Spawn("a"),)}, "a task cannot spawn itself"),
        (
            {"main": (), "a": (Spawn("b"),), "b": (Spawn("a"),)},
            "in a cycle: an unbounded recursion",
        ),
        ({"main": (Spawn("a", "g"),), "a": ()}, r"^main\[0\]: `spawn`: unknown group `g`$"),
        (
            {"main": (Group("g", ()), Group("g", ()), Spawn("a", "g")), "a": ()},
            r"^main\[2\]: `spawn`: 2 ops open a group `g`, not one$",
        ),
        (
            {"main": (Group("g", ()), Start("a", "h")), "a": (Started(),)},
            r"^main\[1\]: `start`: unknown group `h`$",
        ),
        (
            {"main": (Spawn("a"), Group("g", ())), "a": (Group("g", ()),)},
            r"^a\[0\]: `group`: `g` is opened twice$",
        ),
        ({"main": (), "no name": ()}, '"no name" is no name'),
        ({"main": (), 1: ()}, "1 is no name"),
    ],
    ids=str,
)
def test_senseless_tasks(tasks: dict[str, tuple[Op, ...]], why: str) -> None:
    """Tasks form a tree of spawns rooted at main; a group that is handed on is one op's."""
    with pytest.raises(ScenarioError, match=why):
        Program(tasks)


@pytest.mark.parametrize(
    ("declared", "why"),
    [
        ({"events": ("e", "e")}, "`e` is declared twice"),
        ({"events": ("main",)}, "`main` is declared twice"),
        ({"locks": (("k",),)}, r'\["k"\] is no name'),
        ({"channels": {"c": Channel(0.5)}}, "channel `c`: capacity 0.5 is no number of items"),
        ({"semaphores": {"s": -1}}, "semaphore `s`: -1 is not at least 0"),
        ({"barriers": {"b": 0}}, "barrier `b`: 0 is not at least 1"),
        ({"limiters": {"l": True}}, "limiter `l`: true is not at least 1"),
        ({"channels": {"c": Channel(-1)}}, "capacity -1"),
        ({"channels": {"c": Channel(capacity=True)}}, "capacity true"),
    ],
    ids=str,
)
def test_senseless_declarations(declared: Any, why: str) -> None:
    """What the tasks share has names of its own and possible sizes."""
    with pytest.raises(ScenarioError, match=why):
        Program({"main": ()}, **declared)


def test_a_stream_is_no_event() -> None:
    """What ops open never takes the place of what is declared."""
    with pytest.raises(ScenarioError, match=r"^main\[0\]: `listen`: `e` is opened twice$"):
        Program({"main": (Listen("e"), Wait("e"))}, events=("e",))


def test_groups_one_by_one() -> None:
    """One task may open groups of one name one after the other."""
    Program(
        {"main": (Group("g", (Spawn("a", "g"),)), Group("g", (Spawn("b", "g"),))), "a": (), "b": ()}
    )


@pytest.mark.parametrize("ticks", [0, -1, 0.5, 1e300, math.inf, -math.inf])
def test_odd_times_are_questions(ticks: float) -> None:
    """Zero, negative, huge and infinite times are legal: they ask something."""
    Program({"main": (Sleep(ticks), FailAfter(ticks, ()))})


def test_brief_never_raises() -> None:
    """Whatever is wrong with a value, it can be named in one short line."""
    cycle: list[Any] = []
    cycle.append(cycle)
    for value in (10**5000, cycle, {(1, 2): 3}, {1, 2}, object(), "\ud800", "x" * 500, math.nan):
        assert 0 < len(brief(value)) <= 80
        assert brief(value).isprintable()
