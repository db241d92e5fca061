"""Judges one scenario on one runtime from what its runs showed.

Three witnesses are heard: the rule (labels that the runtime's documents promise), the oracle
(every outcome that the declared semantics allow), and the way the runs ended. The worst of them is
the verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, final

from conformance.judge.case import ALLOWED_SHOWN, Case, Histogram, RuleText, Seen
from conformance.judge.evidence import AllowedSet, Evidence, Oracle, Runs, RuntimeFacts
from conformance.judge.token import RunToken, encode_paths, encode_token, short_hash
from conformance.judge.unjudged import COMPOSED, LACKS, NOT_APPLICABLE
from conformance.judge.verdict import Grade, Verdict, merge
from conformance.lang.capability import missing
from conformance.lang.outcome import Outcome, show_outcome
from conformance.lang.pattern import show_pattern
from conformance.lang.scenario import ANYBODY, Rule, Scenario

OTHER = "other"
"""The answer that no label of a question foresees."""

CRASHES = {
    "crashed": "the process of the runtime crashed",
    "exited": "the process of the runtime exited in the middle of the run",
    "garbage": "the process of the runtime wrote garbage instead of an answer",
}
_DEAD = frozenset({*CRASHES, "hung"})


def not_applicable(scenario: Scenario, facts: RuntimeFacts) -> str:
    """Why this scenario does not apply to this runtime; empty if it does."""
    if lacking := missing(scenario.program, facts.capabilities):
        return LACKS + ", ".join(lacking)
    if composed := sorted(scenario.about & facts.composed):
        return COMPOSED + ", ".join(composed)
    return ""


def binds(scenario: Scenario, facts: RuntimeFacts) -> bool:
    """Whether this runtime's documents, or what the op means at all, promise the rule."""
    promised = set(scenario.sources)
    return scenario.rule is not None and (ANYBODY in promised or bool(promised & facts.families))


def break_of(rule: Rule, outcome: Outcome) -> str:
    """How an outcome breaks a rule; empty if it keeps it."""
    for pattern in rule.forbidden:
        if pattern.matches(outcome):
            return f"forbidden: {show_pattern(pattern)}"
    if rule.required and not any(pattern.matches(outcome) for pattern in rule.required):
        wanted = " or ".join(map(show_pattern, rule.required))
        return f"required, but not seen: {wanted}"
    return ""


def answer_of(scenario: Scenario, outcomes: Iterable[Outcome]) -> str | None:
    """The words for these outcomes, in the scenario's order, `other` last. None: no question."""
    if not scenario.answers:
        return None
    seen = {word for outcome in outcomes for word in _words(scenario, outcome)}
    return " | ".join(word for word in [*scenario.answers, OTHER] if word in seen) or None


def _words(scenario: Scenario, outcome: Outcome) -> tuple[str, ...]:
    words = tuple(word for word, pattern in scenario.answers.items() if pattern.matches(outcome))
    return words or ((OTHER,) if scenario.answers else ())


@final
@dataclass(frozen=True, slots=True)
class Finding:
    """One reason for a verdict: what it makes of the case, and one line for people."""

    verdict: Verdict
    text: str


_HANGS: Final = {
    "repeated": Finding(Verdict.VIOLATES, "the run hangs, alone and with five times the limit too"),
    "vanished": Finding(Verdict.UNKNOWN, "a run hung, and did not when it was made again alone"),
    "": Finding(Verdict.UNKNOWN, "a run hung; too many did for each to be made again"),
}


def judge(
    scenario: Scenario,
    facts: RuntimeFacts,
    evidence: Evidence,
    oracle: Oracle,
    *,
    strict: bool = False,
) -> Case:
    """The record of the case. `strict` makes violations of what is otherwise only marked."""
    inapplicable = not_applicable(scenario, facts)
    if inapplicable or (evidence.culprit and not evidence.runs):
        verdict = Verdict.NOT_APPLICABLE if inapplicable else Verdict.UNKNOWN
        return _case(scenario, facts, evidence, (), verdict, inapplicable or evidence.culprit, ())
    histograms = tuple(
        _histogram(scenario, facts, evidence, runs, oracle) for runs in evidence.runs
    )
    findings = list(_findings(scenario, evidence, histograms))
    if strict:
        findings = [Finding(_raised(f.verdict), f.text) for f in findings]
    verdict = merge([Verdict.CONFORMS, *(finding.verdict for finding in findings)])
    marks = tuple(dict.fromkeys(f.text for f in findings if f.verdict is Verdict.CONFORMS))
    reason = _reason([f.text for f in findings if f.verdict is verdict and f.text not in marks])
    return _case(scenario, facts, evidence, histograms, verdict, reason, marks)


def _reason(texts: list[str]) -> str:
    """The first reason, and how many more there are."""
    different = list(dict.fromkeys(texts))
    more = f" (and {len(different) - 1} more)" if len(different) > 1 else ""
    return different[0] + more if different else ""


def _raised(verdict: Verdict) -> Verdict:
    return Verdict.VIOLATES if verdict is Verdict.CONFORMS else verdict


def _case(
    scenario: Scenario,
    facts: RuntimeFacts,
    evidence: Evidence,
    histograms: tuple[Histogram, ...],
    verdict: Verdict,
    reason: str,
    marks: tuple[str, ...],
) -> Case:
    as_written = histograms[0].seen if histograms else ()
    answer = answer_of(scenario, (seen.outcome for seen in as_written if _alive(seen.outcome)))
    return Case(
        scenario=scenario.id,
        hash=scenario.hash,
        asks=scenario.asks,
        runtime=facts.address,
        version=facts.version,
        python=facts.python,
        program=scenario.program,
        verdict=verdict,
        reason=reason,
        marks=marks,
        answer=answer,
        answers={word: show_pattern(pattern) for word, pattern in scenario.answers.items()},
        rule=_rule_text(scenario, facts),
        sources=dict(scenario.sources),
        clock=evidence.clock,
        histograms=histograms,
        seeds=tuple(evidence.seeds),
        token=_telling_token(histograms),
        hang=evidence.hang,
    )


def _rule_text(scenario: Scenario, facts: RuntimeFacts) -> RuleText | None:
    rule = scenario.rule
    if rule is None:
        return None
    required = tuple(map(show_pattern, rule.required))
    forbidden = tuple(map(show_pattern, rule.forbidden))
    return RuleText(rule.strength, binds(scenario, facts), required, forbidden)


def _telling_token(histograms: tuple[Histogram, ...]) -> str:
    """The token of the outcome that explains the verdict: the first bad one, else the first."""
    every = [seen for histogram in histograms for seen in histogram.seen]
    bad = (s for s in every if s.breaks or s.grade is Grade.FORBIDDEN or not _alive(s.outcome))
    other = (s for s in every if s.grade is Grade.INTERESTING or OTHER in s.labels)
    return next((seen.token for group in (bad, other, every) for seen in group), "")


def _alive(outcome: Outcome) -> bool:
    return outcome.ending not in _DEAD


# ---------------------------------------------------------------- one rewriting


def _histogram(
    scenario: Scenario, facts: RuntimeFacts, evidence: Evidence, runs: Runs, oracle: Oracle
) -> Histogram:
    allowed = oracle.allowed(runs.program, facts.semantics, evidence.clock)
    ordered = sorted(runs.counts.values(), key=lambda count: -count.count)
    seen = []
    for count in ordered:
        token = RunToken(
            short_hash(scenario.program),
            scenario.id,
            facts.address,
            count.seed,
            runs.injected,
            evidence.clock,
        )
        grade, freedom = _grade(allowed, count.outcome)
        if grade is Grade.FORBIDDEN and scenario.unjudged & {*_words(scenario, count.outcome)}:
            grade, freedom = Grade.INTERESTING, "an answer that the reference cannot give"
        seen.append(
            Seen(
                outcome=count.outcome,
                count=count.count,
                grade=grade,
                labels=_labels(scenario, count.outcome),
                breaks=_breaks(scenario, facts, runs, count.outcome, grade),
                freedom=freedom,
                seed=count.seed,
                token=encode_token(token),
                trace=count.trace,
            )
        )
    listed = () if isinstance(allowed, str) else tuple(allowed.outcomes)
    return Histogram(
        program=runs.program,
        injected=encode_paths(runs.injected),
        seen=tuple(seen),
        allowed=listed[:ALLOWED_SHOWN],
        allowed_total=len(listed),
        oracle=NOT_APPLICABLE + allowed if isinstance(allowed, str) else "complete",
    )


def _grade(allowed: AllowedSet | str, outcome: Outcome) -> tuple[Grade, str]:
    if isinstance(allowed, str) or not _alive(outcome):
        return Grade.UNJUDGED, ""
    judged = outcome.judged()
    grade = allowed.contains(judged)
    return grade, allowed.freedom(judged) if grade is Grade.INTERESTING else ""


def _labels(scenario: Scenario, outcome: Outcome) -> tuple[str, ...]:
    if not _alive(outcome):
        return ()
    rule = scenario.rule
    labels = _words(scenario, outcome)
    if rule and any(pattern.matches(outcome) for pattern in rule.required):
        labels += ("required",)
    if rule and any(pattern.matches(outcome) for pattern in rule.forbidden):
        labels += ("forbidden",)
    return labels


def _breaks(
    scenario: Scenario, facts: RuntimeFacts, runs: Runs, outcome: Outcome, grade: Grade
) -> str:
    """How the outcome breaks the rule.

    An injected checkpoint can change what a label may ask (who arms a timer first, say): on a
    rewritten program the rule accuses only where the oracle does not acquit.
    """
    if scenario.rule is None or not binds(scenario, facts) or not _alive(outcome):
        return ""
    if runs.injected and grade in (Grade.ACCEPTABLE, Grade.UNJUDGED):
        return ""
    return break_of(scenario.rule, outcome)


# ---------------------------------------------------------------- findings


def _findings(
    scenario: Scenario, evidence: Evidence, histograms: tuple[Histogram, ...]
) -> Iterator[Finding]:
    if evidence.culprit:
        yield Finding(Verdict.UNKNOWN, evidence.culprit)
    for histogram in histograms:
        where = f" (checkpoint before {histogram.injected})" if histogram.injected != "-" else ""
        for seen in histogram.seen:
            for finding in _of_outcome(scenario, evidence, seen):
                yield Finding(finding.verdict, finding.text + where)
    words = [seen.labels for seen in (histograms[0].seen if histograms else ())]
    if any(OTHER in labels for labels in words):
        yield Finding(Verdict.CONFORMS, "an answer that the question does not foresee: other")


def _of_outcome(scenario: Scenario, evidence: Evidence, seen: Seen) -> Iterator[Finding]:
    how = seen.outcome.ending
    if how in CRASHES:
        detail = ", ".join(seen.outcome.reported)
        yield Finding(Verdict.VIOLATES, CRASHES[how] + (f" ({detail})" if detail else ""))
    elif how == "hung":
        yield _HANGS[evidence.hang]
    if seen.breaks and scenario.rule is not None:
        strength = scenario.rule.strength
        verdict = Verdict.VIOLATES if strength == "MUST" else Verdict.CONFORMS
        yield Finding(verdict, f"{strength} {seen.breaks}")
    if seen.grade is Grade.FORBIDDEN:
        yield Finding(Verdict.VIOLATES, f"no schedule allows: {show_outcome(seen.outcome)}")
    elif seen.grade is Grade.INTERESTING:
        yield Finding(Verdict.CONFORMS, f"needs a further freedom ({seen.freedom})")
