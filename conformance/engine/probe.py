"""Infers a runtime's semantics from its answers: which scenario tells about which field, as data.

What is inferred has no citation: a runtime may do today what its documents never promised, so the
oracle must not take it for granted. `conformance probe` shows it beside what the adapter declares.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, final

from conformance.lang.semantics import Semantics

Tells = tuple[str, str, Mapping[str, Any]]
"""A field of the semantics, the scenario that tells about it, and what each answer means for it."""

TABLE: Final[tuple[Tells, ...]] = ()


@final
@dataclass(frozen=True, slots=True)
class Inferred:
    """One field: what the answer to `scenario` says, and what the adapter declares.

    `inferred` is None where the answer says nothing, or where the scenario does not apply.
    """

    field: str
    scenario: str
    answer: str | None
    inferred: Any
    declared: Any
    citation: str

    @property
    def differs(self) -> bool:
        """Whether the answer contradicts the declaration. `either` and `any` are never contradicted."""
        if self.inferred is None or self.declared in ("either", "any"):
            return False
        return bool(self.inferred != self.declared)


def infer(answers: Mapping[str, str | None], declared: Semantics) -> Iterator[Inferred]:
    """A line for every row of the table; `answers` maps scenario ids to words."""
    for name, scenario, meaning in TABLE:
        answer = answers.get(scenario)
        values = {meaning.get(word) for word in (answer or "").split(" | ")}
        value = values.pop() if len(values) == 1 else meaning.get("|")
        citation = declared.citations.get(name, "")
        yield Inferred(name, scenario, answer, value, getattr(declared, name), citation)


def scenarios() -> frozenset[str]:
    """The scenarios that the table asks."""
    return frozenset(scenario for _, scenario, _ in TABLE)
