"""Flavours of curio: the other things that it has for what `runtimes.on_curio` spells in one way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import curio
import curio.task

from conformance.adapter.spelling import Spelling
from conformance.lang.semantics import Semantics
from runtimes._answer import answer
from runtimes._curio_spelling import CONTEXT, SPELLING, UNIVERSAL

_SOURCE: Final = "undocumented; curio 1.6, curio/"


class Flavour:
    """Base of all flavours, each mixed in before the adapter."""

    task_class: ClassVar[Any] = curio.Task
    """What the kernel makes of a coroutine."""
    spelling: ClassVar[Spelling] = SPELLING

    @staticmethod
    def declare(semantics: Semantics) -> Semantics:
        """The kernel's answers, with this flavour's own."""
        return semantics


class Universal(Flavour):
    """`UniversalEvent`, which threads and other loops may use, too.

    Not `UniversalQueue`: an item goes to the first receiver, room to whoever takes it, which no answer says.
    """

    spelling = UNIVERSAL

    def event(self) -> Any:
        """`UniversalEvent`."""
        return curio.UniversalEvent()

    @staticmethod
    def declare(semantics: Semantics) -> Semantics:
        """Who waits for one waits for a future of its own, of which the kernel hears in a later round."""
        source = f"{_SOURCE}kernel.py, trap_future_wait: a done callback wakes the task, unless it was told meanwhile"
        return answer(semantics, source, race="either")


class WithContext(Flavour):
    """`ContextTask`: tasks that have context variables of their own."""

    task_class = curio.task.ContextTask
    spelling = CONTEXT

    @staticmethod
    def declare(semantics: Semantics) -> Semantics:
        """They are copied when a task is made."""
        source = f"{_SOURCE}task.py, ContextTask: runs in a copy of its parent's context"
        return answer(semantics, source, context="copied")


FLAVOURS: Final[Mapping[str, type[Flavour]]] = {"universal": Universal, "context": WithContext}
"""What may follow `curio:`."""
