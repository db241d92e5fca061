import ast
from pathlib import Path

import pytest

from conformance.cli import main
from conformance.judge.baseline_file import read_baseline

WRITTEN = (
    "my_loop_adapter.py",
    "tests/test_conformance.py",
    ".github/workflows/conformance.yml",
    "conformance-baseline.toml",
)


def test_init_writes_a_project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Adapter, contract test, workflow and baseline; what to do next is said last."""
    assert main(["init", "my-loop", "--directory", str(tmp_path)]) == 0
    for name in WRITTEN:
        assert (tmp_path / name).is_file()
    assert "class MyLoop(" in (tmp_path / WRITTEN[0]).read_text()
    for name in WRITTEN[:2]:
        ast.parse((tmp_path / name).read_text())
    assert "${{ matrix.python }}" in (tmp_path / WRITTEN[2]).read_text()
    assert read_baseline(tmp_path / WRITTEN[3]).runtime == "my_loop_adapter:MyLoop"
    assert "conformance check my_loop_adapter:MyLoop" in capsys.readouterr().err


def test_the_workflow_installs_what_is_there(tmp_path: Path) -> None:
    """A project is installed as such; where there is none, the runtime is, by its name."""
    for name, wanted in (("a", "pip install my-loop "), ("b", "pip install . ")):
        place = tmp_path / name
        place.mkdir()
        if name == "b":
            (place / "pyproject.toml").write_text("[project]\n")
        assert main(["init", "my-loop", "--directory", str(place)]) == 0
        assert wanted in (place / WRITTEN[2]).read_text()


@pytest.mark.parametrize("name", WRITTEN)
def test_init_overwrites_nothing(tmp_path: Path, name: str) -> None:
    """If one file is there, none is written."""
    there = tmp_path / name
    there.parent.mkdir(parents=True, exist_ok=True)
    there.write_text("mine")
    assert main(["init", "my-loop", "--directory", str(tmp_path)]) == 64
    assert there.read_text() == "mine"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [there]


def test_init_refuses_what_is_no_name(tmp_path: Path) -> None:
    """A name that makes no identifier is refused."""
    assert main(["init", "3/x", "--directory", str(tmp_path)]) == 64


def test_the_skeleton_teaches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Checked as it is, the skeleton says which method comes first."""
    main(["init", "toy", "--directory", str(tmp_path)])
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    assert main(["check", "toy_adapter:Toy"]) == 78
    told = capsys.readouterr().err
    assert "`version` is not written yet" in told
    assert "Traceback" not in told
