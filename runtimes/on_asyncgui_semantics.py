"""What asyncgui's documents, and where they are silent its source, say to the oracle's questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from conformance.lang.semantics import Point, Semantics

_DOCS: Final = "https://asyncgui.github.io/asyncgui/"
_SOURCE: Final = "undocumented; asyncgui/__init__.py, "
_COMPOSED: Final = "composed by the adapter, not an answer of asyncgui: "

CITATIONS: Final[Mapping[str, str]] = {
    "order": f"{_SOURCE}Event.fire: whoever fires resumes those who wait, there and then",
    "start": f"{_DOCS}#asyncgui.start: immediately starts a task",
    "cancellation": f"{_SOURCE}Task._cancel_if_needed: a task that suspends again is cancelled again",
    "cancel_before_start": f"{_DOCS}#asyncgui.start: a task that was started has begun",
    "cancel_at_return": f"{_DOCS}#asyncgui.TaskState: FINISHED, the execution has been completed",
    "cancel_again": f"{_SOURCE}Task.cancel: what was requested already is only kept",
    "cancel_ended": f"{_SOURCE}Task.cancel: a coroutine that is over is closed once more, in vain",
    "cancel_waits": f"{_DOCS}#asyncgui.Task.cancel: as soon as possible; a plain function",
    "cancel_running": f"{_SOURCE}Task._step: a request made while it runs is looked at as it suspends",
    "race": f"{_SOURCE}Event.fire: who is woken has gone on before the call returns",
    "sleep_race": "asyncgui_ext/clock.py, Clock.sleep: the clock steps who sleeps as its time comes",
    "cancelled_send": "asyncgui_ext/queue.py, Queue.transfer_items: only of putters that still wait",
    "cancel_joiner": _COMPOSED + "waits for an event",
    "join_error": _COMPOSED + "raises the stored exception",
    "join_cancelled": _COMPOSED + "a cancellation is the task's own",
    "joiners": _COMPOSED + "an event wakes them all",
    "channels": "asyncgui_ext/queue.py, Queue.transfer_items: to the first getter",
    "ties": "asyncgui_ext/clock.py, Clock.advance: a list, in no promised order",
    "past": "asyncgui_ext/clock.py, Clock.advance: looked at when it is called",
    "deadlines": "asyncgui_ext/clock.py, Clock.move_on_after: each schedules an event of its own",
    "notice": f"{_SOURCE}Task._wrapper: calls the nursery back as it ends",
    "orphans": f"{_DOCS}#asyncgui.start: root tasks: whoever starts them must see to their end",
    "unjoined": f"{_SOURCE}Task._wrapper: the error leaves through the call that resumed the task",
    "groups": f"{_DOCS}#asyncgui.open_nursery: an equivalent of trio.open_nursery",
    "children": f"{_SOURCE}open_nursery: cancels every child, then waits for all, its own cancellation disabled",
    "group_requests": f"{_SOURCE}Task._cancel_if_needed: a request stays until the task is closed",
    "late_child": f"{_SOURCE}Nursery.start: only a closed nursery refuses",
    "context": f"{_SOURCE}Task._step: sends to a coroutine in whatever context there is",
    "schedule_points": f"{_SOURCE}a coroutine suspends only where it waits; whoever fires runs "
    "others meanwhile",
    "cancel_points": f"{_SOURCE}Task.cancel: where it is suspended",
}

_SCHEDULE: Final[Mapping[str, Point]] = {
    "default": "unspecified",
    **dict.fromkeys(("checkpoint", "sleep", "sleep_until"), "always"),
    **dict.fromkeys(("join", "wait"), "if_blocks"),
    "block": "never",
}
_CANCELS: Final[Mapping[str, Point]] = {
    "default": "if_blocks",
    **dict.fromkeys(("checkpoint", "sleep", "sleep_until"), "always"),
    **dict.fromkeys(("spawn", "cancel", "set", "block"), "never"),
    **dict.fromkeys(("send_nowait", "receive_nowait"), "never"),
}

SEMANTICS: Final = Semantics(
    order="any",
    start="eager",
    cancellation="level",
    cancel_before_start="runs",
    cancel_at_return="value",
    cancel_again="ignored",
    cancel_waits=False,
    cancel_running="later",
    race="completion",
    cancelled_send="did_not",
    cancel_joiner="leaves",
    join_error="same",
    join_cancelled="error",
    joiners="each",
    channels="fair",
    ties="any",
    past="later",
    notice="at_once",
    orphans="abandoned",
    unjoined="spreads",
    groups="propagates",
    children="together",
    group_requests="counted",
    late_child="starts",
    context="shared",
    schedule_points=_SCHEDULE,
    cancel_points=_CANCELS,
    citations=CITATIONS,
)
"""asyncgui 0.11."""
