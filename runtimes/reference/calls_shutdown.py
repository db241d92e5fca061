"""From a program's exits to the kernel's: what a run's end needs, where something else than main's end can end it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.lang.program import Program
from conformance.run.frames import Frames
from runtimes.reference.calls_sync import SyncCalls
from runtimes.reference.objects import ASLEEP, DONE, End, Scope, Task
from runtimes.reference.shutdown import Closing


class ShutdownCalls(SyncCalls):
    """Kernel that knows whether a program exits."""

    new_body: Callable[[str], Frames]

    def build_closing(self, program: Program) -> None:
        """Make what an exit needs, if there is one."""
        if DEADLY.isdisjoint(op.kind for _, op in program.walk()):
            return
        self.closing = self.make_thing(Closing)
        self.ender = self.make_thing(Task, "", self.make_thing(Scope, "task"), self.make_thing(End))
        self.ender.body = self.new_body("main")
        self.ender.state, self.ender.wake = DONE, ASLEEP
        self.ender.end.result = ("failed", "SystemExit")
        if self.level:
            self.outside = (self.make_thing(Scope, "run"),)

    def resolve_deadly(self, kind: str) -> Callable[..., Any]:
        """The call for one of `DEADLY`."""
        return self.exit_run if kind == "exit" else self.ctrl_c


DEADLY = frozenset({"exit", "interrupt"})
"""Op kinds that may end more than a task."""
