"""What the oracle allows of two tasks that read one stream, where only who would have to wait is refused (curio)."""

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
