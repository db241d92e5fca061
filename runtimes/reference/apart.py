"""The reference's deadlines around one op that waits, where that op is performed in a task of its own.

Source: asyncio.wait_for before CPython 3.12, whose documents say that it schedules its coroutine as a task. The op
begins a round later, and the one who waits hears of its end later still; a cancellation before it begins is told in
its place.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from conformance.lang.ops import FailAfter
from conformance.lang.program import Path, Program
from conformance.run.frames import PERFORM
from runtimes.reference.calls import Calls
from runtimes.reference.kernel import WAIT, Fault
from runtimes.reference.objects import VALUE, Task


class Apart(Calls):
    """Kernel with such ops, by their paths."""

    apart: frozenset[Path] = frozenset()

    def build(self, program: Program) -> None:
        """As ever; and which ops they are."""
        super().build(program)
        if self.semantics.schedule_points.get("fail_after:one") == "always":
            self.apart = frozenset(
                inside
                for (_, op), (inside, _) in pairwise(self.walked)  # a block, then what is in it
                if isinstance(op, FailAfter) and op.around_one_wait
            )

    def is_apart(self, task: Task) -> bool:
        """Whether a task stands at one."""
        frames = task.body
        return bool(self.apart) and frames.request == PERFORM and frames.at.path in self.apart

    def request_apart(self, task: Task, kind: str, call: Callable[..., Any], args: Any) -> Any:
        """Perform one: told of a cancellation before its first step, or else later on. Raises Fault."""
        due = (self.cancelling or task.pending) and self.cancel_due(task)
        if due and self.choose("cancel", 2):
            self.take_cancel(task)
            raise Fault(self.fault("Cancelled"))
        value = self.request(task, kind, call, args)
        if value is not WAIT:
            self.make_ready(task, VALUE, value)
        return WAIT
