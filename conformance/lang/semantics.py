"""Semantics: a runtime's answers to the questions that the oracle has to ask.

The defaults allow the most. An adapter declares what its runtime's documents say, each with a
citation; the more it declares, the more strictly it is checked. An answer without a citation is
only INTERESTING evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, final, get_args, get_origin, get_type_hints

Point = Literal["always", "if_blocks", "never", "unspecified"]
"""Whether an op is a schedule point, or a cancel point: always, only if it has to wait, never."""


@final
@dataclass(frozen=True, slots=True)
class Semantics:
    """One runtime's answers.

    order            which ready task goes on next. `fifo`: first steps and checkpoints keep their
                     order, any other wake-up may come late; `any`: whichever.
    start            `later`, or `eager`: a new task's first step runs inside the call that spawns
                     it.
    cancellation     `edge`: told once; `level`: told again at each cancel point until the scope is
                     left.
    cancel_before_start   `skips` the body, or `runs` it up to its first cancel point.
    cancel_at_return `value`: a cancel that nobody was told of is forgotten when the task returns;
                     `cancelled`: the task counts as cancelled all the same.
    cancel_again     a second call to cancel one task is `told` like the first (two before the task is
                     told of one are one), `each` is told, or it is `ignored`.
    cancel_waits     whether the call to cancel waits for the target's end.
    race             a cancel in the round in which what the task waits for has come: `cancel` wins,
                     `completion` wins, or `either`.
    cancelled_send   a channel send that was told of a cancellation `did_not` happen; or it `may` have: its item can
                     be taken up to the moment at which the sender goes on.
    cancel_joiner    cancelling a joiner `propagates` to the joined task, or `leaves` it.
    join_error       a join raises the `same` exception object, or one that is `wrapped`.
    join_cancelled   joining a cancelled task raises `cancelled` or an `error`.
    join_self        joining oneself is an `error`, or `blocks`.
    locks            a freed lock goes to the first waiter (`fair`), or to whoever takes it
                     (`barging`).
    channels         an item goes to the first receiver (`fair`), or to whoever takes it
                     (`barging`).
    relock           taking a lock that one holds `blocks`, or is an `error`.
    unowned          releasing a lock that another task holds is an `error`, or `works`.
    ties             timers with equal deadlines fire in the order of arming (`fifo`) or in `any`
                     order.
    past             a deadline that is not after now: `before` its body's first cancel point,
                     `later`: when the loop next looks, so that what never waits gets through;
                     `either`.
    dead_owner       a lock whose owner ended without releasing it is `kept`, or `broken`: an error
                     for whoever wants it.
    notice           a group (and the shutdown) learns of a task's end `at_once`, or `later`.
    orphans          tasks alive when main ends are `cancelled` all together, or `in_turn`, each
                     awaited before the next; `awaited`; `destroyed`: their coroutines are closed; or `abandoned`.
    unjoined         the error of a task that nobody joined is `ignored`, or `ends` the run (then labels alone judge).
    groups           a child's error cancels its siblings and the body, and `propagates` in an
                     exception group; or it is `collected`: noticed when the body is over, it
                     cancels the siblings (so does a cancelled child), and goes nowhere.
    late_child       a group in which a child has failed still `starts` another, or it is `refused`.
    schedule_points, cancel_points   by op kind; `default` for the others.
    citations        for each field, where the runtime's documents say so.
    """

    order: Literal["fifo", "any"] = "any"
    start: Literal["later", "eager"] = "later"
    cancellation: Literal["edge", "level"] = "edge"
    cancel_before_start: Literal["skips", "runs"] = "skips"
    cancel_at_return: Literal["value", "cancelled"] = "value"
    cancel_again: Literal["told", "each", "ignored"] = "told"
    cancel_waits: bool = False
    race: Literal["cancel", "completion", "either"] = "either"
    cancelled_send: Literal["did_not", "may"] = "did_not"
    cancel_joiner: Literal["propagates", "leaves"] = "leaves"
    join_error: Literal["same", "wrapped"] = "same"
    join_cancelled: Literal["cancelled", "error"] = "cancelled"
    join_self: Literal["error", "blocks"] = "blocks"
    locks: Literal["fair", "barging"] = "fair"
    channels: Literal["fair", "barging"] = "fair"
    relock: Literal["blocks", "error"] = "blocks"
    unowned: Literal["error", "works"] = "works"
    ties: Literal["fifo", "any"] = "any"
    past: Literal["before", "later", "either"] = "either"
    dead_owner: Literal["kept", "broken"] = "kept"
    notice: Literal["at_once", "later"] = "later"
    orphans: Literal["cancelled", "in_turn", "awaited", "destroyed", "abandoned"] = "cancelled"
    unjoined: Literal["ignored", "ends"] = "ignored"
    groups: Literal["propagates", "collected"] = "propagates"
    late_child: Literal["starts", "refused"] = "starts"
    schedule_points: Mapping[str, Point] = field(default_factory=lambda: {"default": "unspecified"})
    cancel_points: Mapping[str, Point] = field(default_factory=lambda: {"default": "unspecified"})
    citations: Mapping[str, str] = field(default_factory=dict)

    def schedule_point(self, kind: str) -> Point:
        """Whether that op kind lets other tasks run."""
        return self.schedule_points.get(kind, self.schedule_points.get("default", "unspecified"))

    def cancel_point(self, kind: str) -> Point:
        """Whether that op kind takes a cancellation."""
        return self.cancel_points.get(kind, self.cancel_points.get("default", "unspecified"))


def semantics_to_json(semantics: Semantics) -> dict[str, Any]:
    """A declaration as a JSON value."""
    encoded: dict[str, Any] = {}
    for item in fields(semantics):
        value = getattr(semantics, item.name)
        encoded[item.name] = dict(value) if isinstance(value, Mapping) else value
    return encoded


def semantics_from_json(data: Mapping[str, Any]) -> Semantics:
    """A declaration from its JSON value.

    Raises TypeError for unknown fields, ValueError for an answer that a field does not know.
    """
    kinds = get_type_hints(Semantics)
    for name, value in data.items():
        known = get_args(kinds.get(name)) if get_origin(kinds.get(name)) is Literal else ()
        if known and value not in known:
            raise ValueError(f"`{name}` is {value!r}, and may be {' or '.join(known)}")
        if name in {"schedule_points", "cancel_points"}:
            _check_points(name, value)
    return Semantics(**data)


def _check_points(name: str, points: Mapping[str, Any]) -> None:
    for kind, point in points.items():
        if point not in get_args(Point):
            raise ValueError(
                f"`{name}` of `{kind}` is {point!r}, and may be {' or '.join(get_args(Point))}"
            )
