"""Makes every run of one scenario again and again, in fresh processes: what does not repeat is flaky."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import final

from conformance.engine.bench import Bench
from conformance.engine.campaign import SLOWER, clock_of, derive_seed, observe
from conformance.judge.evidence import Evidence, Oracle, Runs, RuntimeFacts
from conformance.judge.judge import judge
from conformance.judge.verdict import Verdict
from conformance.lang.outcome import Outcome
from conformance.lang.scenario import Scenario


@final
@dataclass(slots=True)
class Repeated:
    """What one seed showed: each outcome with how often, and the verdict on it. None: as shipped.

    `slower` is how many times as long as usual the ticks of a real clock were.
    """

    seed: int | None
    slower: int = 1
    counts: dict[Outcome, int] = field(default_factory=dict)
    verdicts: dict[Outcome, Verdict] = field(default_factory=dict)

    @property
    def flaky(self) -> bool:
        """Whether one seed showed several outcomes."""
        return len(self.counts) > 1

    @property
    def wavers(self) -> bool:
        """Whether the verdict depends on luck."""
        return len(set(self.verdicts.values())) > 1

    @property
    def doubtful(self) -> bool:
        """Whether it accuses, or several outcomes disagree: on a real clock that may be mere lateness."""
        return self.flaky or Verdict.VIOLATES in self.verdicts.values()


def verify(  # noqa: PLR0913 — what to run, and how often
    scenario: Scenario,
    facts: RuntimeFacts,
    bench: Bench,
    oracle: Oracle,
    *,
    seeds: int,
    restarts: int,
    base: int,
    limit: float,
) -> Iterator[Repeated]:
    """Each seed `restarts` times, in a fresh process each time. `limit`: seconds for one run.

    What is doubtful on a real clock is made again, with longer ticks: then only that counts.
    """
    clock = clock_of(scenario, facts)
    chosen = [None, *(derive_seed(base, scenario.id, index) for index in range(1, seeds))]

    def repeat(repeated: Repeated) -> Repeated:
        for _ in range(restarts):
            with bench.borrow(facts.address) as worker:
                worker.close()
                seed, slower = repeated.seed, repeated.slower
                seen = observe(worker, scenario.program, clock, seed, limit, slower).outcome
            repeated.counts[seen] = repeated.counts.get(seen, 0) + 1
            if seen not in repeated.verdicts:
                runs = Runs(scenario.program)
                runs.add(seen, seed)
                evidence = Evidence(clock, [runs])
                repeated.verdicts[seen] = judge(scenario, facts, evidence, oracle).verdict
        return repeated

    for seed in chosen if facts.steering else [None]:
        repeated = repeat(Repeated(seed))
        if clock == "real" and repeated.doubtful:
            repeated = repeat(Repeated(seed, SLOWER))
        yield repeated
