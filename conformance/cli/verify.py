"""`conformance verify`: whether what a scenario shows is repeated, over seeds and restarts."""

from __future__ import annotations

from typing import Any

import click
from rich.table import Table

from conformance.cli.output import FORMAT, SECONDS, console, print_json, unread
from conformance.cli.run import check_named, make_oracle, progress_bar
from conformance.engine.bench import Bench
from conformance.engine.campaign import LIMIT
from conformance.engine.catalogue import load_catalogue
from conformance.engine.verify import Repeated
from conformance.engine.verify import verify as repeat
from conformance.errors import Exit, UsageError
from conformance.judge.judge import not_applicable
from conformance.judge.verdict import Verdict, merge
from conformance.lang.outcome import show_outcome


@click.command()
@click.argument("scenario")
@click.option("--runtime", "address", required=True, metavar="R", help="On which runtime.")
@click.option("--seeds", default=5, show_default=True, type=click.IntRange(1), help="How many.")
@click.option(
    "--restarts", default=5, show_default=True, type=click.IntRange(2), help="Runs of each seed."
)
@click.option("--seed", default=0, show_default=True, help="The base seed.")
@click.option(
    "--limit", default=LIMIT, show_default=True, type=SECONDS, help="Seconds for one run."
)
@FORMAT
def verify(
    scenario: str, address: str, seeds: int, restarts: int, seed: int, limit: float, form: str
) -> int:
    """Run SCENARIO again and again, each time in a fresh process, and call flaky what is flaky.

    Exit codes: 0 every seed repeats itself and nothing is violated, 1 violated each time, 2 flaky.
    """
    chosen = load_catalogue().find(scenario)
    with Bench() as bench:
        bench.start([address])
        check_named(bench, [address])
        facts = bench.facts[address]
        if why := not_applicable(chosen, facts):
            raise UsageError(f"{scenario} does not apply to {address}: {why}")
        told: list[Repeated] = []
        with progress_bar() as bar:
            task = bar.add_task("", total=seeds if facts.steering else 1)
            options = {"seeds": seeds, "restarts": restarts, "base": seed}
            for repeated in repeat(chosen, facts, bench, make_oracle(), limit=limit, **options):
                told.append(repeated)
                bar.update(task, advance=1, description=_named(repeated.seed))
    code = _code(told)
    with unread():
        if form == "json":
            print_json(_facts(scenario, address, told, code))
        else:
            _show(scenario, address, told)
    return code


def _code(told: list[Repeated]) -> Exit:
    if any(repeated.flaky for repeated in told):
        return Exit.INCONCLUSIVE
    verdict = merge(v for repeated in told for v in repeated.verdicts.values())
    if verdict is Verdict.UNKNOWN:
        return Exit.INCONCLUSIVE
    return Exit.VIOLATION if verdict is Verdict.VIOLATES else Exit.OK


def _named(seed: int | None) -> str:
    return "as shipped" if seed is None else f"seed {seed}"


def _show(scenario: str, address: str, told: list[Repeated]) -> None:
    out = console()
    table = Table("", "runs", "verdict", "outcome", box=None, pad_edge=False)
    for repeated in told:
        for outcome, count in sorted(repeated.counts.items(), key=lambda item: -item[1]):
            name = _named(repeated.seed) + (" (flaky)" if repeated.flaky else "")
            verdict = repeated.verdicts[outcome].value
            table.add_row(name, str(count), verdict, show_outcome(outcome))
    out.print(table)
    slower = [repeated.slower for repeated in told if repeated.slower > 1]
    if slower:
        out.print(
            f"doubtful on a real clock, and made again with ticks {slower[0]} times as long: {len(slower)} seeds"
        )
    flaky = [repeated for repeated in told if repeated.flaky]
    wavering = sum(repeated.wavers for repeated in told)
    if not flaky:
        out.print(f"{scenario} on {address}: each of {len(told)} seeds repeats itself")
        return
    verdicts = f"; the verdict wavers on {wavering}" if wavering else "; the verdict does not waver"
    out.print(f"{scenario} on {address}: FLAKY on {len(flaky)} of {len(told)} seeds{verdicts}")


def _facts(scenario: str, address: str, told: list[Repeated], code: Exit) -> dict[str, Any]:
    return {
        "scenario": scenario,
        "runtime": address,
        "exit": int(code),
        "flaky": any(repeated.flaky for repeated in told),
        "wavers": any(repeated.wavers for repeated in told),
        "seeds": [
            {
                "seed": repeated.seed,
                "flaky": repeated.flaky,
                "slower": repeated.slower,
                "outcomes": [
                    {
                        "count": count,
                        "verdict": repeated.verdicts[outcome].value,
                        "outcome": show_outcome(outcome),
                    }
                    for outcome, count in repeated.counts.items()
                ],
            }
            for repeated in told
        ],
    }
