"""Asks about deadlines that are moved while their body runs, and what a deadline says of itself."""

from __future__ import annotations

from typing import Final

from conformance.lang.ops import (
    Attempt,
    Block_,
    CancelCalled,
    CancelledCaught,
    Checkpoint,
    FailAfter,
    Group,
    MoveDeadline,
    Note,
    Op,
    Shield,
    Sleep,
    Spawn,
    Ticks,
)
from conformance.lang.pattern import has, lacks, logs
from conformance.lang.program import Program
from conformance.lang.scenario import Rule, Scenario
from scenarios.manuals import anyio, asyncio, curio, trio

FOREVER: Final = float("inf")

_ASYNCIO: Final = asyncio("task", "asyncio.Timeout.reschedule")
_TRIO: Final = trio("trio.CancelScope.deadline")
_ANYIO: Final = anyio("api", "anyio.CancelScope.deadline")
_MOVE: Final = {"asyncio": _ASYNCIO, "trio": _TRIO, "anyio": _ANYIO}
_CALLED: Final = {
    "asyncio": asyncio("task", "asyncio.Timeout.expired"),
    "trio": trio("trio.CancelScope.cancel_called"),
    "anyio": anyio("api", "anyio.CancelScope.cancel_called"),
}
_CAUGHT: Final = {
    "trio": trio("trio.CancelScope.cancelled_caught"),
    "curio": curio("timeouts"),
    "anyio": anyio("api", "anyio.CancelScope.cancelled_caught"),
}
_ABOUT: Final = {"fail_after", "move_deadline"}


def within(ticks: Ticks, name: str, *body: Op) -> Op:
    """Perform the body under a named deadline, and go on when it is missed: logs `caught Timeout`."""
    return Attempt((FailAfter(ticks, body, name),), on_error=())


def _main(*body: Op) -> Program:
    return Program({"main": body})


_MOVES = (
    Scenario(
        id="deadlines/moved-later",
        asks="Does a deadline that was moved to a later time strike only then?",
        program=_main(within(2, "d", MoveDeadline("d", 4), Sleep(3), Note("passed"), Sleep(3))),
        answers={
            "later": logs(main=["passed@3", "caught Timeout@4"]),
            "as-it-was": logs(main=["caught Timeout@2"]),
            "never": lacks(main="caught Timeout"),
        },
        rule=Rule("MUST", required=(logs(main=["passed@3", "caught Timeout@4"]),)),
        sources=_MOVE,
        about=_ABOUT,
        clock="native",
        shown_by="mutant:move-ignored",
    ),
    Scenario(
        id="deadlines/moved-earlier",
        asks="Does a deadline that was moved to an earlier time strike then?",
        program=_main(within(6, "d", MoveDeadline("d", 1), Sleep(3), Note("passed"))),
        answers={
            "earlier": logs(main=["caught Timeout@1"]),
            "as-it-was": has(main="passed"),
        },
        rule=Rule("MUST", required=(logs(main=["caught Timeout@1"]),)),
        sources=_MOVE,
        about=_ABOUT,
        clock="native",
        shown_by="mutant:move-ignored",
    ),
    Scenario(
        id="deadlines/moved-from-now",
        asks="Is the time that a deadline is moved to its new deadline, whatever the old one was?",
        program=_main(
            within(3, "d", Sleep(2), MoveDeadline("d", 2), Sleep(1), Note("passed"), Sleep(4))
        ),
        answers={
            "replaces": logs(main=["passed@3", "caught Timeout@4"]),
            "adds-up": logs(main=["passed@3", "caught Timeout@5"]),
            "as-it-was": logs(main=["caught Timeout@3"]),
        },
        rule=Rule("MUST", required=(logs(main=["passed@3", "caught Timeout@4"]),)),
        sources=_MOVE,
        about=_ABOUT,
        shown_by="mutant:move-adds-up",
    ),
    Scenario(
        id="deadlines/moved-twice",
        asks="Does the last of two moves count, and only that?",
        program=_main(
            within(
                5,
                "d",
                MoveDeadline("d", 1),
                MoveDeadline("d", 3),
                Sleep(2),
                Note("passed"),
                Sleep(3),
            )
        ),
        answers={
            "last": logs(main=["passed@2", "caught Timeout@3"]),
            "first": logs(main=["caught Timeout@1"]),
        },
        rule=Rule("MUST", required=(logs(main=["passed@2", "caught Timeout@3"]),)),
        sources=_MOVE,
        about=_ABOUT,
        clock="native",
        shown_by="mutant:moves-only-earlier",
    ),
    Scenario(
        id="deadlines/moved-to-never",
        asks="Can a deadline be called off?",
        program=_main(within(1, "d", MoveDeadline("d", FOREVER), Sleep(3), Note("passed"))),
        answers={
            "called-off": logs(main=["passed@3"]),
            "strikes": has(main="caught Timeout"),
        },
        rule=Rule("MUST", required=(logs(main=["passed@3"]),)),
        sources=_MOVE,
        about=_ABOUT,
        clock="native",
        shown_by="mutant:moves-only-earlier",
    ),
    Scenario(
        id="deadlines/moved-to-past",
        asks="When does a deadline strike that is moved into the past?",
        program=_main(
            within(
                6,
                "d",
                MoveDeadline("d", -1),
                Note("went-on"),
                Checkpoint(),
                Note("passed"),
                Sleep(1),
                Note("slept"),
            )
        ),
        answers={
            "next-checkpoint": logs(main=["went-on", "caught Timeout"]),
            "next-wait": logs(main=["went-on", "passed", "caught Timeout"]),
            "at-once": logs(main=["caught Timeout"]),
            "never": has(main="slept"),
        },
        rule=Rule("MUST", required=(has(main=["went-on", "caught Timeout"]),)),
        unjudged={"at-once"},
        sources=_MOVE,
        about=_ABOUT,
        shown_by="mutant:move-ignored",
    ),
    Scenario(
        id="deadlines/moved-by-other",
        asks="Can another task move a deadline?",
        program=Program(
            {
                "main": (
                    Group(
                        "g", (Spawn("a", "g"), within(2, "d", Sleep(3), Note("passed"), Sleep(3)))
                    ),
                ),
                "a": (Sleep(1), MoveDeadline("d", 4)),
            }
        ),
        answers={
            "moved": logs(main=["passed@3", "caught Timeout@5"]),
            "as-it-was": logs(main=["caught Timeout@2"]),
        },
        rule=Rule("MUST", required=(logs(main=["passed@3", "caught Timeout@5"]),)),
        sources=_MOVE,
        about=_ABOUT,
        shown_by="mutant:move-ignored",
    ),
    Scenario(
        id="deadlines/moved-past-outer",
        asks="Does an outer deadline strike when an inner one is moved beyond it?",
        program=_main(
            within(
                2,
                "o",
                within(1, "i", MoveDeadline("i", 5), Sleep(3), Note("passed")),
                Note("between"),
            ),
        ),
        answers={
            "outer": logs(main=["caught Timeout@2"]),
            "inner": logs(main=["caught Timeout@1", "between@1"]),
            "none": has(main="passed"),
        },
        rule=Rule("MUST", required=(logs(main=["caught Timeout@2"]),)),
        sources=_MOVE,
        about=_ABOUT,
        clock="native",
        shown_by="mutant:move-moves-all",
    ),
    Scenario(
        id="deadlines/outer-moved-before-inner",
        asks="Does an outer deadline that is moved before the inner one strike first?",
        program=_main(
            within(
                9, "o", within(3, "i", MoveDeadline("o", 1), Sleep(5)), Note("between"), Sleep(5)
            ),
        ),
        answers={
            "outer": logs(main=["caught Timeout@1"]),
            "inner": logs(main=["caught Timeout@3", "between@3", "*"]),
        },
        rule=Rule("MUST", required=(logs(main=["caught Timeout@1"]),)),
        sources=_MOVE,
        about=_ABOUT,
        clock="native",
        shown_by="mutant:move-ignored",
    ),
    Scenario(
        id="deadlines/rescued-in-shield",
        asks="Is a body spared whose deadline was moved on inside a shield, before it struck?",
        program=_main(
            within(
                2, "d", Shield((Sleep(1), MoveDeadline("d", 4), Sleep(2))), Sleep(1), Note("passed")
            )
        ),
        answers={
            "spared": logs(main=["passed@4"]),
            "cut": logs(main=["caught Timeout@3"]),
        },
        rule=Rule("MUST", required=(logs(main=["passed@4"]),)),
        sources={"trio": _TRIO, "anyio": _ANYIO},
        about={*_ABOUT, "shield"},
        shown_by="mutant:moves-only-earlier",
    ),
)

_TOO_LATE = (
    Scenario(
        id="deadlines/moved-after-strike",
        asks="Does moving a deadline that has struck call it off?",
        program=_main(
            within(
                1,
                "d",
                Attempt((Sleep(3),), on_cancel=()),
                Attempt((MoveDeadline("d", 9),), on_error=()),
                Checkpoint(),
                Checkpoint(),
                Note("passed"),
            )
        ),
        answers={
            "refused": has(main=["caught Cancelled", "caught Misuse"]),
            "struck-for-good": logs(main=["caught Cancelled", "caught Timeout"]),
            "goes-on": logs(main=["caught Cancelled", "passed"]),
            "moves-on": logs(main=["caught Cancelled", "scope cancelled"]),
        },
        sources=_MOVE,
        about=_ABOUT,
        shown_by="asyncio answers refused, trio struck-for-good",
    ),
    Scenario(
        id="deadlines/struck-in-shield-then-moved",
        asks="Does moving a deadline call it off that has struck while a shield held it off?",
        program=_main(
            within(
                1,
                "d",
                Shield((Sleep(2), Attempt((MoveDeadline("d", 9),), on_error=()))),
                Sleep(1),
                Note("passed"),
            )
        ),
        answers={
            "struck-for-good": logs(main=["caught Timeout@2"]),
            "called-off": logs(main=["passed@3"]),
            "moves-on": logs(main=["scope cancelled@2"]),
        },
        unjudged={"called-off"},
        sources={"trio": _TRIO, "anyio": _ANYIO},
        about={*_ABOUT, "shield"},
        shown_by="trio answers struck-for-good, anyio moves-on",
    ),
    Scenario(
        id="deadlines/moved-when-overdue",
        asks="Is a deadline that is overdue, but has not struck yet, called off by a move?",
        program=_main(
            within(
                1, "d", Block_(2), MoveDeadline("d", 9), Checkpoint(), Checkpoint(), Note("passed")
            )
        ),
        answers={"called-off": logs(main=["passed"]), "strikes": logs(main=["caught Timeout"])},
        sources=_MOVE,
        about=_ABOUT,
        shown_by="mutant:move-ignored",
    ),
    Scenario(
        id="deadlines/moved-after-exit",
        asks="What does moving a deadline do whose block was left in time?",
        program=_main(
            within(1, "d"), Attempt((MoveDeadline("d", 1),), on_error=()), Sleep(3), Note("went-on")
        ),
        answers={
            "refused": logs(main=["caught Misuse", "went-on"]),
            "nothing": logs(main=["went-on"]),
            "strikes": lacks(main="went-on"),
        },
        rule=Rule("MUST", required=(has(main="went-on"),)),
        sources=_MOVE,
        about=_ABOUT,
        shown_by="asyncio answers refused, trio nothing; mutant:moved-strikes-later",
    ),
)

_STATE = (
    Scenario(
        id="deadlines/known-to-have-struck",
        asks="Does a deadline that struck say so inside its body and afterwards?",
        program=_main(
            within(1, "d", Attempt((Sleep(3),), finally_=(CancelCalled("d"),))), CancelCalled("d")
        ),
        answers={
            "both": logs(main=["got true", "caught Timeout", "got true"]),
            "afterwards": logs(main=["got false", "caught Timeout", "got true"]),
            "neither": logs(main=["got false", "caught Timeout", "got false"]),
        },
        rule=Rule("MUST", required=(logs(main=["got true", "caught Timeout", "got true"]),)),
        sources=_CALLED,
        about={"cancel_called", "fail_after"},
        clock="native",
        shown_by="mutant:never-called",
    ),
    Scenario(
        id="deadlines/known-not-to-have-struck",
        asks="Does a deadline whose body ended in time say that it did not strike, also later?",
        program=_main(within(2, "d", Sleep(1), CancelCalled("d")), Sleep(3), CancelCalled("d")),
        answers={
            "never": logs(main=["got false", "got false"]),
            "later": logs(main=["got false", "got true"]),
        },
        rule=Rule("MUST", required=(logs(main=["got false", "got false"]),)),
        sources=_CALLED,
        about={"cancel_called", "fail_after"},
        clock="native",
        shown_by="mutant:called-by-the-clock",
    ),
    Scenario(
        id="deadlines/overdue-called",
        asks="Does a deadline that is overdue, but that nobody was told of, say that it struck?",
        program=_main(within(1, "d", Block_(2), CancelCalled("d"))),
        answers={"struck": logs(main=["got true"]), "not-yet": logs(main=["got false"])},
        sources=_CALLED,
        about={"cancel_called", "fail_after"},
        shown_by="trio answers struck, asyncio not-yet",
    ),
    Scenario(
        id="deadlines/caught",
        asks="Does a deadline that gave its body up say so?",
        program=_main(within(1, "d", Sleep(3)), CancelledCaught("d")),
        answers={
            "says-so": logs(main=["caught Timeout", "got true"]),
            "denies-it": logs(main=["caught Timeout", "got false"]),
        },
        rule=Rule("MUST", required=(logs(main=["caught Timeout", "got true"]),)),
        sources=_CAUGHT,
        about={"cancelled_caught", "fail_after"},
        clock="native",
        shown_by="mutant:never-caught",
    ),
    Scenario(
        id="deadlines/caught-by-outer",
        asks="Does an inner deadline claim what the outer one struck?",
        program=_main(
            within(1, "o", within(4, "i", Sleep(3))), CancelledCaught("i"), CancelledCaught("o")
        ),
        answers={
            "outer-only": logs(main=["caught Timeout", "got false", "got true"]),
            "both": logs(main=["caught Timeout", "got true", "got true"]),
        },
        rule=Rule("MUST", required=(logs(main=["caught Timeout", "got false", "got true"]),)),
        sources=_CAUGHT,
        about={"cancelled_caught", "fail_after"},
        clock="native",
        shown_by="mutant:caught-like-the-outer",
    ),
)

SCENARIOS = _MOVES + _TOO_LATE + _STATE
