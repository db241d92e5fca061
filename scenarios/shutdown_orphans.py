"""Shutdown: the tasks that main leaves behind when it ends."""

from __future__ import annotations

from typing import Final

from conformance.lang.ops import Attempt, FailAfter, Note, Op, Raise, Sleep, Spawn
from conformance.lang.pattern import ends, has, lacks, reported, unreported
from conformance.lang.program import Program
from conformance.lang.scenario import ANYBODY, Scenario
from scenarios.promises import ANYIO_API
from scenarios.shutdown import RUNNER, SILENT, waiting_cleanup


def left_behind(*orphan: Op, main: tuple[Op, ...] = (), **others: tuple[Op, ...]) -> Program:
    """Main ends at 1, and leaves `a` behind."""
    return Program({"main": (Spawn("a"), Sleep(1), *main), "a": orphan, **others})


SWALLOWS: Final = Attempt((Sleep(9),), on_cancel=())

SCENARIOS: Final = (
    Scenario(
        id="shutdown/orphan-swallows",
        asks="May a task that main left behind swallow its cancellation and go on?",
        program=left_behind(SWALLOWS, Note("going-on"), Sleep(2), Note("done")),
        answers={
            "goes-on": has(a=["caught *@1", "done@3"]),
            "cut": has(a="going-on") & lacks(a="done"),
            "awaited": has(a="done@11"),
            "never-told": lacks(a="going-on"),
        },
        sources={ANYBODY: SILENT + RUNNER + "#asyncio.Runner.close"},
        about={"spawn"},
        shown_by="mutant:abandons-orphans",
    ),
    Scenario(
        id="shutdown/cleanup-spawns",
        asks="What becomes of a task that is started in the clean-up of one that main left behind?",
        program=left_behind(
            Attempt((Sleep(9),), finally_=(Spawn("b"), Sleep(1), Note("cleaned"))),
            b=(Note("ran"), Attempt((Sleep(3), Note("done")), finally_=(Note("b-cleaned"),))),
        ),
        answers={
            "finishes": has(b="done"),
            "cancelled": has(b=["ran", "b-cleaned"]) & lacks(b="done"),
            "cut": has(b="ran") & lacks(b="b-cleaned"),
            "never-runs": lacks(b="ran"),
        },
        unjudged={"cancelled"},
        sources={ANYBODY: SILENT + RUNNER + "#asyncio.Runner.close"},
        about={"spawn"},
        shown_by="mutant:abandons-orphans",
    ),
    Scenario(
        id="shutdown/cleanup-fails",
        asks="What becomes of an error in the clean-up of a task that main left behind?",
        program=left_behind(Attempt((Sleep(9),), finally_=(Raise("E"),))),
        answers={
            "unhandled": reported("unhandled E"),
            "run-raises": reported("run raised *E*"),
            "silent": ends(a="raised E") & unreported("unhandled E", "run raised *"),
        },
        sources={ANYBODY: SILENT + RUNNER + "#asyncio.Runner.close"},
        about={"spawn"},
        shown_by="asyncio unhandled, curio silent",
    ),
    Scenario(
        id="shutdown/cleanup-deadline",
        asks="Does a deadline strike in the clean-up of a task that main left behind?",
        program=left_behind(
            Attempt(
                (Sleep(9),),
                finally_=(Attempt((FailAfter(2, (Sleep(5),)),), on_error=()), Note("cleaned")),
            ),
        ),
        answers={
            "strikes": has(a=["caught Timeout", "cleaned"]),
            "not-at-all": has(a="cleaned") & lacks(a="caught Timeout"),
            "cut": lacks(a="cleaned"),
        },
        unjudged={"not-at-all"},
        sources={ANYBODY: SILENT + RUNNER + "#asyncio.Runner.close"},
        about={"spawn", "fail_after"},
        shown_by="mutant:abandons-orphans",
    ),
    Scenario(
        id="shutdown/main-raises",
        asks="Is the clean-up of a task performed that is left behind by a main that raises?",
        program=left_behind(waiting_cleanup(Sleep(9)), main=(Raise("E"),)),
        answers={
            "performed": has(a=["cleaning", "cleaned"]) & lacks(a="past"),
            "cut": has(a="cleaning") & lacks(a="cleaned"),
            "none": lacks(a="cleaning"),
        },
        sources={
            ANYBODY: SILENT + RUNNER + "#asyncio.Runner.close",
            "anyio": ANYIO_API + "#anyio.run",
        },
        about={"spawn"},
        shown_by="mutant:abandons-orphans",
    ),
)
