"""`conformance init`: what an adapter's author needs, written into a project of their own."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from string import Template

import click

from conformance import DISTRIBUTION
from conformance.cli.output import say
from conformance.cli.requirement import requirement
from conformance.errors import DataError, Exit, UsageError
from conformance.judge.baseline import Baseline
from conformance.judge.baseline_file import update_baseline

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
BASELINE = "conformance-baseline.toml"
_NOTE = f"""
      # TO BE FILLED IN: it was installed from the machine that wrote this file. For example
      # "{DISTRIBUTION} @ git+https://HOST/PROJECT@COMMIT", "{DISTRIBUTION}==VERSION" where an
      # index has it, or the path of a wheel in this repository."""


@click.command()
@click.argument("name")
@click.option(
    "--directory",
    default=Path(),
    type=click.Path(file_okay=False, path_type=Path),
    help="The project. [default: here]",
)
def init(name: str, directory: Path) -> int:
    """Write an adapter skeleton for the runtime NAME, its contract test, a baseline and a CI workflow.

    Nothing is overwritten: if one of the files is there, none is written.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"`{name}` is no name", hint="letters, digits, `_` and `-`; start with a letter"
        )
    words = [word for word in re.split("[-_]", name) if word]
    module = "_".join(words).lower() + "_adapter"
    class_ = "".join(word[0].upper() + word[1:] for word in words)
    project = any((directory / file).exists() for file in ("pyproject.toml", "setup.py"))
    suite = requirement()
    values = {
        "name": name,
        "module": module,
        "class_": class_,
        "install": "." if project else name,
        "suite": json.dumps(suite or ""),  # a JSON string is a YAML one
        "note": "" if suite else _NOTE,
    }
    texts = {
        directory / f"{module}.py": _fill("adapter.py.txt", values),
        directory / "tests" / "test_conformance.py": _fill("test_conformance.py.txt", values),
        directory / ".github" / "workflows" / "conformance.yml": _fill(
            "conformance.yml.txt", values
        ),
    }
    baseline = directory / BASELINE
    for path in (*texts, baseline):
        if path.exists():
            raise UsageError(f"{path} is there already", hint="nothing was written; move it away")
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            say(f"written: {path}")
    except OSError as error:
        raise DataError(f"{error.filename}: {error.strerror}") from None
    update_baseline(baseline, None, Baseline(f"{module}:{class_}"))
    say(f"written: {baseline}")
    if suite is None:
        say(
            "note: the suite was installed from this machine, so nothing says where CI finds it: "
            "write that into the workflow, at CONFORMANCE"
        )
    say(f"next: conformance check {module}:{class_}")
    return Exit.OK


def _fill(template: str, values: dict[str, str]) -> str:
    text = files("conformance.kit").joinpath(template).read_text(encoding="utf-8")
    return Template(text).substitute(values)
