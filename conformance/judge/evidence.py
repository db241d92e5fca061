"""What a campaign hands to the judge: facts about a runtime, and what its runs showed, counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, final

from conformance.judge.token import Clock
from conformance.judge.verdict import Grade
from conformance.lang.capability import Capabilities
from conformance.lang.outcome import Outcome
from conformance.lang.program import Path, Program
from conformance.lang.semantics import Semantics
from conformance.run.observation import Event


@final
@dataclass(frozen=True, slots=True)
class RuntimeFacts:
    """A started runtime, as it described itself, in the words of the adapter contract."""

    address: str
    version: str
    python: str
    families: frozenset[str] = frozenset()
    capabilities: Capabilities = field(default_factory=dict)
    semantics: Semantics = field(default_factory=Semantics)
    virtual: str = "none"
    steering: str = ""

    @property
    def composed(self) -> frozenset[str]:
        """The capabilities that the adapter builds out of others."""
        return frozenset(kind for kind, how in self.capabilities.items() if how == "composed")


class AllowedSet(Protocol):
    """What the oracle allows one program under one semantics."""

    @property
    def outcomes(self) -> Sequence[Outcome]:
        """Every allowed outcome, judged parts only."""

    def contains(self, outcome: Outcome) -> Grade:
        """The grade of an outcome (its judged part)."""

    def freedom(self, outcome: Outcome) -> str:
        """For an INTERESTING outcome: the further freedom that explains it. Else empty."""


class Oracle(Protocol):
    """Computes allowed sets. `clock` says what the runs to be judged ran on."""

    def allowed(self, program: Program, semantics: Semantics, clock: Clock) -> AllowedSet | str:
        """The allowed set; or, where there is none, the reason in a few words."""


@final
class NoOracle:
    """An oracle that cannot tell anything: only labels judge."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def allowed(self, program: Program, semantics: Semantics, clock: Clock) -> AllowedSet | str:
        """The reason."""
        return self.reason


@final
@dataclass(slots=True)
class Count:
    """One distinct outcome: how often it was seen, the first seed and trace that showed it."""

    outcome: Outcome
    seed: int | None
    trace: tuple[Event, ...] = ()
    count: int = 1


@final
@dataclass(slots=True)
class Runs:
    """The runs of one rewriting of a program: a histogram. `injected` is empty as written."""

    program: Program
    injected: tuple[Path, ...] = ()
    counts: dict[Outcome, Count] = field(default_factory=dict)
    seeds: list[int | None] = field(default_factory=list)

    def add(self, outcome: Outcome, seed: int | None, trace: tuple[Event, ...] = ()) -> None:
        """Count one run."""
        self.seeds.append(seed)
        known = self.counts.get(outcome)
        if known is None:
            self.counts[outcome] = Count(outcome, seed, trace)
        else:
            known.count += 1


@final
@dataclass(slots=True)
class Evidence:
    """Everything seen of one scenario on one runtime.

    hang     `repeated` or `vanished` when a run that hung was made again alone; else empty.
    culprit  why a run could not be made though the runtime did nothing wrong (the adapter's error).
    """

    clock: Clock = "virtual"
    runs: list[Runs] = field(default_factory=list)
    hang: str = ""
    culprit: str = ""

    @property
    def seeds(self) -> Mapping[int | None, None]:
        """Every seed used, in order, once."""
        return {seed: None for runs in self.runs for seed in runs.seeds}
