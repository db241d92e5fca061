"""What the generator knows of threads: a wait for one that is held at a gate, and calls back into the loop."""

from __future__ import annotations

from typing import Final

from conformance.engine.generate.area import Area, Meeting, gap, mark, pause
from conformance.engine.generate.scene import MOST_TASKS, Scene
from conformance.lang import ops
from conformance.lang.ops import Block, Op

_ABANDON: Final = {None: "run_in_thread", True: "thread:abandons", False: "thread:waits"}
"""What a runtime needs for each way to wait for a thread."""


_ENDS: Final = (ops.Return(1), ops.Return(None), ops.Raise("E")) * 5 + (ops.Raise("StopIteration"),)
"""How a thread ends: seldom by the one error that a future refuses."""


def _gate(scene: Scene) -> str:
    """Nearly always the same one."""
    name = "h1" if scene.tape.chance(16) else "h0"
    scene.gates.add(name)
    return name


def _call(scene: Scene) -> Block:
    """Perhaps a call into the loop, whose task does little."""
    if not scene.has("from_thread") or len(scene.tasks) > MOST_TASKS or scene.tape.chance(2):
        return ()
    called = scene.add_task(named=False)
    wait = (ops.Checkpoint(), ops.Sleep(1))[scene.tape.below(2 if scene.has("sleep") else 1)]
    scene.bodies[called] = [
        wait,
        *_reads(scene),
        ops.Log(3),
        scene.tape.pick((ops.Return(2), ops.Raise("F"))),
    ]
    return (ops.Attempt((ops.FromThread(called),), on_error=()),)


def _reads(scene: Scene) -> Block:
    """What it sees of a variable, where programs have some; perhaps it sets it, too."""
    name = next(iter(scene.objects.get("variables", ())), None)
    if name is None or not scene.has("get_variable", "set_variable") or scene.tape.chance(3):
        return ()
    sets = (ops.SetVariable(name, 4),) if scene.tape.chance(2) else ()
    return (ops.GetVariable(name), *sets)


def _run(scene: Scene, _: str) -> Op | None:
    """A wait for a thread: held or not, calling or not; it returns, or fails.

    Where one may be given up on request, none asks anything of the loop: the reference has no model of that.
    """
    if len(scene.tasks) > MOST_TASKS:
        return None
    thread = scene.add_task(named=False)
    if scene.calling is None:
        scene.calling = not scene.tape.chance(2)
    ways = [way for way, need in _ABANDON.items() if scene.has(need)]
    abandon = scene.tape.pick([way for way in ways if not (way and scene.calling)])
    held = not scene.tape.chance(4) and scene.has("hold")
    hold: Block = (ops.Hold(_gate(scene)),) if held else ()
    asks: Block = ()
    if scene.has("check_cancelled") and scene.calling and not scene.tape.chance(2):
        asks = (ops.Attempt((ops.CheckCancelled(),), on_error=(), on_cancel=(ops.Note("told"),)),)
    end = scene.tape.pick(_ENDS)
    call = _call(scene) if scene.calling else ()
    middle = (*call, *hold) if scene.tape.chance(2) else (*hold, *call)
    scene.bodies[thread] = [ops.Note("t"), *_reads(scene), *middle, *asks, end]
    waits = ops.RunInThread(thread, abandon)
    known = next(iter(scene.objects.get("variables", ())), None)
    if known is None or not scene.has("get_variable") or scene.tape.chance(2):
        return waits
    return ops.Attempt((waits,), on_error=(), finally_=(ops.GetVariable(known),))


def _told(scene: Scene) -> Block:
    """Whoever waits for a held thread is cancelled, by hand or by time; the thread asks, and is told, and ends so."""
    thread, task = scene.add_task(named=False), scene.add_task()
    asks: Block = (ops.CheckCancelled(),) if scene.has("check_cancelled") else ()
    if scene.tape.chance(4):
        asks = tuple(ops.Attempt((op,), on_cancel=(ops.Note("told"),)) for op in asks)
    gate = _gate(scene)
    hold: Block = (ops.Hold(gate),) if scene.has("hold") else ()
    if scene.calling is not False and scene.has("from_thread") and scene.tape.chance(2):
        scene.calling, called = (
            True,
            scene.add_task(named=False),
        )  # what waits is in the loop, and is told, too
        scene.bodies[called] = [pause(scene, 3), *mark(scene)]
        hold = (ops.FromThread(called), *mark(scene))
    scene.bodies[thread] = [*hold, *asks, scene.tape.pick((ops.Return(1), ops.Raise("E")))]
    ways = (None, False) if scene.has("thread:waits") else (None,)
    waits: Block = (ops.RunInThread(thread, scene.tape.pick(ways)), *mark(scene))
    if scene.has("shield") and scene.tape.chance(3):
        waits = (ops.Shield(waits),)
    cancel: Op | None = None
    how = scene.tape.below(3)
    if how == 0 and scene.has("move_on_after"):
        waits = (ops.MoveOnAfter(1, waits),)
    elif how == 1 and scene.has("scope", "cancel_scope"):
        name = scene.fresh("n")
        scene.scopes.append(name)
        waits, cancel = (ops.Scope(name, waits),), ops.CancelScope(name)
    elif scene.has("cancel"):
        cancel = ops.Cancel(task)
    scene.bodies[task] = [*waits, *mark(scene), ops.Checkpoint(), ops.Note("left")]
    struck: Block = (cancel,) if cancel is not None else ()
    return (pause(scene, 1), *gap(scene), *struck, *gap(scene), ops.OpenGate(gate), *gap(scene))


_ALONE: Final = "h2"
"""The gate of a thread that is given up: no epilogue opens it."""


def _given_up(scene: Scene) -> Block:
    """Nobody waits for a held thread any more; then it is let go, and ends or fails; or it never ends."""
    if scene.calling or not scene.has("thread:abandons", "hold", "cancel"):
        return _told(scene)
    scene.calling = False
    thread, task = scene.add_task(named=False), scene.add_task()
    end = scene.tape.pick((ops.Raise("E"), ops.Return(1), ops.Raise("E")))
    scene.bodies[thread] = [ops.Hold(_ALONE), ops.Note("t"), end]
    scene.bodies[task] = [ops.RunInThread(thread, abandon=True), *mark(scene)]
    opened: Block = (ops.OpenGate(_ALONE),) if not scene.tape.chance(4) else ()
    return (pause(scene, 1), ops.Cancel(task), *gap(scene), *opened, pause(scene, 1), ops.Note("m"))


def _sees(scene: Scene) -> Block:
    """What a thread has the loop perform sees a variable as whoever waits for the thread has set it."""
    name = next(iter(scene.objects.get("variables", ())), None)
    able = scene.has("from_thread", "set_variable", "get_variable")
    if name is None or scene.calling is False or not able:
        return _told(scene)
    scene.calling = True
    thread, called, task = (scene.add_task(named=named) for named in (False, False, True))
    scene.bodies[called] = [ops.Checkpoint(), ops.GetVariable(name), ops.SetVariable(name, 6)]
    sets = (ops.SetVariable(name, 4),) if scene.tape.chance(2) else ()
    scene.bodies[thread] = [*sets, ops.FromThread(called), ops.GetVariable(name)]
    waits = (ops.SetVariable(name, 5), ops.RunInThread(thread), ops.GetVariable(name))
    scene.bodies[task] = list(waits)
    return gap(scene)


def _opened(scene: Scene) -> Block:
    """No thread is held for ever, or nearly none: the end of a run need not wait for one that was given up."""
    if scene.has("thread:abandons") and scene.tape.chance(8):
        return ()
    return tuple(ops.OpenGate(gate) for gate in sorted(scene.gates))


THREADS: Final = Area(
    ops={
        "run_in_thread": _run,
        "open_gate": lambda scene, _: ops.OpenGate(_gate(scene)),
    },
    meetings=(Meeting(wait=("run_in_thread",), feeds=("open_gate",)),),
    epilogue=_opened,
    needs=("run_in_thread", "open_gate"),
    stories=(_told, _given_up, _sees),
    beside="context",
    weight=2,
)
