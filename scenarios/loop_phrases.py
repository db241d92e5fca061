"""What the scenarios about event loops share: how they are made, and where the rules stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from conformance.lang.ops import Block
from conformance.lang.pattern import Pattern
from conformance.lang.program import Program
from conformance.lang.scenario import Rule, Scenario
from scenarios.manuals import asyncio

BIG: Final = 8_000_000
"""Bytes: more than two socket buffers of the kernel take."""

Tasks = Mapping[str, Block]


def loop_page(anchor: str) -> str:
    """A section of the manual's page on the event loop: `loop_page("loop.call_soon")`."""
    return asyncio("eventloop", f"asyncio.{anchor}")


def protocol_page(anchor: str) -> str:
    """A section of its page on transports and protocols."""
    return asyncio("protocol", f"asyncio.{anchor}")


CALL_SOON: Final = loop_page("loop.call_soon")
CLOSE: Final = protocol_page("BaseTransport.close")
LOST: Final = protocol_page("BaseProtocol.connection_lost")
FLOW: Final = protocol_page("WriteTransport.set_write_buffer_limits")


def rule(  # noqa: PLR0913  # one for each part of a scenario
    name: str,
    asks: str,
    tasks: Tasks,
    *required: Pattern,
    source: str,
    about: set[str],
    mutant: str,
    forbidden: tuple[Pattern, ...] = (),
    clock: Literal["virtual", "native"] = "virtual",
    **declared: Any,
) -> Scenario:
    """A MUST of asyncio's documents; `declared` are the program's events and variables."""
    return Scenario(
        id=f"loop/{name}",
        asks=asks,
        program=Program(dict(tasks), **declared),
        rule=Rule("MUST", required, forbidden),
        sources={"asyncio": source},
        about=about,
        clock=clock,
        shown_by=f"mutant:loop-{mutant}",
    )


def question(  # noqa: PLR0913  # one for each part of a scenario
    name: str,
    asks: str,
    tasks: Tasks,
    answers: Mapping[str, Pattern],
    *,
    source: str,
    about: set[str],
    shown_by: str,
    clock: Literal["virtual", "native"] = "virtual",
    **declared: Any,
) -> Scenario:
    """A question that asyncio's documents leave open; `source` is what they say on the subject."""
    return Scenario(
        id=f"loop/{name}",
        asks=asks,
        program=Program(dict(tasks), **declared),
        answers=answers,
        sources={"asyncio": source},
        about=about,
        clock=clock,
        shown_by=shown_by,
    )
