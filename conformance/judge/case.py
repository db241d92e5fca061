"""The record of one case, a scenario on a runtime: what results files hold, and reports show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import final

from conformance.judge.token import Clock
from conformance.judge.verdict import Grade, Verdict
from conformance.lang.outcome import Outcome
from conformance.lang.program import Program
from conformance.run.observation import Event


@final
@dataclass(frozen=True, slots=True)
class Seen:
    """One distinct outcome of a rewriting.

    labels   the answers that it matches, and `required` / `forbidden` for the rule.
    breaks   how it breaks a rule that binds this runtime; empty if it does not.
    freedom  what further freedom explains an INTERESTING outcome.
    seed     the first that showed it; None is the runtime as shipped.
    """

    outcome: Outcome
    count: int
    grade: Grade
    labels: tuple[str, ...] = ()
    breaks: str = ""
    freedom: str = ""
    seed: int | None = None
    token: str = ""
    trace: tuple[Event, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Histogram:
    """The runs of one rewriting: as written, or with checkpoints before the ops at `injected`.

    allowed  at most ALLOWED_SHOWN of the `allowed_total` outcomes that the oracle allows.
    oracle   `complete`, or `not applicable: REASON`.
    """

    program: Program
    injected: str = "-"
    seen: tuple[Seen, ...] = ()
    allowed: tuple[Outcome, ...] = ()
    allowed_total: int = 0
    oracle: str = "complete"


ALLOWED_SHOWN = 50
"""How many allowed outcomes a record keeps."""


@final
@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule for readers. `binds`: whether this runtime's documents promise it."""

    strength: str
    binds: bool
    required: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Case:
    """One scenario on one runtime. `histograms[0]` is the program as written; empty if nothing ran.

    reason  why the verdict is not CONFORMS, one line.
    marks   what is worth a look though it violates nothing (a failed SHOULD, an INTERESTING
            outcome).
    answer  of a question: one of its words, several joined by ` | `, `other` among them; None
            without one.
    hang    `repeated` or `vanished`, of a run that hung and was made again, alone; else empty.
    """

    scenario: str
    hash: str
    asks: str
    runtime: str
    version: str
    python: str
    program: Program
    verdict: Verdict
    reason: str = ""
    marks: tuple[str, ...] = ()
    answer: str | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    rule: RuleText | None = None
    sources: Mapping[str, str] = field(default_factory=dict)
    clock: Clock = "virtual"
    histograms: tuple[Histogram, ...] = ()
    seeds: tuple[int | None, ...] = ()
    token: str = ""
    hang: str = ""

    @property
    def area(self) -> str:
        """The part of the scenario's id before the slash."""
        return self.scenario.partition("/")[0]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What must be unique in a report: scenario, runtime, its version, Python."""
        return self.scenario, self.runtime, self.version, self.python
