"""Judges what a runtime showed of one program: by membership, first as declared, then with further freedoms.

`judge_outcome` is what the fuzzer, and whatever compares two runtimes, ask. It never enumerates.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Final, final

from conformance.engine.explore import Path
from conformance.engine.membership import BUDGET, Membership, member
from conformance.engine.oracle import cited_only, comparable, freer
from conformance.engine.unmodelled import beyond_failing, unmodelled
from conformance.judge.token import Clock
from conformance.judge.verdict import Grade
from conformance.lang.outcome import Outcome
from conformance.lang.program import Program
from conformance.lang.semantics import Semantics
from conformance.run.controllable import MakeControllable

DEAD: Final = {
    "crashed": "the process of the runtime crashed",
    "exited": "the process of the runtime exited in the middle of the run",
    "garbage": "the process of the runtime wrote garbage instead of an answer",
    "hung": "the run hangs",
}
"""Endings after which there is nothing to compare: no program is allowed to end so."""


@final
@dataclass(frozen=True, slots=True)
class Judgement:
    """What the oracle says of one outcome.

    reason   why it could not tell (UNJUDGED), the freedom that explains it (INTERESTING), or how the process
             ended (FORBIDDEN without nearest outcomes).
    path     of an allowed outcome: the reference's way to it, under the declared semantics.
    nearest  of a forbidden one: allowed outcomes that agree with it for longest.
    steps    what all searches took together.
    """

    grade: Grade
    reason: str = ""
    path: Path = ()
    nearest: tuple[Outcome, ...] = ()
    steps: int = 0


@final
class Judge:
    """Judges the outcomes of one runtime. `budget` is in steps of each search.

    `until`, by `time.monotonic`: then no further freedom is asked for.
    """

    def __init__(self, make: MakeControllable, semantics: Semantics, budget: int = BUDGET) -> None:
        self._make = make
        self._budget = budget
        self.until = math.inf
        self.semantics = semantics
        self._plain, self._uncited = cited_only(semantics)
        self._freer = tuple(freer(semantics))

    def outcome(self, program: Program, outcome: Outcome, clock: Clock) -> Judgement:
        """The judgement of one outcome of a program that ran on that clock."""
        if why := DEAD.get(outcome.ending):
            return Judgement(Grade.FORBIDDEN, why)
        if why := self.silent(program):
            return Judgement(Grade.UNJUDGED, why)
        shown = comparable(outcome, clock)
        found = self._ask(program, shown, clock, self.semantics)
        if found.answer == "unknown":
            return Judgement(Grade.UNJUDGED, _spent(found.steps), steps=found.steps)
        if found.answer == "allowed":
            return self._cited(program, shown, clock, found)
        return self._freed(program, shown, clock, found)

    def silent(self, program: Program) -> str:
        """Why no outcome of this program can be judged; empty if it can."""
        return unmodelled(program, self.semantics) or beyond_failing(self.semantics)

    def _ask(
        self, program: Program, outcome: Outcome, clock: Clock, semantics: Semantics
    ) -> Membership:
        return member(self._make(program, semantics, clock == "real"), outcome, self._budget)

    def _cited(
        self, program: Program, outcome: Outcome, clock: Clock, found: Membership
    ) -> Judgement:
        """What only a declaration without a citation allows is INTERESTING."""
        if self._uncited:
            plain = self._ask(program, outcome, clock, self._plain)
            if plain.answer != "allowed":
                named = "declared without a citation: " + ", ".join(self._uncited)
                return Judgement(Grade.INTERESTING, named, found.path, steps=found.steps)
        return Judgement(Grade.ACCEPTABLE, "", found.path, steps=found.steps)

    def _freed(
        self, program: Program, outcome: Outcome, clock: Clock, found: Membership
    ) -> Judgement:
        """The least freedom that explains it; without one it is FORBIDDEN, if every search came to its end.

        Each is asked on its own: a lock that may be barged into is never handed over, so that all freedoms together
        do not allow whatever one of them does.
        """
        steps, spent = found.steps, 0
        for name, semantics in self._freer:
            if time.monotonic() > self.until:
                return Judgement(Grade.UNJUDGED, "time was up", steps=steps)
            other = self._ask(program, outcome, clock, semantics)
            steps += other.steps
            if other.answer == "allowed":
                return Judgement(Grade.INTERESTING, name, steps=steps)
            spent += other.answer == "unknown"
        if spent:
            return Judgement(Grade.UNJUDGED, _spent(steps), steps=steps)
        return Judgement(Grade.FORBIDDEN, "", nearest=found.nearest, steps=steps)


def _spent(steps: int) -> str:
    return f"the search gave up after {steps} steps"
