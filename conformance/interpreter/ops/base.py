"""What performs an op."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from conformance.interpreter.world import World

Method: TypeAlias = Callable[[World, str, Any], Awaitable[None]]
"""Performs an op of a task: the run, the task's name, the op."""
Methods: TypeAlias = Mapping[str, Method]
"""The methods of one area, by op kind."""
