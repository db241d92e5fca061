"""What the oracle allows of reads: two tasks that read one stream, and one that reads more than there was room for."""

import pytest

from conformance.engine.explore import explore
from conformance.lang.ops import (
    Accept,
    Checkpoint,
    Connect,
    Listen,
    Op,
    ReceiveExactly,
    ReceiveSome,
    ReceiveUntilEof,
    SendBytes,
    SendEof,
    Sleep,
    Spawn,
)
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics
from runtimes.on_curio_semantics import SEMANTICS
from runtimes.on_trio_semantics import SEMANTICS as TRIO
from runtimes.reference.machine import Machine


def logs(read: Op, *body: Op, semantics: Semantics = SEMANTICS) -> set[tuple[tuple[str, ...], str]]:
    """Main's log and end, whatever the schedule, beside a task that is inside that read."""
    start = (Listen("L"), Connect("c", "L"), Accept("s", "L"), Spawn("a"))
    found = explore(Machine(Program({"main": (*start, *body), "a": (read,)}), semantics))
    assert found.complete
    mains = [dict(outcome.tasks)["main"] for outcome in found.outcomes]
    return {(tuple(entry.text for entry in main.log), main.end) for main in mains}


def test_a_read_passes_by_what_a_composed_one_has_taken() -> None:
    """A `read_exactly` of curio's takes what comes, and waits: another read finds what came after, at once."""
    body = (SendBytes("c", "ab"), Checkpoint(), SendBytes("c", "x"), ReceiveSome("s", 1))
    firsts = {log[0] for log, _ in logs(ReceiveExactly("s", 3), *body) if log}
    assert {"got 'a'", "got 'b'", "got 'x'"} <= firsts


def test_what_a_composed_read_has_taken_is_its_own() -> None:
    """A read to the end keeps what it took: another one may find nothing but the end, and it gets all there was."""
    body = (SendBytes("c", "x"), Checkpoint(), SendEof("c"), ReceiveExactly("s", 1))
    assert {((), "raised IncompleteRead"), (("got 'x'",), "returned")} <= logs(
        ReceiveUntilEof("s"), *body
    )


def test_who_finds_nothing_left_is_refused() -> None:
    """Past a composed read that still waits, a read that would have to wait, too, is Busy."""
    body = (SendBytes("c", "ab"), Checkpoint(), ReceiveSome("s", 1))
    assert ((), "raised Busy") in logs(ReceiveExactly("s", 3), *body)


def test_a_composed_read_that_was_woken_again_keeps_what_it_had() -> None:
    """Where a second reader is refused, too: it comes when the first one is woken, and finds what came last (trio)."""
    body = (SendBytes("c", "x"), Checkpoint(), SendBytes("c", "ab"), ReceiveExactly("s", 1))
    firsts = {log[0] for log, _ in logs(ReceiveExactly("s", 3), *body, semantics=TRIO) if log}
    assert {"got 'x'", "got 'a'"} <= firsts


@pytest.mark.parametrize("read", [ReceiveExactly("s", 10_000), ReceiveUntilEof("s")])
@pytest.mark.parametrize("late", [(), (Sleep(1),)])
def test_who_reads_all_makes_room(read: Op, late: tuple[Op, ...]) -> None:
    """A send that waits for room goes on once somebody reads all of it, to the end as well: nothing hangs."""
    body = (*late, Spawn("a"), SendBytes("c", "x", 10_000), SendEof("c"), Sleep(2))
    start = (Listen("L"), Connect("c", "L"), Accept("s", "L"))
    found = explore(Machine(Program({"main": (*start, *body), "a": (read,)}), TRIO))
    assert found.complete
    ends = {dict(outcome.tasks)["a"].end for outcome in found.outcomes}
    assert ends == {"returned"}
    assert {outcome.ending for outcome in found.outcomes} == {"completed"}


def test_a_send_may_wait_for_who_reads_late() -> None:
    """Nobody says how much a connection holds: a large send returns at once, or when it is read."""
    start = (Listen("L"), Connect("c", "L"), Accept("s", "L"), Spawn("a"), Sleep(1))
    a = (SendBytes("c", "x", 10_000), SendEof("c"))
    found = explore(Machine(Program({"main": (*start, ReceiveUntilEof("s")), "a": a}), TRIO))
    assert found.complete
    assert {dict(outcome.tasks)["a"].tick for outcome in found.outcomes} == {0, 1}
