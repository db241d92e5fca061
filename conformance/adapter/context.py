"""Facet: context variables. The standard library's, unless a runtime has some of its own."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from conformance.adapter.core import Handle


class Context:
    """Ops `set_variable`, `get_variable`, `reset_variable`: what a runtime does to `contextvars`."""

    def variable(self, name: str) -> Handle:
        """A fresh variable, not set."""
        return ContextVar[Any](name, default=None)

    async def set_variable(self, variable: Handle, value: Any) -> Any:
        """Set it; returns what takes this back."""
        return variable.set(value)

    async def get_variable(self, variable: Handle) -> Any:
        """Its value here, None when it was never set."""
        return variable.get()

    async def reset_variable(self, variable: Handle, token: Any) -> None:
        """Take back the setting that returned this token."""
        variable.reset(token)
