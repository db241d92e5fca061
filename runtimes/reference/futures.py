"""What a task may still touch: for each step, a footprint that contains those of all steps from there on.

The oracle uses it to see that some steps concern nobody else any more, so that only they need to be explored
(a persistent set: Godefroid, chapter 4). It errs on the side of too much: `EVERYTHING` switches the
reduction off for whoever sees it.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping

from conformance.lang import ops
from conformance.run.frames import Step

EVERYTHING = -1


class Futures:
    """For one program: `of[step]` is everything that its task may touch from that step on, `then[step]` after it."""

    def __init__(
        self,
        code: Mapping[str, Step | None],
        touched: Callable[[ops.Op], int],
        own: Mapping[str, int],
    ) -> None:
        self.of: dict[Step, int] = {}
        self.then: dict[Step, int] = {}
        self.touched = touched
        self.own = own
        self.whole = dict(own)
        while True:
            before = dict(self.whole)
            for task, first in reversed(list(code.items())):  # children stand after their parents
                self.whole[task] = own[task] | self._chain(first, 0)
            if self.whole == before:
                return

    def _chain(self, step: Step | None, after: int) -> int:
        """Everything from this step to the end of its block, and then `after`."""
        if step is None:
            return after
        rest = self._chain(step.next, after)
        handlers = 0
        for block in (step.finally_, step.on_error, step.on_cancel):
            handlers |= self._chain(block, rest | handlers) if block is not None else 0
        mask = rest | handlers | self._touch(step.op)
        if step.body is not None:
            mask |= self._chain(step.body, rest | handlers)
        self.of[step] = mask
        self.then[step] = rest
        return mask

    def _touch(self, op: ops.Op) -> int:
        if isinstance(op, ops.Spawn | ops.Start | ops.Detach):
            return self.whole[op.task]
        return self.touched(op)


def cannot_fail(step: Step | None, told: Container[str] = ()) -> bool:
    """Whether a block of steps surely ends without an exception, so that its task's end concerns nobody.

    `told` holds the kinds of op that may tell of a cancellation.
    """
    while step is not None:
        op = step.op
        if isinstance(op, ops.Attempt):
            harmless = op.on_error is not None and op.on_cancel is not None
            handlers = (step.on_error, step.on_cancel, step.finally_)
            if not harmless or not all(cannot_fail(handler, told) for handler in handlers):
                return False
        elif isinstance(op, ops.Spawn | ops.Set):
            if op.kind in told:
                return False
        elif not isinstance(op, ops.Note | ops.Log):
            return False
        step = step.next
    return True
