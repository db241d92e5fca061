"""Ops on context variables (PEP 567)."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.lang.ops.base import Op, Value


@dataclass(frozen=True, slots=True)
class SetVariable(Op):
    """Set the context variable."""

    variable: str
    value: Value


@dataclass(frozen=True, slots=True)
class GetVariable(Op):
    """Log `got VALUE`: the context variable's value here, `got none` when it was never set."""

    variable: str


@dataclass(frozen=True, slots=True)
class ResetVariable(Op):
    """Take back this task's last `set_variable` that was not yet taken back."""

    variable: str
