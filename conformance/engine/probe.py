"""Infers a runtime's semantics from its answers: which scenario tells about which field, as data.

Fields that no single scenario tells about have trials of their own (`conformance.engine.probe_trials`).

What is inferred has no citation: a runtime may do today what its documents never promised, so the
oracle must not take it for granted. `conformance probe` shows it beside what the adapter declares.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, final

from conformance.engine.probe_trials import TRIALS, values_of
from conformance.lang.scenario import Scenario
from conformance.lang.semantics import Semantics

Tells = tuple[str, str, Mapping[str, Any]]
"""A field of the semantics, the scenario that tells about it, and what each answer means for it.

A tuple means that the answer does not tell these apart. A scenario that is no question, but a rule, answers KEPT or
BROKEN."""
KEPT: Final = "kept"
BROKEN: Final = "broken"
"""What a rule's scenario answers."""

BOTH: Final = "both"
"""In a meaning: what it says when more than one answer was seen."""

_REFUSED: Final = {"refused": "refused"}
_ORDER: Final = {"in-order": "fifo", "reversed": "any", BOTH: "any"}
_RACE: Final = {"completes": "completion", "cancelled": "cancel", BOTH: "either"}
_YIELDS: Final = {
    "yields": "always",
    "goes-straight-on": "if_blocks",
    BOTH: ("always", "unspecified"),  # who yields may be the one who is chosen to go on
}

TABLE: Final[tuple[Tells, ...]] = (
    ("order", "spawn/first-steps", _ORDER),
    ("start", "spawn/starts", {"later": "later", "at-once": "eager"}),
    ("cancellation", "cancellation/swallow-then-wait", {"edge": "edge", "level": "level"}),
    (
        "cancel_before_start",
        "cancellation/before-first-step",
        {"skips": "skips", "runs-to-checkpoint": "runs", "runs-to-wait": "runs"},
    ),
    (
        "cancel_at_return",
        "cancellation/self-then-return",
        {
            "value": "value",
            "cancelled-at-end": "cancelled",
            "cancelled-at-call": ("value", "cancelled"),  # `cancel_running`: it was told
        },
    ),
    (
        "cancel_again",
        "cancellation/cancel-during-cleanup",
        {
            "interrupts": ("told", "each"),
            "ignored": "ignored",
            "cut-short-by-first": (
                "told",
                "each",
                "ignored",
            ),  # a level cancellation is told anyway
        },
    ),
    ("cancel_ended", "cancellation/after-end", {KEPT: "nothing", BROKEN: "error"}),
    (
        "second_user",
        "tcp/two-receives",
        {
            "second-fails": ("refused", "if_blocks"),
            "second-hangs": "displaces",
            "first-hangs": "displaces",
        },
    ),
    (
        "own_close",
        "tcp/rest-after-own-close",
        {"error": "closed", "rest-then-error": "drained", "rest-then-end": "any", "end": "any"},
    ),
    ("cancel_waits", "cancellation/call-waits", {"waits": True, "returns-at-once": False}),
    (
        "cancel_running",
        "cancellation/self-then-checkpoint",
        {"at-call": ("later", "at_once"), "at-next-checkpoint": "later", "never": "never"},
    ),
    ("race", "cancellation/event-set-then-cancel", _RACE),
    (
        "cancel_joiner",
        "cancellation/joiner",
        {"target-too": "propagates", "joiner-only": "leaves"},
    ),
    (
        "join_error",
        "join/failed",
        {"same-object": "same", "wrapped": "wrapped", "copied": "copied"},
    ),
    (
        "join_cancelled",
        "join/cancelled-task",
        {"cancellation": "cancelled", "error": "error", "value": "value"},
    ),
    ("joiners", "join/failed-by-two", {"both": "each", "one": "first"}),
    ("join_self", "join/oneself", {"refused": "error", "blocks": "blocks"}),
    ("locks", "sync/lock-barging", {"waiter-first": "fair", "owner-again": "barging"}),
    (
        "channels",
        "sync/channel-barging-receiver",
        {"reserved": "fair", "barges": ("barging", "unordered")},
    ),
    ("permits", "sync/semaphore-barging", {"waiter-first": "fair", "giver-first": "barging"}),
    ("conditions", "sync/condition-notify-order", {"first": "fair", "last": "unordered"}),
    ("notified", "sync/condition-lock-after-notify", {"waiter": "queued", "notifier": "woken"}),
    (
        "reacquire",
        "sync/condition-cancel-at-lock",
        {
            "completes": "shielded",
            "told-without-lock": "at_once",
            "told-with-lock-lost": "lock_first",
            "told-with-lock-passed-on": "lock_first",
        },
    ),
    (
        "lost_notify",
        "sync/condition-cancel-at-lock",
        {
            "told-with-lock-lost": "lost",
            "told-with-lock-passed-on": ("passed_on", "made_up"),
            "completes": ("lost", "passed_on", "made_up"),  # `reacquire`: nobody is told
            "told-without-lock": ("lost", "passed_on", "made_up"),  # or not in time to tell
        },
    ),
    ("schedule_points.acquire_semaphore", "sync/semaphore-free-yields", _YIELDS),
    (
        "relock",
        "sync/lock-reacquire",
        {"blocks": "blocks", "refused": "error", "reenters": "reenters"},
    ),
    ("unowned", "sync/lock-release-by-other", {"refused": "error", "released": "works"}),
    ("ties", "timers/equal-sleeps", _ORDER),
    (
        "past",
        "timers/event-set-past-deadline",
        {"completes": "later", "expires": "before", BOTH: "either"},
    ),
    (
        "orphans",
        "spawn/orphan-main-returns",
        {
            "cancelled": ("cancelled", "in_turn"),
            "awaited": "awaited",
            "abandoned": "abandoned",
            "destroyed": "destroyed",
        },
    ),
    (
        "cancelled_send",
        "cancellation/room-cancel-then-receive-nowait",
        {"cancelled-not-sent": ("did_not", "may"), "cancelled-but-sent": "may", BOTH: "may"},
    ),
    ("dead_owner", "sync/lock-owner-ends", {"stays-locked": "kept", "error": "broken"}),
    ("group_requests", "groups/outside-cancel-kept", {"kept": "counted", "lost": "loose"}),
    (
        "late_child",
        "spawn/group-spawn-after-failure",
        {"refused": "refused", "starts": "starts", "finishes": "starts", "never-starts": "starts"},
    ),
    (
        "notice",
        "spawn/group-left-how-soon",
        {"in-the-next-round": "at_once", "later": "later", BOTH: "later"},
    ),
    (
        "stray_timeout",
        "timers/inner-timeout-through-outer",
        {"as-itself": "passes", "another-error": "error"},
    ),
    (
        "unjoined",
        "spawn/error-unjoined",
        {"main-goes-on": "ignored", "main-fails": ("ends", "spreads")},
    ),
    (
        "groups",
        "spawn/group-error-shape",
        {"grouped": "propagates", "bare": "propagates", "kept": "collected"},
    ),
    ("children", "groups/siblings-told", {"together": "together", "in-turn": "in_turn"}),
    (
        "deadlines",
        "timers/outer-in-inner-cleanup",
        {"strikes": "each", "once-the-inner-is-left": "nearest", "no-clean-up": "each"},
    ),
    ("fail_cancelled", "scopes/cancel-fail-after", {"fails": "timeout", "moves-on": "left"}),
    (
        "negative_sleep",
        "timers/sleep-negative",
        {"yields": "taken", "goes-straight-on": "taken", BOTH: "taken", "refused": "refused"},
    ),
    ("nan_sleep", "timers/sleep-nan", _REFUSED),
    ("nan_deadline", "timers/deadline-nan", _REFUSED),
    ("late_move", "deadlines/moved-after-exit", {"refused": "error", "nothing": "ignored"}),
    (
        "called_cancelled",
        "cancellation/called-during-cleanup",
        {"not-yet": "ended", "already": "asked"},
    ),
    (
        "requests",
        "cancellation/requests-of-two",
        {"each": "counted", "one": "scopes", "none": ("counted", "scopes")},
    ),
    (
        "start_cancelled",
        "groups/start-cancelled-cleanup-error",
        {"out-of-start": "as_child", "lost": "cancelled"},
    ),
    ("context", "context/child-set", {"stays": "copied", "leaks": "shared"}),
    (
        "cancelled_thread",
        "threads/cancelled-wait",
        {
            "abandons": "abandoned",
            "waits-then-cancelled": "awaited",
            "waits-then-returns": "awaited",
        },
    ),
    ("thread_call", "threads/call-under-way", {"cancelled-too": "inside", "goes-on": "apart"}),
    ("thread_context", "threads/context", {"sees-them": "copied", "sees-none": "none"}),
    ("leftover_threads", "threads/left-at-the-end", {"waits": "awaited", "leaves": "abandoned"}),
    ("handlers", "tcp/serve-cancel-handlers", {"cancelled": "inside", "go-on": "apart"}),
    ("handled", "tcp/serve-handler-returns", {"closed": "closed", "open": "open"}),
    (
        "waiters",
        "sync/waiters-woken",
        {"counts": "inside", "does-not-count": ("blocked", "inside")},
    ),
    ("schedule_points.join", "join/done-yields", _YIELDS),
    ("schedule_points.receive", "sync/channel-receive-yields", _YIELDS),
    ("schedule_points.send", "sync/channel-send-yields", _YIELDS),
    ("schedule_points.wait", "sync/event-set-wait-yields", _YIELDS),
    ("schedule_points.acquire", "sync/lock-free-yields", _YIELDS),
    ("schedule_points.sleep", "timers/sleep-zero", _YIELDS),
    ("schedule_points.set", "sync/event-set-switches", {"switches": "always", "goes-on": "never"}),
)


_OPEN: Final = ("either", "any", "unspecified", "unknown")
"""What a declaration says that nothing contradicts."""
_ALLOWING: Final = {
    ("notice", "later"),  # any number of rounds later, which the next one is, too
    ("group_requests", "loose"),  # any request may be lost or told
    ("cancelled_send", "may"),
    ("waiters", "inside"),
}
"""Declared answers that allow what each other one of their field demands."""


@final
@dataclass(frozen=True, slots=True)
class Inferred:
    """One field: what the answer to `scenario` says, and what the adapter declares.

    `inferred` is None where the answer says nothing (`answer` is there), or where there is none (`why` says why);
    NONE where what several trials show fits no value. Their names and answers are joined by `; `.
    """

    field: str
    scenario: str
    answer: str | None
    inferred: Any
    declared: Any
    citation: str
    why: str = ""

    @property
    def differs(self) -> bool:
        """Whether the answer contradicts the declaration. One that allows all, or says nothing, stands."""
        if self.inferred is None or self.declared in _OPEN:
            return False
        if (self.field, self.declared) in _ALLOWING:
            return False
        if self.field == "sleep_race" and "lost" not in str(self.answer):
            return False  # a cancel wins over events, too: both values say the same
        fits = self.inferred if isinstance(self.inferred, tuple) else (self.inferred,)
        return self.declared not in fits


def infer(
    answers: Mapping[str, str | None],
    declared: Semantics,
    reasons: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Inferred]:
    """A line for every row of the table; `answers` maps scenario ids to words, `reasons` to why there are none."""
    for name, scenario, meaning in TABLE:
        answer = answers.get(scenario)
        words = answer.split(" | ") if answer else []
        value = meaning.get(BOTH if len(words) > 1 else "".join(words))
        citation = declared.citations.get(name.partition(".")[0], "")
        why = reasons.get(scenario, "")
        yield Inferred(name, scenario, answer, value, _declared(declared, name), citation, why)
    for name, asked in TRIALS.items():
        ids = [trial.scenario.id for trial in asked]
        told = [(one, answers[one]) for one in ids if answers.get(one)]
        known = [one for one, _ in told] or ids
        values = values_of(name, answers)
        yield Inferred(
            field=name,
            scenario="; ".join(known),
            answer="; ".join(str(answer) for _, answer in told) or None,
            inferred=values[0] if values and len(values) == 1 else values,
            declared=_declared(declared, name),
            citation=declared.citations.get(name, ""),
            why="; ".join(dict.fromkeys(reasons[one] for one in known if reasons.get(one))),
        )


def _declared(semantics: Semantics, name: str) -> Any:
    table, _, kind = name.partition(".")
    return semantics.schedule_point(kind) if kind else getattr(semantics, table)


def scenarios() -> frozenset[str]:
    """The scenarios of the catalogue that the table asks."""
    return frozenset(scenario for _, scenario, _ in TABLE)


def trials(*, timed: bool = True) -> tuple[Scenario, ...]:
    """What is asked beside the catalogue; `timed`: also what only ticks tell apart."""
    every = [trial for each in TRIALS.values() for trial in each]
    return tuple(trial.scenario for trial in every if timed or not trial.timed)
