"""A scenario: what it asks, the program that asks it, and what the answers mean."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, final

from conformance.errors import ScenarioError
from conformance.lang.codec import canonical, program_to_json
from conformance.lang.ops import OPS
from conformance.lang.pattern import Pattern, check_pattern, pattern_to_json
from conformance.lang.program import Program

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*")

ANYBODY = "anybody"
"""The family that every runtime belongs to: a rule with this source binds everybody."""


@final
@dataclass(frozen=True, slots=True)
class Rule:
    """What must or should be: every outcome matches one of `required` and none of `forbidden`."""

    strength: Literal["MUST", "SHOULD"]
    required: tuple[Pattern, ...] = ()
    forbidden: tuple[Pattern, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Scenario:
    """One question to every runtime. `rule` and `answers`: at least one of the two.

    `sources` maps a family of runtimes (`asyncio`, `trio`, `curio`, `anyio`, or ANYBODY) to where
    its documents say it; a rule binds only the families that it names. `about` are the op kinds
    that the scenario is about: where one of them is composed by the adapter, the scenario is NOT
    APPLICABLE. `clock` is `native` when the runtime's own timers are the subject. `shown_by` names
    the mutant (or the runtime) that breaks the rule or changes the answer. `unjudged` are answers that
    the reference cannot give and no document rules out: they accuse nobody, unless the rule does.
    """

    id: str
    asks: str
    program: Program
    answers: Mapping[str, Pattern] = field(default_factory=dict)
    rule: Rule | None = None
    sources: Mapping[str, str] = field(default_factory=dict)
    about: AbstractSet[str] = frozenset()
    clock: Literal["virtual", "native"] = "virtual"
    shown_by: str = ""
    unjudged: AbstractSet[str] = frozenset()

    def __post_init__(self) -> None:
        """Freeze the mappings and check the scenario. Raises ScenarioError."""
        object.__setattr__(self, "answers", MappingProxyType(dict(self.answers)))
        object.__setattr__(self, "sources", MappingProxyType(dict(self.sources)))
        object.__setattr__(self, "about", frozenset(self.about))
        object.__setattr__(self, "unjudged", frozenset(self.unjudged))
        if not _ID.fullmatch(self.id):
            raise ScenarioError(
                f"`{self.id}` is no scenario id", hint="write area/slug in lower case"
            )
        if self.rule is None and not self.answers:
            raise ScenarioError(
                f"{self.id}: neither a rule nor a question", hint="label some outcomes"
            )
        if self.rule is not None and not (self.rule.required or self.rule.forbidden):
            raise ScenarioError(f"{self.id}: the rule requires and forbids nothing")
        if not self.sources:
            raise ScenarioError(f"{self.id}: no source", hint="say where the rule is written down")
        if unknown := set(self.about) - set(OPS):
            raise ScenarioError(f"{self.id}: about an unknown op `{min(unknown)}`")
        if unlisted := self.unjudged - self.answers.keys():
            raise ScenarioError(f"{self.id}: `{min(unlisted)}` is none of its answers")
        for pattern in self.patterns():
            check_pattern(pattern, self.program.tasks)

    def patterns(self) -> tuple[Pattern, ...]:
        """Every pattern of every label."""
        rule = self.rule.required + self.rule.forbidden if self.rule else ()
        return rule + tuple(self.answers.values())

    @property
    def area(self) -> str:
        """The part of the id before the slash."""
        return self.id.partition("/")[0]

    @property
    def hash(self) -> str:
        """Sixteen hex digits that name what is asked and how it is judged (not the prose)."""
        return hashlib.sha256(canonical(scenario_to_json(self)).encode()).hexdigest()[:16]


def scenario_to_json(scenario: Scenario) -> dict[str, Any]:
    """What a scenario asks and how it is judged, as a JSON value: no prose, no sources."""
    encoded: dict[str, Any] = {"id": scenario.id, "program": program_to_json(scenario.program)}
    encoded["tasks"] = list(scenario.program.tasks)
    encoded["clock"] = scenario.clock
    encoded["about"] = sorted(scenario.about)
    if scenario.rule is not None:
        encoded["rule"] = {
            "strength": scenario.rule.strength,
            "families": sorted(scenario.sources),
            "required": [pattern_to_json(p) for p in scenario.rule.required],
            "forbidden": [pattern_to_json(p) for p in scenario.rule.forbidden],
        }
    encoded["answers"] = {name: pattern_to_json(p) for name, p in scenario.answers.items()}
    if scenario.unjudged:
        encoded["unjudged"] = sorted(scenario.unjudged)
    return encoded
