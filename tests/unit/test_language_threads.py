"""Programs with threads, servers and peers make sense, or are refused with the op's name."""

import pytest

from conformance.errors import ScenarioError
from conformance.lang import ops
from conformance.lang.ops import Op
from conformance.lang.ops.shutdown import is_deadly
from conformance.lang.program import Program
from conformance.lang.text import show_op

SERVED = (ops.Listen("l"), ops.Serve("l"))
WRONG: tuple[tuple[str, dict[str, tuple[Op, ...]]], ...] = (
    ("a thread cannot do that", {"main": (ops.RunInThread("t"),), "t": (ops.Sleep(1),)}),
    ("only a thread does that", {"main": (ops.Hold("g"),)}),
    ("only a thread does that", {"main": (ops.CheckCancelled(),)}),
    ("no handle", {"main": (ops.RunInThread("t"), ops.Join("t")), "t": ()}),
    ("spawned twice", {"main": (ops.RunInThread("t"), ops.RunInThread("t")), "t": ()}),
    ("no coroutine can raise it", {"main": (ops.Raise("StopIteration"),)}),
    ("comes of", {"main": (ops.RunInThread("t"),), "t": (ops.Raise("SystemExit"),)}),
    ("abandon is", {"main": (ops.RunInThread("t", 1),), "t": ()}),  # type: ignore[arg-type]
    ("is a gate", {"main": (ops.OpenGate("a"), ops.Spawn("a")), "a": ()}),
    ("is served", {"main": (*SERVED, ops.Accept("s", "l"))}),
    ("1 connections, but 0 handlers", {"main": (*SERVED, ops.Connect("c", "l"))}),
    ("served twice", {"main": (*SERVED, ops.Serve("l"))}),
    ("is a UNIX socket", {"main": (ops.ListenUnix("l"), ops.Connect("c", "l"))}),
    ("is a UNIX socket", {"main": (ops.ListenUnix("l"), ops.PeerConnect("p", "l"))}),
    ("no UNIX socket", {"main": (ops.Listen("l"), ops.ConnectUnix("c", "l"))}),
    (
        "cannot be reset",
        {"main": (ops.ListenUnix("l"), ops.ConnectUnix("c", "l"), ops.Abort("c"))},
    ),
    ("unknown peer", {"main": (ops.PeerSend("p", "x"),)}),
    (
        "opened twice",
        {"main": (ops.Listen("l"), ops.PeerConnect("p", "l"), ops.PeerConnect("p", "l"))},
    ),
)


@pytest.mark.parametrize(
    ("why", "tasks"), WRONG, ids=[f"{n} {w}" for n, (w, _) in enumerate(WRONG)]
)
def test_what_makes_no_sense_is_refused(why: str, tasks: dict[str, tuple[Op, ...]]) -> None:
    """Each mistake is told in words."""
    with pytest.raises(ScenarioError, match=why):
        Program(tasks)


def test_a_wait_for_a_thread_says_what_a_cancellation_does() -> None:
    """The text form tells the three wishes apart."""
    shown = {show_op(ops.RunInThread("t", abandon)) for abandon in (None, True, False)}
    assert len(shown) == 3


def test_deadly_errors_are_known_inside_groups() -> None:
    """A group with a KeyboardInterrupt inside is as deadly; a program's own error is not."""
    assert is_deadly("SystemExit")
    assert is_deadly("Group(E, Group(KeyboardInterrupt))")
    assert not is_deadly("Group(E)")
    assert not is_deadly("E")
