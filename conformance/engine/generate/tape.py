"""The bytes that a program is made of, read as small choices."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar, final

LENGTH = 192
"""Bytes that are enough for nearly every program; what is missing counts as zero."""

_T = TypeVar("_T")


@final
class Tape:
    """Reads one byte for each choice."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def below(self, bound: int) -> int:
        """A number from 0 to `bound` - 1; bound is at most 256."""
        at = self._at
        self._at = at + 1
        return self._data[at] % bound if at < len(self._data) else 0

    def chance(self, one_in: int) -> bool:
        """True once in so many times; false for a zero."""
        return self.below(one_in) == one_in - 1

    def pick(self, options: Sequence[_T]) -> _T:
        """One of them; the first for a zero."""
        return options[self.below(len(options))]


def seeded(seed: str) -> bytes:
    """The tape of a seed."""
    return random.Random(seed).randbytes(LENGTH)
