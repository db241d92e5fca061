"""A case as a JSON value and back: one line of a results file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from conformance.judge.case import Case, Histogram, RuleText, Seen
from conformance.judge.verdict import Grade, Verdict
from conformance.lang.codec import program_from_json, program_to_json
from conformance.lang.outcome import outcome_from_json, outcome_to_json
from conformance.lang.program import Program
from conformance.run.observation import trace_from_json, trace_to_json

Json = dict[str, Any]


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
    program = _program(json.dumps(data["program"]))
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


@lru_cache(maxsize=4096)
def _program(text: str) -> Program:
    """A program from its JSON text: the same few stand in every case. The order of tasks counts."""
    return program_from_json(json.loads(text))


def _rule_from_json(data: Mapping[str, Any]) -> RuleText:
    return RuleText(
        data["strength"], data["binds"], tuple(data["required"]), tuple(data["forbidden"])
    )


def _histogram_from_json(data: Mapping[str, Any]) -> Histogram:
    program = _program(json.dumps(data["program"]))
    for part in (*(seen["outcome"] for seen in data["outcomes"]), *data["allowed"]):
        if part["tasks"].keys() != program.tasks.keys():
            raise ValueError("an outcome has other tasks than the program")
    return Histogram(
        program=program,
        injected=str(data.get("injected", "-")),
        seen=tuple(map(_seen_from_json, data["outcomes"])),
        allowed=tuple(map(outcome_from_json, data["allowed"])),
        allowed_total=int(data["allowed_total"]),
        oracle=str(data["oracle"]),
    )


def _seen_from_json(data: Mapping[str, Any]) -> Seen:
    return Seen(
        outcome=outcome_from_json(data["outcome"]),
        count=int(data["count"]),
        grade=Grade(data["grade"]),
        labels=tuple(map(str, data["labels"])),
        breaks=str(data.get("breaks", "")),
        freedom=str(data.get("freedom", "")),
        seed=data["seed"],
        token=str(data["token"]),
        trace=trace_from_json(data["trace"]),
    )
