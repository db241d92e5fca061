"""Performs a program on any runtime: the one place where ops become calls of an adapter.

`run_program` makes one run and returns what it showed. Control flow lives in
`conformance.run.frames`; `perform` drives it, `ops` maps each op to an adapter's method, `world` is
one run in progress.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

from conformance.adapter.core import Limits, Runtime
from conformance.adapter.threads import Threads, nobody
from conformance.errors import ConformanceError
from conformance.interpreter.perform import perform
from conformance.interpreter.world import ProgramError, Unopened, World, kinds_of
from conformance.lang.ops.shutdown import is_deadly
from conformance.lang.program import Program
from conformance.run.observation import Observation, RunOptions

__all__ = ["ProgramError", "Unopened", "run_program"]


def run_program(
    program: Program,
    runtime: Runtime,
    options: RunOptions,
    on_stop: Callable[[Observation], object] = lambda _: None,
    on_error: Callable[[BaseException], object] = lambda _: None,
) -> Observation:
    """Run the program once and return what it showed. Raises AdapterError for a broken contract.

    Whatever the *runtime* does wrong is part of the observation: an exception that comes out of its
    `run` and is not main's own is reported as `run raised NAME`. `on_stop` is told what was seen
    when the horizon is reached: teardown comes after it, and may never end. `on_error` is told of an
    exception that is reported so, and of one that a task ends by and whose class nobody mapped.
    """
    world = World(program, runtime, options, perform, on_error)

    def stop() -> None:
        world.threads.settle()
        outcome = world.freeze("deadlocked" if options.virtual else "stopped")
        on_stop(Observation(outcome, tuple(world.trace)))
        world.threads.tear_down()

    limits = Limits(
        clock="virtual" if options.virtual else "native",
        tick=options.tick,
        horizon=options.horizon,
        seed=options.seed,
        stop=stop,
    )
    hook, sys.unraisablehook = sys.unraisablehook, lambda _: None
    handler = _default_interrupt() if world.deadly else None
    _watch_threads(world, runtime)
    try:
        if program.variables:  # a context of its own: what it sets stays in the run
            copy_context().run(runtime.run, world.main, limits)
        else:
            runtime.run(world.main, limits)
    except ConformanceError:
        raise
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt) and not world.deadly:
            raise
        if isinstance(error, NotImplementedError) and world.broken is None:
            world.blame("run", error)
        told = not _is_mains_own(world, error) or is_deadly(world.name_of(error))
        if world.frozen is None and told:
            world.reported.append(f"run raised {world.name_of(error)}")
            on_error(error)
    finally:
        sys.unraisablehook = hook
        if handler is not None:
            signal.signal(signal.SIGINT, handler)
        world.close()
    if world.broken is not None:
        raise world.broken
    world.threads.settle()
    observation = Observation(world.freeze("completed"), tuple(world.trace))
    world.threads.tear_down()
    return observation


def _watch_threads(world: World, runtime: Runtime) -> None:
    """Tell the adapter how to ask for the threads of this run."""
    if isinstance(runtime, Threads):
        there = kinds_of(world.program).threads
        runtime.at_work = world.threads.at_work if there else nobody
        runtime.parked = world.threads.parked if there else nobody


def _default_interrupt() -> Any:
    """Let Ctrl-C be handled as Python does by default, and every runtime expects; returns what did before.

    Only the main thread may, and only there do runtimes hear of it.
    """
    if threading.current_thread() is not threading.main_thread():
        return None
    return signal.signal(signal.SIGINT, signal.default_int_handler)


def _is_mains_own(world: World, error: BaseException) -> bool:
    """Whether main ended by it (a runtime may wrap it in a group)."""
    frames = world.frames.get("main")
    if frames is None or frames.end is None or frames.end[0] != "failed":
        return False
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        if error is frames.end[1]:
            return True
        error = error.exceptions[0]
    own = frames.end[1]
    return error is own or (world.is_cancellation(own) and world.is_cancellation(error))
