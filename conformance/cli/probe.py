"""`conformance probe`: what a runtime's answers say about its semantics, beside its declaration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import click
from rich.table import Table

from conformance.cli.output import FORMAT, console, print_json, say
from conformance.engine.bench import Bench
from conformance.engine.campaign import Campaign, Plan
from conformance.engine.catalogue import load_catalogue
from conformance.engine.probe import BROKEN, KEPT, Inferred, infer, scenarios, trials
from conformance.engine.probe_trial import NONE
from conformance.engine.unmodelled import switched_off
from conformance.errors import Exit
from conformance.judge.case import Case
from conformance.judge.evidence import NoOracle, RuntimeFacts
from conformance.judge.unjudged import most_wanted
from conformance.judge.verdict import Verdict
from conformance.lang.scenario import Scenario
from conformance.lang.semantics import Semantics


@click.command()
@click.argument("runtime")
@click.option(
    "--seeds", default=10, show_default=True, type=click.IntRange(1), help="Runs per case."
)
@FORMAT
def probe(runtime: str, seeds: int, form: str) -> int:
    """Infer the semantics of RUNTIME from its answers, and compare them with what it declares."""
    asked = scenarios()
    chosen = tuple(s for s in load_catalogue().scenarios if s.id in asked)
    with Bench() as bench:
        bench.start([runtime])
        if error := bench.trouble.get(runtime):
            raise error
        facts = bench.facts[runtime]
        chosen += trials(timed=facts.virtual != "none")
        plan = Plan(tuple(replace(s, about=frozenset()) for s in chosen), (runtime,), seeds)
        cases = list(Campaign(plan, bench, NoOracle("not asked")).run())
    declared = facts.semantics
    shims = {s.id: composed_in(s, facts) for s in chosen}
    answers = {case.scenario: _answer(case) for case in cases}
    reasons = {case.scenario: _why(case) or shims[case.scenario] for case in cases}
    lines = list(infer(answers, declared, reasons))
    if form == "json":
        print_json([_facts(line) for line in lines])
    else:
        _show(lines)
    for told in (
        *_unasked(cases, lines),
        *_unfit(lines),
        *_undeclared(lines),
        *_off(declared, lines),
    ):
        say(told)
    differing = [line for line in lines if line.differs]
    for line in differing:
        told = _shown(line.inferred)
        say(f"differs: {line.field} is declared {line.declared}, the answer says {told}")
    if not differing:
        say(f"{runtime}: nothing differs from what is declared")
    return Exit.VIOLATION if differing else Exit.OK


def composed_in(scenario: Scenario, facts: RuntimeFacts) -> str:
    """What the adapter composes of what is asked about. A declaration is of both, so it is asked all the same."""
    composed = sorted(scenario.about & facts.composed)
    return f"composed: {', '.join(composed)}" if composed else ""


def _answer(case: Case) -> str | None:
    """Its answer; of a rule, whether it is kept, bound to it or not. A crash, a hang or a deadlock tells nothing."""
    if case.answers or not case.histograms:
        return case.answer
    seen = [seen for histogram in case.histograms for seen in histogram.seen]
    if any(each.outcome.ending != "completed" for each in seen):
        return None
    return KEPT if all("required" in each.labels for each in seen) else BROKEN


def _why(case: Case) -> str:
    """Why a case has no answer."""
    if case.verdict is Verdict.NOT_APPLICABLE:
        return f"n/a: {case.reason}"
    return f"{case.verdict.value}: {case.reason}" if _answer(case) is None else ""


def _unasked(cases: Sequence[Case], lines: Sequence[Inferred]) -> Iterator[str]:
    """How many fields cannot be asked, and what most of them want."""
    silent = [line for line in lines if line.answer is None]
    if silent:
        names = {name for line in silent for name in line.scenario.split("; ")}
        asked = [case for case in cases if case.scenario in names]
        wanted = most_wanted(asked)
        yield f"{len(silent)} fields cannot be asked" + (
            f"; most wanted: {wanted}" if wanted else ""
        )


def _unfit(lines: Sequence[Inferred]) -> Iterator[str]:
    """Answers that no value of their field describes."""
    for line in lines:
        if line.answer is not None and line.inferred in (None, NONE):
            yield f"{line.field}: the answer `{line.answer}` to {line.scenario} fits none of its values"


def _undeclared(lines: Sequence[Inferred]) -> Iterator[str]:
    """What is declared as unknown, and behaves as a value says."""
    for line in lines:
        if line.declared == "unknown" and line.inferred not in (None, NONE):
            yield f"{line.field} is declared unknown; what was seen fits {_shown(line.inferred)}"


def _off(declared: Semantics, lines: Sequence[Inferred]) -> Iterator[str]:
    """Answers, declared or to be declared, under which the oracle is silent about some programs."""
    answered = [(f"declared {text}", of) for text, of in switched_off(declared)]
    for line in lines:
        for value in _values(line.inferred) if line.differs and "." not in line.field else ():
            other: dict[str, Any] = {line.field: value}
            found = switched_off(replace(declared, **other))
            answered += [(f"to declare {t}", of) for t, of in found if t == f"{line.field}={value}"]
    for text, of in dict.fromkeys(answered):
        yield f"{text} leaves programs {of} to the labels: the oracle does not judge these"


def _values(inferred: Any) -> tuple[Any, ...]:
    """Those that could be declared."""
    every = inferred if isinstance(inferred, tuple) else (inferred,)
    return tuple(value for value in every if value != NONE)


def _shown(inferred: object) -> str:
    if isinstance(inferred, tuple):
        return " or ".join(map(str, inferred))
    return "?" if inferred is None else str(inferred)


def _cited(line: Inferred) -> str:
    """Where the declaration comes from, in a word or two; the whole citation is in the JSON."""
    if not line.citation:
        return "none"
    return "undocumented" if line.citation.startswith("undocumented") else "documents"


def _facts(line: Inferred) -> dict[str, object]:
    return {
        "field": line.field,
        "scenario": line.scenario,
        "answer": line.answer,
        "inferred": line.inferred,
        "declared": line.declared,
        "citation": line.citation,
        "differs": line.differs,
        "why": line.why,
    }


def _show(lines: Sequence[Inferred]) -> None:
    headings = ("", "field", "inferred", "declared", "citation", "scenario", "answer")
    table = Table(*headings, box=None, pad_edge=False)
    for line in lines:
        inferred = _shown(line.inferred)
        cells = (
            line.field,
            inferred,
            line.declared,
            _cited(line),
            line.scenario,
            f"{line.answer} ({line.why})" if line.answer and line.why else line.answer or line.why,
        )
        table.add_row("DIFFERS" if line.differs else "", *map(str, cells))
    console().print(table)
