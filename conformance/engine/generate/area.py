"""What an area of ops tells the generator, and helpers to write it down (`areas.py`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias, final

from conformance.engine.generate.scene import Scene
from conformance.lang import ops
from conformance.lang.ops import Block, Op, Ticks

Make: TypeAlias = Callable[[Scene, str], Op | None]
"""Makes an op for a task; None where there is nothing to do it to."""


@final
@dataclass(frozen=True, slots=True)
class Meeting:
    """What waits on an object, and what ends the wait: op kinds of the area, by name.

    first  what the driver does before anybody waits (it takes the lock, it fills the channel).
    wait   what a waiter does: the op that waits, then what belongs after it.
    feeds  what ends one wait, each on its own.
    around what stands before and behind each feed (a condition is notified under its lock).
    """

    wait: tuple[str, ...]
    feeds: tuple[str, ...]
    first: tuple[str, ...] = ()
    around: tuple[str, ...] = ()

    def within(self, scene: Scene) -> Meeting | None:
        """What of it there is on a runtime: none without the wait and a feed; what it has not does not come first."""
        feeds = tuple(kind for kind in self.feeds if scene.has(kind))
        if not feeds or not scene.has(*self.wait, *self.around):
            return None
        return replace(self, feeds=feeds, first=self.first if scene.has(*self.first) else ())


def nothing(_: Scene) -> Block:
    """No ops."""
    return ()


@final
@dataclass(frozen=True, slots=True)
class Area:
    """The ops of one area.

    ops       a maker for each op kind. All of an area's makers choose from the same few objects.
    meetings  how tasks meet on them.
    prelude   what main does before it starts anybody.
    epilogue  what main does when all is quiet: every object that was declared must still serve. What of it the
              runtime lacks is left out.
    needs     op kinds without which the area is left out altogether.
    either    special capabilities of which it takes one.
    looks     kinds of ops that only look: at times one stands right behind another op.
    stories   shapes of the area's own: what takes more than a wait and its end to tell.
    beside    an area that this one is drawn together with, more often than chance would have it.
    weight    how often it is drawn, beside the others: more for what has more to it.
    """

    ops: Mapping[str, Make]
    meetings: tuple[Meeting, ...] = ()
    prelude: Callable[[Scene], Block] = nothing
    epilogue: Callable[[Scene], Block] = nothing
    needs: tuple[str, ...] = ()
    either: tuple[str, ...] = ()
    looks: tuple[str, ...] = ()
    stories: tuple[Callable[[Scene], Block], ...] = ()
    beside: str = ""
    weight: int = 1


GAP: Final = (0, 1, -1, 0, 2, -1, 0, 3)
"""Checkpoints between two things that race; -1 stands for a sleep."""


def pause(scene: Scene, ticks: Ticks) -> Op:
    """A sleep; a checkpoint where there is no sleep."""
    return ops.Sleep(ticks) if scene.has("sleep") else ops.Checkpoint()


def gap(scene: Scene) -> Block:
    """None to three checkpoints; or time for all others to come as far as they can."""
    length = scene.tape.pick(GAP)
    return (pause(scene, 1),) if length < 0 else (ops.Checkpoint(),) * length


def shielded(scene: Scene, *body: Op) -> Block:
    """The ops, in a shield where there is one: elsewhere who was cancelled once is not told again of it."""
    return (ops.Shield(body),) if scene.has("shield") else body


def mark(scene: Scene) -> Block:
    """Perhaps a note, in the task's own log or in the shared one: it shows how far the task came."""
    return ((), (ops.Log(1),), (ops.Note(1),))[scene.tape.below(3)]


def requests(scene: Scene, task: str) -> Block:
    """Perhaps the task asks how many requests to cancel it there are: none that a scope made is left behind it."""
    named = task not in scene.nameless and (task != "main" or scene.has("main:handle"))
    asks = scene.has("cancelling") and named and scene.tape.chance(3)
    return (caught(ops.Cancelling(task)),) if asks else ()


def caught(*body: Op) -> Op:
    """The ops; an error is logged, and the task goes on."""
    return ops.Attempt(body, on_error=())


def on(make: Callable[[str], Op], field: str, *sizes: Any) -> Make:
    """Makes an op whose only argument is an object, declared with one of these sizes (none: by name only)."""
    return lambda scene, _: make(scene.object(field, *sizes))


def each(field: str, serves: Callable[[Scene, str], Block]) -> Callable[[Scene], Block]:
    """The epilogue of every object of that field."""
    return lambda scene: tuple(
        op for name in scene.objects.get(field, ()) for op in serves(scene, name)
    )


def within(scene: Scene, *body: Op) -> Block:
    """The ops under a deadline of one tick, so that a wait in vain shows, too; nor does an error end it all."""
    held = (ops.MoveOnAfter(1, body),) if scene.has("move_on_after") else body
    return (ops.Attempt(held, on_error=()),)
