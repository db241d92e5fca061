"""Asks about spawning: when a new task runs, and what becomes of one that nobody waits for.

Tasks are spawned inside a group wherever that is not the subject, so that runtimes without
free-standing tasks (trio) answer too. Groups themselves are in `groups.py`.
"""

from __future__ import annotations

from conformance.lang.ops import (
    Attempt,
    Checkpoint,
    Group,
    IsSet,
    Join,
    Log,
    Note,
    Raise,
    Set,
    Sleep,
    Spawn,
    Wait,
)
from conformance.lang.pattern import ends, has, lacks, shared
from conformance.lang.program import Program
from conformance.lang.scenario import ANYBODY, Rule, Scenario
from scenarios.groups import SCENARIOS as GROUPS
from scenarios.manuals import PRIMITIVE, asyncio, curio, trio

_CREATE_TASK = asyncio("task", "asyncio.create_task")
_START_SOON = trio("trio.Nursery.start_soon")
_ORPHAN_FATES = {
    "cancelled": ends(a="cancelled"),
    "awaited": ends(a="returned"),
    "abandoned": ends(a="blocked: *"),
    "destroyed": ends(a="destroyed"),
}
_ORPHAN = (Sleep(2), Note("finished"))

_FIRST_STEPS = (
    Scenario(
        id="spawn/first-steps",
        asks="In which order do two tasks take their first steps?",
        program=Program(
            {
                "main": (Group("g", (Spawn("a", "g"), Spawn("b", "g"))),),
                "a": (Log("ran"),),
                "b": (Log("ran"),),
            }
        ),
        answers={"in-order": shared("a ran", "b ran"), "reversed": shared("b ran", "a ran")},
        sources={"asyncio": asyncio("eventloop", "asyncio.loop.call_soon"), "trio": _START_SOON},
        shown_by="asyncio answers in-order, trio both; mutant:last-spawned-first",
    ),
    Scenario(
        id="spawn/starts",
        asks="Does a new task take its first step before the call that spawns it returns?",
        program=Program(
            {"main": (Group("g", (Spawn("a", "g"), Log("went-on"))),), "a": (Log("ran"),)},
        ),
        answers={
            "later": shared("main went-on", "a ran"),
            "at-once": shared("a ran", "main went-on"),
        },
        rule=Rule("MUST", required=(shared("main went-on", "a ran"),)),
        sources={"trio": _START_SOON},
        shown_by="asyncio answers later, asyncio:eager at-once; mutant:eager-start breaks the rule",
    ),
    Scenario(
        id="spawn/after-one-checkpoint",
        asks="Has a new task taken its first step when its parent comes back from one checkpoint?",
        program=Program(
            {
                "main": (Group("g", (Spawn("a", "g"), Checkpoint(), Log("went-on"))),),
                "a": (Log("ran"),),
            },
        ),
        answers={
            "started": shared("a ran", "main went-on"),
            "not-started": shared("main went-on", "a ran"),
        },
        sources={"asyncio": _CREATE_TASK, "trio": _START_SOON},
        shown_by="asyncio answers started, trio both; mutant:late-start",
    ),
    Scenario(
        id="spawn/grandchild-order",
        asks="Does a child's own child run before the sibling that was spawned after the child?",
        program=Program(
            {
                "main": (Group("g", (Spawn("a", "g"), Spawn("b", "g"))),),
                "a": (Group("h", (Spawn("c", "h"),)),),
                "b": (Log("ran"),),
                "c": (Log("ran"),),
            }
        ),
        answers={
            "breadth-first": shared("b ran", "c ran"),
            "depth-first": shared("c ran", "b ran"),
        },
        sources={"asyncio": _CREATE_TASK, "trio": _START_SOON},
        shown_by="asyncio answers breadth-first, asyncio:eager depth-first; mutant:eager-start",
    ),
    Scenario(
        id="spawn/each-runs-once",
        asks="Does each of several spawned tasks run, and only once?",
        program=Program(
            {
                "main": (
                    Group("g", (Spawn("a", "g"), Spawn("b", "g"), Spawn("c", "g"))),
                    Note("left"),
                ),
                "a": (Note("ran"),),
                "b": (Checkpoint(), Note("ran")),
                "c": (Note("ran"), Checkpoint()),
            }
        ),
        rule=Rule(
            "MUST",
            required=(
                has(a="ran", b="ran", c="ran") & ends(a="returned", b="returned", c="returned"),
            ),
            forbidden=(has(a=["ran", "ran"]), has(b=["ran", "ran"]), has(c=["ran", "ran"])),
        ),
        sources={ANYBODY: PRIMITIVE},
        shown_by="mutant:lost-start",
    ),
)

_ORPHANS = (
    Scenario(
        id="spawn/orphan-main-returns",
        asks="What becomes of a sleeping task when main returns?",
        program=Program({"main": (Spawn("a"), Checkpoint(), Checkpoint()), "a": _ORPHAN}),
        answers=_ORPHAN_FATES,
        rule=Rule("MUST", required=(ends(a="cancelled"),)),
        sources={"curio": curio("Kernel.run")},
        about={"spawn"},
        shown_by="mutant:abandons-orphans",
    ),
    Scenario(
        id="spawn/orphan-main-raises",
        asks="What becomes of a sleeping task when main raises?",
        program=Program(
            {"main": (Spawn("a"), Checkpoint(), Checkpoint(), Raise("E")), "a": _ORPHAN}
        ),
        answers=_ORPHAN_FATES,
        rule=Rule("MUST", required=(ends(a="cancelled"),)),
        unjudged={"awaited"},
        sources={"curio": curio("Kernel.run")},
        about={"spawn"},
        shown_by="mutant:abandons-orphans",
    ),
    Scenario(
        id="spawn/orphan-not-started",
        asks="Does a task whose first step is still to come when main returns take it?",
        program=Program({"main": (Spawn("a"),), "a": (Note("ran"),)}),
        answers={"ran": has(a="ran"), "never-ran": lacks(a="ran")},
        sources={
            "asyncio": asyncio("runner", "asyncio.run"),
            "curio": curio("Kernel.run"),
        },
        about={"spawn"},
        shown_by="asyncio answers ran; mutant:abandons-orphans",
    ),
    Scenario(
        id="spawn/orphan-cleanup-waits",
        asks="May the clean-up of a task that main left behind wait?",
        program=Program(
            {
                "main": (Spawn("a"), Checkpoint(), Checkpoint()),
                "a": (Attempt((Sleep(5),), finally_=(Sleep(1), Note("cleaned-up"))),),
            }
        ),
        answers={"finished": has(a="cleaned-up"), "cut-short": lacks(a="cleaned-up")},
        sources={
            "asyncio": asyncio("runner", "asyncio.run"),
            "curio": curio("Kernel.run"),
        },
        about={"spawn"},
        shown_by="asyncio answers finished; mutant:abandons-orphans",
    ),
)

_FAILURES = (
    Scenario(
        id="spawn/error-unjoined",
        asks="Does the error of a task that nobody joins disturb main?",
        program=Program({"main": (Spawn("a"), Sleep(1), Note("went-on")), "a": (Raise("E"),)}),
        answers={"main-goes-on": has(main="went-on"), "main-fails": lacks(main="went-on")},
        sources={"asyncio": asyncio("dev", "detect-never-retrieved-exceptions")},
        about={"spawn"},
        shown_by="asyncio answers main-goes-on; mutant:errors-end-the-run",
    ),
    Scenario(
        id="spawn/error-beside-sibling",
        asks="Does the error of a free-standing task cancel another one?",
        program=Program(
            {
                "main": (Spawn("a"), Spawn("b"), Sleep(2), Note("went-on")),
                "a": (Raise("E"),),
                "b": (Sleep(1), Note("finished")),
            }
        ),
        answers={"goes-on": ends(b="returned"), "cancelled": ends(b="cancelled")},
        unjudged={"cancelled"},
        sources={"asyncio": _CREATE_TASK, "curio": curio("tasks")},
        about={"spawn"},
        shown_by="asyncio answers goes-on; mutant:errors-end-the-run",
    ),
    Scenario(
        id="spawn/join-orders-effects",
        asks="Is everything that a task did visible to whoever joined it?",
        program=Program(
            {
                "main": (Spawn("a"), Join("a"), Log("joined")),
                "a": (Checkpoint(), Log("first"), Sleep(1), Log("last")),
            }
        ),
        rule=Rule("MUST", required=(shared("a first", "a last", "main joined"),)),
        sources={ANYBODY: PRIMITIVE},
        about={"join"},
        shown_by="mutant:early-join",
    ),
)

_ENDS = (
    Scenario(
        id="spawn/group-left-how-soon",
        asks="How soon does a group's owner go on when the last child has ended?",
        program=Program(
            {
                "main": (Spawn("b"), Group("g", (Spawn("a", "g"),)), Set("left")),
                "a": (Checkpoint(), Set("ended")),
                "b": (Wait("ended"), Checkpoint(), IsSet("left")),
            },
            events=("ended", "left"),
        ),
        answers={"in-the-next-round": has(b="got true"), "later": has(b="got false")},
        sources={
            "asyncio": asyncio("task", "task-groups"),
            "trio": trio("nurseries-and-spawning"),
        },
        about={"group"},
        shown_by="trio answers in-the-next-round, asyncio later",
    ),
)

SCENARIOS = _FIRST_STEPS + _ORPHANS + _FAILURES + _ENDS + GROUPS
