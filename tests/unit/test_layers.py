import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# What runs beside a runtime under test, and the third-party modules it may import.
WORKER_SIDE = (
    "conformance/__init__.py",
    "conformance/errors*",
    "conformance/lang*",
    "conformance/run",
    "conformance/run.py",
    "conformance/adapter*",
    "conformance/interpreter*",
    "conformance/wire/__init__.py",
    "conformance/wire/copies*",
    "conformance/wire/worker*",
    "runtimes",
)
OWN_RUNTIME = {
    "runtimes/_anyio": {"anyio"},
    "runtimes/_curio": {"curio"},
    "runtimes/_gevent": {"gevent"},
    "runtimes/_newio": {"newio", "newio_kernel"},
    "runtimes/_tornado": {"tornado"},
    "runtimes/_trio": {"trio"},
    "runtimes/_twisted": {"twisted", "zope"},
    "runtimes/on_anyio": {"anyio", "trio", "uvloop"},
    "runtimes/on_asyncgui": {"asyncgui", "asyncgui_ext"},
    "runtimes/on_cothread": {"cothread"},
    "runtimes/on_curio": {"curio"},
    "runtimes/on_eventlet": {"eventlet"},
    "runtimes/on_gevent": {"gevent"},
    "runtimes/on_newio": {"newio", "newio_kernel"},
    "runtimes/on_tinyio": {"tinyio"},
    "runtimes/on_tornado": {"tornado"},
    "runtimes/on_trio": {"trio"},
    "runtimes/on_twisted": {"twisted"},
    "runtimes/on_uvloop": {"uvloop"},
}


def worker_files() -> list[Path]:
    """Every file that a worker may import."""
    found = [path for pattern in WORKER_SIDE for path in ROOT.glob(pattern)]
    inside = [file for path in found for file in path.rglob("*.py")]
    return sorted({*inside, *(path for path in found if path.suffix == ".py")})


def imported(tree: ast.AST) -> Iterator[str]:
    """Names of the modules that a file imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_import_contract() -> None:
    """Imports go one way: the contracts in pyproject.toml hold."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as f; f()"]
    done = subprocess.run(
        [*command, "--no-cache"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", worker_files(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_worker_side_needs_nothing_installed(path: Path) -> None:
    """A worker-side module imports the standard library, ours, and the one runtime it adapts."""
    name = path.relative_to(ROOT).as_posix()
    allowed = {"conformance", "runtimes", *sys.stdlib_module_names}
    for prefix, extra in OWN_RUNTIME.items():
        if name.startswith(prefix):
            allowed |= extra
    tops = {module.partition(".")[0] for module in imported(ast.parse(path.read_bytes()))}
    assert tops <= allowed
