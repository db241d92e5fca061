"""What the reference does not model: why no outcome of a program can be held to it, under which declared answers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from conformance.lang import ops
from conformance.lang.capability import needs
from conformance.lang.ops.network import NO_ROOM
from conformance.lang.outcome import Outcome
from conformance.lang.program import Path, Program
from conformance.lang.semantics import Semantics

LARGE = 4096
"""Bytes: a larger payload depends on buffer sizes, which the reference does not know."""
LONGEST = 1_000_000_000
"""Ticks: a longer finite time is not told from never."""


_DEADLINES: Final = frozenset({"fail_after", "move_on_after", "scope"})
_CANCELLING: Final = frozenset({"cancel", "group", "fail_after", "move_on_after"})


def unmodelled(program: Program, semantics: Semantics) -> str:
    """Why the reference cannot judge a program under these semantics; empty if it can."""
    if semantics.past == "skips" and any(
        op.kind == "fail_after" and op.ticks <= 0  # type: ignore[attr-defined]
        for _, op in program.walk()
    ):
        return "the reference does not model a deadline that leaves its body out"
    if semantics.cancel_joiner == "both":
        kinds = {op.kind for _, op in program.walk()}
        if "join" in kinds and kinds & _CANCELLING:
            return "the reference does not model a cancel that tells joiner and joined alike"
    if semantics.second_user == "displaces" and _shares_a_socket(program):
        return "the reference does not model a second user who displaces the first"
    if semantics.relock == "reenters" and _waits_while_nested(program):
        return (
            "the reference does not model a wait for a condition whose lock is held more than once"
        )
    if _asks_of_regrouped(program):
        return "no document says whether who ends by a group of cancellations was cancelled"
    return (
        beyond_scopes(program, semantics)
        or beyond_exits(program, semantics)
        or beyond_servers(program, semantics)
        or beyond_threads(program, semantics)
        or beyond_numbers(program, semantics)
        or beyond(program)
    )


def switched_off(semantics: Semantics) -> Iterator[tuple[str, str]]:
    """Which declared answers leave some programs to the labels: the answer, and of which programs that is so."""
    if beyond_failing(semantics):
        yield f"unjoined={semantics.unjoined}", "in which a task fails"
    if semantics.past == "skips":
        yield "past=skips", "with a fail_after that is over at once"
    if semantics.cancel_joiner == "both":
        yield "cancel_joiner=both", "in which a joiner may be cancelled"
    if semantics.second_user == "displaces":
        yield "second_user=displaces", "in which two tasks use one socket in one way"
    if any(semantics.schedule_points.get(kind) == "always" for kind in _DEADLINES):
        yield "schedule_points", "with a deadline or a scope"
    once = semantics.cancellation == "edge"
    if semantics.children == "in_turn" and not (once and semantics.groups == "collected"):
        yield "children=in_turn", "with a group"
    if semantics.deadlines == "nearest" and not (once and semantics.cancel_again == "ignored"):
        yield "deadlines=nearest", "with two deadlines"


def beyond_scopes(program: Program, semantics: Semantics) -> str:
    """Why the reference cannot judge a program with groups or deadlines; empty if it can, or if there are none."""
    off = dict(switched_off(semantics))
    nearest = semantics.deadlines == "nearest"
    kinds = [op.kind for _, op in program.walk()] if off or nearest else []
    if "schedule_points" in off and not _DEADLINES.isdisjoint(kinds):
        return "the reference takes entering and leaving a scope to let nobody else run"
    if "children=in_turn" in off and "group" in kinds:
        return "the reference models groups that cancel in turn only where they collect errors, and a task is told once"
    if "deadlines=nearest" in off and sum(kind in _DEADLINES for kind in kinds) > 1:
        return "the reference models one deadline at a time only where a task is told once, and cancelled once"
    if nearest and "move_deadline" in kinds:
        return "the reference models one deadline at a time only where none is moved"
    return ""


def beyond_failing(semantics: Semantics) -> str:
    """Why the reference cannot judge programs in which a task may fail; empty if it can."""
    if semantics.unjoined == "spreads":
        return "a task may fail, and the reference does not model an error that spreads to others"
    if semantics.unjoined == "ends" and semantics.orphans not in ("abandoned", "destroyed"):
        return "a task may fail, and the reference does not model how the others learn that this ends the run"
    return ""


def unheld(semantics: Semantics, outcomes: Iterable[Outcome]) -> str:
    """Why the reference's outcomes of a program are nothing to hold a runtime to; empty if they are."""
    told = (entry.text for outcome in outcomes for _, task in outcome.tasks for entry in task.log)
    if semantics.requests == "scopes" and "got any number" in told:
        return "the reference does not say how many requests to cancel a task there are inside of a cancelled scope"
    reason = beyond_failing(semantics)
    first = 0 if semantics.unjoined == "spreads" else 1  # main's error is what a run ends by
    ends = (task.end for outcome in outcomes for _, task in outcome.tasks[first:])
    return reason if reason and any(end.startswith("raised") for end in ends) else ""


def beyond_exits(program: Program, semantics: Semantics) -> str:
    """Why the reference cannot judge a program with exits or Ctrl-C; empty if it can, or if there are none."""
    kinds = {op.kind for _, op in program.walk()}
    if not kinds & _DEADLY:
        return ""
    if kinds & _DEADLY & unanswered(semantics):
        return "the runtime's documents do not say whom an exit or a Ctrl-C ends"
    if "run_in_thread" in kinds:
        return "the reference does not model what ends more than a task beside threads"
    return ""


def beyond_servers(program: Program, semantics: Semantics) -> str:
    """Why the reference cannot judge a program with servers; empty if it can, or if there are none."""
    if any(op.kind == "serve" for _, op in program.walk()) and "serve" in unanswered(semantics):
        return "the reference does not model such servers: who accepts, and whose the handlers are"
    return ""


def beyond_numbers(program: Program, semantics: Semantics) -> str:
    """Why the reference cannot judge a program with ticks that are no number, or too large a send; empty if it can."""
    asked = unanswered(semantics) & {"send_bytes:no_room", *_NAN}
    if not asked:
        return ""
    needed = needs(program) & asked
    if "send_bytes:no_room" in needed:
        return "the runtime's documents do not say what a close does to a send that finds no room"
    if needed:
        return "the runtime's documents do not say what becomes of ticks that are no number"
    return ""


def unanswered(semantics: Semantics) -> frozenset[str]:
    """The capabilities of which a runtime's answers say too little for any program that needs them to be judged."""
    inside = semantics.handlers == "inside" and semantics.cancellation == "level"
    found: frozenset[str] = frozenset() if inside else frozenset({"serve"})
    if semantics.serving == "unknown":
        found |= {"serve"}
    if semantics.own_close == "any":
        found |= {"send_bytes:no_room"}
    found |= {need for need, field in _NAN.items() if getattr(semantics, field) == "unknown"}
    ends = semantics.exits != "closes" or semantics.orphans in ("cancelled", "in_turn")
    eager = semantics.start == "eager"
    if semantics.exits == "unknown" or not ends or eager or semantics.unjoined != "ignored":
        return found | _DEADLY
    return found | {"interrupt"} if semantics.interrupts == "unknown" else found


def beyond_payloads(program: Program) -> str:
    """Why the reference cannot judge what a program sends; empty if it can.

    It can where nothing depends on how much the buffers of a connection hold. Either all is read at one go (`_whole`).
    Or, of what finds no room, next to nothing is read, and no end comes behind it: the end that connected has to be the
    one that does not read then, since what has been accepted may take in all that comes before it is read at all (anyio
    on asyncio).
    """
    every = [op for _, op in program.walk()]
    large = [op for op in every if isinstance(op, ops.SendBytes) and op.size() > LARGE]
    if not large:
        return ""
    read = sum(getattr(op, "count", getattr(op, "max", 0)) for op in every if op.kind in _READS)
    accepted = {op.stream for op in every if isinstance(op, ops.Accept)}
    stuck = all(op.size() >= NO_ROOM and op.stream in accepted for op in large)
    if stuck and read <= MOST_READ and not {op.kind for op in every} & _READ_ON:
        return ""
    if all(op.size() < NO_ROOM for op in large) and _whole(program):
        return ""
    return f"a payload of more than {LARGE} bytes"


def _whole(program: Program) -> bool:
    """Whether whatever is large is all that its end ever sends, and whatever reads much all that its end ever reads.

    One task uses that end, first of all for that; nothing disturbs it, nor is anything read as it comes.
    """
    every = dict(program.walk())
    if not _DISTURBS.isdisjoint(op.kind for op in every.values()):
        return False
    uses: dict[str, list[Path]] = {}
    for path, op in every.items():
        if isinstance(op, _USES):
            uses.setdefault(op.stream, []).append(path)
    used = [paths for paths in uses.values() if any(_is_large(every[path]) for path in paths)]
    users = {path[0] for paths in used for path in paths}
    joined = {op.task for op in every.values() if isinstance(op, ops.Join)}
    return joined.isdisjoint(users) and all(
        _is_large(every[first])
        and all(path[0] == first[0] and isinstance(every[path], _ENDS) for path in rest)
        and all(
            isinstance(every[path[:depth]], ops.Attempt)
            for path in (first, *rest)
            for depth in range(2, len(path), 2)
        )
        for first, *rest in used
    )


def _is_large(op: ops.Op) -> bool:
    """Whether it sends or reads much, or may."""
    if isinstance(op, ops.SendBytes):
        return op.size() > LARGE
    return isinstance(op, ops.ReceiveUntilEof) or (
        isinstance(op, ops.ReceiveExactly) and op.count > LARGE
    )


_ENDS: Final = (ops.Close, ops.SendEof)
_USES: Final = (*_ENDS, ops.SendBytes, ops.ReceiveExactly, ops.ReceiveUntilEof)
_DISTURBS: Final = frozenset(
    {
        *("receive_some", "abort", "cancel", "cancel_scope", "group", "serve", "exit", "interrupt"),
        *("peer_connect", "peer_send", "peer_eof", "peer_reset", "peer_close"),
    }
)
MOST_READ: Final = 64
"""Bytes that a program may read altogether where a payload finds no room (docs/decisions/sends-without-room.md)."""
_READS: Final = frozenset({"receive_exactly", "receive_some"})
_READ_ON: Final = frozenset(
    {"receive_until_eof", "send_eof", "serve", "peer_connect", "peer_send", "peer_eof", "peer_reset", "peer_close"}
)  # fmt: skip


_NAN: Final = {"sleep:nan": "nan_sleep", "deadline:nan": "nan_deadline"}
_DEADLY: Final = frozenset({"exit", "interrupt"})


def beyond_threads(program: Program, semantics: Semantics) -> str:
    """Why the reference cannot judge a program with threads; empty if it can, or if there are none."""
    started = program.of({ops.RunInThread})
    asked = [op.abandon for _, op in started if isinstance(op, ops.RunInThread)]
    if not asked:
        return ""
    every = [op for _, op in program.walk()]
    if semantics.orphans in ("abandoned", "destroyed"):
        return "the reference does not model threads beside a run that just stops"
    late = any(
        op.kind in ("spawn", "detach", "start") and path[0] != "main" for path, op in program.walk()
    )
    if late and semantics.orphans in ("cancelled", "in_turn"):
        return "the reference does not model tasks that start while the end waits for threads"
    own = semantics.context == "shared" and semantics.thread_context != "none"
    if own and any(op.kind == "set_variable" for op in every):
        return "the reference does not model a thread's own variables beside shared ones"
    calls = any(op.kind == "from_thread" for op in every)
    if calls and any(op.kind == "cancel_pending" for op in every):
        return "the reference does not model whose cancellation a thread's call is asked for"
    if calls and semantics.context == "shared" and any(op.kind == "set_variable" for op in every):
        return "the reference does not model whose variables a thread's call sees where the others share theirs"
    default = semantics.cancelled_thread == "abandoned"
    alone = any(default if wish is None else wish for wish in asked)
    kinds = {op.kind for op in every}
    if kinds & {"from_thread", "check_cancelled"} and semantics.cancellation == "level" and alone:
        return "the reference does not model what becomes of calls of an abandoned thread"
    return ""


def _asks_of_regrouped(program: Program) -> bool:
    """Whether a task may end by a cancellation in a group, and somebody asks how one has ended."""
    groups = program.of({ops.RaiseGroup})
    grouped = any(isinstance(op, ops.RaiseGroup) and op.error is None for _, op in groups)
    return grouped and ops.Cancelled in program.kinds()


def _waits_while_nested(program: Program) -> bool:
    """Whether a task may wait for a condition whose lock it has acquired twice."""
    taken = Counter(
        (path[0], getattr(op, "lock", "")) for path, op in program.walk() if op.kind in _ACQUIRES
    )
    waits = {
        (path[0], op.condition) for path, op in program.walk() if isinstance(op, ops.WaitCondition)
    }
    return any(taken[wait] > 1 for wait in waits)


_ACQUIRES: Final = frozenset({"acquire", "acquire_nowait"})


def _shares_a_socket(program: Program) -> bool:
    """Whether two tasks may wait for one socket in one direction."""
    users: dict[tuple[str, str], set[str]] = {}
    for path, op in program.walk():
        way = op.kind.partition("_")[0]
        if way in ("receive", "send", "accept"):
            name = getattr(op, "listener" if way == "accept" else "stream", "")
            users.setdefault((way, name), set()).add(path[0])
    return any(name and len(tasks) > 1 for (_, name), tasks in users.items())


def lacking(program: Program) -> str:
    """Which op of a program the reference cannot even search; empty if none."""
    for _, op in program.walk():
        if op.kind in ops.LOOP:
            return "the reference has no event loop of asyncio's kind"
    return ""


def beyond(program: Program) -> str:
    """Why the reference cannot judge a program; empty if it can."""
    if reason := lacking(program) or beyond_payloads(program):
        return reason
    for _, op in program.walk():
        ticks = getattr(op, "ticks", getattr(op, "tick", 0))
        if LONGEST < abs(ticks) < math.inf:
            return "a finite time that no clock can tell from never"
    return ""
