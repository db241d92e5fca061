import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("conformance", "runtimes", "scenarios", "reports")
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))

LONGEST_FILE = 400
LONGEST_BODY = 60
# The one file that every adapter author reads.
CORE = "conformance/adapter/core.py"
LONGEST_CORE = 150


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the first statement after the docstring to the last."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_grows_into_a_knot(path: Path) -> None:
    """A file and a function body stay short enough to be read whole."""
    text = path.read_text(encoding="utf-8")
    core = path == ROOT / CORE
    assert len(text.splitlines()) <= (LONGEST_CORE if core else LONGEST_FILE)
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    long = {
        node.name: body_lines(node)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, functions) and body_lines(node) > LONGEST_BODY
    }
    assert not long
