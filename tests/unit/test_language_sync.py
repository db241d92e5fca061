"""Programs about primitives and ends of channels: what makes no sense, what they need, how they read."""

from __future__ import annotations

import math
from typing import Any

import pytest

from conformance.errors import ScenarioError
from conformance.lang import ops
from conformance.lang.capability import needs
from conformance.lang.program import Channel, Program
from conformance.lang.text import show_program

CHANNEL = {"c": Channel(1)}


@pytest.mark.parametrize(
    ("op", "declared", "why"),
    [
        (ops.Notify("k", 0), {"conditions": ("k",)}, "cannot notify 0 tasks"),
        (ops.SetLimit("l", -1), {"limiters": {"l": 1}}, "-1 is no number of tokens"),
        (ops.SetLimit("l", True), {"limiters": {"l": 1}}, "true is no whole number"),
        (ops.WaitCondition("k"), {"locks": ("k",)}, "unknown condition `k`"),
        (ops.AcquireSemaphore("s"), {"limiters": {"s": 1}}, "unknown semaphore `s`"),
        (ops.WaitBarrier("b"), {}, "unknown barrier `b`"),
        (ops.SemaphoreWaiters("l"), {"limiters": {"l": 1}}, "unknown semaphore `l`"),
        (ops.ConditionWaiters("l"), {"locks": ("l",)}, "unknown condition `l`"),
        (ops.CloneSender("c", "c"), {"channels": CHANNEL}, "`c` is opened twice"),
        (ops.CloseSender("d"), {"channels": CHANNEL}, "unknown channel `d`"),
    ],
    ids=str,
)
def test_senseless_ops(op: ops.Op, declared: Any, why: str) -> None:
    """An op that makes no sense is named with its place and the reason."""
    with pytest.raises(ScenarioError, match=rf"^main\[0\]: `{op.kind}`: {why}"):
        Program({"main": (op,)}, **declared)


@pytest.mark.parametrize(
    ("op", "why"),
    [
        (ops.Send("r", 1), "`r` is a receiving end"),
        (ops.CloseSender("r"), "`r` is a receiving end"),
        (ops.Receive("s"), "`s` is a sending end"),
        (ops.CloneReceiver("s", "t"), "`s` is a sending end"),
        (ops.Length("s"), "`s` is one end, not the channel"),
        (ops.WaitingSenders("s"), "`s` is one end, not the channel"),
        (ops.WaitingReceivers("r"), "`r` is one end, not the channel"),
    ],
    ids=str,
)
def test_ends_have_a_direction(op: ops.Op, why: str) -> None:
    """A clone of one end is not taken for the other one."""
    clones = (ops.CloneSender("c", "s"), ops.CloneReceiver("c", "r"))
    with pytest.raises(ScenarioError, match=why):
        Program({"main": (*clones, op)}, channels=CHANNEL)


def test_a_bounded_semaphore_has_a_permit() -> None:
    """One that could never be released nor acquired makes no sense."""
    with pytest.raises(ScenarioError, match="bounded_semaphore `s`: 0 is not at least 1"):
        Program({"main": ()}, bounded_semaphores={"s": 0})


@pytest.mark.parametrize(
    ("op", "declared", "need"),
    [
        (ops.Send("c", 1), {"channels": {"c": Channel(0)}}, "channel:rendezvous"),
        (ops.Send("c", 1), {"channels": {"c": Channel(2)}}, "channel:bounded"),
        (ops.Receive("c"), {"channels": {"c": Channel(math.inf)}}, "channel:unbounded"),
        (ops.ReleaseSemaphore("s"), {"bounded_semaphores": {"s": 1}}, "semaphore:bounded"),
        (ops.SetLimit("l", 0), {"limiters": {"l": 1}}, "set_limit:zero"),
        (ops.Acquire("k"), {"conditions": ("k",)}, "wait_condition"),
    ],
    ids=str,
)
def test_objects_ask_for_capabilities(op: ops.Op, declared: Any, need: str) -> None:
    """What an op needs depends on how its object was declared."""
    assert needs(Program({"main": (op,)}, **declared)) == {op.kind, need}


def test_what_is_not_used_is_not_needed() -> None:
    """A runtime without rendezvous can run a program that declares one and never uses it."""
    program = Program({"main": (ops.Note(1),)}, channels={"c": Channel(0)}, limiters={"l": 1})
    assert needs(program) == {"note"}


def test_declarations_read_well() -> None:
    """Each declared thing is one line of the text form."""
    program = Program(
        {"main": (ops.Notify("k", 2), ops.CloneSender("c", "d"))},
        conditions=("k",),
        channels={"c": Channel(math.inf)},
        bounded_semaphores={"s": 2},
        barriers={"b": 3},
    )
    assert show_program(program).splitlines() == [
        "condition k",
        "channel c of inf",
        "bounded_semaphore s of 2",
        "barrier b of 3",
        "task main:",
        "    notify k 2",
        "    clone_sender c d",
    ]
