"""A campaign as records of a results file: a case for each finding, and one for each runtime as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from conformance.engine.fuzz import Fuzz, Tally
from conformance.engine.fuzz_subject import Recipe, program_of, usable
from conformance.judge.case import Case, Histogram, Seen
from conformance.judge.evidence import RuntimeFacts
from conformance.judge.verdict import Grade, Verdict
from conformance.judge.witness import AREA, Witness
from conformance.lang.codec import program_hash

_SOURCE: Final = "the oracle: what the declared semantics allow"


def case_of(witness: Witness) -> Case:
    """A finding as a case. One that a further freedom explains conforms, with a mark."""
    forbidden = witness.grade is Grade.FORBIDDEN
    seen = Seen(
        outcome=witness.outcome,
        count=1,
        grade=witness.grade,
        freedom="" if forbidden else witness.reason,
        seed=witness.seed,
        token=witness.token,
    )
    shown = Histogram(
        program=witness.program,
        seen=(seen,),
        allowed=witness.nearest,
        allowed_total=len(witness.nearest),
        oracle="the nearest allowed outcomes, by membership" if witness.nearest else "no outcome",
    )
    found = witness.divergence
    return Case(
        scenario=f"{AREA}/{witness.slug}",
        hash=program_hash(witness.program),
        asks=f"Is this allowed: {witness.identity}?",
        runtime=witness.runtime,
        version=witness.version,
        python=witness.python,
        program=witness.program,
        verdict=Verdict.VIOLATES if forbidden else Verdict.CONFORMS,
        reason=str(found) if found is not None else witness.reason,
        marks=() if forbidden else (f"INTERESTING: {witness.reason}",),
        sources={"anybody": _SOURCE},
        clock=witness.clock,
        histograms=(shown,),
        seeds=(witness.seed,),
        token=witness.token,
    )


def summary_case(recipe: Recipe, facts: RuntimeFacts, tally: Tally, violations: int) -> Case:
    """A runtime's whole campaign as a case; its program is the first one that was generated."""
    unknown = tally.tally[Grade.UNJUDGED.value]
    told = ", ".join(f"{count} {grade}" for grade, count in sorted(tally.tally.items()))
    verdict = Verdict.UNKNOWN if tally.unknown else Verdict.CONFORMS
    if violations:
        verdict = Verdict.VIOLATES
    elif not tally.runs:
        verdict = Verdict.NOT_APPLICABLE
    program = program_of(recipe, 0, usable(facts))
    return Case(
        scenario=f"{AREA}/campaign",
        hash=program_hash(program),
        asks=f"Do generated programs ({', '.join(recipe.areas)}; seed {recipe.seed}) show only what is allowed?",
        runtime=facts.address,
        version=facts.version,
        python=facts.python,
        program=program,
        verdict=verdict,
        reason=f"{tally.programs} programs: {told}; {violations} findings"
        + (
            f"; {tally.unconfirmed} FORBIDDEN outcomes could not be repeated"
            if tally.unconfirmed
            else ""
        )
        + (f"; {unknown} beyond the budget" if unknown else ""),
        marks=tuple(f"{count} x {freedom}" for freedom, count in tally.marks.most_common(5)),
        sources={"anybody": _SOURCE},
    )


def cases(fuzz: Fuzz, facts: dict[str, RuntimeFacts]) -> Iterator[Case]:
    """Every record of a campaign."""
    for recipe in fuzz.plan.recipes:
        address = recipe.address
        if address in facts:
            found = sum(w.runtime == address for w in fuzz.violations)
            yield summary_case(recipe, facts[address], fuzz.tallies[address], found)
    yield from map(case_of, sorted(fuzz.findings.values(), key=lambda w: (w.runtime, w.slug)))
