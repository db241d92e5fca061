import json
import os
import re
import subprocess
from importlib.metadata import Distribution
from pathlib import Path

import pytest

from conformance import DISTRIBUTION
from conformance.cli import init, main
from conformance.cli.requirement import requirement, requirement_of

NAME = "async-runtime-conformance"
COMMIT = "a" * 40
GIT = {"url": "https://example.org/suite.git", "vcs_info": {"vcs": "git", "commit_id": COMMIT}}
WHEEL = {"url": "https://example.org/suite.whl", "archive_info": {}}


def _installed(place: Path, note: object) -> Distribution:
    """A distribution as an installer leaves it; `note` None: it came from an index."""
    info = place / "suite-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 1.2\n")
    if note is not None:
        text = note if isinstance(note, str) else json.dumps(note)
        (info / "direct_url.json").write_text(text)
    return Distribution.at(info)


@pytest.mark.parametrize(
    ("note", "wanted"),
    [
        (None, f"{NAME}==1.2"),
        (GIT, f"{NAME} @ git+https://example.org/suite.git@{COMMIT}"),
        (
            {**GIT, "subdirectory": "src"},
            f"{NAME} @ git+https://example.org/suite.git@{COMMIT}#subdirectory=src",
        ),
        (
            {**GIT, "url": "ssh://git@example.org/suite"},
            f"{NAME} @ git+ssh://git@example.org/suite@{COMMIT}",
        ),
        (WHEEL, f"{NAME} @ https://example.org/suite.whl"),
    ],
)
def test_what_is_installed_can_be_installed_again(
    tmp_path: Path, note: object, wanted: str
) -> None:
    """From an index, a repository at the very commit, or an archive: as PEP 610 notes it."""
    assert requirement_of(_installed(tmp_path, note)) == wanted


@pytest.mark.parametrize(
    "note",
    [
        {"url": "file:///home/me/suite", "dir_info": {}},
        {"url": "file:///home/me/suite", "dir_info": {"editable": True}},
        {**WHEEL, "url": "file:///home/me/suite.whl"},
        {**GIT, "url": "file:///home/me/suite"},
        {**WHEEL, "url": "https://example.org/x\n- run: evil"},
        {"url": "https://example.org/suite.git", "vcs_info": {}},
        {"url": "https://example.org/suite.git"},
        {"url": 3},
        [],
        "{",
    ],
)
def test_what_only_this_machine_has_is_no_requirement(tmp_path: Path, note: object) -> None:
    """A directory, a file of ours, and a note that cannot be read."""
    assert requirement_of(_installed(tmp_path, note)) is None


def test_a_tree_that_is_not_installed_is_no_requirement(monkeypatch: pytest.MonkeyPatch) -> None:
    """The modules alone say nothing of where they are from."""
    monkeypatch.setattr("conformance.cli.requirement.DISTRIBUTION", "is-nowhere-installed")
    assert requirement() is None
    assert DISTRIBUTION == NAME


@pytest.mark.parametrize("suite", [f"{NAME}==1.2", f"{NAME} @ git+https://example.org/s@{COMMIT}"])
def test_the_workflow_installs_the_suite(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    suite: str,
) -> None:
    """The requirement is one argument of pip, beside the runtime."""
    text = _workflow(tmp_path, monkeypatch, suite)
    assert _pip(tmp_path, text) == (0, f"install toy {suite}\n", "")
    assert "FILLED IN" not in text
    assert "note:" not in capsys.readouterr().err


def test_a_suite_of_this_machine_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One comment and one line on the terminal; until somebody answers, the step fails and says why."""
    text = _workflow(tmp_path, monkeypatch, None)
    assert text.count("TO BE FILLED IN") == 1
    code, ran, told = _pip(tmp_path, text)
    assert (code != 0, ran) == (True, "")
    assert "CONFORMANCE: say in this workflow where pip finds the suite" in told
    lines = capsys.readouterr().err.splitlines()
    assert [line for line in lines if "CONFORMANCE" in line] == [
        line for line in lines if line.startswith("note: the suite was installed from this machine")
    ]


def _workflow(place: Path, monkeypatch: pytest.MonkeyPatch, suite: str | None) -> str:
    monkeypatch.setattr(init, "requirement", lambda: suite)
    assert main(["init", "toy", "--directory", str(place)]) == 0
    return (place / ".github" / "workflows" / "conformance.yml").read_text()


def _pip(place: Path, text: str) -> tuple[int, str, str]:
    """What the step does, as a CI server's shell carries it out: exit code, arguments of pip, messages."""
    (value,) = re.findall(r"^      CONFORMANCE: (.*)$", text, re.MULTILINE)
    (step,) = re.findall(r"^      - run: (pip .*)$", text, re.MULTILINE)
    pip = place / "bin" / "pip"
    pip.parent.mkdir()
    pip.write_text('#!/bin/sh\ntest $# -eq 3 && echo "$@"\n')
    pip.chmod(0o755)
    told = {
        "PATH": f"{pip.parent}{os.pathsep}{os.environ['PATH']}",
        "CONFORMANCE": json.loads(value),
    }
    done = subprocess.run(
        ["bash", "-e", "-c", step], env=told, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr
