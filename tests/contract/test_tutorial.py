"""The tutorial tells the truth: its files are written, its commands run, and print what it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)(?: ([^\n]*))?\n(.*?)^```$", TUTORIAL, re.MULTILINE | re.DOTALL)


def test_the_tutorial_runs(tmp_path: Path) -> None:
    """From the skeleton to the gate, in order (`…` alone is any lines, within one any text)."""
    shutil.copy(ROOT / "tests" / "sample" / "toyloop.py", tmp_path)
    for kind, info, text in BLOCKS:
        told = dict(part.split("=") for part in info.split())
        if kind == "console":
            _run(tmp_path, text, int(told.get("exit", 0)))
        elif "file" in told:
            (tmp_path / told["file"]).write_text(text)
        else:
            _replace(tmp_path / told["replace"], text)


def test_there_is_something_to_run() -> None:
    """The tutorial has commands that succeed and commands that fail, files and changes."""
    infos = [info for _, info, _ in BLOCKS]
    assert sum(kind == "console" for kind, _, _ in BLOCKS) >= 10
    assert {"exit=1", "exit=78", "replace=toyloop.py"} <= set(infos)


def _run(where: Path, text: str, code: int) -> None:
    command, _, expected = text.partition("\n")
    script = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{script}{os.pathsep}{os.environ['PATH']}",
        "NO_COLOR": "1",
        "PYTHONDONTWRITEBYTECODE": "1",  # two versions of a file within a second are two files
    }
    done = subprocess.run(
        command.removeprefix("$ "),
        shell=True,
        cwd=where,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == code, f"{command}\n{done.stdout}"
    wanted = [re.sub(r"\s+", " ", line.strip()) for line in expected.splitlines() if line.strip()]
    shown = "\n".join(
        re.sub(r"\s+", " ", line.strip()) for line in done.stdout.splitlines() if line.strip()
    )
    pattern = "".join(
        r"(?:[^\n]*\n)*" if line == "…" else _loosely(line) + r"\n" for line in wanted
    )
    assert re.fullmatch(pattern, shown + "\n"), f"{command}\n{done.stdout}"


def _loosely(line: str) -> str:
    return r"[^\n]*".join(re.escape(part.strip()) for part in line.split("…"))


def _replace(path: Path, text: str) -> None:
    old, new = text.split("---\n")
    whole = path.read_text()
    assert whole.count(old) == 1, f"{path.name}: {old!r}"
    path.write_text(whole.replace(old, new))
