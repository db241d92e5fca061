"""What a campaign has exercised: read from the traces of a sample of its runs.

Three families of points: `meet A B` (ops of two tasks that followed one another on one object), `cancelled OP` (a
cancellation was told there), `answer OP RESULT` (how an op came out: done, an error, still blocked).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import fields
from functools import lru_cache
from typing import Final

from conformance.lang.ops import OPS
from conformance.run.observation import Event

SAMPLE: Final = 16
"""One run in so many is traced."""
_OBJECTS: Final = frozenset(
    {
        "event", "lock", "channel", "condition", "semaphore", "limiter", "barrier", "stream",
        "listener", "variable",
    }
)  # fmt: skip


@lru_cache
def _has_object(kind: str) -> bool:
    """Whether the first argument of an op names an object that tasks share."""
    op = OPS.get(kind)
    names = [item.name for item in fields(op)] if op is not None else []
    return bool(names) and names[0] in _OBJECTS


def points(trace: Iterable[Event]) -> Counter[str]:
    """The coverage points of one run."""
    found: Counter[str] = Counter()
    doing: dict[str, str] = {}
    last: dict[str, tuple[str, str]] = {}
    for _, task, what, detail in trace:
        if what == "begin":
            words = detail.split(" ")
            doing[task] = words[0] if words[0] != "leave" else detail
            if len(words) > 1 and _has_object(words[0]):
                other = last.get(words[1])
                if other is not None and other[0] != task:
                    found[f"meet {' '.join(sorted((other[1], words[0])))}"] += 1
                last[words[1]] = task, words[0]
            continue
        op = doing.pop(task, "")
        if what == "error" and detail == "Cancelled":
            found[f"cancelled {op}"] += 1
        elif op:
            found[f"answer {op} {detail if what == 'error' else 'done'}"] += 1
    for op in doing.values():
        found[f"answer {op} blocked"] += 1
    return found
