"""Cancellation: when a cancel is delivered, how often, and what clean-up and shields may do."""

from __future__ import annotations

from typing import Final

from conformance.lang.ops import (
    Attempt,
    Block_,
    Cancel,
    Checkpoint,
    Join,
    Log,
    Note,
    Op,
    Raise,
    Return,
    Shield,
    Sleep,
    Spawn,
)
from conformance.lang.pattern import ends, has, lacks, logs, shared
from conformance.lang.program import Program
from conformance.lang.scenario import ANYBODY, Rule, Scenario
from scenarios.idioms import LONG, ended
from scenarios.manuals import TORNADO_AWAIT, TORNADO_TASKS
from scenarios.promises import (
    ANYIO_API,
    ANYIO_CANCELLATION,
    ANYIO_LEVEL,
    ASYNCIO_CANCEL,
    ASYNCIO_TASKS,
    CURIO,
    CURIO_CANCEL,
    CURIO_CONTROL,
    INTERRUPTS,
    PYTHON,
    TRIO_CORE,
    TRIO_LEVEL,
)


def blocked_then_cancelled(*body: Op) -> Program:
    """`a` performs `body`, and is cancelled and joined once it has blocked."""
    return Program({"main": (Spawn("a"), Sleep(1), Cancel("a"), ended("a")), "a": body})


DELIVERY: Final = (
    Scenario(
        id="cancellation/before-first-step",
        asks="How far does the body of a task run that is cancelled before its first step?",
        program=Program(
            {
                "main": (Spawn("a"), Cancel("a"), ended("a")),
                "a": (Note("ran"), Checkpoint(), Note("went-on"), Sleep(1), Note("waited")),
            }
        ),
        answers={
            "skips": lacks(a="ran"),
            "runs-to-checkpoint": has(a="ran") & lacks(a="went-on"),
            "runs-to-wait": has(a="went-on") & lacks(a="waited"),
            "runs-on": has(a="waited"),
        },
        rule=Rule("MUST", required=(has(a="ran") & lacks(a="waited"),)),
        sources={"trio": TRIO_CORE + "#trio.CancelScope", "anyio": ANYIO_CANCELLATION},
        shown_by="asyncio skips, asyncio:eager and the others run to the checkpoint",
    ),
    Scenario(
        id="cancellation/self-then-return",
        asks="How does a task count that cancels itself after its last checkpoint, then returns?",
        program=Program(
            {
                "main": (Spawn("a"), ended("a")),
                "a": (Checkpoint(), Cancel("a"), Note("past"), Return("v")),
            }
        ),
        answers={
            "value": has(main="got v"),
            "cancelled-at-end": has(a="past", main="caught *Cancelled*"),
            "cancelled-at-call": lacks(a="past"),
        },
        rule=Rule("MUST", required=(has(main="got v"),)),
        sources={"trio": TRIO_CORE + "#trio.CancelScope.cancel_called"},
        shown_by="asyncio cancelled-at-end, curio cancelled-at-call, trio and anyio value",
    ),
    Scenario(
        id="cancellation/self-then-checkpoint",
        asks="Where does a cancel of oneself land?",
        program=Program(
            {
                "main": (Spawn("a"), ended("a")),
                "a": (Checkpoint(), Cancel("a"), Note("past"), Checkpoint(), Note("missed")),
            }
        ),
        answers={
            "at-call": lacks(a="past"),
            "at-next-checkpoint": has(a="past") & lacks(a="missed"),
            "never": has(a="missed"),
        },
        rule=Rule("MUST", forbidden=(has(a="missed"),)),
        sources=INTERRUPTS,
        shown_by="curio at-call, the others at-next-checkpoint; mutant:swallowed-cancel",
    ),
    Scenario(
        id="cancellation/swallow-then-wait",
        asks="Is a task that swallowed a cancel told again at its next wait (level) or not (edge)?",
        program=blocked_then_cancelled(
            Attempt((Sleep(LONG),), on_cancel=()),
            Attempt((Sleep(1), Note("waited")), on_cancel=(Note("again"),)),
        ),
        answers={"edge": has(a="waited"), "level": has(a="again")},
        rule=Rule("MUST", required=(has(a="again"),)),
        sources={"trio": TRIO_LEVEL, "anyio": ANYIO_LEVEL},
        shown_by="asyncio and curio edge, trio and anyio level",
    ),
    Scenario(
        id="cancellation/swallow-then-return",
        asks="How does a task count that swallows its cancel and returns a value?",
        program=blocked_then_cancelled(Attempt((Sleep(LONG),), on_cancel=()), Return("v")),
        answers={"returned": has(main="got v"), "cancelled": has(main="caught *Cancelled*")},
        rule=Rule("MUST", required=(has(main="got v"),)),
        unjudged={"cancelled"},
        sources={"asyncio": ASYNCIO_CANCEL, "tornado": TORNADO_TASKS},
        shown_by="mutant:cancelled-for-good",
    ),
    Scenario(
        id="cancellation/twice-at-once",
        asks="Is a second cancel, made before the first was delivered, delivered as well?",
        program=Program(
            {
                "main": (Spawn("a"), Sleep(1), Cancel("a"), Cancel("a"), ended("a")),
                "a": (
                    Attempt((Sleep(LONG),), on_cancel=()),
                    Attempt((Sleep(1), Note("waited")), on_cancel=(Note("again"),)),
                ),
            }
        ),
        answers={"delivered-once": has(a="waited"), "delivered-again": has(a="again")},
        rule=Rule("MUST", required=(has(a="waited"),)),
        sources={"curio": CURIO_CANCEL},
        shown_by="asyncio and curio once, trio and anyio again",
    ),
    Scenario(
        id="cancellation/after-end",
        asks="Is a cancel of a task that has ended without effect?",
        program=Program(
            {
                "main": (Spawn("a"), Join("a"), Cancel("a"), Join("a"), Checkpoint()),
                "a": (Return("v"),),
            }
        ),
        rule=Rule("MUST", required=(logs(main=["got v", "got v"]) & ends(main="returned"),)),
        sources={
            "asyncio": PYTHON + "asyncio-future.html#asyncio.Future.cancel",
            "curio": CURIO_CANCEL,
            "anyio": ANYIO_API + "#anyio.TaskHandle.cancel",
            "tornado": TORNADO_TASKS,
        },
        about={"cancel", "join"},
        shown_by="mutant:cancel-after-end",
    ),
    Scenario(
        id="cancellation/call-waits",
        asks="Does the call to cancel wait until the task has ended?",
        program=Program(
            {
                "main": (Spawn("a"), Sleep(1), Cancel("a"), Log("called"), ended("a")),
                "a": (
                    Attempt(
                        (Sleep(LONG),),  # a clean-up that does not wait may run inside the call
                        finally_=(Attempt((Sleep(1),), on_cancel=()), Log("cleaned")),
                    ),
                ),
            }
        ),
        answers={
            "waits": shared("a cleaned", "main called"),
            "returns-at-once": shared("main called", "a cleaned"),
        },
        rule=Rule("MUST", required=(shared("a cleaned", "main called"),)),
        sources={"curio": CURIO_CANCEL},
        shown_by="curio waits, the others return at once",
    ),
    Scenario(
        id="cancellation/in-order",
        asks="Are two tasks told in the order in which they were cancelled?",
        program=Program(
            {
                "main": (
                    *(Spawn("a"), Spawn("b"), Sleep(1)),
                    *(Cancel("a"), Cancel("b"), ended("a"), ended("b")),
                ),
                "a": (Attempt((Sleep(LONG),), finally_=(Log("cleaned"),)),),
                "b": (Attempt((Sleep(LONG),), finally_=(Log("cleaned"),)),),
            }
        ),
        answers={
            "in-order": shared("a cleaned", "b cleaned"),
            "reversed": shared("b cleaned", "a cleaned"),
        },
        sources={ANYBODY: "no document promises an order; trio's #checkpoints rules one out"},
        shown_by="trio and anyio:trio show both, the others in-order",
    ),
    Scenario(
        id="cancellation/sleep-due",
        asks="Which wins when a sleep and a cancel of the sleeper fall due in the same round?",
        program=Program(
            {
                "main": (Spawn("c"), Spawn("a"), Sleep(1), Block_(5), ended("a"), ended("c")),
                "c": (Sleep(3), Cancel("a")),
                "a": (Sleep(4), Note("woke")),
            }
        ),
        answers={"completes": has(a="woke"), "cancelled": lacks(a="woke")},
        sources={ANYBODY: "undocumented; declared as `race` and `ties`"},
        shown_by="asyncio cancelled, curio and anyio:asyncio completes, trio both",
    ),
)

CLEANUP: Final = (
    Scenario(
        id="cancellation/finally-runs",
        asks="Does the clean-up of a cancelled task run, once, before its joiner goes on?",
        program=Program(
            {
                "main": (Spawn("a"), Sleep(1), Cancel("a"), ended("a"), Log("joined")),
                "a": (Attempt((Sleep(LONG),), finally_=(Log("cleaned"),)), Note("missed")),
            }
        ),
        rule=Rule("MUST", required=(shared("a cleaned", "main joined") & ends(a="cancelled"),)),
        sources={ANYBODY: "https://docs.python.org/3/reference/compound_stmts.html#finally-clause"},
        shown_by="mutant:deaf-waiter",
    ),
    Scenario(
        id="cancellation/cleanup-waits",
        asks="May the clean-up of a cancelled task wait?",
        program=blocked_then_cancelled(
            Attempt((Sleep(LONG),), finally_=(Sleep(1), Note("cleaned")))
        ),
        answers={"completes": has(a="cleaned"), "cut-short": lacks(a="cleaned")},
        rule=Rule("MUST", required=(lacks(a="cleaned"),)),
        sources={"trio": TRIO_LEVEL, "anyio": ANYIO_CANCELLATION + "#finalization"},
        shown_by="asyncio and curio complete, trio and anyio cut short",
    ),
    Scenario(
        id="cancellation/shielded-cleanup-waits",
        asks="Does a shielded clean-up of a cancelled task complete?",
        program=blocked_then_cancelled(
            Attempt((Sleep(LONG),), finally_=(Shield((Sleep(1), Note("cleaned"))),))
        ),
        rule=Rule("MUST", required=(has(a="cleaned") & ends(a="cancelled"),)),
        sources={
            "trio": TRIO_LEVEL,
            "anyio": ANYIO_CANCELLATION + "#finalization",
            "curio": CURIO_CONTROL,
        },
        about={"shield"},
        shown_by="mutant:leaking-shield",
    ),
    Scenario(
        id="cancellation/cancel-during-cleanup",
        asks="Does a second cancel interrupt a clean-up that waits?",
        program=Program(
            {
                "main": (
                    *(Spawn("a"), Sleep(1), Spawn("c"), Sleep(2)),
                    *(Log("second"), Cancel("a"), ended("a"), ended("c")),
                ),
                "c": (Cancel("a"),),
                "a": (
                    Attempt(
                        (Sleep(LONG),),
                        finally_=(Attempt((Sleep(5), Log("cleaned")), on_cancel=(Log("cut"),)),),
                    ),
                ),
            }
        ),
        answers={
            "interrupts": shared("main second", "a cut"),
            "ignored": shared("main second", "a cleaned"),
            "cut-short-by-first": shared("a cut", "main second"),
        },
        rule=Rule("MUST", required=(shared("main second", "a cleaned"),)),
        sources={"curio": CURIO_CANCEL},
        shown_by="asyncio interrupts, curio ignored, trio and anyio cut-short-by-first",
    ),
    Scenario(
        id="cancellation/inside-cleanup",
        asks="Does a cancel that is made inside another one's clean-up reach its task?",
        program=Program(
            {
                "main": (
                    *(Spawn("b"), Spawn("a"), Sleep(1)),
                    *(Cancel("a"), ended("a"), ended("b")),
                ),
                "a": (Attempt((Sleep(LONG),), finally_=(Cancel("b"),)),),
                "b": (Sleep(LONG), Note("missed")),
            }
        ),
        rule=Rule("MUST", required=(ends(a="cancelled", b="cancelled"),)),
        sources=INTERRUPTS,
        shown_by="mutant:swallowed-cancel",
    ),
    Scenario(
        id="cancellation/error-in-cleanup",
        asks="What does the joiner of a cancelled task see whose clean-up raised an error?",
        program=blocked_then_cancelled(Attempt((Sleep(LONG),), finally_=(Raise("Oops"),))),
        answers={
            "error": has(main="caught *Oops*"),
            "cancelled": has(main="caught *Cancelled*"),
            "nothing": lacks(main="caught *"),
        },
        rule=Rule("MUST", required=(has(main="caught *Oops*"),)),
        unjudged={"cancelled"},
        sources={
            "asyncio": ASYNCIO_TASKS + "#asyncio.Task.cancelled",
            "curio": CURIO + "#Task.join",
            "anyio": ANYIO_API + "#anyio.TaskHandle",
            "tornado": TORNADO_AWAIT,
        },
        about={"join"},
        shown_by="mutant:cancelled-for-good",
    ),
)

SHIELDS: Final = (
    Scenario(
        id="cancellation/shield-defers",
        asks="Does a shielded block complete although its task is cancelled meanwhile?",
        program=blocked_then_cancelled(Shield((Sleep(3), Note("done")))),
        rule=Rule("MUST", required=(has(a="done"),)),
        sources={
            "trio": TRIO_CORE + "#trio.CancelScope.shield",
            "anyio": ANYIO_CANCELLATION + "#shielding",
            "curio": CURIO_CONTROL,
        },
        about={"shield"},
        shown_by="mutant:leaking-shield",
    ),
    Scenario(
        id="cancellation/shield-then-checkpoint",
        asks="Where does a cancel land that a shield has deferred?",
        program=blocked_then_cancelled(
            Shield((Sleep(3),)), Note("left"), Checkpoint(), Note("past"), Sleep(1), Note("missed")
        ),
        answers={
            "at-end-of-shield": lacks(a="left"),
            "at-next-checkpoint": has(a="left") & lacks(a="past"),
            "at-next-wait": has(a="past") & lacks(a="missed"),
            "never": has(a="missed"),
        },
        rule=Rule("MUST", required=(has(a="left") & lacks(a="missed"),)),
        sources={"trio": TRIO_LEVEL, "anyio": ANYIO_LEVEL, "curio": CURIO_CONTROL},
        about={"shield"},
        shown_by="mutant:shield-forgets-cancel",
    ),
    Scenario(
        id="cancellation/shield-then-return",
        asks="How does a task count that returns right after a shield that deferred a cancel?",
        program=blocked_then_cancelled(Shield((Sleep(3),)), Return("v")),
        answers={"value": has(main="got v"), "cancelled": has(main="caught *Cancelled*")},
        rule=Rule("MUST", required=(has(main="got v"),)),
        sources={"trio": TRIO_CORE + "#trio.CancelScope.cancel_called"},
        about={"shield"},
        shown_by="mutant:cancelled-for-good",
    ),
)

SCENARIOS: Final = DELIVERY + CLEANUP + SHIELDS
