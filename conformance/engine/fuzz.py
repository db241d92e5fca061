"""A fuzzing campaign: batches handed to an executor, findings gathered, deduplicated, kept and made small.

Any `concurrent.futures.Executor` will do: `run_batch` and `shrink_witness` are plain functions of plain values. What
depends on the order in which batches come back is only which witness of a finding comes first, never a verdict.
"""

from __future__ import annotations

import math
import time
from collections import Counter, deque
from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, final

from conformance.engine.fuzz_batch import SHRINKING, Batch, Shrunk, run_batch, shrink_witness
from conformance.engine.fuzz_corpus import Corpus
from conformance.engine.fuzz_subject import Recipe
from conformance.judge.verdict import Grade
from conformance.judge.witness import Witness

Asked: TypeAlias = tuple[Recipe, int, int]
"""A batch: whose, its first program, how many."""
BATCH: Final = 200
"""Programs in a batch: a second or so, which is what an interruption can cost. Those that wait do so all at once."""
PER_KIND: Final = 4
"""Of each kind of failure that many raw witnesses are made small: they may turn out to be different findings."""
RESERVED: Final = 0.25
"""While there are programs to run, that share of the time goes to making witnesses small.

It is kept for them at the end, too: of a long campaign no more of it than one of them may take."""
SHORTEST: Final = 2.0
"""Seconds that one witness may take in any case."""
_GENERATOR: Final = 14
"""Raise it whenever a seed no longer means the same programs: a journal of another version is not gone on with."""


@final
@dataclass(frozen=True, slots=True)
class FuzzPlan:
    """What to do. `programs` for each runtime; `seconds` of wall time for all; whichever comes first ends it.

    The last part of the time (`RESERVED`) goes to making one witness of each kind small; what is left stays as it is.

    `recipes` has one for each runtime. `jobs` is how many batches are under way at once.
    """

    recipes: tuple[Recipe, ...]
    programs: int | None = None
    seconds: float | None = None
    jobs: int = 1

    def journal(self) -> dict[str, Any]:
        """What a campaign that is gone on with must have in common with this one."""
        first = self.recipes[0]
        return {
            "generator": _GENERATOR,
            "seed": first.seed,
            "areas": list(first.areas),
            "runtimes": sorted(recipe.address for recipe in self.recipes),
        }


@final
@dataclass(slots=True)
class Tally:
    """One runtime's share of a campaign. `tally`, `marks`, `coverage` and the rest are sums over `Batch`es."""

    address: str
    programs: int = 0
    tally: Counter[str] = field(default_factory=Counter)
    marks: Counter[str] = field(default_factory=Counter)
    coverage: Counter[str] = field(default_factory=Counter)
    steps: int = 0
    unconfirmed: int = 0
    trouble: list[str] = field(default_factory=list)

    def add(self, batch: Batch) -> None:
        """Count a batch."""
        self.programs += batch.programs
        self.steps += batch.steps
        self.unconfirmed += batch.unconfirmed
        self.tally.update(batch.tally)
        self.marks.update(batch.marks)
        self.coverage.update(batch.coverage)
        if batch.trouble:
            self.trouble.append(batch.trouble)

    @property
    def runs(self) -> int:
        """How many runs were judged."""
        return sum(self.tally.values())

    @property
    def unknown(self) -> int:
        """How many of them could not be judged, or did not show again what they had shown."""
        return self.tally[Grade.UNJUDGED.value] + self.unconfirmed


def _line(batch: Batch) -> dict[str, Any]:
    """A batch in the journal."""
    return {
        "runtime": batch.address, "start": batch.start, "count": batch.count, "programs": batch.programs,
        "tally": dict(batch.tally), "marks": dict(batch.marks), "coverage": dict(batch.coverage),
        "steps": batch.steps, "unconfirmed": batch.unconfirmed, "trouble": batch.trouble,
    }  # fmt: skip


def _batch(line: Mapping[str, Any]) -> Batch:
    """A batch out of the journal. Raises KeyError or ValueError for what is none."""
    numbers = [line[name] for name in ("start", "count", "programs", "steps", "unconfirmed")]
    counters = [line[name] for name in ("tally", "marks", "coverage")]
    texts = [line[name] for name in ("runtime", "trouble")]
    if not (
        all(type(counter) is dict for counter in counters)
        and all(type(text) is str for text in texts)
        and all(
            type(number) is int and number >= 0
            for number in (*numbers, *(n for counter in counters for n in counter.values()))
        )
    ):
        raise ValueError(f"{line} is no batch")
    start, count, programs, steps, unconfirmed = numbers
    tally, marks, coverage = (Counter[str](counter) for counter in counters)
    return Batch(
        texts[0],
        start,
        count,
        programs,
        tally,
        marks,
        coverage,
        steps,
        unconfirmed,
        trouble=texts[1],
    )


@final
class Fuzz:
    """One campaign in progress.

    `tallies` by address; `findings` by slug: the smallest witness of each, FORBIDDEN and INTERESTING ones alike.
    """

    def __init__(
        self, plan: FuzzPlan, executor: Executor, corpus: Corpus | None, *, resume: bool = False
    ) -> None:
        self.plan = plan
        self.tallies = {recipe.address: Tally(recipe.address) for recipe in plan.recipes}
        self.findings: dict[str, Witness] = {}
        self._executor = executor
        self._corpus = corpus
        self._kinds: Counter[tuple[str, str]] = Counter()
        self._done: dict[tuple[str, int], int] = {}
        self._raw: deque[Witness] = deque()
        self._shrinking: set[tuple[str, str]] = set()
        self._ends = self._until = math.inf
        self._rest: deque[Asked] = deque()
        self._began = math.inf
        self._spent = 0.0
        self._efforts: dict[str, float] = {}
        self._pending: dict[Future[Any], Witness | Asked] = {}
        if corpus is not None:
            self._recall(corpus, resume=resume)

    def _recall(self, corpus: Corpus, *, resume: bool) -> None:
        """Take up what an earlier campaign left: its counts, its findings, and what it had no time to make small."""
        for number, line in enumerate(corpus.begin(self.plan.journal(), resume=resume), start=2):
            try:
                batch = _batch(line)
                self.tallies[batch.address].add(batch)
            except (KeyError, ValueError):
                raise corpus.corrupt(number) from None
            self._done[batch.address, batch.start] = batch.count
        if not resume:
            return
        for witness in corpus.witnesses():
            if witness.runtime not in self.tallies:
                continue
            self.findings[witness.slug] = witness
            self._kinds[witness.runtime, witness.kind] += 1
            if not witness.tried:
                self._raw.append(witness)

    @property
    def violations(self) -> list[Witness]:
        """What was found that nothing explains."""
        return [w for w in self.findings.values() if w.grade is Grade.FORBIDDEN]

    def run(self) -> Generator[None]:
        """Carry it out; yields after each step, so that somebody can show how it goes. Closing it stops it."""
        batches = self._batches()
        seconds = math.inf if self.plan.seconds is None else self.plan.seconds
        self._began = time.time()
        self._until = self._ends = self._began + seconds
        if seconds < math.inf:
            self._ends -= min(SHRINKING, RESERVED * seconds)
        try:
            while True:
                while len(self._pending) < self.plan.jobs + 1 and self._submit_next(batches):
                    pass
                if not self._pending:
                    return
                done, _ = wait(self._pending, timeout=0.5, return_when=FIRST_COMPLETED)
                for future in done:
                    self._take(future)
                yield
        finally:
            for future in self._pending:
                future.cancel()

    def _submit_next(self, batches: Iterator[Asked]) -> bool:
        """A witness, as far as its share of the time goes, or a batch: many findings keep no campaign from going on.

        Whether there was one.
        """
        share = RESERVED * (time.time() - self._began)
        witness = self._next_raw() if self._spent <= share else None
        batch = None if witness is not None else self._next_batch(batches)
        if witness is not None:
            self._submit_witness(witness, max(share - self._spent, SHORTEST))
        elif batch is not None:
            self._pending[self._executor.submit(run_batch, *batch, self._ends)] = batch
        elif (witness := self._next_raw()) is not None:
            self._submit_witness(witness)
        return witness is not None or batch is not None

    def _submit_witness(self, witness: Witness, seconds: float = math.inf) -> None:
        until = time.time() + min(seconds, self._share())
        self._pending[self._executor.submit(shrink_witness, witness, until)] = witness

    def _next_batch(self, batches: Iterator[Asked]) -> Asked | None:
        if time.time() >= self._ends:
            return None
        return self._rest.popleft() if self._rest else next(batches, None)

    def _share(self) -> float:
        """How many seconds one witness may take: those that wait to be made small share what is left."""
        left = max(self._until - time.time(), 0)
        waiting = len(self._raw) + sum(isinstance(a, Witness) for a in self._pending.values()) + 1
        return max(left * self.plan.jobs / max(waiting, self.plan.jobs), min(left, SHORTEST))

    def _next_raw(self) -> Witness | None:
        """What to make small next: when it is too late for batches, only what is the first of its kind or was begun."""
        while self._raw and time.time() < self._until:
            witness = self._raw.popleft()
            key = witness.runtime, witness.kind
            begun = witness.slug in self._efforts
            if begun or time.time() < self._ends or key not in self._shrinking:
                self._shrinking.add(key)
                return witness
        return None

    def _take(self, future: Future[Any]) -> None:
        asked = self._pending.pop(future)
        result = future.result()
        if isinstance(asked, Witness):
            self._spent += result.seconds / self.plan.jobs
            self._shrunk(asked, result)
            return
        recipe, start, count = asked
        if 0 < result.count < count:  # it was slow
            self._rest.append((recipe, start + result.count, count - result.count))
        self.tallies[result.address].add(result)
        for witness in result.found:
            self._found(witness)
        if self._corpus is not None:
            self._corpus.note(_line(result))

    def _found(self, witness: Witness) -> None:
        """A raw witness: kept at once where its kind is new, and made small."""
        key = witness.runtime, witness.kind
        self._kinds[key] += 1
        if self._kinds[key] > (PER_KIND if witness.grade is Grade.FORBIDDEN else 1):
            return
        self._keep(witness)
        self._raw.append(witness)

    def _shrunk(self, raw: Witness, shrunk: Shrunk) -> None:
        """The small witness takes the raw one's place, unless its finding has a smaller one already.

        One that had too little time is gone on with later.
        """
        small = shrunk.witness
        self.findings.pop(raw.slug, None)
        known = self.findings.get(small.slug)
        if known is not None and known.program.size() <= small.program.size():
            if self._corpus is not None and raw.slug != known.slug:
                self._corpus.path(raw.slug).unlink(missing_ok=True)
            return
        self._keep(small, instead_of=raw.slug)
        effort = self._efforts.pop(raw.slug, 0.0) + shrunk.seconds
        self._efforts[small.slug] = effort
        if not shrunk.whole and effort < SHRINKING:
            self._raw.append(small)

    def _keep(self, witness: Witness, *, instead_of: str = "") -> None:
        self.findings[witness.slug] = witness
        if self._corpus is not None:
            self._corpus.keep(witness, instead_of=instead_of)

    def _batches(self) -> Iterator[Asked]:
        """The batches still to do, each runtime in its turn, until programs or time have run out."""
        start = 0
        while self.plan.programs is None or start < self.plan.programs:
            end = start + BATCH
            if self.plan.programs is not None:
                end = min(end, self.plan.programs)
            for recipe in self.plan.recipes:
                left = self._left(recipe, start)
                if left < end:
                    yield recipe, left, end - left
            start += BATCH

    def _left(self, recipe: Recipe, start: int) -> int:
        """The first program from `start` on that an earlier campaign left to do: its last batch may be a short one."""
        while count := self._done.get((recipe.address, start), 0):
            start += count
        return start
