"""Whether the share of an outcome has drifted beyond chance.

Each outcome's share then and now makes a table of two by two, judged by Fisher's exact test (R. A.
Fisher, 1922), two-sided; all of them together by the procedure of Benjamini and Yekutieli (2001), which
bounds the share of false discoveries whatever the dependence: shares of one scenario sum to one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import comb
from typing import Final, final

RATE: Final = 0.01
"""The share of false discoveries that is put up with among the drifts that are reported."""


@final
@dataclass(frozen=True, slots=True)
class Drift:
    """An outcome of a scenario whose share changed: (seen, of how many) then and now."""

    scenario: str
    outcome: str
    then: tuple[int, int]
    now: tuple[int, int]
    p: float

    def __str__(self) -> str:
        """For people."""
        return "{} of {} then, {} of {} now".format(*self.then, *self.now) + f" (p = {self.p:.1g})"


def fisher(a: int, b: int, c: int, d: int) -> float:
    """The two-sided p-value of the table ((a, b), (c, d)): all tables as unlikely as this, or more."""
    row, column, total = a + b, a + c, a + b + c + d
    whole = comb(total, column)

    def ways(x: int) -> int:
        return comb(row, x) * comb(total - row, column - x)

    observed = ways(a)
    low, high = max(0, column - (total - row)), min(row, column)
    return sum(w for x in range(low, high + 1) if (w := ways(x)) <= observed) / whole


def discoveries(p_values: Sequence[float], rate: float = RATE) -> list[bool]:
    """Which of these are discoveries at that false-discovery rate (Benjamini-Yekutieli)."""
    count = len(p_values)
    harmonic = sum(1 / k for k in range(1, count + 1))
    order = sorted(range(count), key=p_values.__getitem__)
    last = -1
    for place, index in enumerate(order):
        if p_values[index] <= (place + 1) / count * rate / harmonic:
            last = place
    found = set(order[: last + 1])
    return [index in found for index in range(count)]


def drifts(
    pairs: Iterable[tuple[str, Mapping[str, int], Mapping[str, int]]], rate: float = RATE
) -> list[Drift]:
    """The drifts among scenarios: each with its counts then and now, by outcome."""
    every = [drift for scenario, then, now in pairs for drift in _of_one(scenario, then, now)]
    found = discoveries([drift.p for drift in every], rate)
    return [drift for drift, is_one in zip(every, found, strict=True) if is_one]


def _of_one(scenario: str, then: Mapping[str, int], now: Mapping[str, int]) -> list[Drift]:
    before, after = sum(then.values()), sum(now.values())
    if not before or not after:
        return []
    outcomes = sorted({*then, *now})
    return [
        Drift(
            scenario,
            outcome,
            (x := then.get(outcome, 0), before),
            (y := now.get(outcome, 0), after),
            fisher(x, before - x, y, after - y),
        )
        for outcome in outcomes
    ]
