"""Hypothesis strategies, for our own tests and for anybody's.

    from conformance.strategies import programs

    @given(programs(areas=["lock", "tasks"]))
    def test_my_scheduler(program): ...

Not for the worker side: merely importing Hypothesis changes how trio schedules.
"""

from __future__ import annotations

from collections.abc import Iterable

from conformance import DISTRIBUTION

try:
    from hypothesis import strategies as st
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        f"Hypothesis is not installed: pip install '{DISTRIBUTION}[strategies]'",
        name=missing.name,
    ) from None

from conformance.engine.generate.areas import AREAS
from conformance.engine.generate.decode import EVERYTHING, decode
from conformance.engine.generate.tape import LENGTH
from conformance.lang.capability import Capabilities
from conformance.lang.program import Program


def programs(
    areas: Iterable[str] = tuple(AREAS), capabilities: Capabilities | None = None
) -> st.SearchStrategy[Program]:
    """Programs that make sense, over these areas, of what a runtime with these capabilities has (all: anything).

    The draw is flat, one string of bytes, so that it is fast and shrinks to the simplest choices. Every program ends
    with an epilogue in which each object that it declares must still serve. Raises KeyError for an unknown area.
    """
    chosen = tuple(areas)
    for area in chosen:
        AREAS[area]
    can = EVERYTHING if capabilities is None else frozenset(capabilities)
    return st.binary(max_size=LENGTH).map(lambda data: decode(data, can, chosen))
