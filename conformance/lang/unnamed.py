"""Errors that an adapter gave no normalised name: the reference knows none of them."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from typing import Final

from conformance.lang.ops import RAISES
from conformance.lang.outcome import ERRORS, Outcome
from conformance.lang.program import Program

HINT: Final = (
    "name it in the adapter's `errors` (conformance.lang.outcome.ERRORS holds the names), "
    "or let `is_cancellation` or `members` know it"
)
_TOLD: Final = re.compile(r"(?:caught|raised|run raised|unhandled|unretrieved) (.+)")
_KNOWN: Final = frozenset(name.partition("(")[0] for name in ERRORS)


def unnamed(outcome: Outcome, program: Program) -> list[str]:
    """The errors of an outcome whose class names nobody mapped: neither the program's own nor Python's."""
    own = {op.error for _, op in program.walk() if isinstance(op, RAISES) and op.error}
    names = {part for name in _names(outcome) for part in re.findall(r"[^(), ][^(),]*", name)}
    return sorted(n for n in names - own - _KNOWN if not hasattr(builtins, n))


def _names(outcome: Outcome) -> Iterator[str]:
    for _, task in outcome.tasks:
        for text in (*(entry.text for entry in task.log), task.end):
            if told := _TOLD.fullmatch(text):
                yield told[1]
    for text in outcome.reported:
        if told := _TOLD.fullmatch(text):
            yield told[1]
