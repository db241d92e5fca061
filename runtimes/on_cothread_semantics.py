"""What cothread's documents, and where they are silent its source, say to the oracle's questions.

There is nothing to say of what a cancel does: there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from conformance.lang.semantics import Point, Semantics

_DOCSTRING: Final = "docstring of cothread/cothread.py, "
_SOURCE: Final = "undocumented; cothread/cothread.py, "

CITATIONS: Final[Mapping[str, str]] = {
    "order": f"{_SOURCE}_Scheduler.__tick: timers, then the ready queue; who yields waits until that is empty",
    "start": f"{_SOURCE}_Scheduler.spawn: puts the new task at the end of the ready queue",
    "join_error": f"{_DOCSTRING}Spawn: with raise_on_wait, the exception is postponed until Wait() is called",
    "join_self": f"{_SOURCE}Spawn.Wait: the task waits for itself",
    "joiners": f"{_DOCSTRING}Spawn.Wait: 'Can only be called once'",
    "locks": f"{_SOURCE}RLock.release: signals an event that resets itself; whoever looks first has the lock",
    "channels": f"{_SOURCE}EventQueue.Wait: who was woken looks again, and another may have taken the item",
    "relock": f"{_DOCSTRING}RLock: 'A reentrant lock'",
    "unowned": f"{_SOURCE}RLock.release: asserts that the task is the owner",
    "ties": f"{_SOURCE}_TimerQueue.put: bisects, so that equal times keep their order of arming",
    "negative_sleep": f"{_SOURCE}_Scheduler.wait_until: a deadline that is past is due",
    "dead_owner": f"{_SOURCE}RLock: nobody looks after a task that has ended",
    "notice": f"{_SOURCE}Spawn.__run: wakes who waits as it ends",
    "orphans": f"{_SOURCE}there is no end of a run: main returns, and nobody schedules any more",
    "unjoined": f"{_DOCSTRING}Spawn: with raise_on_wait, an exception is postponed until Wait() is called",
    "groups": "composed by the adapter, not an answer of cothread: nobody is told of an error",
    "context": "undocumented; context/_coroutine.c: each coroutine has a thread state, and so a context, of its own",
    "waiters": "nothing to say: its primitives do not tell who waits",
    "schedule_points": f"{_DOCSTRING}SleepUntil: 'Control will always be yielded'; Yield; {_SOURCE}others switch if"
    " they must wait",
}

_POINTS: Final[Mapping[str, Point]] = {
    "default": "if_blocks",
    "group": "unspecified",
    **dict.fromkeys(("checkpoint", "sleep", "sleep_until"), "always"),
    **dict.fromkeys(("spawn", "set", "clear", "is_set", "release", "send", "length"), "never"),
    **dict.fromkeys(("block", "get_variable", "set_variable", "reset_variable"), "never"),
}

SEMANTICS: Final = Semantics(
    order="any",
    start="later",
    join_error="same",
    join_self="blocks",
    joiners="first",
    locks="barging",
    channels="barging",
    relock="reenters",
    unowned="error",
    ties="any",
    dead_owner="kept",
    notice="later",
    orphans="abandoned",
    unjoined="ignored",
    groups="collected",
    context="fresh",
    schedule_points=_POINTS,
    citations=CITATIONS,
)
"""cothread 2.20."""
