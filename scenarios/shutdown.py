"""Shutdown: Ctrl-C and `sys.exit`."""

from __future__ import annotations

from typing import Final

from conformance.lang.ops import (
    Attempt,
    Checkpoint,
    Exit,
    Group,
    Hold,
    Interrupt,
    Join,
    Note,
    Op,
    OpenGate,
    RunInThread,
    Sleep,
    Spawn,
)
from conformance.lang.pattern import Pattern, ends, has, lacks, reported, unreported
from conformance.lang.program import Program
from conformance.lang.scenario import ANYBODY, Rule, Scenario
from scenarios.promises import CURIO, PYTHON, TRIO_CORE

RUNNER: Final = PYTHON + "asyncio-runner.html"
HANDLING: Final = RUNNER + "#handling-keyboard-interruption"
EXIT: Final = PYTHON + "exceptions.html#SystemExit"
SILENT: Final = "no document of the runtimes says; "
CTRL_C: Final = PYTHON + "exceptions.html#KeyboardInterrupt"
TOLD: Final = "run raised *KeyboardInterrupt*"
LEFT: Final = "run raised *SystemExit*"


def cleaning(*body: Op) -> Op:
    """Note that clean-up is performed, whatever ends the body; it does not wait."""
    return Attempt((*body, Note("past")), finally_=(Note("cleaned"),))


def waiting_cleanup(*body: Op) -> Op:
    """The same; the clean-up waits for a tick."""
    return Attempt((*body, Note("past")), finally_=(Note("cleaning"), Sleep(1), Note("cleaned")))


def in_main(op: Op, orphan: Op) -> Program:
    """Main performs the op; `a` sleeps beside it."""
    return Program({"main": (Spawn("a"), Sleep(1), cleaning(op, Checkpoint())), "a": (orphan,)})


def in_child(op: Op) -> Program:
    """`a` performs the op; main sleeps beside it."""
    return Program(
        {
            "main": (Spawn("a"), cleaning(Sleep(5))),
            "a": (Sleep(1), cleaning(op, Note("went-on"), Sleep(3))),
        }
    )


def in_group(op: Op) -> Program:
    """`a`, in a group of main, performs the op; `b` is its sibling."""
    return Program(
        {
            "main": (cleaning(Group("g", (Spawn("a", "g"), Spawn("b", "g")))),),
            "a": (Sleep(1), cleaning(op, Note("went-on"), Sleep(3))),
            "b": (cleaning(Sleep(3)),),
        }
    )


def raised(word: str) -> dict[str, Pattern]:
    """Whether the run raises what that pattern of a report says."""
    return {"raises": reported(word), "silent": unreported(word)}


CANCELS_MAIN: Final = {"asyncio-runner": HANDLING + " (the handler cancels the main task)"}
UNWINDS: Final = {
    "asyncio-runner": HANDLING
    + " (the main task unwinds, then asyncio.run raises KeyboardInterrupt)",
    "trio": TRIO_CORE + "#trio.run (KeyboardInterrupt, as any exception of main)",
}

INTERRUPTS: Final = (
    Scenario(
        id="shutdown/interrupt-in-main",
        asks="Where does a Ctrl-C while main runs strike: there, or where main next waits?",
        program=Program({"main": (Sleep(1), cleaning(Interrupt(), Note("went-on"), Sleep(2)))}),
        answers={
            "there": lacks(main="went-on"),
            "at-next-wait": has(main="went-on") & lacks(main="past"),
            "never": has(main="past"),
        },
        rule=Rule("MUST", required=(has(main=["went-on", "cleaned"]) & lacks(main="past"),)),
        sources=CANCELS_MAIN,
        about={"interrupt"},
        shown_by="asyncio at the next wait, trio and curio there; mutant:interrupt-lost",
    ),
    Scenario(
        id="shutdown/interrupt-run-raises",
        asks="Does the run raise KeyboardInterrupt after a Ctrl-C in main?",
        program=in_main(Interrupt(), Sleep(9)),
        answers=raised(TOLD),
        rule=Rule("MUST", required=(reported(TOLD),)),
        sources=UNWINDS,
        about={"interrupt"},
        shown_by="mutant:interrupt-lost",
    ),
    Scenario(
        id="shutdown/interrupt-cleanup",
        asks="Is main's clean-up performed after a Ctrl-C, also one that waits?",
        program=Program({"main": (Sleep(1), waiting_cleanup(Interrupt(), Sleep(2)))}),
        answers={
            "performed": has(main=["cleaning", "cleaned@2"]),
            "cut": has(main="cleaning") & lacks(main="cleaned"),
            "none": lacks(main="cleaning"),
        },
        rule=Rule("MUST", required=(has(main=["cleaning", "cleaned"]),)),
        sources=CANCELS_MAIN,
        about={"interrupt"},
        shown_by="mutant:interrupt-cuts-cleanup",
    ),
    Scenario(
        id="shutdown/interrupt-in-child",
        asks="Who is told of a Ctrl-C while a child runs?",
        program=in_child(Interrupt()),
        answers={
            "main": has(a="went-on") & ends(main="cancelled"),
            "child": ends(a="raised KeyboardInterrupt") & lacks(a="went-on"),
            "main-directly": ends(main="raised KeyboardInterrupt"),
        },
        rule=Rule("MUST", required=(has(a="went-on", main="cleaned") & lacks(main="past"),)),
        sources=CANCELS_MAIN,
        about={"interrupt", "spawn"},
        shown_by="asyncio main, curio the child; mutant:interrupt-lost",
    ),
    Scenario(
        id="shutdown/interrupt-in-child-raises",
        asks="Does the run raise KeyboardInterrupt after a Ctrl-C in a child?",
        program=in_child(Interrupt()),
        answers=raised(TOLD),
        rule=Rule("MUST", required=(reported(TOLD),)),
        sources=UNWINDS,
        about={"interrupt", "spawn"},
        shown_by="mutant:ends-only-its-task",
    ),
    Scenario(
        id="shutdown/interrupt-others-cleaned",
        asks="Is the clean-up of other tasks performed after a Ctrl-C, also one that waits?",
        program=in_main(Interrupt(), waiting_cleanup(Sleep(9))),
        answers={
            "performed": has(a=["cleaning", "cleaned"]),
            "cut": has(a="cleaning") & lacks(a="cleaned"),
            "none": lacks(a="cleaning"),
            "not-cancelled": has(a="past"),
        },
        sources={ANYBODY: SILENT + RUNNER + "#asyncio.Runner.close", "curio": CURIO + "#Kernel"},
        about={"interrupt", "spawn"},
        shown_by="asyncio and curio performed, the reference cut; mutant:interrupt-abandons",
    ),
    Scenario(
        id="shutdown/interrupt-in-group",
        asks="Does a Ctrl-C in a group's child end its siblings and the run?",
        program=in_group(Interrupt()),
        answers={
            "ends-all": has(b="cleaned", main="cleaned")
            & lacks(b="past", main="past")
            & reported(TOLD),
            "run-goes-on": has(main="past"),
        },
        rule=Rule("MUST", required=(lacks(b="past", main="past") & reported(TOLD),)),
        sources={
            "asyncio-runner": HANDLING,
            "trio": TRIO_CORE + "#errors-in-multiple-child-tasks",
        },
        about={"interrupt", "group"},
        shown_by="mutant:interrupt-lost",
    ),
    Scenario(
        id="shutdown/interrupt-swallowed",
        asks="Does the run still raise KeyboardInterrupt when main catches its cancellation and returns?",
        program=Program(
            {
                "main": (
                    Attempt((Interrupt(), Sleep(5), Note("past")), on_cancel=(Note("caught-it"),)),
                    Note("went-on"),
                )
            }
        ),
        answers={
            "swallowed": has(main=["caught-it", "went-on"]) & unreported(TOLD),
            "raised-all-the-same": has(main="went-on") & reported(TOLD),
            "cannot-be-caught": lacks(main="caught-it") & reported(TOLD),
        },
        sources={ANYBODY: SILENT + HANDLING},
        about={"interrupt"},
        shown_by="asyncio swallowed, the others cannot be caught",
    ),
    Scenario(
        id="shutdown/interrupt-twice",
        asks="Where does a second Ctrl-C strike that comes before main has waited?",
        program=Program(
            {
                "main": (
                    Attempt(
                        (
                            Interrupt(),
                            Note("once"),
                            Interrupt(),
                            Note("twice"),
                            Sleep(1),
                            Note("past"),
                        ),
                        finally_=(Note("cleaned"),),
                    ),
                )
            }
        ),
        answers={
            "first-strikes": lacks(main="once"),
            "second-strikes": has(main="once") & lacks(main="twice"),
            "next-wait": has(main="twice") & lacks(main="past"),
        },
        rule=Rule("MUST", required=(has(main=["once", "cleaned"]) & lacks(main="twice"),)),
        sources={
            "asyncio-runner": HANDLING + " (the following one immediately raises KeyboardInterrupt)"
        },
        about={"interrupt"},
        shown_by="asyncio the second, the others the first; mutant:interrupt-lost",
    ),
    Scenario(
        id="shutdown/interrupt-between-tasks",
        asks="Who is told of a Ctrl-C that comes while all tasks wait?",
        program=Program(
            {
                "main": (Spawn("a"), cleaning(Attempt((Sleep(5),), finally_=(OpenGate("g"),)))),
                "a": (Attempt((RunInThread("t"), Note("past")), finally_=(OpenGate("g"),)),),
                "t": (Interrupt(), Hold("g")),
            }
        ),
        answers={
            "main": ends(main="cancelled") & reported(TOLD),
            "main-directly": ends(main="raised KeyboardInterrupt") & reported(TOLD),
            "nobody": ends(main="destroyed") & reported(TOLD),
            "lost": has(main="past"),
        },
        rule=Rule("MUST", required=(has(main="cleaned") & lacks(main="past") & reported(TOLD),)),
        sources=UNWINDS,
        about={"interrupt"},
        shown_by="mutant:interrupt-lost",
    ),
)

EXITS: Final = (
    Scenario(
        id="shutdown/exit-in-main",
        asks="Does the run raise SystemExit when main does?",
        program=in_main(Exit(), Sleep(9)),
        answers=raised(LEFT),
        rule=Rule("MUST", required=(reported(LEFT) & has(main="cleaned") & lacks(main="past"),)),
        sources={ANYBODY: EXIT},
        about={"exit"},
        shown_by="mutant:exit-lost",
    ),
    Scenario(
        id="shutdown/exit-others-cleaned",
        asks="Is the clean-up of other tasks performed after a SystemExit in main, also one that waits?",
        program=in_main(Exit(), waiting_cleanup(Sleep(9))),
        answers={
            "performed": has(a=["cleaning", "cleaned"]),
            "cut": has(a="cleaning") & lacks(a="cleaned"),
            "none": lacks(a="cleaning"),
            "not-cancelled": has(a="past"),
        },
        sources={ANYBODY: SILENT + RUNNER + "#asyncio.Runner.close"},
        about={"exit", "spawn"},
        shown_by="asyncio and curio performed, the reference cut; mutant:interrupt-abandons",
    ),
    Scenario(
        id="shutdown/exit-in-child",
        asks="Does a SystemExit in a task end the run?",
        program=in_child(Exit()),
        answers={
            "ends-run": reported(LEFT) & lacks(main="past"),
            "main-goes-on": has(main="past") & unreported(LEFT),
            "both": has(main="past") & reported(LEFT),
        },
        sources={ANYBODY: SILENT + EXIT},
        about={"exit", "spawn"},
        shown_by="mutant:ends-only-its-task",
    ),
    Scenario(
        id="shutdown/exit-in-child-cleanup",
        asks="Is main's clean-up performed when another task exits?",
        program=in_child(Exit()),
        answers={"performed": has(main="cleaned"), "none": lacks(main="cleaned")},
        sources={ANYBODY: SILENT + EXIT},
        about={"exit", "spawn"},
        shown_by="mutant:interrupt-abandons",
    ),
    Scenario(
        id="shutdown/exit-in-group",
        asks="Does a SystemExit in a group's child end its siblings and the run?",
        program=in_group(Exit()),
        answers={
            "ends-all": has(b="cleaned", main="cleaned")
            & lacks(b="past", main="past")
            & reported(LEFT),
            "run-goes-on": has(main="past"),
            "nobody-cleaned": lacks(b="cleaned"),
        },
        rule=Rule("MUST", required=(lacks(b="past", main="past") & reported(LEFT),)),
        sources={
            "asyncio": PYTHON
            + "asyncio-task.html#task-groups (KeyboardInterrupt, SystemExit: the group"
            " is ended, and the initial one is re-raised)",
            "trio": TRIO_CORE + "#errors-in-multiple-child-tasks",
        },
        about={"exit", "group"},
        shown_by="mutant:exit-lost",
    ),
    Scenario(
        id="shutdown/exit-joined",
        asks="What does a join raise whose task exits?",
        program=Program(
            {
                "main": (
                    Spawn("a"),
                    Attempt(
                        (Join("a"), Note("past")),
                        on_error=(Note("failed"),),
                        on_cancel=(Note("cancelled"),),
                        finally_=(Note("cleaned"),),
                    ),
                ),
                "a": (Sleep(1), Exit()),
            }
        ),
        answers={
            "exit": ends(main="raised SystemExit"),
            "wrapped": has(main="failed"),
            "cancelled": has(main="cancelled"),
            "torn-down": ends(main="cancelled") & lacks(main="cancelled"),
        },
        sources={ANYBODY: SILENT + EXIT},
        about={"exit", "join"},
        shown_by="asyncio cancelled, curio wrapped",
    ),
    Scenario(
        id="shutdown/exit-in-thread",
        asks="Does a SystemExit in a thread come out of the wait for it?",
        program=Program({"main": (cleaning(RunInThread("t")),), "t": (Exit(),)}),
        answers={
            "raised": ends(main="raised SystemExit") & reported(LEFT),
            "lost": has(main="past"),
            "hangs": ends(main="blocked*"),
        },
        rule=Rule("MUST", required=(reported(LEFT) & has(main="cleaned"),)),
        sources={"trio": TRIO_CORE + "#trio.to_thread.run_sync (whatever sync_fn raises)"},
        about={"exit", "run_in_thread"},
        shown_by="mutant:thread-error-lost",
    ),
)


SCENARIOS: Final = INTERRUPTS + EXITS
