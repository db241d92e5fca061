"""`conformance repro`: a counterexample as a script in the runtime's own API."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import final

import click

from conformance.cli.output import SECONDS, say
from conformance.cli.replay import find_scenario
from conformance.cli.run import make_oracle
from conformance.engine.bench import Bench
from conformance.engine.campaign import LIMIT, observe
from conformance.engine.fuzz_corpus import read_witness
from conformance.engine.inject import inject
from conformance.engine.repro import Case, write_script
from conformance.errors import ConformanceError, DataError, Exit, UsageError
from conformance.judge.judge import binds
from conformance.judge.token import ReferenceToken, RunToken, check_fresh, decode_token
from conformance.judge.witness import EMBEDDED, Witness, extract
from conformance.lang.outcome import Outcome
from conformance.lang.pattern import show_pattern
from conformance.lang.program import Program
from conformance.lang.scenario import Rule, Scenario

TRIES = 50
"""How often a script tries where the runtime's schedules differ."""


@final
@dataclass(frozen=True, slots=True)
class Found:
    """What a token or a witness is about. `seen` is None where the run is still to be made."""

    token: RunToken
    program: Program
    scenario: Scenario | None = None
    seen: Outcome | None = None


@click.command()
@click.argument("token")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="[default: to the screen]"
)
@click.option(
    "--limit", default=LIMIT, show_default=True, type=SECONDS, help="Seconds for the run."
)
def repro(token: str, output: Path | None, limit: float) -> int:
    """Write the run of TOKEN as a script in the runtime's own API, which imports nothing of ours.

    TOKEN is that of a run, or the file of a witness. The script prints what happened and what was expected; it
    exits 1 when the defect shows, and 0 when it does not.
    """
    text = _script(_find(token), limit)
    if output is None:
        click.echo(text, nl=False)
        return Exit.OK
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DataError(f"{output}: {error.strerror}") from None
    say(f"written: {output.absolute()}")
    return Exit.OK


def script_of(witness: Path) -> str:
    """The script of a witness; an empty text where its runtime is not here, or spells none.

    The runtime is started, to be asked for its spelling, and runs nothing.
    """
    try:
        return _script(_find(str(witness)), LIMIT)
    except ConformanceError:
        return ""


def _find(text: str) -> Found:
    witness: Witness | None = read_witness(Path(text)) if text.endswith(".json") else None
    token = decode_token(witness.token if witness is not None else text)
    if isinstance(token, ReferenceToken):
        raise UsageError("the token is of a schedule of the reference, which nobody runs but us")
    if token.scenario.startswith(EMBEDDED):
        program = extract(token.scenario)
        check_fresh(token, program)
        return Found(token, program, None, witness.outcome if witness is not None else None)
    scenario = find_scenario(token.scenario)
    check_fresh(token, scenario.program)
    return Found(token, inject(scenario.program, token.injected), scenario)


def _script(found: Found, limit: float) -> str:
    token = found.token
    with Bench() as bench:
        bench.start([token.runtime])
        if error := bench.trouble.get(token.runtime):
            raise error
        facts = bench.facts[token.runtime]
        with bench.borrow(token.runtime) as worker:
            spelling = worker.start().spelling
            seen = found.seen
            if seen is None:
                seen = observe(worker, found.program, token.clock, token.seed, limit).outcome
    if spelling is None:
        hint = "set `spelling` on its adapter; see conformance/adapter/spelling.py"
        raise UsageError(f"the adapter of {token.runtime} spells no scripts", hint=hint)
    allowed = make_oracle().allowed(found.program, facts.semantics, token.clock)
    outcomes = () if isinstance(allowed, str) else tuple(allowed.outcomes)
    rule = found.scenario.rule if found.scenario and binds(found.scenario, facts) else None
    case = Case(
        title=_title(found, f"{token.runtime} {facts.version}, Python {facts.python}"),
        program=found.program,
        seen=seen,
        allowed=outcomes,
        complete=bool(outcomes),
        expected=_expected(rule),
        runs=TRIES if facts.steering else 1,
    )
    return write_script(case, spelling)


def _title(found: Found, where: str) -> str:
    if found.scenario is None:
        return f"A generated program on {where}."
    sources = ", ".join(dict.fromkeys(found.scenario.sources.values()))
    return f"{found.scenario.asks} On {where}.\n\nSee {sources}"


def _expected(rule: Rule | None) -> str:
    if rule is None:
        return ""
    parts = [" or ".join(map(show_pattern, rule.required))] if rule.required else []
    parts += [f"never: {show_pattern(pattern)}" for pattern in rule.forbidden]
    return "; ".join(parts)
