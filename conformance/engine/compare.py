"""Differential search: the smallest program that tells two runtimes apart, or two versions of one.

Two runtimes are told apart by a program when no outcome of the one is an outcome of the other, under several seeds
each, and again when it is made again in fresh processes. Neither is judged: it is a question, and the answer may
well be that both may do what they do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, final

from conformance.engine.bench import Bench
from conformance.engine.campaign import AGAIN, LIMIT, derive_seed
from conformance.engine.fuzz_subject import Subject, usable
from conformance.engine.generate.areas import AREAS
from conformance.engine.generate.decode import decode
from conformance.engine.generate.tape import seeded
from conformance.engine.membership import BUDGET
from conformance.engine.oracle import comparable
from conformance.engine.shrinking.passes import weight
from conformance.engine.shrinking.shrink import shrink
from conformance.errors import UsageError
from conformance.judge.divergence import Divergence, diverge
from conformance.judge.token import Clock, RunToken, encode_token, short_hash
from conformance.judge.witness import embed
from conformance.lang.outcome import Outcome
from conformance.lang.program import Program

SEEDS: Final = 4
"""Seeds for each runtime that a seed steers, besides the run as shipped."""
CANDIDATES: Final = 3
"""The smallest programs that told them apart are made smaller still, so many."""
REPEATS: Final[Mapping[Clock, int]] = {"virtual": 2, "real": 5}
"""How often a program must tell them apart again, in fresh processes and with other seeds."""


@final
@dataclass(frozen=True, slots=True)
class Question:
    """What to search. `programs` is how many are generated, `limit` is in seconds of wall time for one run."""

    programs: int = 500
    areas: tuple[str, ...] = tuple(AREAS)
    seed: int = 0
    limit: float = LIMIT


@final
@dataclass(frozen=True, slots=True)
class Side:
    """What one runtime showed of the program: each outcome with its count, and a seed that shows it."""

    address: str
    version: str
    python: str
    outcomes: tuple[tuple[Outcome, int], ...]
    seed: int | None
    token: str


@final
@dataclass(frozen=True, slots=True)
class Difference:
    """A program that tells two runtimes apart. `part` is where their first outcomes do."""

    program: Program
    clock: Clock
    sides: tuple[Side, Side]
    part: Divergence
    origin: str
    tried: int = 0


@final
@dataclass(slots=True)
class Comparison:
    """A search in progress. `told`: programs that told them apart, twice; `unsure`: those that then did not again."""

    question: Question
    tried: int = 0
    told: list[tuple[int, Program]] = field(default_factory=list)
    unsure: int = 0


Shown = Counter[Outcome]


@final
class Compare:
    """Two runtimes. Raises what starting them raises, and UsageError when they have no program in common."""

    def __init__(self, bench: Bench, one: str, other: str, question: Question) -> None:
        self.state = Comparison(question)
        self.subjects = (Subject(bench, one, BUDGET), Subject(bench, other, BUDGET))
        facts = [subject.facts for subject in self.subjects]
        self.clock: Clock = "real" if any(f.virtual == "none" for f in facts) else "virtual"
        self._can = usable(facts[0]) & usable(facts[1])
        if not {"spawn", "note"} <= self._can:
            raise UsageError(f"{one} and {other} have no tasks in common")

    def search(self) -> Iterator[None]:
        """Run every program on both; yields after each. What told them apart is in `state.told`."""
        question = self.state.question
        for index in range(question.programs):
            program = self.program(index)
            if self._apart(program, 0):
                if self._apart(program, 1):
                    self.state.told.append((index, program))
                else:
                    self.state.unsure += 1
            self.state.tried += 1
            yield

    def smallest(self) -> Difference | None:
        """The smallest program that can be made of what was found; None when nothing was."""
        found = sorted(self.state.told, key=lambda told: weight(told[1]))[:CANDIDATES]
        made = [self._shrunk(index, program) for index, program in found]
        return min(
            (m for m in made if m is not None), key=lambda m: weight(m.program), default=None
        )

    def program(self, index: int) -> Program:
        """The program of that index: it depends on the seed, the areas and what both have."""
        question = self.state.question
        return decode(seeded(f"{question.seed}/{index}"), self._can, question.areas)

    def _shrunk(self, index: int, program: Program) -> Difference | None:
        smaller, tried = shrink(program, lambda p: self._apart(p, 0) and self._apart(p, 1))
        for candidate in dict.fromkeys((smaller, program)):
            if all(self._apart_afresh(candidate, n) for n in range(REPEATS[self.clock])):
                return self._difference(candidate, f"{self.state.question.seed}/{index}", tried)
        self.state.unsure += 1
        return None

    def _difference(self, program: Program, origin: str, tried: int) -> Difference | None:
        one, other = (self._side(subject, program) for subject in self.subjects)
        part = diverge(one.outcomes[0][0], other.outcomes[0][0])
        if part is None:
            return None
        return Difference(program, self.clock, (one, other), part, origin, tried)

    def _side(self, subject: Subject, program: Program) -> Side:
        shown: Shown = Counter()
        first: dict[Outcome, int | None] = {}
        for seed in self._seeds(subject, 0):
            outcome = self._run(subject, program, seed, 1)
            shown[outcome] += 1
            first.setdefault(outcome, seed)
        often = tuple(shown.most_common())
        facts = subject.facts
        seed = first[often[0][0]]
        token = RunToken(short_hash(program), embed(program), facts.address, seed, (), self.clock)
        return Side(facts.address, facts.version, facts.python, often, seed, encode_token(token))

    # ------------------------------------------------------------ running

    def _apart(self, program: Program, draw: int, patience: int = 1) -> bool:
        """Whether no outcome of the one is an outcome of the other. The first run of each settles most."""
        one, other = self.subjects
        seen = {self._run(one, program, None, patience)}
        if self._run(other, program, None, patience) in seen:
            return False
        seen |= {self._run(one, program, seed, patience) for seed in self._seeds(one, draw)}
        seeds = self._seeds(other, draw)
        return all(self._run(other, program, seed, patience) not in seen for seed in seeds)

    def _apart_afresh(self, program: Program, draw: int) -> bool:
        for subject in self.subjects:
            subject.refresh()
        return self._apart(program, draw, AGAIN)

    def _run(self, subject: Subject, program: Program, seed: int | None, patience: int) -> Outcome:
        limit = self.state.question.limit * patience
        shown = subject.run(program, self.clock, seed, limit).outcome
        return comparable(shown, self.clock)

    def _seeds(self, subject: Subject, draw: int) -> tuple[int | None, ...]:
        if not subject.facts.steering or self.clock == "real":
            return None, None
        base = self.state.question.seed
        return None, *(derive_seed(base, f"compare/{draw}", n) for n in range(SEEDS))
