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
        print_json([{"name": c.name, "passed": not c.lesson, "lesson": c.lesson} for c in checks])
    else:
        _show(checks)
        say(f"{runtime}: {len(checks) - len(failed)} of {len(checks)} checks passed")
    return Exit.VIOLATION if failed else Exit.OK


def _show(checks: list[Check]) -> None:
    table = Table("", "check", "lesson", box=None, pad_edge=False)
    for item in checks:
        table.add_row("FAIL" if item.lesson else "ok", item.name, item.lesson)
    console().print(table)
