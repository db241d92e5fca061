"""Asks about conditions: whom a notification wakes, who holds the lock when, and what a cancellation does to both."""

from __future__ import annotations

from itertools import combinations

from conformance.lang.ops import (
    Acquire,
    Attempt,
    Cancel,
    Group,
    Locked,
    Log,
    Note,
    Notify,
    NotifyAll,
    Op,
    Release,
    Sleep,
    Spawn,
    WaitCondition,
)
from conformance.lang.pattern import Pattern, ending, has, logs, shared
from conformance.lang.program import Program
from conformance.lang.scenario import ANYBODY, Rule, Scenario
from scenarios.idioms import soon
from scenarios.manuals import PRIMITIVE, anyio, asyncio, curio, trio
from scenarios.phrases import within

_WAIT = {
    "asyncio": asyncio("sync", "asyncio.Condition.wait"),
    "trio": trio("trio.Condition.wait"),
    "curio": curio("synchronization-primitives"),
    "anyio": anyio("api", "anyio.Condition.wait"),
    ANYBODY: PRIMITIVE,
}
_NOTIFY = {
    "asyncio": asyncio("sync", "asyncio.Condition.notify"),
    "trio": trio("trio.Condition.notify"),
    "curio": curio("synchronization-primitives"),
    "anyio": anyio("api", "anyio.Condition.notify"),
}
_ALL = {
    "asyncio": asyncio("sync", "asyncio.Condition.notify_all"),
    "trio": trio("trio.Condition.notify_all"),
    "curio": curio("synchronization-primitives"),
    "anyio": anyio("api", "anyio.Condition.notify_all"),
}
_WAITS = (Acquire("k"), WaitCondition("k"), Note("woken"), Release("k"))
"""A task that waits to be notified once."""


def _notify(op: Op | None = None) -> tuple[Op, ...]:
    """Notify, with the lock."""
    return (Acquire("k"), op or Notify("k"), Release("k"))


def _asked(*body: Op, **tasks: tuple[Op, ...]) -> Program:
    """A program whose main starts all tasks in one group, and then goes on in it."""
    spawns = tuple(Spawn(name, "g") for name in tasks)
    return Program({"main": (Group("g", (*spawns, *body)),), **tasks}, conditions=("k",))


def _at(tick: int, early: tuple[str, ...], late: tuple[str, ...]) -> Pattern:
    """These tasks are woken at that tick, those at the next."""
    when = dict.fromkeys(early, f"woken@{tick}") | dict.fromkeys(late, f"woken@{tick + 1}")
    return has(**dict(sorted(when.items())))


_WAKING = (
    Scenario(
        id="sync/condition-notify-one",
        asks="Does a notification wake exactly one of two waiters?",
        program=_asked(Sleep(1), *_notify(), Sleep(1), *_notify(), a=_WAITS, b=_WAITS),
        rule=Rule("MUST", required=(_at(1, ("a",), ("b",)), _at(1, ("b",), ("a",)))),
        sources=_NOTIFY,
        about={"wait_condition", "notify"},
        shown_by="mutant:notify-wakes-all",
    ),
    Scenario(
        id="sync/condition-notify-all",
        asks="Does a notification of all wake all?",
        program=_asked(Sleep(1), *_notify(NotifyAll("k")), a=_WAITS, b=_WAITS, c=_WAITS),
        answers={
            "all": has(a="woken@1", b="woken@1", c="woken@1"),
            "some": ending("deadlocked"),
        },
        rule=Rule("MUST", required=(has(a="woken@1", b="woken@1", c="woken@1"),)),
        sources=_ALL,
        about={"wait_condition", "notify_all"},
        shown_by="mutant:notify-all-wakes-one",
    ),
    Scenario(
        id="sync/condition-notify-count",
        asks="Does a notification of two wake two of three?",
        program=_asked(
            Sleep(1),
            *_notify(Notify("k", 2)),
            Sleep(1),
            *_notify(NotifyAll("k")),
            a=_WAITS,
            b=_WAITS,
            c=_WAITS,
        ),
        rule=Rule(
            "MUST",
            required=tuple(
                _at(1, pair, tuple(set("abc") - set(pair))) for pair in combinations("abc", 2)
            ),
        ),
        sources=_NOTIFY,
        about={"wait_condition", "notify"},
        shown_by="mutant:notify-counts-one",
    ),
    Scenario(
        id="sync/condition-notify-order",
        asks="Which of two waiters does a notification wake?",
        program=_asked(Sleep(2), *_notify(), Sleep(1), *_notify(), a=_WAITS, b=(Sleep(1), *_WAITS)),
        answers={"first": _at(2, ("a",), ("b",)), "last": _at(2, ("b",), ("a",))},
        rule=Rule("MUST", required=(_at(2, ("a",), ("b",)),)),
        sources={"trio": trio("fairness")},
        about={"wait_condition", "notify"},
        shown_by="mutant:lifo-condition",
    ),
    Scenario(
        id="sync/condition-notify-before-wait",
        asks="Is a notification forgotten that finds nobody waiting?",
        program=_asked(Acquire("k"), Notify("k"), within(2, WaitCondition("k"))),
        answers={"forgotten": logs(main=["caught Timeout@2"]), "remembered": logs(main=[])},
        rule=Rule("MUST", required=(logs(main=["caught Timeout@2"]),)),
        sources=_WAIT,
        about={"wait_condition", "notify"},
        shown_by="mutant:notify-remembered",
    ),
)

_HOLDING = (
    Scenario(
        id="sync/condition-releases-lock",
        asks="Can the lock be taken while a task waits for the condition?",
        program=_asked(
            Sleep(1), soon(Acquire("k"), Note("in"), NotifyAll("k"), Release("k")), a=_WAITS
        ),
        answers={"free": has(main="in@1"), "kept": has(main="caught Timeout")},
        rule=Rule("MUST", required=(has(main="in@1"),)),
        sources=_WAIT,
        about={"wait_condition"},
        shown_by="mutant:wait-keeps-lock",
    ),
    Scenario(
        id="sync/condition-holds-lock-after",
        asks="Does a task hold the lock when its wait for the condition is over?",
        program=_asked(
            Sleep(1),
            *_notify(),
            a=(
                Acquire("k"),
                WaitCondition("k"),
                Locked("k"),
                Attempt((Release("k"),), on_error=()),
            ),
        ),
        answers={"holds": logs(a=["got true"]), "does-not": has(a="got false")},
        rule=Rule("MUST", required=(logs(a=["got true"]),)),
        sources=_WAIT,
        about={"wait_condition", "locked"},
        shown_by="mutant:returns-without-lock",
    ),
    Scenario(
        id="sync/condition-waits-for-lock",
        asks="Does a notified task wait until the lock is released?",
        program=_asked(Sleep(1), Acquire("k"), Notify("k"), Sleep(2), Release("k"), a=_WAITS),
        answers={"waits": has(a="woken@3"), "goes-on": has(a="woken@1")},
        rule=Rule("MUST", required=(has(a="woken@3"),)),
        sources=_WAIT,
        about={"wait_condition", "notify"},
        shown_by="mutant:returns-without-lock",
    ),
    Scenario(
        id="sync/condition-lock-after-notify",
        asks="Who has the lock first: the task that is notified, or the notifier that asks for it again?",
        program=_asked(
            Sleep(1),
            *_notify(),
            Acquire("k"),
            Log("again"),
            Release("k"),
            a=(Acquire("k"), WaitCondition("k"), Log("woken"), Release("k")),
        ),
        answers={
            "waiter": shared("a woken", "main again"),
            "notifier": shared("main again", "a woken"),
        },
        sources=_NOTIFY,
        about={"wait_condition", "notify"},
        shown_by="trio answers waiter, asyncio notifier",
    ),
    Scenario(
        id="sync/condition-wait-unlocked",
        asks="Is a wait for a condition refused to a task that does not hold its lock?",
        program=_asked(within(1, WaitCondition("k"))),
        answers={"refused": logs(main=["caught Misuse"]), "waits": has(main="caught Timeout")},
        rule=Rule("MUST", required=(logs(main=["caught Misuse"]),)),
        unjudged={"waits"},
        sources={name: _WAIT[name] for name in ("asyncio", "trio")},
        about={"wait_condition"},
        shown_by="mutant:condition-needs-no-lock",
    ),
    Scenario(
        id="sync/condition-notify-unlocked",
        asks="Is a notification refused when nobody holds the lock?",
        program=_asked(Attempt((Notify("k"),), on_error=()), Note("on")),
        answers={"refused": has(main="caught Misuse"), "works": logs(main=["on"])},
        rule=Rule("MUST", required=(has(main="caught Misuse"),)),
        unjudged={"works"},
        sources={name: _NOTIFY[name] for name in ("asyncio", "trio")},
        about={"notify"},
        shown_by="mutant:condition-needs-no-lock",
    ),
    Scenario(
        id="sync/condition-notify-by-other",
        asks="Is a notification refused to a task while another one holds the lock?",
        program=_asked(
            Sleep(2),
            Attempt((Notify("k"),), on_error=()),
            Note("on"),
            Sleep(2),
            *_notify(NotifyAll("k")),
            a=_WAITS,
            b=(Sleep(1), Acquire("k"), Sleep(2), Release("k")),
        ),
        answers={
            "refused": logs(main=["caught Misuse@2", "on@2"]) & has(a="woken@4"),
            "works": logs(main=["on@2"]) & has(a="woken@3"),
        },
        rule=Rule("MUST", required=(has(main="caught Misuse@2", a="woken@4"),)),
        sources={"trio": _NOTIFY["trio"]},
        about={"notify"},
        shown_by="mutant:condition-needs-no-lock",
    ),
)

_GIVES_UP = (
    Acquire("k"),
    Attempt((WaitCondition("k"), Note("woken")), on_cancel=()),
    Attempt((Release("k"),), on_error=()),
)
"""A task that waits to be notified, and may be cancelled meanwhile. Without the lock its release fails."""

_CANCELLED = (
    Scenario(
        id="sync/condition-cancel-holds-lock",
        asks="Does a waiter hold the lock when it is told of its cancellation?",
        program=_asked(Sleep(1), Cancel("a"), a=_GIVES_UP),
        answers={
            "holds": logs(a=["caught Cancelled@1"]),
            "does-not": logs(a=["caught Cancelled@1", "caught Misuse@1"]),
        },
        rule=Rule("MUST", required=(logs(a=["caught Cancelled@1"]),)),
        unjudged={"does-not"},
        sources={"trio": _WAIT["trio"]},
        about={"wait_condition"},
        shown_by="mutant:cancelled-without-lock",
    ),
    Scenario(
        id="sync/condition-cancel-waits-for-lock",
        asks="Is a cancelled waiter told only when it can have the lock?",
        program=_asked(
            Sleep(2),
            Cancel("a"),
            a=_GIVES_UP,
            b=(Sleep(1), Acquire("k"), Sleep(2), Release("k")),
        ),
        answers={
            "waits-for-lock": has(a="caught Cancelled@3"),
            "at-once": has(a="caught Cancelled@2"),
        },
        rule=Rule("MUST", required=(has(a="caught Cancelled@3"),)),
        unjudged={"at-once"},
        sources={"trio": _WAIT["trio"]},
        about={"wait_condition"},
        shown_by="mutant:cancelled-without-lock",
    ),
    Scenario(
        id="sync/condition-notify-then-cancel",
        asks="What becomes of a notification whose waiter is cancelled in the same round?",
        program=_asked(
            Sleep(2),
            *_notify(),
            Cancel("a"),
            Sleep(1),
            *_notify(NotifyAll("k")),
            a=_GIVES_UP,
            b=(Sleep(1), *_WAITS),
        ),
        answers={
            "waiter-completes": has(a="woken@2", b="woken@3"),
            "passed-on": has(a="caught Cancelled@2", b="woken@2"),
            "lost": has(a="caught Cancelled@2", b="woken@3"),
        },
        sources=_WAIT,
        about={"wait_condition", "notify"},
        shown_by="asyncio answers lost or passed-on, trio waiter-completes",
    ),
    Scenario(
        id="sync/condition-cancel-at-lock",
        asks="What becomes of a notified task that is cancelled while it waits for the lock?",
        program=_asked(
            Sleep(2),
            Acquire("k"),
            Notify("k"),
            Sleep(2),
            Attempt((Release("k"),), on_error=()),
            Sleep(1),
            *_notify(NotifyAll("k")),
            a=_GIVES_UP,
            b=(Sleep(1), *_WAITS),
            c=(Sleep(3), Cancel("a")),
        ),
        answers={
            "completes": has(a="woken@4"),
            "told-with-lock-passed-on": has(a="caught Cancelled@4", b="woken@4"),
            "told-with-lock-lost": has(a="caught Cancelled@4", b="woken@5"),
            "told-without-lock": has(a="caught Cancelled@3"),
        },
        sources=_WAIT,
        about={"wait_condition"},
        shown_by="trio answers told-with-lock-lost, anyio completes",
    ),
    Scenario(
        id="sync/condition-cancel-excludes",
        asks="Is the lock held by one task only when a notified task is cancelled that waits for it?",
        program=_asked(
            Sleep(1),
            Acquire("k"),
            Notify("k"),
            Sleep(3),
            Log("out"),
            Attempt((Release("k"),), on_error=()),
            a=(Acquire("k"), Attempt((WaitCondition("k"),), finally_=(Release("k"),))),
            b=(Sleep(3), Acquire("k"), Log("in"), Attempt((Release("k"),), on_error=())),
            c=(Sleep(2), Cancel("a")),
        ),
        answers={
            "one-only": shared("main out", "b in"),
            "two": shared("b in", "main out"),
        },
        rule=Rule("MUST", required=(shared("main out", "b in"),)),
        sources={ANYBODY: PRIMITIVE},
        about={"wait_condition", "acquire", "release"},
        shown_by="mutant:cancelled-frees-lock",
    ),
    Scenario(
        id="sync/condition-cancel-then-notify",
        asks="Does a notification go to the next waiter when the first one has just been cancelled?",
        program=_asked(
            Sleep(2),
            Acquire("k"),
            Cancel("a"),
            Notify("k"),
            Release("k"),
            Sleep(1),
            *_notify(NotifyAll("k")),
            a=_GIVES_UP,
            b=(Sleep(1), *_WAITS),
        ),
        answers={
            "goes-to-next": has(b="woken@2"),
            "lost": has(b="woken@3"),
            "deadlocks": ending("deadlocked"),
        },
        sources=_WAIT,
        about={"wait_condition", "notify"},
        shown_by="curio answers deadlocks, trio goes-to-next",
    ),
)

SCENARIOS = _WAKING + _HOLDING + _CANCELLED
