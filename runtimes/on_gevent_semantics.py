"""What gevent's documents, and where they are silent its source, say to the oracle's questions.

An answer that only the source gives is marked "undocumented".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from conformance.lang.semantics import Point, Semantics

_API: Final = "https://www.gevent.org/api/gevent."
_GREENLET: Final = f"{_API}greenlet.html"
_SOURCE: Final = "undocumented; gevent/"

CITATIONS: Final[Mapping[str, str]] = {
    "order": f"{_SOURCE}libev/corecext.pyx, loop.run_callback: a first-in, first-out list of "
    "callbacks starts greenlets and ends sleep(0)",
    "start": f"{_GREENLET}#gevent.Greenlet.start: schedules the greenlet to run in this loop "
    "iteration",
    "cancellation": f"{_GREENLET}#gevent.Greenlet.kill: raises the exception in the greenlet, "
    "once per call; it may be caught",
    "cancel_before_start": f"{_GREENLET}#gevent.Greenlet.kill: since 1.1a2, a greenlet killed before "
    "it was switched to is never switched to",
    "cancel_at_return": f"{_GREENLET}#gevent.Greenlet.kill: if the greenlet exits before making "
    "another green call, the exception may not be raised at all",
    "cancel_again": f"{_GREENLET}#gevent.Greenlet.kill: may be called multiple times on the same "
    "greenlet; undocumented that each is raised: gevent/greenlet.py, _kill",
    "cancel_ended": "undocumented; gevent/greenlet.py, kill: nothing more than to wait, if it is dead",
    "cancel_waits": f"{_GREENLET}#gevent.Greenlet.kill: if block is True (the default), wait until "
    "the greenlet dies",
    "cancel_running": f"{_SOURCE}greenlet.py, Greenlet.kill: raised from a callback, while the call waits",
    "race": f"{_GREENLET}#gevent.Greenlet.kill: depending on what the greenlet executes and the "
    "state of the loop, the exception may be raised when it resumes, or on a later green call",
    "sleep_race": f"{_SOURCE}hub.py, sleep: waits for a timer like for any other watcher",
    "cancelled_send": f"{_SOURCE}queue.py, Queue.put and ItemWaiter.put_and_switch: the item is put "
    "in the very callback that resumes the sender",
    "cancel_joiner": f"{_SOURCE}greenlet.py, Greenlet.get: who is killed while it waits is unlinked",
    "join_error": f"{_GREENLET}#gevent.Greenlet.get: re-raises the exception that it has raised",
    "join_cancelled": f"{_GREENLET}#gevent.Greenlet.successful: a killed greenlet is successful, "
    "GreenletExit is not considered an error; #gevent.Greenlet.value: it is then its value",
    "waiters": "nothing to say: of what the adapter uses, nothing tells who waits",
    "join_self": f"{_SOURCE}greenlet.py, Greenlet.get: links itself, and switches to the hub",
    "locks": f"{_SOURCE}_semaphore.py, Semaphore.acquire: takes a free one, whoever waits",
    "channels": f"{_SOURCE}queue.py, Queue.get: takes what is there, whoever waits",
    "relock": f"{_API}lock.html#gevent.lock.Semaphore: does not track ownership",
    "unowned": f"{_API}lock.html#gevent.lock.Semaphore: any greenlet can call release",
    "negative_sleep": f"{_SOURCE}hub.py, sleep: seconds that are zero or less let others run",
    "ties": "undocumented; libev (ev.pod) promises no order of timers of one time",
    "past": f"{_API}timeout.html#gevent.Timeout: 0 seconds expire as soon as control returns to the "
    "event loop",
    "deadlines": f"{_API}timeout.html#gevent.Timeout: each that is started raises itself in the greenlet",
    "dead_owner": f"{_API}lock.html#gevent.lock.Semaphore: does not track ownership",
    "notice": f"{_SOURCE}greenlet.py, Greenlet.__report_result: links are told in a callback",
    "orphans": f"{_API}hub.html#gevent.hub.Hub: nothing runs once the main greenlet has left "
    "it; the script ends",
    "own_close": f"{_SOURCE}_socket3.py, _closedsocket: whatever is called on it raises EBADF; "
    "socket._drop_events_and_close cancels who waits",
    "unjoined": f"{_API}hub.html#gevent.hub.Hub.handle_error: prints the exception",
    "context": "undocumented; greenlet: each greenlet starts with an empty context (greenlet.readthedocs.io, "
    "contextvars); gevent gives it none",
    "schedule_points": f"{_API}hub.html#gevent.sleep: 0 yields to any runnable greenlet; "
    f"{_API}event.html: wait returns immediately when set (but after those that had to wait); "
    f"{_SOURCE}greenlet.py, queue.py, _socket3.py: switch only where they have to wait",
    "cancel_points": f"{_GREENLET}#gevent.Greenlet.kill: raised when the greenlet resumes, or on a "
    "subsequent green call: wherever it switches",
}

_POINTS: Final[Mapping[str, Point]] = {
    "default": "if_blocks",
    "group": "unspecified",
    **dict.fromkeys(("checkpoint", "sleep", "sleep_until"), "always"),
    **dict.fromkeys(("wait", "acquire", "connect", "listen", "cancel"), "unspecified"),
    **dict.fromkeys(("spawn", "set", "release", "block"), "never"),
    **dict.fromkeys(("fail_after", "move_on_after"), "never"),
    **dict.fromkeys(("close_listener", "send_eof", "close", "abort"), "never"),
    **dict.fromkeys(("send_nowait", "receive_nowait"), "unspecified"),
}

SEMANTICS: Final = Semantics(
    order="fifo",
    start="later",
    cancellation="edge",
    cancel_before_start="skips",
    cancel_at_return="value",
    cancel_again="each",
    cancel_waits=True,
    race="either",
    cancelled_send="did_not",
    cancel_joiner="leaves",
    join_error="same",
    join_cancelled="value",
    join_self="blocks",
    locks="barging",
    channels="barging",
    relock="blocks",
    unowned="works",
    ties="any",
    past="later",
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
"""gevent 26."""
