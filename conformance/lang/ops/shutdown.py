"""Ops that end more than their task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from conformance.lang.ops.base import Op


@dataclass(frozen=True, slots=True)
class Interrupt(Op):
    """Send this process the signal of Ctrl-C; in a thread, to the process's main thread."""


@dataclass(frozen=True, slots=True)
class Exit(Op):
    """Raise SystemExit, as `sys.exit` does."""


DEADLY: Final = frozenset({"KeyboardInterrupt", "SystemExit"})
"""Errors that no `on_error` catches, as no `except Exception` does; clean-up is performed all the same."""


def is_deadly(name: str) -> bool:
    """Whether the error of that normalised name is one of `DEADLY`, or a group with one inside."""
    return name in DEADLY or (name.startswith("Group(") and any(each in name for each in DEADLY))
