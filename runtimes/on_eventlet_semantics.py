"""What eventlet's documents, and where they are silent its source, say to the oracle's questions.

An answer that only the source gives is marked "undocumented".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from conformance.lang.semantics import Point, Semantics

_DOCS: Final = "https://eventlet.readthedocs.io/en/latest/"
_KILL: Final = f"{_DOCS}modules/greenthread.html#eventlet.greenthread.kill"
_WAIT: Final = f"{_DOCS}modules/greenthread.html#eventlet.greenthread.GreenThread.wait"
_SEMAPHORE: Final = f"{_DOCS}modules/semaphore.html#eventlet.semaphore.Semaphore"
_SOURCE: Final = "undocumented; eventlet/"

CITATIONS: Final[Mapping[str, str]] = {
    "order": f"{_SOURCE}hubs/hub.py, BaseHub.fire_timers: a heap of times, equal ones by address; "
    "event.py and queue.py keep waiters in sets",
    "start": f"{_DOCS}modules/greenthread.html#eventlet.greenthread.spawn: returns immediately, the "
    "greenthread is scheduled for the next opportunity",
    "cancellation": f"{_KILL}: raises an exception into the target, once per call",
    "cancel_before_start": f"{_SOURCE}greenthread.py, kill: 'semantically we want it to be as though "
    "the main method never got called'",
    "cancel_at_return": f"{_KILL}: the target sees the exception right away, nothing is pending",
    "cancel_again": f"{_KILL}: the target sees the exception right away, whatever it is doing",
    "cancel_ended": "undocumented; eventlet/greenthread.py, kill: nothing, if the target is dead",
    "cancel_waits": f"{_KILL}: the caller cooperatively yields; it does not wait for the end",
    "cancel_running": f"{_KILL}: the target sees the exception right away",
    "race": f"{_KILL}: whatever the target might be doing, it sees the exception right away",
    "sleep_race": f"{_SOURCE}greenthread.py, sleep: a timer switches to the sleeper at once",
    "cancelled_send": f"{_SOURCE}queue.py, LightQueue.put and _unlock: the item is put in the call "
    "that resumes the sender",
    "cancel_joiner": f"{_SOURCE}event.py, Event.wait: who is killed while it waits is discarded",
    "join_error": f"{_WAIT}: raises the same exception",
    "join_cancelled": f"{_DOCS}modules/greenthread.html#eventlet.greenthread.GreenThread.kill: all "
    "calls to wait raise GreenletExit",
    "waiters": f"{_DOCS}modules/queue.html#eventlet.queue.LightQueue.getting and putting: the number of greenthreads"
    " that are blocked; queue.py, LightQueue.put: who was woken stays in that set until the hub runs",
    "join_self": f"{_SOURCE}event.py, Event.wait: adds itself to the waiters, and switches",
    "locks": f"{_SOURCE}semaphore.py, Semaphore.acquire: queues behind whoever waits",
    "channels": f"{_SOURCE}queue.py, LightQueue.get: takes what is there, whoever waits; those are kept in sets",
    "relock": f"{_SEMAPHORE}: a count; it has no owner",
    "unowned": f"{_SEMAPHORE}: a count; it has no owner",
    "negative_sleep": f"{_SOURCE}hubs/hub.py, BaseHub.run: a timer that is past is due",
    "ties": f"{_SOURCE}hubs/timer.py, Timer.__lt__: by address",
    "past": f"{_SOURCE}hubs/hub.py, BaseHub.run: timers of 0 seconds, and so wake-ups, "
    "in the order of arming",
    "deadlines": f"{_SOURCE}timeout.py, Timeout.start: each schedules a timer of its own",
    "dead_owner": f"{_SEMAPHORE}: a count; it has no owner",
    "notice": f"{_SOURCE}event.py, Event.send: waiters are resumed by timers of 0 seconds",
    "orphans": f"{_DOCS}hubs.html: the hub runs only while some greenthread of the script waits",
    "own_close": f"{_SOURCE}greenio/base.py, GreenSocket._mark_as_closed: a closed socket raises EBADF",
    "unjoined": f"{_SOURCE}hubs/hub.py, squelch_timer_exception: printed",
    "context": "undocumented; greenlet: each greenlet starts with an empty context (greenlet.readthedocs.io, "
    "contextvars); eventlet gives it none",
    "schedule_points": f"{_DOCS}modules/greenthread.html#eventlet.greenthread.sleep: 0 is the "
    "canonical way of a cooperative yield; "
    f"{_KILL}: yields; others: {_SOURCE}event.py, queue.py, greenio/base.py switch if they must wait",
    "cancel_points": f"{_KILL}: whatever the target does; it is told where it has switched",
}

_POINTS: Final[Mapping[str, Point]] = {
    "default": "if_blocks",
    "group": "unspecified",
    **dict.fromkeys(("checkpoint", "sleep", "sleep_until"), "always"),
    **dict.fromkeys(("cancel", "send_nowait", "receive_nowait", "send"), "unspecified"),
    **dict.fromkeys(("spawn", "set", "release", "block"), "never"),
    **dict.fromkeys(("fail_after", "move_on_after"), "never"),
    **dict.fromkeys(("listen", "close_listener", "send_eof", "close", "abort"), "never"),
}

SEMANTICS: Final = Semantics(
    order="any",
    start="later",
    cancellation="edge",
    cancel_before_start="skips",
    cancel_at_return="value",
    cancel_again="each",
    cancel_waits=False,
    cancel_running="at_once",
    race="cancel",
    cancelled_send="did_not",
    cancel_joiner="leaves",
    join_error="same",
    join_cancelled="cancelled",
    join_self="blocks",
    locks="fair",
    channels="unordered",
    relock="blocks",
    unowned="works",
    ties="any",
    past="either",
    dead_owner="kept",
    notice="later",
    own_close="any",
    orphans="abandoned",
    unjoined="ignored",
    groups="collected",
    context="fresh",
    schedule_points=_POINTS,
    cancel_points=_POINTS,
    citations=CITATIONS,
)
"""eventlet 0.41."""
