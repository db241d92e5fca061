"""An event loop's life, seen on a fresh one in a thread of its own: run, stop, run again, close."""

from __future__ import annotations

from conformance.lang.ops import (
    Attempt,
    CallSoon,
    CallSoonThreadsafe,
    Checkpoint,
    CloseLoop,
    InNewLoop,
    IsClosed,
    IsRunning,
    Log,
    Note,
    Op,
    Raise,
    Return,
    RunForever,
    RunUntilComplete,
    StopLoop,
)
from conformance.lang.pattern import ends, has, logs, shared
from scenarios.loop_phrases import loop_page, question, rule

_RUN = loop_page("loop.run_forever")
_COMPLETE = loop_page("loop.run_until_complete")
_CLOSE = loop_page("loop.close")
_MAIN = (InNewLoop("life"),)
_RAN = (Log("ran"),)
_NESTED = (CallSoon("a"), RunForever(), Log("back"))


def _refused(*body: Op) -> Op:
    return Attempt(body, on_error=())


SCENARIOS = (
    rule(
        "stop-before-run",
        "Does a loop that was stopped before it runs call what is scheduled, and return?",
        {"main": _MAIN, "life": (CallSoon("a"), StopLoop(), RunForever(), Log("back")), "a": _RAN},
        shared("a ran", "life back"),
        source=_RUN,
        about={"stop_loop", "run_forever"},
        mutant="stop-drops-round",
    ),
    rule(
        "stop-finishes-round",
        "Does a loop that a callback stops call those registered before, and then return?",
        {
            "main": _MAIN,
            "life": (CallSoon("a"), CallSoon("b"), RunForever(), Log("back")),
            "a": (Log("ran"), StopLoop()),
            "b": _RAN,
        },
        shared("a ran", "b ran", "life back"),
        source=_RUN,
        about={"stop_loop", "run_forever"},
        mutant="stop-drops-round",
    ),
    rule(
        "stop-leaves-new-callbacks",
        "Does a callback that is registered in the round of a stop wait for the next run?",
        {
            "main": _MAIN,
            "life": (CallSoon("a"), RunForever(), Log("back"), StopLoop(), RunForever()),
            "a": (StopLoop(), CallSoon("b")),
            "b": _RAN,
        },
        shared("life back", "b ran"),
        source=_RUN,
        about={"stop_loop", "run_forever"},
        mutant="stop-runs-new-callbacks",
    ),
    rule(
        "run-until-complete-value",
        "Does run_until_complete return the task's value?",
        {
            "main": _MAIN,
            "life": (RunUntilComplete("a"), Log("back")),
            "a": (Checkpoint(), Return(3)),
        },
        logs(life=["got 3"]) & shared("life back"),
        source=_COMPLETE,
        about={"run_until_complete"},
        mutant="run-loses-value",
    ),
    rule(
        "run-until-complete-error",
        "Does run_until_complete raise the task's error?",
        {
            "main": _MAIN,
            "life": (_refused(RunUntilComplete("a")), Log("back")),
            "a": (Checkpoint(), Raise("E")),
        },
        logs(life=["caught E"]) & shared("life back"),
        source=_COMPLETE,
        about={"run_until_complete"},
        mutant="run-loses-error",
    ),
    question(
        "run-until-complete-stopped",
        "What does run_until_complete do when the loop is stopped before the task ends?",
        {
            "main": _MAIN,
            "life": (_refused(RunUntilComplete("a")), Log("back"), RunUntilComplete("b")),
            "a": (StopLoop(), Checkpoint(), Checkpoint(), Note("on")),
            "b": (Checkpoint(), Checkpoint(), Checkpoint()),
        },
        {"raises": has(life="caught Misuse"), "returns": logs(life=[])},
        source=_COMPLETE,
        about={"run_until_complete", "stop_loop"},
        shown_by="mutant:loop-run-loses-error",
    ),
    rule(
        "run-again",
        "Can a loop run again after it has returned?",
        {
            "main": _MAIN,
            "life": (RunUntilComplete("a"), RunUntilComplete("b"), Log("back")),
            "a": (Checkpoint(), Log("ran")),
            "b": (Checkpoint(), Log("ran")),
        },
        shared("a ran", "b ran", "life back"),
        source=_RUN,
        about={"run_until_complete"},
        mutant="runs-once",
    ),
    question(
        "run-while-running",
        "What does run_forever do inside a callback of the same loop?",
        {
            "main": _MAIN,
            "life": _NESTED,
            "a": (CallSoon("s"), _refused(RunForever()), StopLoop(), Note("on")),
            "s": (StopLoop(),),
        },
        {"is-refused": has(a=["caught Misuse", "on"]), "is-accepted": logs(a=["on"])},
        source=_RUN,
        about={"run_forever"},
        shown_by="mutant:loop-nested-run-ignored",
    ),
    rule(
        "is-running-after-nested-run",
        "Does the loop still say that it runs after run_forever was called inside a callback?",
        {
            "main": _MAIN,
            "life": _NESTED,
            "a": (CallSoon("s"), _refused(RunForever()), IsRunning(), StopLoop()),
            "s": (StopLoop(),),
        },
        has(a="got true"),
        source=loop_page("loop.is_running"),
        about={"run_forever", "is_running"},
        mutant="denies-running",
    ),
    rule(
        "is-running",
        "Does the loop say whether it runs?",
        {
            "main": _MAIN,
            "life": (IsRunning(), CallSoon("a"), RunForever(), IsRunning()),
            "a": (IsRunning(), StopLoop()),
        },
        logs(life=["got false", "got false"], a=["got true"]),
        source=loop_page("loop.is_running"),
        about={"is_running"},
        mutant="denies-running",
    ),
    rule(
        "is-closed",
        "Does the loop say whether it is closed?",
        {"main": _MAIN, "life": (IsClosed(), CloseLoop(), IsClosed())},
        logs(life=["got false", "got true"]),
        source=loop_page("loop.is_closed"),
        about={"is_closed", "close_loop"},
        mutant="denies-closing",
    ),
    rule(
        "close-twice",
        "Has a second close of the loop no effect?",
        {"main": _MAIN, "life": (CloseLoop(), CloseLoop(), Note("closed"))},
        logs(life=["closed"]) & ends(life="returned"),
        source=_CLOSE,
        about={"close_loop"},
        mutant="second-close-fails",
    ),
    rule(
        "close-discards-callbacks",
        "Is a callback that is pending when the loop is closed never called?",
        {"main": _MAIN, "life": (CallSoon("a"), CloseLoop(), Note("closed")), "a": _RAN},
        ends(a="unstarted") & logs(life=["closed"]),
        source=_CLOSE,
        about={"close_loop"},
        mutant="close-runs-callbacks",
    ),
    question(
        "close-while-running",
        "What does close do while the loop runs?",
        {
            "main": _MAIN,
            "life": (CallSoon("a"), RunForever(), IsClosed()),
            "a": (StopLoop(), _refused(CloseLoop()), Note("on")),
        },
        {
            "is-refused": has(a=["caught Misuse", "on"], life="got false"),
            "is-ignored": logs(a=["on"], life=["got false"]),
        },
        source=_CLOSE,
        about={"close_loop"},
        shown_by="mutant:loop-close-while-running-ignored",
    ),
    rule(
        "call-soon-threadsafe-when-closed",
        "Does call_soon_threadsafe of a closed loop raise a RuntimeError?",
        {"main": _MAIN, "life": (CloseLoop(), _refused(CallSoonThreadsafe("a"))), "a": _RAN},
        logs(life=["caught Misuse"]),
        source=loop_page("loop.call_soon_threadsafe"),
        about={"call_soon_threadsafe", "close_loop"},
        mutant="schedules-when-closed",
    ),
    question(
        "call-soon-when-closed",
        "What does call_soon of a closed loop do?",
        {"main": _MAIN, "life": (CloseLoop(), _refused(CallSoon("a")), Note("on")), "a": _RAN},
        {"is-refused": has(life="caught *"), "is-taken": logs(life=["on"])},
        source=_CLOSE,
        about={"call_soon", "close_loop"},
        shown_by="mutant:loop-schedules-when-closed",
    ),
)
