"""What tinyio's README, and where it is silent its source, says to the oracle's questions.

There is nothing to say of what a cancel does to a task: only an error cancels, all tasks at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from conformance.lang.semantics import Point, Semantics

_README: Final = "https://github.com/patrick-kidger/tinyio#"
_SOURCE: Final = "undocumented; tinyio/"

CITATIONS: Final[Mapping[str, str]] = {
    "order": f"{_SOURCE}_core.py, Loop._runtime: one queue, first in, first out",
    "start": f"{_README}loops: yield {{coro}} schedules it, to run in the background",
    "cancellation": f"{_README}error-propagation: CancelledError is raised once, from the yield at "
    "which each coroutine waits",
    "join_error": f"{_README}error-propagation: the error cancels everybody and leaves the loop; "
    "nobody is given it",
    "waiters": "nothing to say: its primitives do not tell who waits",
    "join_self": f"{_SOURCE}_core.py, Loop._check_cycle: an error, for the whole loop",
    "locks": f"{_SOURCE}_sync.py, _CloseSemaphore.__exit__: gives the value back, then wakes the "
    "first who waits",
    "relock": f"{_README}synchronisation: a semaphore of 1",
    "unowned": f"{_README}synchronisation: a semaphore of 1",
    "negative_sleep": f"{_SOURCE}_core.py, Loop._clear: a time that is past is due",
    "ties": f"{_SOURCE}_core.py: a heap of times, equal ones in any order",
    "past": f"{_SOURCE}_core.py, Loop._clear: looked at before each step",
    "dead_owner": f"{_README}synchronisation: a semaphore of 1",
    "notice": f"{_SOURCE}_core.py, Loop._step: who waits for a coroutine is queued as it ends",
    "orphans": f"{_SOURCE}_core.py, Loop._runtime: runs until nothing is waited for any more",
    "unjoined": f"{_README}error-propagation: an error in one coroutine cancels all coroutines "
    "across the entire event loop",
    "context": f"{_SOURCE}_core.py, Loop._step: sends to a generator in whatever context there is",
    "schedule_points": f"{_README}loops: whatever is yielded to the loop lets others run",
    "cancel_points": f"{_README}error-propagation: raised from whatever yield they wait at",
}

_POINTS: Final[Mapping[str, Point]] = {
    "default": "always",
    **dict.fromkeys(("set", "release", "block"), "never"),
    **dict.fromkeys(("join", "group"), "unspecified"),
}

SEMANTICS: Final = Semantics(
    order="fifo",
    start="later",
    cancellation="edge",
    join_error="same",
    join_self="error",
    locks="barging",
    relock="blocks",
    unowned="works",
    ties="any",
    past="either",
    dead_owner="kept",
    notice="later",
    orphans="awaited",
    unjoined="spreads",
    groups="collected",
    context="shared",
    schedule_points=_POINTS,
    cancel_points=_POINTS,
    citations=CITATIONS,
)
"""tinyio 0.4."""
