"""The generator: every string of bytes is a program, quickly, and history's shapes are among them."""

from __future__ import annotations

import importlib
import math
import random
import sys
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.engine.fuzz_subject import modelled
from conformance.engine.generate.areas import AREAS, meetings
from conformance.engine.generate.decode import EVERYTHING, decode
from conformance.engine.generate.scene import Scene
from conformance.engine.generate.tape import LENGTH, Tape, seeded
from conformance.lang import ops
from conformance.lang.capability import needs
from conformance.lang.ops import OPS
from conformance.lang.program import Program
from conformance.strategies import programs
from runtimes.on_asyncio import Asyncio

MANY = 1500


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programs())
def test_every_tape_is_a_program(program: Program) -> None:
    """Whatever Hypothesis draws makes sense (`Program` checks itself), and main is in it."""
    assert "main" in program.tasks


def test_without_hypothesis_the_import_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is no dependency: only who wants strategies needs it."""
    monkeypatch.delitem(sys.modules, "conformance.strategies")
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install '.*\[strategies\]'"):
        importlib.import_module("conformance.strategies")


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=LENGTH), st.sets(st.sampled_from(sorted(EVERYTHING))))
def test_programs_ask_for_nothing_that_is_not_there(data: bytes, lacking: set[str]) -> None:
    """A runtime that lacks ops gets programs without them; only what every adapter must have is taken for granted."""
    kept = {"spawn", "checkpoint", "attempt", "note", "log", "return", "raise"}
    can = EVERYTHING - (lacking - kept)
    assert needs(decode(data, can)) <= can


def test_what_is_taken_for_granted_can_be_lacking() -> None:
    """Where all channels are without a bound they still meet, and scopes without a deadline are still cancelled."""
    can = EVERYTHING - {"channel:bounded", "channel:rendezvous", "cancel_scope:deadline"}
    areas = ("channel", "ends", "scopes")
    made = [decode(seeded(f"lacking/{index}"), can, areas) for index in range(300)]
    assert all(needs(program) <= can for program in made)
    rooms = Counter(c.capacity for program in made for c in program.channels.values())
    assert set(rooms) == {math.inf}
    assert any("cancel_scope" in needs(program) for program in made)
    none = can - {"channel:unbounded"}
    assert not any(decode(seeded(str(index)), none, areas).channels for index in range(50))


def test_meetings_go_without_what_a_runtime_lacks() -> None:
    """Senders wait for room also where nothing is sent or received without waiting; no feed or no wait, no meeting."""
    lacking = frozenset({"send_nowait", "receive_nowait"})
    kept = [there for _, there in meetings(("channel",), Scene(Tape(b""), EVERYTHING - lacking))]
    assert [(there.first, there.wait, there.feeds) for there in kept] == [
        ((), ("receive",), ("send",)),
        ((), ("send",), ("receive",)),
    ]
    lacking |= {"receive"}
    assert not meetings(("channel",), Scene(Tape(b""), EVERYTHING - lacking))


def test_programs_are_made_of_all_that_asyncio_has() -> None:
    """What it lacks takes nothing else along: no op goes unasked because another one is not there.

    A cancellation is raised in a group only where a scope knows it again there.
    """
    can = frozenset(Asyncio().capabilities()) & modelled()
    made: set[str] = set()
    for area in AREAS:
        for index in range(1000):
            made |= {op.kind for _, op in decode(seeded(f"all/{index}"), can, (area,)).walk()}
    assert {*OPS} & can - made == {"raise_group"}


@pytest.mark.parametrize("area", AREAS)
def test_an_area_stays_by_itself(area: str) -> None:
    """Programs of one area use its ops, tasks and structure, and of no other area."""
    own = set(AREAS[area].ops) | _BESIDE.get(area, set())
    others = {kind for name, other in AREAS.items() if name != area for kind in other.ops} - own
    used = Counter(
        op.kind
        for index in range(60)
        for _, op in decode(seeded(f"{area}/{index}"), EVERYTHING, (area,)).walk()
    )
    assert set(used) & own
    assert not set(used) & (others - _EPILOGUES - {"cancel", "sleep"})


_EPILOGUES = {"join", "raise", "acquire", "release", "cancel_group", "cancel_scope"}
"""What epilogues and shapes use beside an area's own ops."""
_BESIDE = {
    "scopes": {"cancelling"},
    "servers": {"send_bytes", "receive_exactly", "receive_some", "receive_until_eof", "close"},
}
"""What the stories of an area are told with: visitors of a server, and who handles them, talk as streams do."""


def test_the_same_seed_gives_the_same_programs() -> None:
    """And another seed others: hash randomisation, sets and addresses have no part in it."""
    first = [decode(seeded(f"7/{index}")) for index in range(50)]
    assert first == [decode(seeded(f"7/{index}")) for index in range(50)]
    assert first != [decode(seeded(f"8/{index}")) for index in range(50)]


def test_a_zero_tape_is_the_simplest_program() -> None:
    """Nothing drawn, or all zeros, is one small program: what Hypothesis shrinks to."""
    empty = decode(b"")
    assert empty == decode(bytes(LENGTH))
    sizes = sorted(decode(seeded(f"size/{index}")).size() for index in range(200))
    assert empty.size() <= sizes[20]


def _has(program: Program, *kinds: type[ops.Op]) -> bool:
    found = {type(op) for _, op in program.walk()}
    return set(kinds) <= found


def test_the_shapes_of_history_are_among_the_programs() -> None:
    """Placement, not length: each shape that defects showed in comes up in a campaign's first programs."""
    can = modelled()
    made = [decode(seeded(f"shapes/{index}"), can) for index in range(MANY)]
    shapes = {
        "a cancel beside a release": lambda p: _has(p, ops.Cancel, ops.Release, ops.Acquire),
        "a cancel beside a send": lambda p: _has(p, ops.Cancel, ops.Send),
        "a shield inside a deadline": lambda p: _nested(p, ops.MoveOnAfter, ops.Shield),
        "a deadline inside a shield": lambda p: _nested(p, ops.Shield, ops.MoveOnAfter),
        "scopes three deep": lambda p: any(len(path) > 7 for path, _ in p.walk()),
        "an empty group": lambda p: any(
            isinstance(o, ops.Group) and not o.body for _, o in p.walk()
        ),
        "clean-up that waits": _waits_in_cleanup,
        "a past deadline": lambda p: any(getattr(op, "ticks", 1) < 0 for _, op in p.walk()),
        "a time that is no number": lambda p: (
            not {"sleep:nan", "deadline:nan"}.isdisjoint(needs(p))
        ),
        "for ever": lambda p: any(getattr(op, "ticks", 0) == float("inf") for _, op in p.walk()),
        "a falsy item": lambda p: any(getattr(op, "item", 1) in (None, 0) for _, op in p.walk()),
        "two cancels of one task": _cancelled_twice,
        "half-close": lambda p: _has(p, ops.SendEof),
        "a group that is handed on": lambda p: "spawn:handed" in needs(p),
        "a wait for a task to be ready": lambda p: _has(p, ops.Start, ops.Started),
        "a thread at a gate": lambda p: _has(p, ops.RunInThread, ops.Hold, ops.OpenGate),
        "a thread that calls the loop": lambda p: _has(p, ops.FromThread),
        "a clone of an end": lambda p: _has(p, ops.CloneSender) or _has(p, ops.CloneReceiver),
        "an end that is closed": lambda p: _has(p, ops.CloseSender) or _has(p, ops.CloseReceiver),
        "a rendezvous": lambda p: any(c.capacity == 0 for c in p.channels.values()),
        "a semaphore that refuses permits": lambda p: bool(p.bounded_semaphores),
        "a limiter without tokens": lambda p: any(
            isinstance(op, ops.SetLimit) and op.tokens == 0 for _, op in p.walk()
        ),
        "a thread that sets a variable": lambda p: _has(p, ops.RunInThread, ops.SetVariable),
        "a connection by path": lambda p: _has(p, ops.ConnectUnix),
        "a connection that is accepted late": _accepted_late,
        "a child that is started inside a scope": lambda p: _inside(p, ops.Scope, ops.Spawn),
        "three that wait, one after the other": _waits_in_turn,
        "a state asked for behind an act": lambda p: _has(p, ops.SetLimit, ops.AvailableTokens),
        "a scope that is cancelled as it begins": lambda p: any(
            isinstance(op, ops.Scope) and op.body and isinstance(op.body[0], ops.CancelScope)
            for _, op in p.walk()
        ),
    }
    counts = {name: sum(map(bool, map(shape, made))) for name, shape in shapes.items()}
    assert all(count >= 5 for count in counts.values()), counts
    lengths = sorted(sum(len(b) for b in p.tasks.values()) for p in made)
    assert lengths[len(made) // 2] <= 30


def _nested(program: Program, outer: type[ops.Op], inner: type[ops.Op]) -> bool:
    return any(
        isinstance(op, outer) and any(isinstance(i, inner) for _, b in op.blocks() for i in b)
        for _, op in program.walk()
    )


def _inside(program: Program, outer: type[ops.Op], inner: type[ops.Spawn]) -> bool:
    """Whether the outer holds an inner one that starts a child of a group."""
    return any(
        isinstance(op, outer)
        and any(isinstance(i, inner) and i.group for _, b in op.blocks() for i in b)
        for _, op in program.walk()
    )


def _accepted_late(program: Program) -> bool:
    """Whether an accept stands under a deadline, behind a connect in the same task."""
    connected: set[str] = set()
    for path, op in program.walk():
        if isinstance(op, ops.Connect | ops.ConnectUnix):
            connected.add(path[0])
        elif isinstance(op, ops.SendBytes) and path[0] in connected:
            connected.add(f"{path[0]} sent")
        elif isinstance(op, ops.Accept) and f"{path[0]} sent" in connected:
            return True
    return False


def _waits_in_turn(program: Program) -> bool:
    """Whether one task begins at once, another after a tick, a third after two."""
    firsts = [body[0] for name, body in program.tasks.items() if name != "main" and body]
    slept = {op.ticks for op in firsts if isinstance(op, ops.Sleep)}
    return {1, 2} <= slept and len(firsts) > len(slept)


def _waits_in_cleanup(program: Program) -> bool:
    waits = (ops.Checkpoint, ops.Wait, ops.Receive, ops.Acquire, ops.Sleep)
    return any(
        isinstance(op, ops.Attempt)
        and any(isinstance(i, waits) for i in (*(op.finally_ or ()), *(op.on_cancel or ())))
        for _, op in program.walk()
    )


def _cancelled_twice(program: Program) -> bool:
    counts = Counter(op.task for _, op in program.walk() if isinstance(op, ops.Cancel))
    return any(count > 1 for count in counts.values())


def test_random_bytes_of_any_length_do() -> None:
    """A tape may be cut anywhere."""
    chance = random.Random(1)
    for _ in range(200):
        decode(chance.randbytes(chance.randrange(LENGTH)))
