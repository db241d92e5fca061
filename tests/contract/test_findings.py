"""The findings of `docs/findings/` still show, in the versions that their pages name."""

from __future__ import annotations

import platform
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import pytest

FINDINGS: Final = Path(__file__).resolve().parents[2] / "docs" / "findings"
PAGES: Final = sorted(FINDINGS.glob("[0-9][0-9][0-9]-*.md"))
ROW: Final = re.compile(r"^\| ([\w-]+) \| ([\w.]+) \| ([01]) \|$", re.MULTILINE)
"""A row of a page's table: runtime, version (or the beginning of one), exit code."""
MISSING: Final = re.compile(r"^(?:ModuleNotFoundError|ImportError): .*", re.MULTILINE)


def installed(runtime: str) -> str:
    """The installed version. Raises PackageNotFoundError."""
    return platform.python_version() if runtime == "python" else version(runtime)


def stated(page: Path) -> dict[str, int]:
    """The exit codes that a page states for what is installed, by runtime and version."""
    codes = {}
    for runtime, wanted, code in ROW.findall(page.read_text()):
        try:
            found = installed(runtime)
        except PackageNotFoundError:
            pytest.skip(f"{runtime} is not installed")
        if f"{found}.".startswith(f"{wanted}."):
            codes[f"{runtime} {found}"] = int(code)
    return codes


@pytest.mark.native
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_finding_shows_where_its_page_says(page: Path) -> None:
    """The script beside a page exits as the page states for the installed version."""
    codes = stated(page)
    if not codes:
        pytest.skip("the page says nothing about the installed version")
    command = [sys.executable, "-I", str(page.with_suffix(".py"))]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if missing := MISSING.search(ran.stderr):
        pytest.skip(missing.group())
    assert {ran.returncode} == set(codes.values()), f"{codes}\n{ran.stdout}\n{ran.stderr}"
    assert "expected" in ran.stdout


def test_every_finding_is_complete() -> None:
    """Each page has a script, a table of versions and a line in the list; so has each script."""
    scripts = sorted(FINDINGS.glob("[0-9][0-9][0-9]-*.py"))
    assert [page.stem for page in PAGES] == [script.stem for script in scripts]
    listed = (FINDINGS / "README.md").read_text()
    for page in PAGES:
        assert ROW.search(page.read_text()), page.name
        assert f"]({page.name})" in listed
    for script in scripts:
        assert not re.search(
            r"\b(?:import|from) (?:conformance|runtimes|scenarios|reports)\b", script.read_text()
        )
