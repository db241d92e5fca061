"""What Twisted's documents, and where they are silent its source, say to the oracle's questions.

An answer that only the source gives is marked "undocumented".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from conformance.lang.semantics import Point, Semantics

_API: Final = "https://docs.twisted.org/en/stable/api/twisted.internet."
_DEFER: Final = f"{_API}defer.Deferred.html"
_HOWTO: Final = "https://docs.twisted.org/en/stable/core/howto/defer.html"
_SOURCE: Final = "undocumented; twisted/internet/"

CITATIONS: Final[Mapping[str, str]] = {
    "order": f"{_SOURCE}base.py, ReactorBase.runUntilCurrent: a heap of times; and whoever fires a "
    "Deferred runs its callbacks there and then",
    "start": f"{_DEFER}#fromCoroutine: schedules a coroutine; {_SOURCE}defer.py, _inlineCallbacks: "
    "runs it to its first wait at once",
    "cancellation": f"{_HOWTO}#cancellation: the Deferred that is waited for fails with "
    "CancelledError, once per call",
    "cancel_before_start": f"{_SOURCE}defer.py, _cancellableInlineCallbacks: there is nothing to "
    "cancel before the first wait",
    "cancel_at_return": f"{_DEFER}#cancel: what has fired cannot be cancelled",
    "cancel_again": f"{_SOURCE}defer.py, Deferred.cancel: forwards to the Deferred that is waited "
    "for now",
    "cancel_ended": f"{_DEFER}#cancel: only one that was not called yet",
    "cancel_waits": f"{_HOWTO}#cancellation: cancel is synchronous; whatever it causes that waits is "
    "not waited for",
    "cancel_running": f"{_SOURCE}defer.py, _handleCancelInlineCallbacks: cancels the Deferred that "
    "was waited for last, which has fired",
    "race": f"{_DEFER}#cancel: only if its callback has not been invoked yet, which for a delayed call is "
    "when the reactor gets to it",
    "sleep_race": f"{_DEFER}#cancel: a sleep is a Deferred like any other",
    "cancelled_send": "nothing to say: DeferredQueue.put never waits",
    "cancel_joiner": f"{_DEFER}#cancel: if it is waiting on another Deferred, forwards the "
    "cancellation to that",
    "join_error": f"{_HOWTO}#coroutines-with-async-await: awaiting raises the exception",
    "join_cancelled": f"{_HOWTO}#cancellation: CancelledError is an error like any other",
    "joiners": f"{_HOWTO}#callback-chains: each callback is given what the one before it returned, "
    f"and who awaits is a callback that returns nothing: {_SOURCE}defer.py, _gotResultInlineCallbacks",
    "waiters": "nothing to say: no documented method of DeferredLock or DeferredQueue tells who waits",
    "join_self": "nothing to say: a coroutine does not have its own Deferred",
    "locks": f"{_API}defer.DeferredLock.html#release: the first Deferred of the waiting list is "
    "called back",
    "channels": f"{_SOURCE}defer.py, DeferredQueue.put: to the first who waits",
    "relock": f"{_API}defer.DeferredLock.html#acquire: placed at the end of a waiting list",
    "unowned": f"{_API}defer.DeferredLock.html: has no owner",
    "ties": f"{_SOURCE}base.py, DelayedCall.__lt__: by time alone, in a heap",
    "past": f"{_SOURCE}base.py, ReactorBase.callLater: refuses negative delays; 0 is run when the "
    "reactor next looks",
    "dead_owner": f"{_API}defer.DeferredLock.html: has no owner",
    "notice": f"{_DEFER}#callback: runs all callbacks",
    "orphans": f"{_API}task.html#react: the reactor stops when the Deferred fires",
    "own_close": f"{_API}interfaces.ITransport.html#loseConnection: what was written before is sent; what is "
    "written after it is dropped without an error",
    "unjoined": f"{_HOWTO}#unhandled-errors: logged when the Deferred is collected",
    "context": f"{_SOURCE}defer.py, _cancellableInlineCallbacks: runs in a copy of the current context",
    "schedule_points": f"{_HOWTO}#coroutines-with-async-await: waits only for what has not fired; "
    f"{_DEFER}#callback: what fires a Deferred runs who waits for it before it returns",
    "cancel_points": f"{_HOWTO}#cancellation: whoever waits is told",
}

_POINTS: Final[Mapping[str, Point]] = {
    "default": "if_blocks",
    "group": "unspecified",
    **dict.fromkeys(("checkpoint", "sleep", "sleep_until", "connect"), "always"),
    **dict.fromkeys(
        ("spawn", "cancel", "set", "release", "send_nowait", "close", "close_listener", "abort"),
        "unspecified",
    ),
    **dict.fromkeys(("block", "listen", "send_eof"), "never"),
}
_CANCELS: Final[Mapping[str, Point]] = {
    **_POINTS,
    **dict.fromkeys(("spawn", "cancel", "set", "release", "send_nowait"), "never"),
    **dict.fromkeys(("close", "abort"), "never"),
}

SEMANTICS: Final = Semantics(
    order="any",
    start="eager",
    cancellation="edge",
    cancel_before_start="runs",
    cancel_at_return="value",
    cancel_again="told",
    cancel_waits=False,
    cancel_running="never",
    race="either",
    cancelled_send="did_not",
    cancel_joiner="propagates",
    join_error="same",
    join_cancelled="cancelled",
    joiners="first",
    join_self="blocks",
    locks="fair",
    channels="fair",
    relock="blocks",
    unowned="works",
    ties="any",
    past="later",
    dead_owner="kept",
    notice="at_once",
    own_close="any",
    orphans="abandoned",
    unjoined="ignored",
    groups="collected",
    context="copied",
    schedule_points=_POINTS,
    cancel_points=_CANCELS,
    citations=CITATIONS,
)
"""Twisted 26."""
