"""Ops that write down what happens."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.lang.ops.base import Op, Value


@dataclass(frozen=True, slots=True)
class Note(Op):
    """Write a word into this task's own log."""

    word: Value


@dataclass(frozen=True, slots=True)
class Log(Op):
    """Write a word into the shared, globally ordered log."""

    word: Value
