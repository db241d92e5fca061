"""What every mutant is made of: the reference, bound by more documents, and steered within them."""

from __future__ import annotations

import random
import re
import socket
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, TypeAlias, TypeVar

from conformance.adapter.core import Body, Limits
from conformance.lang.semantics import Semantics
from runtimes.reference.adapter import Reference
from runtimes.reference.declared import REFERENCE
from runtimes.reference.executor import Executor
from runtimes.reference.objects import UNSPAWNED

_DEAD_OWNER = "trio.Lock.acquire: raises BrokenResourceError if the owner exited without releasing"


class Kernel(Executor):
    """The reference's executor, nothing broken. A mutant of its rules overrides a method."""

    shuffle: random.Random | None = None

    def _run_batch(self) -> None:
        if self.shuffle is not None:
            self.shuffle.shuffle(self.ready)
        super()._run_batch()

    def _close(self) -> None:
        for task in self.tasks:
            if task.state == UNSPAWNED:  # a mutant may have refused it
                task.body.close()
        super()._close()


class Mutant(Reference):
    """The reference, nothing broken: the control.

    It is bound by trio's documents as well, which it keeps; so it runs under trio's answers where
    the reference has a freedom of its own, and a seed steers no further than trio's scheduler goes.
    """

    families: ClassVar[frozenset[str]] = frozenset({"reference", "trio"})
    semantics: ClassVar[Semantics] = replace(
        REFERENCE,
        dead_owner="broken",
        citations={**REFERENCE.citations, "dead_owner": _DEAD_OWNER},
    )
    steering: ClassVar[str] = "a seed shuffles each batch of ready tasks"
    kernel: ClassVar[type[Kernel]] = Kernel

    def make_executor(self, limits: Limits) -> Executor:
        """An executor of the mutant's own kind."""
        virtual = limits.clock == "virtual"
        executor = self.kernel(self.semantics, tick=limits.tick, virtual=virtual)
        if limits.seed is not None:
            executor.shuffle = random.Random(limits.seed)
        return executor


class Remembering(Mutant):
    """A mutant that remembers something of one run."""

    marked: set[Any]
    kept: list[socket.socket]

    def run(self, main: Body, limits: Limits) -> None:
        """Remember nothing of the run before."""
        self.marked, self.kept = set(), []
        try:
            super().run(main, limits)
        finally:
            for stream in self.kept:
                stream.close()


Broken: TypeAlias = type[Kernel] | type[Mutant]
"""A kernel with a broken rule, or an adapter with a broken op: the docstring says which."""

_B = TypeVar("_B", bound=Broken)

FOUND: dict[str, Broken] = {}
"""Every mutant by name."""


def mutant(broken: _B) -> _B:
    """Register a mutant under the name of its class: `LifoTimers` is `lifo-timers`."""
    FOUND[re.sub(r"(?<!^)(?=[A-Z])", "-", broken.__name__).lower()] = broken
    return broken


def make(name: str, flavour: str) -> Mutant:
    """The runtime of that name. Raises KeyError."""
    broken = FOUND[name]
    around = {"kernel": broken}
    runtime = broken() if issubclass(broken, Mutant) else type(broken.__name__, (Mutant,), around)()
    runtime.flavour = flavour
    return runtime


def sentences() -> Mapping[str, str]:
    """What is broken in each mutant, by name."""
    return {name: (FOUND[name].__doc__ or "").strip() for name in sorted(FOUND)}
