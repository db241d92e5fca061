"""A started runtime's description as a JSON value and back: part of a results file's header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.judge.evidence import RuntimeFacts
from conformance.lang.semantics import semantics_from_json, semantics_to_json


def facts_to_json(facts: RuntimeFacts) -> dict[str, Any]:
    """What the judge needs to know of a runtime; address, version and Python stand elsewhere."""
    return {
        "families": sorted(facts.families),
        "capabilities": dict(sorted(facts.capabilities.items())),
        "semantics": semantics_to_json(facts.semantics),
        "virtual": facts.virtual,
        "steering": facts.steering,
    }


def facts_from_json(
    data: Mapping[str, Any], address: str, version: str, python: str
) -> RuntimeFacts:
    """The facts of a runtime. Raises KeyError, TypeError or ValueError for what is none.

    An answer or a field that this version does not know raises too: judging by half a declaration
    could accuse.
    """
    return RuntimeFacts(
        address=address,
        version=version,
        python=python,
        families=frozenset(map(str, data["families"])),
        capabilities={str(kind): how for kind, how in data["capabilities"].items()},
        semantics=semantics_from_json(data["semantics"]),
        virtual=str(data["virtual"]),
        steering=str(data["steering"]),
    )
