"""`conformance replay`: one run again, from its token."""

from __future__ import annotations

from pathlib import Path

import click

from conformance.cli.explore import semantics_of
from conformance.cli.output import FORMAT, SECONDS, console, print_json, say
from conformance.cli.run import make_oracle
from conformance.engine.bench import Bench
from conformance.engine.campaign import SLOWER, may_be_late, observe
from conformance.engine.catalogue import load_catalogue
from conformance.engine.fuzz_corpus import read_witness
from conformance.engine.fuzz_subject import Subject
from conformance.engine.inject import inject
from conformance.engine.membership import BUDGET
from conformance.engine.oracle import make_machine
from conformance.engine.unmodelled import lacking
from conformance.errors import DataError, Exit, UsageError
from conformance.judge.case import Case
from conformance.judge.evidence import Evidence, Runs
from conformance.judge.judge import judge
from conformance.judge.record import case_to_json
from conformance.judge.token import ReferenceToken, RunToken, check_fresh, decode_token
from conformance.judge.verdict import Grade, Verdict
from conformance.judge.witness import EMBEDDED, extract
from conformance.lang.outcome import Outcome, outcome_to_json, show_outcome
from conformance.lang.scenario import Scenario
from conformance.lang.text import show_program
from conformance.run.observation import Event
from conformance.wire.client import RUN_LIMIT

_GRADES = {Grade.FORBIDDEN: Exit.VIOLATION, Grade.UNJUDGED: Exit.INCONCLUSIVE}
_EXITS = {Verdict.VIOLATES: Exit.VIOLATION, Verdict.UNKNOWN: Exit.INCONCLUSIVE}


@click.command()
@click.argument("token")
@click.option(
    "--limit", default=RUN_LIMIT, show_default=True, type=SECONDS, help="Seconds of wall time."
)
@FORMAT
def replay(token: str, limit: float, form: str) -> int:
    """Make the run of TOKEN again; print what it shows and what the judge says.

    The file of a witness (`conformance fuzz --corpus`) will do in place of a token.
    """
    if token.endswith(".json"):
        token = read_witness(Path(token)).token
    decoded = decode_token(token)
    if isinstance(decoded, RunToken) and decoded.scenario.startswith(EMBEDDED):
        return _replay_program(decoded, limit, form)
    scenario = find_scenario(decoded.scenario)
    check_fresh(decoded, scenario.program)
    if isinstance(decoded, ReferenceToken):
        return _replay_reference(decoded, scenario, form)
    return _replay_run(decoded, scenario, limit, form)


def find_scenario(name: str) -> Scenario:
    """The scenario of a token. Raises DataError for one that is in no catalogue, or no more."""
    if not name:
        raise DataError(
            "the token is of a program that is in no catalogue",
            hint="explore its file again",
        )
    try:
        return load_catalogue().find(name)
    except UsageError:
        raise DataError(
            f"stale token: there is no scenario `{name}` any more",
            hint="see `conformance list scenarios`",
        ) from None


def _replay_program(token: RunToken, limit: float, form: str) -> int:
    """A generated program, which the token carries."""
    program = extract(token.scenario)
    check_fresh(token, program)
    with Bench() as bench:
        subject = Subject(bench, token.runtime, BUDGET)
        for slower in (1, SLOWER):
            seen = subject.run(program, token.clock, token.seed, limit, trace=True, slower=slower)
            judged = subject.judge.outcome(program, seen.outcome, token.clock)
            if token.clock == "virtual" or judged.grade is not Grade.FORBIDDEN:
                break
            _say_slower(slower)
    if form == "json":
        print_json(
            {
                "runtime": token.runtime,
                "grade": judged.grade.value,
                "reason": judged.reason,
                "outcome": outcome_to_json(seen.outcome),
                "nearest": [outcome_to_json(outcome) for outcome in judged.nearest],
            }
        )
    else:
        out = console()
        out.print(show_program(program))
        out.print()
        out.print(show_trace(seen.trace))
        _show_outcome(seen.outcome)
        for outcome in judged.nearest:
            out.print("allowed: " + show_outcome(outcome))
        out.print(f"grade: {judged.grade}" + (f": {judged.reason}" if judged.reason else ""))
    return _GRADES.get(judged.grade, Exit.OK)


def _replay_run(token: RunToken, scenario: Scenario, limit: float, form: str) -> int:
    program = inject(scenario.program, token.injected)
    with Bench() as bench:
        bench.start([token.runtime])
        if error := bench.trouble.get(token.runtime):
            raise error
        for slower in (1, SLOWER):
            with bench.borrow(token.runtime) as worker:
                seen = observe(worker, program, token.clock, token.seed, limit, slower)
            runs = Runs(program, token.injected)
            runs.add(seen.outcome, token.seed, seen.trace)
            evidence = Evidence(token.clock, [runs])
            case = judge(scenario, bench.facts[token.runtime], evidence, make_oracle())
            if not may_be_late(case):
                break
            _say_slower(slower)
    if form == "json":
        print_json(case_to_json(case))
    else:
        _show_case(case)
    return _EXITS.get(case.verdict, Exit.OK)


def _say_slower(slower: int) -> None:
    """What comes after a first try that accuses, on a real clock: nothing may be laid to lateness."""
    if slower == 1:
        say(f"accused on a real clock: made again, with ticks {SLOWER} times as long; that counts")


def _show_case(case: Case) -> None:
    out = console()
    out.print(f"{case.scenario} on {case.runtime} {case.version}: {case.asks}")
    for seen in (s for histogram in case.histograms for s in histogram.seen):
        out.print()
        out.print(show_trace(seen.trace))
        _show_outcome(seen.outcome)
        out.print(f"grade: {seen.grade}")
    if case.answer is not None:
        out.print(f"answer: {case.answer}")
    for mark in case.marks:
        out.print(f"mark: {mark}")
    strictly = (
        " (VIOLATES under --strict)" if case.marks and case.verdict is Verdict.CONFORMS else ""
    )
    out.print(
        f"verdict: {case.verdict.value}{strictly}" + (f": {case.reason}" if case.reason else "")
    )


def _show_outcome(outcome: Outcome) -> None:
    console().print("outcome: " + show_outcome(outcome))


def show_trace(trace: tuple[Event, ...]) -> str:
    """A trace as lines: tick, task, what happened."""
    width = max((len(event.task) for event in trace), default=0)
    sign = {"begin": ">", "end": "<", "error": "!"}
    lines = []
    for tick, task, what, detail in trace:
        when = "" if tick is None else tick
        lines.append(f"{when:>6}  {task:<{width}}  {sign.get(what, what)} {detail}".rstrip())
    return "\n".join(lines)


def _replay_reference(token: ReferenceToken, scenario: Scenario, form: str) -> int:
    if reason := lacking(scenario.program):
        raise DataError(f"{scenario.id} cannot be explored: {reason}")
    machine = make_machine(scenario.program, semantics_of(token.semantics), lax=False)
    machine.reset()
    schedule = list(token.schedule)

    def choose(kind: str, options: int) -> int:
        index = schedule.pop(0) if schedule else 0
        if index >= options:
            raise DataError(
                f"stale token: it asks for option {index} of {options} ({kind})",
                hint="explore the scenario again",
            )
        return index

    machine.choose = choose
    while options := machine.options():
        machine.step(options[choose("run", len(options)) if len(options) > 1 else 0])
    if schedule:
        raise DataError(
            f"stale token: the run is over, and it asks for {len(schedule)} choices more",
            hint="explore the scenario again",
        )
    outcome = machine.outcome()
    if form == "json":
        print_json({"scenario": scenario.id, "outcome": outcome_to_json(outcome)})
    else:
        _show_outcome(outcome)
    return Exit.OK
