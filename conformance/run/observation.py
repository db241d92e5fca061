"""One run, as data: how it is made, and what it showed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, final

from conformance.lang.ops import Ticks
from conformance.lang.outcome import Outcome, tick_from_json

REAL_TICK = 0.02
"""Seconds per tick on a real clock: a whole multiple of 10 ms, well above any timer's resolution."""


@final
@dataclass(frozen=True, slots=True)
class RunOptions:
    """How one run is to be made.

    virtual  whether time is virtual: then a tick is 1 s and log entries carry ticks.
    tick     seconds of the runtime's clock per tick.
    horizon  seconds of the runtime's clock after which the run is stopped.
    seed     for the runtime's scheduler; None leaves it as shipped.
    trace    whether to keep the event trace.
    """

    virtual: bool = True
    tick: float = 1.0
    horizon: float = 100_000.0
    seed: int | None = None
    trace: bool = False


class Event(NamedTuple):
    """One line of a trace: when (tick), which task, `begin` / `end` / `error`, and the op or error."""

    tick: Ticks | None
    task: str
    what: str
    detail: str


@final
@dataclass(frozen=True, slots=True)
class Observation:
    """What one run showed, and its trace (empty unless asked for)."""

    outcome: Outcome
    trace: tuple[Event, ...] = ()


def trace_to_json(trace: Iterable[Event]) -> list[list[Any]]:
    """A trace as a JSON value."""
    return [list(event) for event in trace]


def trace_from_json(data: object) -> tuple[Event, ...]:
    """A trace from its JSON value. Raises ValueError for what is none."""
    if not isinstance(data, list) or not all(_is_event(event) for event in data):
        raise ValueError(f"this is no trace: {str(data)[:80]}")
    return tuple(Event(tick_from_json(tick), *texts) for tick, *texts in data)


def _is_event(data: object) -> bool:
    return isinstance(data, list) and len(data) == 4 and all(type(t) is str for t in data[1:])


def options_from_json(data: Mapping[str, Any]) -> RunOptions:
    """Options from the fields of a wire request; absent ones take their defaults."""
    known = {"virtual", "tick", "horizon", "seed", "trace"}
    return RunOptions(**{name: value for name, value in data.items() if name in known})
