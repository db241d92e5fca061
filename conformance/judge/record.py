"""A case as a JSON value and back: one line of a results file."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Mapping
from typing import Any, Final, Generic, TypeVar, final

from conformance.judge.case import Case, Histogram, RuleText, Seen
from conformance.judge.verdict import Grade, Verdict
from conformance.lang.codec import program_from_json, program_to_json
from conformance.lang.outcome import Outcome, outcome_from_json, outcome_to_json
from conformance.lang.program import Program
from conformance.run.observation import Event, trace_from_json, trace_to_json

Json = dict[str, Any]
T = TypeVar("T")

DECODED: Final = frozenset({"program", "outcome", "allowed", "trace"})
"""Properties of a line that are checked here as they are decoded, strictly: no schema need look at them."""
_MOST: Final = 50_000
"""Values of one kind that are remembered."""


@final
class _Shared(Generic[T]):
    """Decodes values, equal ones once: the same few programs and outcomes stand in every case.

    So a file of 100,000 cases is read in time, and in memory, for what is different in it.
    """

    def __init__(self, decode: Callable[[Any], T]) -> None:
        self._decode = decode
        self._known: dict[bytes, T] = {}

    def __call__(self, data: Any) -> T:
        """The decoded value. Raises what `decode` does, and ValueError for endless nesting."""
        key = marshal.dumps(data, 2)  # equal bytes are equal values, of equal types, in equal order
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            found = self._known[key] = self._decode(data)
        return found


def case_to_json(case: Case) -> Json:
    """A case as a JSON value; what is empty is left out, except for what every reader needs."""
    encoded: Json = {
        "type": "case",
        "scenario": case.scenario,
        "area": case.area,
        "hash": case.hash,
        "asks": case.asks,
        "runtime": case.runtime,
        "version": case.version,
        "python": case.python,
        "verdict": case.verdict.value,
        "reason": case.reason,
        "answer": case.answer,
        "program": program_to_json(case.program),
        "clock": case.clock,
        "sources": dict(case.sources),
        "seeds": list(case.seeds),
        "token": case.token,
    }
    if case.hang:
        encoded["hang"] = case.hang
    if case.marks:
        encoded["marks"] = list(case.marks)
    if case.answers:
        encoded["answers"] = dict(case.answers)
    if case.rule is not None:
        encoded["rule"] = _rule_to_json(case.rule)
    if case.histograms:
        encoded.update(_histogram_to_json(case.histograms[0]))
        encoded["rewritings"] = [
            {"injected": h.injected, "program": program_to_json(h.program), **_histogram_to_json(h)}
            for h in case.histograms[1:]
        ]
    return encoded


def _rule_to_json(rule: RuleText) -> Json:
    return {
        "strength": rule.strength,
        "binds": rule.binds,
        "required": list(rule.required),
        "forbidden": list(rule.forbidden),
    }


def _histogram_to_json(histogram: Histogram) -> Json:
    return {
        "oracle": histogram.oracle,
        "outcomes": [_seen_to_json(seen) for seen in histogram.seen],
        "allowed": [outcome_to_json(outcome) for outcome in histogram.allowed],
        "allowed_total": histogram.allowed_total,
    }


def _seen_to_json(seen: Seen) -> Json:
    encoded: Json = {
        "outcome": outcome_to_json(seen.outcome),
        "count": seen.count,
        "grade": seen.grade.value,
        "labels": list(seen.labels),
        "seed": seen.seed,
        "token": seen.token,
        "trace": trace_to_json(seen.trace),
    }
    if seen.breaks:
        encoded["breaks"] = seen.breaks
    if seen.freedom:
        encoded["freedom"] = seen.freedom
    return encoded


def case_from_json(data: Mapping[str, Any]) -> Case:
    """A case from its JSON value.

    Raises KeyError, TypeError, ValueError or ScenarioError for what is none.
    """
    program = _program(data["program"])
    histograms: tuple[Histogram, ...] = ()
    if "outcomes" in data:
        rewritings = (_histogram_from_json(part) for part in data.get("rewritings", ()))
        histograms = (_histogram_from_json(data), *rewritings)
    return Case(
        scenario=str(data["scenario"]),
        hash=str(data["hash"]),
        asks=str(data["asks"]),
        runtime=str(data["runtime"]),
        version=str(data["version"]),
        python=str(data["python"]),
        program=program,
        verdict=Verdict(data["verdict"]),
        reason=str(data["reason"]),
        marks=tuple(map(str, data.get("marks", ()))),
        answer=data["answer"],
        answers=dict(data.get("answers", {})),
        rule=_rule_from_json(data["rule"]) if "rule" in data else None,
        sources=dict(data["sources"]),
        clock=data["clock"],
        histograms=histograms,
        seeds=tuple(data["seeds"]),
        token=str(data["token"]),
        hang=str(data.get("hang", "")),
    )


def _rule_from_json(data: Mapping[str, Any]) -> RuleText:
    return RuleText(
        data["strength"], data["binds"], tuple(data["required"]), tuple(data["forbidden"])
    )


def _histogram_from_json(data: Mapping[str, Any]) -> Histogram:
    program = _program(data["program"])
    found = Histogram(
        program=program,
        injected=str(data.get("injected", "-")),
        seen=tuple(map(_seen_from_json, data["outcomes"])),
        allowed=_outcomes(data["allowed"]),
        allowed_total=int(data["allowed_total"]),
        oracle=str(data["oracle"]),
    )
    known = program.tasks.keys()
    for outcome in (*(seen.outcome for seen in found.seen), *found.allowed):
        if dict(outcome.tasks).keys() != known:
            raise ValueError("an outcome has other tasks than the program")
    return found


def _seen_from_json(data: Mapping[str, Any]) -> Seen:
    return Seen(
        outcome=_outcome(data["outcome"]),
        count=int(data["count"]),
        grade=Grade(data["grade"]),
        labels=tuple(map(str, data["labels"])),
        breaks=str(data.get("breaks", "")),
        freedom=str(data.get("freedom", "")),
        seed=data["seed"],
        token=str(data["token"]),
        trace=_trace(data["trace"]),
    )


def _decode_outcomes(data: object) -> tuple[Outcome, ...]:
    if type(data) is not list:
        raise ValueError(f"{str(data)[:80]!r} is no list of outcomes")
    return tuple(map(_outcome, data))


_program: Final = _Shared[Program](program_from_json)
_outcome: Final = _Shared[Outcome](outcome_from_json)
_outcomes: Final = _Shared[tuple[Outcome, ...]](_decode_outcomes)
_trace: Final = _Shared[tuple[Event, ...]](trace_from_json)
