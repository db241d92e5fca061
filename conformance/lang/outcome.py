"""What a run of a program showed, as a value that can be compared, stored and counted.

A log entry is a short text with the tick at which it was written (None on a real clock):

    WORD              a note                      caught NAME      an attempt caught an error
    got VALUE         a joined value, an item     scope expired    a move_on_after gave its body up
    got VALUE         also an answer              scope cancelled  a scope cancelled by hand did so
    got 'BYTES'       bytes; `got ''` is EOF

A task's end is one of: `returned`, `returned VALUE`, `raised NAME`, `cancelled`, `destroyed` (its
coroutine was closed), `blocked: OP`, `running` (stopped between ops), `unstarted` (spawned, its
first step never came), `unspawned`.
Error names are those of `ERRORS`, the program's own, or the class name of an exception nobody
mapped.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar, final

from conformance.lang.ops import Ticks, Value

T = TypeVar("T")

ERRORS = {
    "Cancelled": "a cancellation",
    "Timeout": "a deadline that fails",
    "JoinError(NAME)": "a join that wraps the error of the joined task",
    "Group(NAME, …)": "an exception group, its members sorted by name",
    "Copy(NAME)": "an error of the program, but not the object that was raised: one of the same type and arguments",
    "Wrapped(NAME)": "another error, raised because of that one, which cannot come out of a coroutine",
    "Misuse": "the runtime refused a wrong use: release by another, joining oneself",
    "Full": "send_nowait on a full channel",
    "Empty": "receive_nowait on an empty channel",
    "WouldBlock": "a lock, permit or token that must not be waited for is not free",
    "EndOfChannel": "a channel is empty, and every sending end of it is closed",
    "Refused": "nobody listens at that port",
    "Missing": "there is no such path",
    "KeyboardInterrupt": "Ctrl-C",
    "SystemExit": "sys.exit",
    "Broken": "the connection was reset, the peer is gone, or every receiving end is closed",
    "Closed": "this end was closed by ourselves",
    "Busy": "another task is already using this stream that way",
    "IncompleteRead": "EOF before that many bytes",
}
"""The normalised error names, shared by adapters and the reference."""

ENDINGS = ("completed", "deadlocked", "stopped", "crashed", "hung", "exited", "garbage")
"""How a run ended: main and all that it left to the runtime ended; nothing could ever go on; the
time limit came on a real clock; the process died by a signal; it never answered; it exited; it
wrote what is no reply."""


class Entry(NamedTuple):
    """One log entry: its text, and the tick of virtual time at which it was written."""

    text: str
    tick: Ticks | None = None


@final
@dataclass(frozen=True, slots=True)
class TaskOutcome:
    """One task: its log, how it ended, and when (None on a real clock, or when it did not end)."""

    log: tuple[Entry, ...] = ()
    end: str = "unspawned"
    tick: Ticks | None = None


@final
@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that one run showed. Tasks stand in the order of the program.

    `reported` holds what the runtime said to nobody in particular (`unretrieved NAME`,
    `unhandled NAME`, `destroyed`, `run raised NAME`); the oracle does not compare it.
    """

    tasks: tuple[tuple[str, TaskOutcome], ...]
    shared: tuple[Entry, ...] = ()
    ending: str = "completed"
    reported: tuple[str, ...] = ()

    def task(self, name: str) -> TaskOutcome:
        """The part of one task. Raises KeyError for an unknown name."""
        return dict(self.tasks)[name]

    def without_times(self) -> Outcome:
        """The same with every tick removed: what a real clock can be held to."""
        tasks = tuple(
            (name, TaskOutcome(tuple(Entry(e.text) for e in task.log), task.end))
            for name, task in self.tasks
        )
        return Outcome(tasks, tuple(Entry(e.text) for e in self.shared), self.ending, self.reported)

    def judged(self) -> Outcome:
        """The same without what the oracle does not compare."""
        return Outcome(self.tasks, self.shared, self.ending)


def empty_outcome(tasks: Mapping[str, object], ending: str, *reported: str) -> Outcome:
    """The outcome of a run that told nothing: the process crashed, hung or exited."""
    return Outcome(
        tuple((name, TaskOutcome(end="unknown")) for name in tasks), (), ending, reported
    )


def show_value(value: Value) -> str:
    """A note, item or result as it stands in a log."""
    if value is None or isinstance(value, bool):
        return str(value).lower()
    return str(value)


def show_bytes(data: bytes) -> str:
    """Received bytes as they stand in a log: as they are when short, else number and CRC-32."""
    if len(data) <= 32:
        return repr(data)[1:]
    return f"{len(data)} bytes crc {zlib.crc32(data):08x}"


def outcome_to_json(outcome: Outcome) -> dict[str, Any]:
    """An outcome as a JSON value; what is empty is left out."""
    tasks = {}
    for name, task in outcome.tasks:
        part: dict[str, Any] = {"end": task.end}
        if task.log:
            part["log"] = [_entry_to_json(entry) for entry in task.log]
        if task.tick is not None:
            part["tick"] = task.tick
        tasks[name] = part
    encoded: dict[str, Any] = {"tasks": tasks, "ending": outcome.ending}
    if outcome.shared:
        encoded["shared"] = [_entry_to_json(entry) for entry in outcome.shared]
    if outcome.reported:
        encoded["reported"] = list(outcome.reported)
    return encoded


def _entry_to_json(entry: Entry) -> list[Any]:
    return [entry.text] if entry.tick is None else [entry.text, entry.tick]


def outcome_from_json(data: object) -> Outcome:
    """An outcome from its JSON value. Raises ValueError for what is none; unknown fields are ignored."""
    told = _typed(data, dict)
    ending = told.get("ending")
    if ending not in ENDINGS:
        raise ValueError(f"{ending!r} is no ending of a run")
    tasks = _typed(told.get("tasks"), dict).items()
    reported = _typed(told.get("reported", []), list)
    return Outcome(
        tuple((name, _task_from_json(part)) for name, part in tasks),
        _log_from_json(told.get("shared", [])),
        ending,
        tuple(_typed(text, str) for text in reported),
    )


def _task_from_json(data: object) -> TaskOutcome:
    part = _typed(data, dict)
    end, tick = _typed(part.get("end"), str), tick_from_json(part.get("tick"))
    return TaskOutcome(_log_from_json(part.get("log", [])), end, tick)


def _log_from_json(data: object) -> tuple[Entry, ...]:
    entries = []
    for entry in _typed(data, list):
        text, *tick = _typed(entry, list)
        if len(tick) > 1:
            raise ValueError(f"{str(entry)[:80]} is no entry of a log")
        entries.append(Entry(_typed(text, str), *map(tick_from_json, tick)))
    return tuple(entries)


def tick_from_json(data: object) -> Ticks | None:
    """A tick, or None where there is none. Raises ValueError for what is no finite number."""
    if data is None or type(data) is int or (type(data) is float and math.isfinite(data)):
        return data
    raise ValueError(f"{str(data)[:80]!r} is no tick")


def _typed(data: Any, kind: type[T]) -> T:
    if type(data) is not kind:
        raise ValueError(f"{str(data)[:80]!r} is no {kind.__name__}")
    return data


def outcome_key(outcome: Outcome) -> str:
    """A canonical text: equal outcomes have equal keys."""
    return json.dumps(outcome_to_json(outcome), separators=(",", ":"))


def show_outcome(outcome: Outcome) -> str:
    """An outcome in one line for people: `main: returned; a: ran, got 1@3, cancelled`."""
    parts = []
    for name, task in outcome.tasks:
        words = [e.text if not e.tick else f"{e.text}@{e.tick}" for e in task.log]
        end = task.end if not task.tick else f"{task.end}@{task.tick}"
        parts.append(f"{name}: " + ", ".join([*words, end]))
    if outcome.shared:
        parts.append("log: " + ", ".join(e.text for e in outcome.shared))
    if outcome.ending != "completed":
        parts.append(outcome.ending)
    if outcome.reported:
        parts.append("reported: " + ", ".join(outcome.reported))
    return "; ".join(parts)
