"""Asks about semaphores: how many get in, who is next, what is given beyond, and what a cancellation keeps."""

from __future__ import annotations

from itertools import permutations

from conformance.lang.ops import (
    AcquireSemaphore,
    AcquireSemaphoreNowait,
    Cancel,
    Checkpoint,
    Group,
    Log,
    Note,
    Op,
    ReleaseSemaphore,
    SemaphoreValue,
    Sleep,
    Spawn,
)
from conformance.lang.pattern import ending, has, lacks, logs, shared
from conformance.lang.program import Program
from conformance.lang.scenario import ANYBODY, Rule, Scenario
from scenarios.idioms import soon
from scenarios.manuals import PRIMITIVE, anyio, asyncio, curio, tornado, trio
from scenarios.phrases import within
from scenarios.queries import caught

_FAIR = trio("fairness")
_ACQUIRE = {
    "asyncio": asyncio("sync", "asyncio.Semaphore.acquire"),
    "trio": trio("trio.Semaphore"),
    "curio": curio("synchronization-primitives"),
    "anyio": anyio("synchronization", "semaphores"),
    "tornado": tornado("locks", "tornado.locks.Semaphore.acquire"),
}
_BOUNDED = {
    "asyncio": asyncio("sync", "asyncio.BoundedSemaphore"),
    "trio": trio("trio.Semaphore.release"),
    "tornado": tornado("locks", "tornado.locks.BoundedSemaphore"),
}
_TORNADO_GIVE = tornado("locks", "tornado.locks.Semaphore.release") + " (wakes one waiter)"
_VALUE = {
    "trio": trio("trio.Semaphore.value"),
    "anyio": anyio("api", "anyio.Semaphore.value"),
}
_NOWAIT = {
    "trio": trio("trio.Semaphore.acquire_nowait"),
    "anyio": anyio("api", "anyio.Semaphore.acquire_nowait"),
}
_TAKE, _GIVE = AcquireSemaphore("s"), ReleaseSemaphore("s")


def _with(permits: int, *body: Op, **tasks: tuple[Op, ...]) -> Program:
    """A program with one semaphore whose main starts all tasks in one group, and then goes on in it."""
    spawns = tuple(Spawn(name, "g") for name in tasks)
    main = (Group("g", (*spawns, *body)),) if tasks else body
    return Program({"main": main, **tasks}, semaphores={"s": permits})


_IN = (_TAKE, Note("in"), Sleep(2), _GIVE)

_LIMITS = (
    Scenario(
        id="sync/semaphore-limits",
        asks="Do as many tasks get in at once as there are permits?",
        program=_with(2, a=_IN, b=_IN, c=_IN),
        rule=Rule(
            "MUST",
            required=tuple(
                has(**{x: "in@0", y: "in@0", z: "in@2"}) for x, y, z in permutations("abc") if x < y
            ),
        ),
        sources={**_ACQUIRE, ANYBODY: PRIMITIVE},
        about={"acquire_semaphore", "release_semaphore"},
        shown_by="mutant:semaphore-for-one-more",
    ),
    Scenario(
        id="sync/semaphore-waits",
        asks="Does a task wait for a permit until one is given?",
        program=_with(0, Sleep(1), _GIVE, a=(_TAKE, Note("in"))),
        answers={
            "waits": has(a="in@1"),
            "gets-in": has(a="in@0"),
            "is-forgotten": ending("deadlocked"),
        },
        rule=Rule("MUST", required=(has(a="in@1"),)),
        sources={**_ACQUIRE, ANYBODY: PRIMITIVE},
        about={"acquire_semaphore", "release_semaphore"},
        shown_by="mutant:lost-permit",
    ),
    Scenario(
        id="sync/semaphore-release-more",
        asks="Can a semaphore be given more permits than it had?",
        program=_with(0, caught(_GIVE, _GIVE), soon(_TAKE, _TAKE, Note("both"))),
        answers={"grows": logs(main=["both"]), "does-not": lacks(main="both")},
        rule=Rule("MUST", required=(logs(main=["both"]),)),
        unjudged={"does-not"},
        sources={
            "asyncio": asyncio("sync", "asyncio.Semaphore.release"),
            "trio": _ACQUIRE["trio"],
            "tornado": tornado("locks", "tornado.locks.Semaphore")
            + " (a counter of releases minus acquires)",
        },
        about={"release_semaphore"},
        shown_by="mutant:semaphore-never-grows",
    ),
    Scenario(
        id="sync/semaphore-release-by-other",
        asks="Can a task give a permit that another one took?",
        program=_with(
            1, _TAKE, Sleep(1), soon(_TAKE), Note("on"), a=(caught(_GIVE), Note("given"))
        ),
        answers={
            "works": logs(a=["given"], main=["on@1"]),
            "refused": has(a="caught Misuse"),
        },
        rule=Rule("MUST", required=(logs(a=["given"], main=["on@1"]),)),
        sources={ANYBODY: PRIMITIVE, "trio": _ACQUIRE["trio"], "tornado": _TORNADO_GIVE},
        about={"release_semaphore"},
        shown_by="mutant:semaphore-owned",
    ),
    Scenario(
        id="sync/semaphore-bounded",
        asks="Does a bounded semaphore refuse a permit that it did not lend?",
        program=Program({"main": (caught(_GIVE), Note("on"))}, bounded_semaphores={"s": 1}),
        answers={"refused": has(main="caught Misuse"), "accepted": logs(main=["on"])},
        rule=Rule("MUST", required=(has(main="caught Misuse"),)),
        sources=_BOUNDED,
        about={"release_semaphore"},
        shown_by="mutant:unbounded-semaphore",
    ),
    Scenario(
        id="sync/semaphore-bounded-refusal",
        asks="Does a bounded semaphore have its permits, and no more, after one was refused?",
        program=Program(
            {"main": (caught(_GIVE), soon(_TAKE, Note("in")), within(2, _TAKE))},
            bounded_semaphores={"s": 1},
        ),
        rule=Rule("MUST", required=(logs(main=["caught Misuse", "in", "caught Timeout@2"]),)),
        sources=_BOUNDED,
        about={"release_semaphore", "acquire_semaphore"},
        shown_by="mutant:refused-permit-counts",
    ),
)

_NEXT = (
    Scenario(
        id="sync/semaphore-order",
        asks="Which of two waiters gets the next permit?",
        program=_with(
            0,
            *(Sleep(2), _GIVE, Sleep(1), _GIVE),
            a=(_TAKE, Note("in")),
            b=(Sleep(1), _TAKE, Note("in")),
        ),
        answers={"first": has(a="in@2", b="in@3"), "last": has(b="in@2", a="in@3")},
        rule=Rule("MUST", required=(has(a="in@2", b="in@3"),)),
        sources={"trio": _FAIR},
        about={"acquire_semaphore"},
        shown_by="mutant:lifo-permits",
    ),
    Scenario(
        id="sync/semaphore-barging",
        asks="Can who gives a permit take it again before the task that waits for it?",
        program=_with(
            1,
            *(Sleep(2), _GIVE, _TAKE, Log("again"), _GIVE),
            a=(Sleep(1), _TAKE, Log("in"), _GIVE),
            b=(_TAKE,),
        ),
        answers={
            "waiter-first": shared("a in", "main again"),
            "giver-first": shared("main again", "a in"),
        },
        rule=Rule("MUST", required=(shared("a in", "main again"),)),
        sources={"trio": _FAIR},
        about={"acquire_semaphore", "release_semaphore"},
        shown_by="mutant:barging-permits",
    ),
    Scenario(
        id="sync/semaphore-free-yields",
        asks="Does taking a free permit let other tasks run?",
        program=_with(3, _TAKE, _TAKE, _TAKE, Log("went-on"), a=(Checkpoint(), Log("ran"))),
        answers={
            "yields": shared("a ran", "main went-on"),
            "goes-straight-on": shared("main went-on", "a ran"),
        },
        rule=Rule("MUST", required=(shared("a ran", "main went-on"),)),
        sources={"trio": trio("checkpoints")},
        about={"acquire_semaphore"},
        shown_by="mutant:hasty-permits",
    ),
    Scenario(
        id="sync/semaphore-nowait-empty",
        asks="Does taking a permit at once fail when there is none?",
        program=_with(0, caught(AcquireSemaphoreNowait("s")), Note("on")),
        rule=Rule("MUST", required=(logs(main=["caught WouldBlock", "on"]),)),
        sources=_NOWAIT,
        about={"acquire_semaphore_nowait"},
        shown_by="mutant:nowait-overdraws",
    ),
    Scenario(
        id="sync/semaphore-nowait-reserved",
        asks="Can a permit be taken at once that was given while another task waited for it?",
        program=_with(
            0,
            *(Sleep(1), _GIVE, caught(AcquireSemaphoreNowait("s")), _GIVE),
            a=(_TAKE, Note("in")),
        ),
        answers={
            "reserved": has(main="caught WouldBlock@1"),
            "taken": lacks(main="caught WouldBlock"),
        },
        rule=Rule("MUST", required=(has(main="caught WouldBlock@1"),)),
        sources={"trio": _FAIR},
        about={"acquire_semaphore_nowait", "acquire_semaphore"},
        shown_by="mutant:barging-permits",
    ),
    Scenario(
        id="sync/semaphore-value",
        asks="Does a semaphore tell how many permits there are?",
        program=_with(
            2, *(SemaphoreValue("s"), _TAKE, SemaphoreValue("s"), _GIVE, SemaphoreValue("s"))
        ),
        rule=Rule("MUST", required=(logs(main=["got 2", "got 1", "got 2"]),)),
        sources=_VALUE,
        about={"semaphore_value"},
        shown_by="mutant:value-stays",
    ),
    Scenario(
        id="sync/semaphore-value-handed-over",
        asks="Does a permit count that was given to a waiter which has not gone on yet?",
        program=_with(0, Sleep(1), _GIVE, SemaphoreValue("s"), a=(_TAKE,)),
        answers={"does-not": has(main="got 0@1"), "counts": has(main="got 1@1")},
        sources=_VALUE,
        about={"semaphore_value"},
        shown_by="mutant:barging-permits",
    ),
)

_CANCELLED = (
    Scenario(
        id="sync/semaphore-cancel-then-release",
        asks="Is a permit kept that is given after the task which waited for it was cancelled?",
        program=_with(
            0, *(Sleep(1), Cancel("a"), _GIVE, soon(_TAKE, Note("in"))), a=(_TAKE, Note("in"))
        ),
        answers={"kept": has(main="in"), "lost": has(main="caught Timeout")},
        rule=Rule("MUST", required=(has(main="in"),)),
        sources={
            ANYBODY: PRIMITIVE,
            "tornado": _TORNADO_GIVE,
            "trio": trio("cancellation-and-primitive-operations"),
        },
        about={"acquire_semaphore", "release_semaphore"},
        shown_by="mutant:cancelled-waiter-takes-permit",
    ),
    Scenario(
        id="sync/semaphore-release-then-cancel",
        asks="Is a permit kept whose receiver is cancelled in the same round?",
        program=_with(
            0,
            *(Sleep(1), _GIVE, Cancel("a"), soon(_TAKE, Note("in"))),
            a=(_TAKE, Note("in"), _GIVE),
        ),
        answers={
            "kept-receiver-completes": has(main="in", a="in"),
            "kept-receiver-is-told": has(main="in") & lacks(a="in"),
            "lost": has(main="caught Timeout"),
        },
        rule=Rule("MUST", required=(has(main="in"),)),
        sources={
            ANYBODY: PRIMITIVE,
            "tornado": _TORNADO_GIVE,
            "trio": trio("cancellation-and-primitive-operations"),
        },
        about={"acquire_semaphore", "release_semaphore"},
        shown_by="mutant:permit-lost-on-cancel",
    ),
)

SCENARIOS = _LIMITS + _NEXT + _CANCELLED
