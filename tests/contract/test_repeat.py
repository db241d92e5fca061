"""A gate over a live runtime runs again what differs."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SOMETIMES = Path(__file__).parent / "sometimes.py"
SCENARIO = "timers/sleep-order"


def conformance(place: Path, command: str, *more: str) -> subprocess.CompletedProcess[str]:
    """That command on the runtime in `place`, with one scenario and two seeds."""
    told = ["--runtime", "sometimes:Sometimes", "--scenario", SCENARIO, "--seeds", "2", *more]
    argv = [sys.executable, "-m", "conformance", command, *told]
    return subprocess.run(argv, cwd=place, capture_output=True, text=True, check=False)


@pytest.fixture
def accepted(tmp_path: Path) -> Path:
    """A place with the runtime, and a baseline of it on a good day."""
    shutil.copy(SOMETIMES, tmp_path)
    assert conformance(tmp_path, "accept").returncode == 0
    return tmp_path


def test_a_bad_day_is_told_and_fails_nothing(accepted: Path) -> None:
    """A violation that three further runs do not show is named, and counts as UNKNOWN, not as a regression."""
    (accepted / "sleeps-do-not-last").touch()
    told = conformance(accepted, "gate")
    assert (accepted / "sleeps-do-not-last.taken").exists()
    assert "1 case differs from the baseline: run again, 3 times" in told.stderr
    assert "did not repeat (1)" in told.stdout
    assert "regressed once, and not in 3 further runs" in told.stdout
    assert told.returncode == 2  # one case of one: more than 1 % UNKNOWN
    (accepted / "sleeps-do-not-last").touch()
    assert conformance(accepted, "gate", "--max-unknown", "100").returncode == 0


def test_what_repeats_is_a_regression(accepted: Path) -> None:
    """A violation that a further run shows, too, fails the gate."""
    (accepted / "sleeps-do-not-last").mkdir()
    told = conformance(accepted, "gate")
    assert "regressed (1)" in told.stdout
    assert told.returncode == 1
