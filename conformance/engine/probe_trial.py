"""A trial of `conformance probe`: a program, and which values of a field fit each answer to it.

Trials are no scenarios of the catalogue: no document promises an answer, and none accuses anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias, final

from conformance.lang.ops import Attempt, Note, Op, Shield, Sleep
from conformance.lang.pattern import Pattern, ending
from conformance.lang.program import Program
from conformance.lang.scenario import ANYBODY, Scenario

NONE: Final = "none of ours"
"""What is inferred where no value describes what was seen."""

Made: TypeAlias = Callable[..., tuple[Op, ...]]
"""How a clean-up is written: as it is, or shielded."""


_ABOUT: Final = frozenset({"spawn", "cancel", "exit", "interrupt", "serve", "sleep", "wait"})
"""Op kinds whose composing is worth a word."""
_UNENDED: Final = {"deadlocked": ending("deadlocked"), "stopped": ending("stopped")}


@final
@dataclass(frozen=True, slots=True)
class Trial:
    """What is asked, and for each word of an answer the values that fit. A word without any fits `NONE` alone."""

    scenario: Scenario
    fits: Mapping[str, tuple[str, ...]]

    @property
    def timed(self) -> bool:
        """Whether its answers are told apart by ticks, of which a real clock tells nothing."""
        clauses = [clause for pattern in self.scenario.patterns() for clause in pattern.clauses]
        return any("@" in text for clause in clauses for text in clause.texts)


def make_trial(
    name: str,
    asks: str,
    program: Program,
    answers: Mapping[str, tuple[Pattern, tuple[str, ...]]],
) -> Trial:
    """A trial from its words, each with its pattern and what fits. A run that does not end by itself fits nothing."""
    scenario = Scenario(
        id=f"probe/{name}",
        asks=asks,
        program=program,
        answers=dict(_UNENDED) | {word: pattern for word, (pattern, _) in answers.items()},
        sources={ANYBODY: "nobody's promise: `conformance probe` asks, and accuses nobody"},
        about=_ABOUT & {op.kind for _, op in program.walk()},
    )
    values = {word: values for word, (_, values) in answers.items()}
    return Trial(scenario, dict.fromkeys(_UNENDED, ()) | values)


def plain(*body: Op) -> tuple[Op, ...]:
    """As it is: what waits in it is cut short by a cancellation that is told again and again."""
    return body


def shielded(*body: Op) -> tuple[Op, ...]:
    """In a shield."""
    return (Shield(body),)


def told_then(ticks: int, *after: Op, made: Made = plain) -> Op:
    """A long wait; whoever is told of a cancellation meanwhile cleans up for so many ticks."""
    cleans = made(Sleep(ticks), Note("cleaned"), *after)
    return Attempt((Sleep(30),), finally_=(Note("told"), *cleans))
