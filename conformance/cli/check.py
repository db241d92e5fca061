"""`conformance check`: the contract test for adapters."""

from __future__ import annotations

import click
from rich.table import Table

from conformance.cli.output import FORMAT, console, print_json, say
from conformance.errors import Exit
from conformance.testing import Check, check_address


@click.command()
@click.argument("runtime")
@FORMAT
def check(runtime: str, form: str) -> int:
    """Hold the adapter of RUNTIME to the contract that adapters are written to."""
    checks = check_address(runtime)
    failed = [item for item in checks if item.lesson]
    if form == "json":
        print_json([_facts(item) for item in checks])
    else:
        _show(checks)
        untried = sum(bool(item.untried) for item in checks)
        passed = len(checks) - len(failed) - untried
        more = f", {untried} not tried" if untried else ""
        say(f"{runtime}: {passed} of {len(checks)} checks passed{more}")
    return Exit.VIOLATION if failed else Exit.OK


def _facts(item: Check) -> dict[str, object]:
    passed = not (item.lesson or item.untried)
    return {"name": item.name, "passed": passed, "lesson": item.lesson, "untried": item.untried}


def _show(checks: list[Check]) -> None:
    table = Table("", "check", "lesson", box=None, pad_edge=False)
    for item in checks:
        sign = "FAIL" if item.lesson else "-" if item.untried else "ok"
        table.add_row(sign, item.name, item.lesson or item.untried)
    console().print(table)
