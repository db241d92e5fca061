"""Verdicts and grades: the two scales of judging, and how verdicts of parts make one of the whole.

A *grade* belongs to one outcome, a *verdict* to a case (one scenario on one runtime) or to many of
them.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, StrEnum
from typing import final


@final
class Verdict(Enum):
    """CONFORMS < UNKNOWN < VIOLATES, merged by maximum; NOT_APPLICABLE is neutral."""

    NOT_APPLICABLE = "NOT APPLICABLE"
    CONFORMS = "CONFORMS"
    UNKNOWN = "UNKNOWN"
    VIOLATES = "VIOLATES"

    @property
    def rank(self) -> int:
        """Its place in the lattice, 0 for NOT_APPLICABLE."""
        return _ORDER.index(self)


_ORDER = tuple(Verdict)


def merge(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict of the whole: the worst of its parts. Nothing merged is NOT_APPLICABLE."""
    return max(verdicts, key=lambda verdict: verdict.rank, default=Verdict.NOT_APPLICABLE)


@final
class Grade(StrEnum):
    """What the oracle says of one outcome.

    ACCEPTABLE: the declared semantics allow it. INTERESTING: only a further freedom allows it.
    FORBIDDEN: no freedom does. UNJUDGED: the oracle could not tell.
    """

    ACCEPTABLE = "ACCEPTABLE"
    INTERESTING = "INTERESTING"
    FORBIDDEN = "FORBIDDEN"
    UNJUDGED = "unjudged"
