"""Asks about capacity limiters, which know their borrowers and can be resized, and about barriers."""

from __future__ import annotations

from itertools import combinations, permutations

from conformance.lang.ops import (
    AcquireLimiter,
    AcquireLimiterNowait,
    AvailableTokens,
    Cancel,
    Group,
    Log,
    Note,
    Op,
    ReleaseLimiter,
    SetLimit,
    Sleep,
    Spawn,
    WaitBarrier,
)
from conformance.lang.pattern import ending, has, lacks, logs, shared
from conformance.lang.program import Program
from conformance.lang.scenario import ANYBODY, Rule, Scenario
from scenarios.idioms import soon
from scenarios.manuals import PRIMITIVE, anyio, asyncio, trio
from scenarios.phrases import within
from scenarios.queries import caught

_FAIR = trio("fairness")
_LIMITER = {
    "trio": trio("trio.CapacityLimiter"),
    "anyio": anyio("synchronization", "capacity-limiters"),
}
_TOTAL = {
    "trio": trio("trio.CapacityLimiter.total_tokens"),
    "anyio": anyio("api", "anyio.CapacityLimiter.total_tokens"),
}
_RELEASE = {
    "trio": trio("trio.CapacityLimiter.release"),
    "anyio": anyio("api", "anyio.CapacityLimiter.release"),
}
_NOWAIT = {
    "trio": trio("trio.CapacityLimiter.acquire_nowait"),
    "anyio": anyio("api", "anyio.CapacityLimiter.acquire_nowait"),
}
_AVAILABLE = {
    "trio": trio("trio.CapacityLimiter.available_tokens"),
    "anyio": anyio("api", "anyio.CapacityLimiter.available_tokens"),
}
_PASS = {"asyncio": asyncio("sync", "asyncio.Barrier.wait")}
_TAKE, _GIVE, _ASK = AcquireLimiter("l"), ReleaseLimiter("l"), AvailableTokens("l")
_IN = (_TAKE, Note("in"), Sleep(2), _GIVE)


def _with(tokens: int, *body: Op, **tasks: tuple[Op, ...]) -> Program:
    """A program with one limiter whose main starts all tasks in one group, and then goes on in it."""
    spawns = tuple(Spawn(name, "g") for name in tasks)
    main = (Group("g", (*spawns, *body)),) if tasks else body
    return Program({"main": main, **tasks}, limiters={"l": tokens})


_LENDING = (
    Scenario(
        id="sync/limiter-limits",
        asks="Do as many tasks get in at once as there are tokens?",
        program=_with(2, a=_IN, b=_IN, c=_IN),
        rule=Rule(
            "MUST",
            required=tuple(
                has(**{x: "in@0", y: "in@0", z: "in@2"}) for x, y, z in permutations("abc") if x < y
            ),
        ),
        sources={**_LIMITER, ANYBODY: PRIMITIVE},
        about={"acquire_limiter", "release_limiter"},
        shown_by="mutant:limiter-for-one-more",
    ),
    Scenario(
        id="sync/limiter-borrow-twice",
        asks="What comes of borrowing a second token?",
        program=_with(2, _TAKE, caught(within(1, _TAKE)), Note("on")),
        answers={
            "refused": logs(main=["caught Misuse", "on"]),
            "waits": has(main="caught Timeout"),
            "lends": logs(main=["on"]),
        },
        rule=Rule("MUST", required=(logs(main=["caught Misuse", "on"]),)),
        unjudged={"lends", "waits"},
        sources={"trio": trio("trio.CapacityLimiter.acquire")},
        about={"acquire_limiter"},
        shown_by="mutant:limiter-lends-twice",
    ),
    Scenario(
        id="sync/limiter-release-unborrowed",
        asks="Is a token refused that the task has not borrowed?",
        program=_with(1, _TAKE, _GIVE, caught(_GIVE), Note("on")),
        answers={"refused": has(main="caught Misuse"), "accepted": logs(main=["on"])},
        rule=Rule("MUST", required=(has(main="caught Misuse"),)),
        unjudged={"accepted"},
        sources=_RELEASE,
        about={"release_limiter"},
        shown_by="mutant:limiter-takes-anything",
    ),
    Scenario(
        id="sync/limiter-release-by-other",
        asks="Is a token refused that another task has borrowed?",
        program=_with(1, Sleep(1), caught(_GIVE), Note("on"), a=_IN),
        answers={"refused": has(main="caught Misuse@1"), "accepted": logs(main=["on@1"])},
        rule=Rule("MUST", required=(has(main="caught Misuse@1"),)),
        unjudged={"accepted"},
        sources=_RELEASE,
        about={"release_limiter"},
        shown_by="mutant:limiter-takes-anything",
    ),
    Scenario(
        id="sync/limiter-order",
        asks="Which of two waiters gets the next token?",
        program=_with(
            1,
            *(_TAKE, Sleep(2), _GIVE),
            a=(Sleep(0), *_IN),
            b=(Sleep(1), *_IN),
        ),
        answers={"first": has(a="in@2", b="in@4"), "last": has(b="in@2", a="in@4")},
        rule=Rule("MUST", required=(has(a="in@2", b="in@4"), has(a="in@0", b="in@2"))),
        sources={"trio": _FAIR},
        about={"acquire_limiter"},
        shown_by="mutant:lifo-permits",
    ),
    Scenario(
        id="sync/limiter-barging",
        asks="Can who gives a token back borrow it again before the task that waits for it?",
        program=_with(
            1,
            *(_TAKE, Sleep(2), _GIVE, _TAKE, Log("again"), _GIVE),
            a=(Sleep(1), _TAKE, Log("in"), _GIVE),
        ),
        answers={
            "waiter-first": shared("a in", "main again"),
            "giver-first": shared("main again", "a in"),
        },
        rule=Rule("MUST", required=(shared("a in", "main again"),)),
        sources={"trio": _FAIR},
        about={"acquire_limiter", "release_limiter"},
        shown_by="mutant:barging-permits",
    ),
    Scenario(
        id="sync/limiter-nowait-empty",
        asks="Does borrowing at once fail when no token is free?",
        program=_with(1, Sleep(1), caught(AcquireLimiterNowait("l")), Note("on"), a=_IN),
        rule=Rule("MUST", required=(logs(main=["caught WouldBlock@1", "on"]),)),
        sources=_NOWAIT,
        about={"acquire_limiter_nowait"},
        shown_by="mutant:nowait-overdraws",
    ),
    Scenario(
        id="sync/limiter-available",
        asks="Does a limiter tell how many tokens are free?",
        program=_with(2, _ASK, _TAKE, _ASK, _GIVE, _ASK),
        rule=Rule("MUST", required=(logs(main=["got 2", "got 1", "got 2"]),)),
        sources=_AVAILABLE,
        about={"available_tokens"},
        shown_by="mutant:value-stays",
    ),
    Scenario(
        id="sync/limiter-borrower-ends",
        asks="Is a token free again whose borrower has ended?",
        program=_with(1, Sleep(1), within(2, _TAKE), Note("on"), a=(_TAKE,)),
        answers={
            "stays-borrowed": logs(main=["caught Timeout@3", "on@3"]),
            "free": logs(main=["on@1"]),
        },
        unjudged={"free"},
        sources=_LIMITER,
        about={"acquire_limiter"},
        shown_by="mutant:token-returned-at-end",
    ),
    Scenario(
        id="sync/limiter-release-then-cancel",
        asks="Is a token kept whose receiver is cancelled in the same round?",
        program=_with(
            1,
            *(_TAKE, Sleep(2), _GIVE, Cancel("a"), soon(_TAKE, Note("in"))),
            a=(Sleep(1), _TAKE, Note("in"), _GIVE),
        ),
        answers={
            "kept-receiver-completes": has(main="in", a="in"),
            "kept-receiver-is-told": has(main="in") & lacks(a="in"),
            "lost": has(main="caught Timeout"),
        },
        rule=Rule("MUST", required=(has(main="in"),)),
        sources={ANYBODY: PRIMITIVE, "trio": trio("cancellation-and-primitive-operations")},
        about={"acquire_limiter", "release_limiter"},
        shown_by="mutant:permit-lost-on-cancel",
    ),
)

_SIZES = (
    Scenario(
        id="sync/limiter-grow",
        asks="Do waiting tasks get in when a limiter is given more tokens?",
        program=_with(
            1,
            *(_TAKE, Sleep(2), SetLimit("l", 3), Sleep(1), _GIVE),
            a=(Sleep(1), _TAKE, Note("in")),
            b=(Sleep(1), _TAKE, Note("in")),
        ),
        answers={"get-in": has(a="in@2", b="in@2"), "wait": has(a="in@3") & lacks(b="in@2")},
        rule=Rule("MUST", required=(has(a="in@2", b="in@2"),)),
        sources=_TOTAL,
        about={"set_limit", "acquire_limiter"},
        shown_by="mutant:grows-silently",
    ),
    Scenario(
        id="sync/limiter-shrink",
        asks="Does nobody get in while as many tokens are borrowed as are left after a cut?",
        program=_with(
            2,
            *(Sleep(1), SetLimit("l", 1)),
            a=(_TAKE, Sleep(3), _GIVE),
            b=(_TAKE, Sleep(5), _GIVE),
            c=(Sleep(2), _TAKE, Note("in")),
        ),
        answers={"waits": has(c="in@5"), "gets-in": has(c="in@3"), "at-once": has(c="in@2")},
        rule=Rule("MUST", required=(has(c="in@5"),)),
        sources={"trio": _TOTAL["trio"]},
        about={"set_limit", "acquire_limiter"},
        shown_by="mutant:cut-forgotten",
    ),
    Scenario(
        id="sync/limiter-shrink-available",
        asks="How many tokens are free after a cut below what is borrowed?",
        program=_with(2, _TAKE, Sleep(1), SetLimit("l", 1), _ASK, a=_IN),
        answers={"fewer-than-none": has(main="got -1@1"), "none": has(main="got 0@1")},
        unjudged={"none"},
        sources=_AVAILABLE,
        about={"available_tokens", "set_limit"},
        shown_by="mutant:never-fewer-than-none",
    ),
    Scenario(
        id="sync/limiter-zero",
        asks="Does a limiter without tokens let nobody in?",
        program=_with(
            1, SetLimit("l", 0), within(2, _TAKE), SetLimit("l", 1), soon(_TAKE, Note("in"))
        ),
        answers={
            "lets-nobody-in": logs(main=["caught Timeout@2", "in@2"]),
            "lets-in": lacks(main="caught Timeout"),
        },
        rule=Rule("MUST", required=(logs(main=["caught Timeout@2", "in@2"]),)),
        sources={"anyio": _TOTAL["anyio"], ANYBODY: PRIMITIVE},
        about={"set_limit", "acquire_limiter"},
        shown_by="mutant:zero-is-no-limit",
    ),
)


def _meet(parties: int, *body: Op, **tasks: tuple[Op, ...]) -> Program:
    """A program with one barrier whose main starts all tasks in one group, and then goes on in it."""
    spawns = tuple(Spawn(name, "g") for name in tasks)
    return Program({"main": (Group("g", (*spawns, *body)),), **tasks}, barriers={"x": parties})


def _own_numbers(*tasks: str) -> Rule:
    """Each of these has a number below theirs, and no two have one."""
    numbers = range(len(tasks))
    return Rule(
        "MUST",
        required=(has(**dict.fromkeys(tasks, "got *")),),
        forbidden=tuple(
            has(**dict.fromkeys(pair, f"got {n}"))
            for pair in combinations(tasks, 2)
            for n in numbers
        ),
    )


_WAIT = WaitBarrier("x")
_BARRIERS = (
    Scenario(
        id="sync/barrier-releases-all",
        asks="Do all parties pass a barrier when the last has come?",
        program=_meet(3, Sleep(1), _WAIT, a=(_WAIT, Note("through")), b=(_WAIT, Note("through"))),
        answers={
            "all": has(a="through@1", b="through@1"),
            "some": ending("deadlocked"),
        },
        rule=Rule("MUST", required=(has(a="through@1", b="through@1"),)),
        sources={**_PASS, ANYBODY: PRIMITIVE},
        about={"wait_barrier"},
        shown_by="mutant:barrier-lets-one-go",
    ),
    Scenario(
        id="sync/barrier-waits",
        asks="Does a barrier hold those who come as long as one is missing?",
        program=_meet(3, within(2, _WAIT), a=(within(2, _WAIT),)),
        answers={
            "holds": logs(main=["caught Timeout@2"], a=["caught Timeout@2"]),
            "lets-go": has(main="got *", a="got *"),
        },
        rule=Rule("MUST", required=(logs(main=["caught Timeout@2"], a=["caught Timeout@2"]),)),
        sources={**_PASS, ANYBODY: PRIMITIVE},
        about={"wait_barrier"},
        shown_by="mutant:barrier-off-by-one",
    ),
    Scenario(
        id="sync/barrier-index",
        asks="Does each party get a number of its own, from zero on?",
        program=_meet(3, a=(_WAIT,), b=(_WAIT,), c=(_WAIT,)),
        rule=_own_numbers("a", "b", "c"),
        sources=_PASS,
        about={"wait_barrier"},
        shown_by="mutant:same-index",
    ),
    Scenario(
        id="sync/barrier-reusable",
        asks="Can a barrier be passed again?",
        program=_meet(
            2, a=(_WAIT, _WAIT, Note("twice")), b=(_WAIT, Sleep(1), _WAIT, Note("twice"))
        ),
        answers={"again": has(a="twice@1", b="twice@1"), "once": lacks(a="twice")},
        rule=Rule("MUST", required=(has(a="twice@1", b="twice@1"),)),
        sources={"asyncio": asyncio("sync", "asyncio.Barrier")},
        about={"wait_barrier"},
        shown_by="mutant:barrier-once",
    ),
    Scenario(
        id="sync/barrier-cancelled-party",
        asks="Does a party that is cancelled no longer count?",
        program=_meet(2, Sleep(1), Cancel("a"), Sleep(1), within(2, _WAIT), a=(_WAIT,)),
        answers={"does-not-count": has(main="caught Timeout@4"), "counts": has(main="got *")},
        rule=Rule("MUST", required=(has(main="caught Timeout@4"),)),
        unjudged={"counts"},
        sources=_PASS,
        about={"wait_barrier"},
        shown_by="mutant:cancelled-party-counts",
    ),
    Scenario(
        id="sync/barrier-cancel-then-last",
        asks="Does a party count that is cancelled in the round in which the last one comes?",
        program=_meet(2, Sleep(1), Cancel("a"), within(2, _WAIT), a=(_WAIT,)),
        answers={"does-not-count": has(main="caught Timeout@3"), "counts": has(main="got *")},
        sources=_PASS,
        about={"wait_barrier"},
        shown_by="mutant:cancelled-party-counts",
    ),
    Scenario(
        id="sync/barrier-index-after-cancel",
        asks="Does each party get a number of its own after another one was cancelled?",
        program=_meet(
            3,
            *(Sleep(1), Cancel("a")),
            a=(_WAIT,),
            b=(_WAIT,),
            c=(Sleep(2), _WAIT),
            d=(Sleep(2), _WAIT),
        ),
        rule=_own_numbers("b", "c", "d"),
        sources=_PASS,
        about={"wait_barrier"},
        shown_by="mutant:same-index",
    ),
)

SCENARIOS = _LENDING + _SIZES + _BARRIERS
