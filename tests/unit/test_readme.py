"""The README tells the truth: its commands are run, and print what it says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from conformance.cli.app import cli

README = Path(__file__).parents[2] / "README.md"
EXAMPLES = re.findall(
    r"```console\n\$ conformance (.*?)\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL
)


def _lines(text: str) -> list[str]:
    return [
        re.sub(r" {2,}", "  ", line.rstrip()) for line in text.strip().splitlines() if line.strip()
    ]


@pytest.mark.parametrize(
    ("command", "expected"), EXAMPLES, ids=[command for command, _ in EXAMPLES]
)
def test_the_readme_runs(command: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each console example prints what stands below it (`…` is anything, runs of spaces count as two)."""
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("NO_COLOR", "1")
    result = CliRunner().invoke(cli, shlex.split(command))
    assert result.exit_code == 0, result.output
    wanted, got = sorted(_lines(expected)), sorted(_lines(result.output))
    assert len(wanted) == len(got), result.output
    for line, shown in zip(wanted, got, strict=True):
        assert re.fullmatch(".*".join(map(re.escape, line.split("…"))), shown), (
            f"{shown!r} is not {line!r}"
        )


def test_there_are_examples() -> None:
    """The README has examples, so that the test above is not empty."""
    assert len(EXAMPLES) >= 2
