"""Clocks, rows and statistics that the benchmarks share."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import final


@final
@dataclass(frozen=True, slots=True)
class Row:
    """One figure: wall and CPU value in `unit`, and the target, if there is one."""

    name: str
    unit: str
    wall: float
    cpu: float | None = None
    target: str = ""
    note: str = ""


@final
@dataclass(frozen=True, slots=True)
class Table:
    """The result of one benchmark: the command that makes it, the figures and what they are."""

    name: str
    title: str
    rows: tuple[Row, ...]
    about: str


@final
@dataclass(slots=True)
class Times:
    """Samples of seconds: wall clock, and CPU of this process."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @contextmanager
    def sample(self, *, collect: bool = True) -> Iterator[None]:
        """Time a block. Garbage of what went before is collected first; the collector stays on."""
        if collect:
            gc.collect()
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.cpu.append(time.process_time() - cpu)
        self.wall.append(time.perf_counter() - wall)

    def row(
        self,
        name: str,
        unit: str,
        scale: Callable[[float], float],
        statistic: Callable[[Sequence[float]], float] = statistics.median,
        target: str = "",
        note: str = "",
    ) -> Row:
        """A statistic of the samples as a row, scaled to its unit."""
        wall, cpu = scale(statistic(self.wall)), scale(statistic(self.cpu))
        return Row(name, unit, wall, cpu, target, note)


def p90(samples: Sequence[float]) -> float:
    """The ninetieth percentile."""
    return statistics.quantiles(samples, n=10)[8]
